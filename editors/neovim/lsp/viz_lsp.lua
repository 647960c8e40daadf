---@brief
--- https://github.com/viz-lsp/viz-lsp
---
--- Checks Visivo projects: every choice that a viewer of a dashboard can make.
---
--- Neovim 0.11 and later read this file from a `lsp` folder of the runtime path. Then `vim.lsp.enable('viz_lsp')`.
---@type vim.lsp.Config
return {
  cmd = { 'viz-lsp' },
  filetypes = { 'yaml' },
  root_markers = { 'project.visivo.yml', 'visivo_project.yml' },
  -- Only in projects: without a project file above, YAML is not ours.
  workspace_required = true,
  init_options = {
    -- `false`: no source is opened, no query runs.
    trusted = true,
  },
}
