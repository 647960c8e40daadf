;;; viz-lsp.el --- Visivo projects in Eglot -*- lexical-binding: t -*-

;; Eglot is part of Emacs 29; in Emacs 26.3 to 28 it is on GNU ELPA. Load this file, then visit a file of a project.
;; Outside of projects nothing is started, and what you have set up for YAML stays as it is.

;;; Code:

(require 'eglot)
(require 'project)

(defvar viz-lsp-trusted t
  "Whether sources of projects may be opened and queries run.")

(defvar viz-lsp-project-files '("project.visivo.yml" "visivo_project.yml")
  "Files that make a folder a project.")

(defun viz-lsp-root (folder)
  "The project folder that FOLDER lies in, or nil."
  (locate-dominating-file
   folder
   (lambda (each)
     (seq-some (lambda (name) (file-regular-p (expand-file-name name each))) viz-lsp-project-files))))

(defun viz-lsp-project (folder)
  "FOLDER's project for `project-find-functions'."
  (when-let ((root (viz-lsp-root folder)))
    (cons 'transient (expand-file-name root))))

(defalias 'viz-lsp-yaml-mode (if (fboundp 'yaml-mode) 'yaml-mode 'conf-colon-mode))

(define-derived-mode viz-lsp-mode viz-lsp-yaml-mode "Visivo"
  "YAML of a Visivo project.")
(put 'viz-lsp-mode 'eglot-language-id "yaml")

(defun viz-lsp-mode-in-projects ()
  "Turn on `viz-lsp-mode' and the server in projects."
  (when (and buffer-file-name
             (string-match-p "\\.ya?ml\\'" buffer-file-name)
             (not (derived-mode-p 'viz-lsp-mode))
             (viz-lsp-root default-directory))
    (viz-lsp-mode)
    (add-hook 'project-find-functions #'viz-lsp-project nil t)
    (eglot-ensure)))

(add-to-list 'eglot-server-programs
             `(viz-lsp-mode . ,(lambda (&rest _)
                                 (list "viz-lsp" :initializationOptions
                                       (list :trusted (if viz-lsp-trusted t :json-false))))))
(add-hook 'find-file-hook #'viz-lsp-mode-in-projects)

(provide 'viz-lsp)
;;; viz-lsp.el ends here
