;;; history.el --- Two runs in the history, the newest first, and the page of one  -*- lexical-binding: t -*-
(e2e-scenario
 (e2e-open "limits.spec.md")
 (let ((older (e2e-execute "orch.generateDraft" :uri (e2e-uri) :provider "outline" :apply "review")))
   (e2e-wait-run (plist-get older :runId) "completed")
   (let ((newer (e2e-wait "a second run to be accepted"
                          (lambda ()
                            (ignore-errors
                              (e2e-execute "orch.generateDraft" :uri (e2e-uri) :provider "work" :apply "review"))))))
     (e2e-wait-run (plist-get newer :runId) "completed")
     (let ((records (e2e-execute "orch.showHistory" :uri (e2e-uri) :open :json-false)))
       (e2e-equal (list (plist-get newer :runId) (plist-get older :runId))
                  (mapcar (lambda (record) (plist-get record :run_id)) records)))
     ;; Eglot 1.9 cannot open a document for the server: it is told where the page is.
     (let (told)
       (cl-letf (((symbol-function 'eglot--message)
                  (lambda (format &rest arguments) (push (apply #'format format arguments) told))))
         (e2e-execute "orch.showRun" :runId (plist-get newer :runId))
         (e2e-wait "the path of the page"
                   (lambda () (cl-some (lambda (text) (string-match "see \\(/[^ ]+\\.md\\)" text)) told))))
       (let ((path (cl-some (lambda (text) (and (string-match "see \\(/[^ ]+\\.md\\)" text) (match-string 1 text)))
                            told)))
         (with-temp-buffer
           (insert-file-contents path)
           (e2e-contains (buffer-string) (plist-get newer :runId))
           (e2e-contains (buffer-string) "steady-2026")))))))
