;;; failure.el --- A wrong key: a diagnostic, and a quick fix that retries  -*- lexical-binding: t -*-
(defun e2e-count (event)
  "How often the provider's journal has EVENT."
  (with-temp-buffer
    (insert-file-contents (expand-file-name "journal.jsonl" e2e-control))
    (how-many (format "\"event\": \"%s\"" event))))

(e2e-scenario
 (e2e-choose "work" "denied")
 (e2e-open "limits.spec.md")
 (let ((answer (e2e-execute "orch.generateDraft" :uri (e2e-uri))))
   (e2e-wait-run (plist-get answer :runId) "failed"))
 (let ((lsp (e2e-wait-diagnostic "invalid_auth")))
   (e2e-equal "orch" (plist-get lsp :source))
   (let* ((range (plist-get lsp :range))
          (actions (e2e-request :textDocument/codeAction
                                :textDocument (list :uri (e2e-uri))
                                :range range
                                :context (list :diagnostics (vector lsp))))
          (retry (cl-find-if (lambda (action)
                               (let ((command (plist-get action :command)))
                                 (equal "orch.retryRun"
                                        (if (stringp command) command (plist-get command :command)))))
                             actions)))
     (unless retry (error "No quick fix that retries: %S" actions))
     (let ((command (plist-get retry :command)))
       (e2e-request :workspace/executeCommand
                    :command "orch.retryRun"
                    :arguments (plist-get (if (stringp command) retry command) :arguments)))
     (e2e-wait "the retry to reach the provider" (lambda () (= 2 (e2e-count "request")))))))
