---@brief
--- https://github.com/viz-lsp/viz-lsp
---
--- Checks Visivo projects: every choice that a viewer of a dashboard can make.
---
--- Neovim 0.11 and later read this file from a `lsp` folder of the runtime path. Then `vim.lsp.enable('viz_lsp')`.
local project_files = { 'project.visivo.yml', 'visivo_project.yml' }

---@type vim.lsp.Config
return {
  cmd = { 'viz-lsp' },
  filetypes = { 'yaml' },
  -- Only in projects: without a project file above, YAML is not ours. A project file that is new is on no disk yet.
  root_dir = function(buffer, on_dir)
    local file = vim.api.nvim_buf_get_name(buffer)
    local is_new = vim.list_contains(project_files, vim.fs.basename(file))
    local root = vim.fs.root(buffer, project_files) or (is_new and vim.fs.dirname(file))
    if root then
      on_dir(root)
    end
  end,
  workspace_required = true,
  init_options = {
    -- `false`: no source is opened, no query runs.
    trusted = true,
    -- What `commands` below does, so that code lenses offer it.
    commands = { 'viz.preview' },
  },
  commands = {
    ['viz.preview'] = function(command, context)
      local client = assert(vim.lsp.get_client_by_id(context.client_id))
      require('viz_lsp.preview').preview(client, context.bufnr, command.arguments[1])
    end,
  },
  on_attach = function(client, buffer)
    require('viz_lsp.preview').commands(client, buffer)
  end,
}
