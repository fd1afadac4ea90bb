;;; crash.el --- The server is killed in the middle of a run  -*- lexical-binding: t -*-
(e2e-scenario
 (e2e-open "limits.spec.md")
 (let* ((answer (e2e-execute "orch.generateDraft" :uri (e2e-uri) :provider "work" :model "held"))
        (run-id (plist-get answer :runId))
        (server (eglot-current-server)))
   (e2e-provider-event "held")
   (e2e-wait-checkpoint)
   (let ((record (e2e-execute "orch.showRun" :runId run-id :open :json-false)))
     (signal-process (plist-get (plist-get record :owner) :pid) 'SIGKILL))
   (e2e-wait "the server to end" (lambda () (not (jsonrpc-running-p server))))
   ;; Emacs in batch does not notice by itself; a person would see Eglot reconnect, or do it.
   (eglot-reconnect server)
   (e2e-wait "the server to be back"
             (lambda ()
               (let ((current (eglot-current-server)))
                 (and current (not (eq server current)) (jsonrpc-running-p current)))))
   (let ((record (e2e-wait-run run-id "interrupted")))
     (e2e-equal t (plist-get (plist-get record :draft) :partial)))
   (e2e-contains (plist-get (e2e-execute "orch.previewDraft" :runId run-id :open :json-false) :text)
                 "One busy client")
   (e2e-equal e2e-brief (buffer-string))))
