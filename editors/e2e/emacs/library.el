;;; library.el --- What the Emacs scenarios share  -*- lexical-binding: t -*-

;;; Code:

(require 'cl-lib)
(require 'json)
(require 'subr-x)
(package-initialize)
(setq eglot-sync-connect 20
      flymake-no-changes-timeout 0.1
      make-backup-files nil
      create-lockfiles nil)
(load (expand-file-name "configuration.el" (getenv "HOME")) nil t)

(defconst e2e-workspace (getenv "E2E_WORKSPACE"))
(defconst e2e-control (getenv "E2E_CONTROL"))
(defconst e2e-brief
  "# Rate limiter\n\nLimit requests per client, so that one client cannot starve the others.\n")

(defun e2e-be-idle ()
  "Run what waits for idleness, such as Eglot's notices of changes: batch Emacs never is idle."
  (dolist (timer (copy-sequence timer-idle-list))
    (cancel-timer timer)
    (apply (timer--function timer) (timer--args timer))))

(defun e2e-wait (what condition)
  "Wait until CONDITION returns non-nil and return that; WHAT names it."
  (let ((limit (+ (float-time) 20)) value)
    (while (not (setq value (funcall condition)))
      (when (> (float-time) limit) (error "Waited in vain for: %s" what))
      (accept-process-output nil 0.02)
      (e2e-be-idle))
    value))

(defun e2e-choose (provider model)
  "Choose PROVIDER and MODEL in the user config, as a person would."
  (let ((path (expand-file-name "config.toml" (getenv "ORCH_CONFIG_HOME"))))
    (with-temp-buffer
      (insert-file-contents path)
      (insert (format "provider = %S\nmodel = %S\n\n" provider model))
      (write-region nil nil path nil 'silent))))

(defun e2e-equal (expected actual)
  "Fail unless EXPECTED is ACTUAL."
  (unless (equal expected actual) (error "Expected %S\nbut got  %S" expected actual)))

(defun e2e-contains (text part)
  "Fail unless TEXT contains PART."
  (unless (and text (string-search part text)) (error "%S is not in:\n%s" part text)))

(defun e2e-open (name)
  "Write the brief to a file NAME of the workspace, open it and wait for the server."
  (let ((path (expand-file-name name e2e-workspace)))
    (write-region e2e-brief nil path nil 'silent)
    (find-file path)
    (buffer-enable-undo)
    ;; `eglot-ensure' connects after a command; in batch there is none.
    (run-hooks 'post-command-hook)
    (e2e-wait "the server" #'eglot-current-server)))

(defun e2e-request (method &rest params)
  "Send a request METHOD with PARAMS."
  (jsonrpc-request (eglot-current-server) method params))

(defun e2e-execute (command &rest argument)
  "Run a server COMMAND with ARGUMENT, a property list."
  (e2e-request :workspace/executeCommand :command command
               :arguments (if argument (vector argument) [])))

(defun e2e-uri ()
  "The current document's URI."
  (concat "file://" buffer-file-name))

(defun e2e-position ()
  "The parameters of a request about the cursor's place."
  (list :textDocument (list :uri (e2e-uri))
        :position (list :line (1- (line-number-at-pos)) :character (current-column))))

(defun e2e-wait-run (run-id status)
  "Wait until the run RUN-ID has a STATUS; its record."
  (e2e-wait (format "the run to be %s" status)
            (lambda ()
              (let ((record (e2e-execute "orch.showRun" :runId run-id :open :json-false)))
                (and (equal (plist-get record :status) status) record)))))

(defun e2e-wait-applied (run-id)
  "Wait until the edit of the run RUN-ID is on its record."
  (e2e-wait "the edit to be recorded"
            (lambda () (plist-get (e2e-execute "orch.showRun" :runId run-id :open :json-false) :applied))))

(defun e2e-wait-diagnostic (code)
  "Wait for a diagnostic with CODE, as the server sent it."
  ;; The mode begun once more would forget what it was told, and puts its start off to a command that no one gives here.
  (unless flymake-mode (flymake-mode 1))
  (flymake-start)
  (e2e-wait (format "a diagnostic %s" code)
            (lambda ()
              (cl-find code
                       (mapcar (lambda (diagnostic)
                                 (alist-get 'eglot-lsp-diag (flymake-diagnostic-data diagnostic)))
                               (flymake-diagnostics))
                       :key (lambda (lsp) (plist-get lsp :code))
                       :test #'equal))))

(defun e2e-wait-checkpoint ()
  "Wait until text of a running draft has been written."
  (let ((program (expand-file-name "../checkpoints.py" (file-name-directory (getenv "E2E_LIBRARY")))))
    (e2e-wait "the text so far to be kept"
              (lambda () (zerop (call-process "python3" nil nil nil program e2e-workspace))))))

(defun e2e-wait-text (part)
  "Wait until the document has PART."
  (e2e-wait (format "the document to have %S" part)
            (lambda () (string-search part (buffer-string)))))

(defun e2e-provider-event (name)
  "Wait until the provider's journal has an event NAME."
  (e2e-wait (format "the provider to say %s" name)
            (lambda ()
              (with-temp-buffer
                (insert-file-contents (expand-file-name "journal.jsonl" e2e-control))
                (string-search (format "\"event\": \"%s\"" name) (buffer-string))))))

(defmacro e2e-scenario (&rest body)
  "Run BODY and end Emacs with the verdict."
  `(condition-case problem
       (progn ,@body (message "ok") (kill-emacs 0))
     (error (message "%s" (error-message-string problem)) (kill-emacs 1))))

;;; library.el ends here
