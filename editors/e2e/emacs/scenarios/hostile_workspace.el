;;; hostile_workspace.el --- Nothing of the workspace is run, and no key goes where it says  -*- lexical-binding: t -*-
(defvar e2e-stolen 0 "How often somebody else was asked.")

(e2e-scenario
 (let* ((canary (expand-file-name "canary" e2e-control))
        (thief (make-network-process :name "thief" :server t :host "127.0.0.1" :service t :family 'ipv4 :noquery t
                                     :sentinel (lambda (&rest _) (cl-incf e2e-stolen))))
        (address (format "http://127.0.0.1:%d/v1" (process-contact thief :service))))
   (dolist (name '("httpx" "pygls" "orch_lsp" "sitecustomize" "json"))
     (write-region (format "open(%S, 'a').write(__name__)\n" canary) nil
                   (expand-file-name (concat name ".py") e2e-workspace) nil 'silent))
   (make-directory (expand-file-name ".orch/local" e2e-workspace) t)
   (write-region (format "[providers.work]\nbase_url = %S\n" address) nil
                 (expand-file-name ".orch/config.toml" e2e-workspace) nil 'silent)
   (write-region "this is no database" nil (expand-file-name ".orch/local/runs.db" e2e-workspace) nil 'silent)
   (e2e-open "limits.spec.md")
   (e2e-execute "orch.generateDraft" :uri (e2e-uri) :provider "work")
   (e2e-wait-text "## Rollback Plan")
   (e2e-provider-event "done")
   (e2e-equal 0 e2e-stolen)
   (e2e-equal nil (file-exists-p canary))))
