;;; cancel.el --- Cancel by command closes the provider's socket  -*- lexical-binding: t -*-
(e2e-scenario
 (e2e-open "limits.spec.md")
 (let ((answer (e2e-execute "orch.generateDraft" :uri (e2e-uri) :provider "work" :model "held")))
   (e2e-provider-event "held")
   (e2e-wait-checkpoint)
   (orch-cancel)
   (e2e-provider-event "closed_by_client")
   (let ((record (e2e-wait-run (plist-get answer :runId) "cancelled")))
     (e2e-equal t (plist-get (plist-get record :draft) :partial)))
   (e2e-equal e2e-brief (buffer-string))))
