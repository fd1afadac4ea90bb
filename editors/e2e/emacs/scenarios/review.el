;;; review.el --- A draft that waits is applied by a command  -*- lexical-binding: t -*-
(e2e-scenario
 (e2e-open "limits.spec.md")
 (let* ((answer (e2e-execute "orch.generateDraft" :uri (e2e-uri) :provider "work" :apply "review"))
        (run-id (plist-get answer :runId)))
   (e2e-wait-run run-id "completed")
   (e2e-equal e2e-brief (buffer-string))
   (e2e-contains (plist-get (e2e-execute "orch.previewDraft" :runId run-id :open :json-false) :document)
                 "## Rollback Plan")
   (orch-apply)
   (e2e-wait-applied run-id)
   (e2e-contains (buffer-string) "## Rollback Plan")))
