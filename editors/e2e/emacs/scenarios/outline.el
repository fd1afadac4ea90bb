;;; outline.el --- The documented command, with the built-in outline  -*- lexical-binding: t -*-
(e2e-scenario
 (e2e-choose "outline" "")
 (e2e-open "limits.spec.md")
 (orch-generate)
 (e2e-wait-text "## Rollback Plan")
 (e2e-contains (buffer-string) e2e-brief)
 (let ((records (e2e-execute "orch.showHistory" :open :json-false)))
   (e2e-equal 1 (length records))
   (e2e-equal "outline" (plist-get (plist-get (aref records 0) :provider) :id))))
