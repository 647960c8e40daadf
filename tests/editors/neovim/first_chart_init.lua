-- What docs/editors.md tells to write into `init.lua`.
vim.opt.runtimepath:append(vim.env.VIZ_LSP_PLUGIN)
vim.lsp.enable('viz_lsp')
vim.opt.completeopt = { 'menuone', 'noinsert', 'popup' }
vim.diagnostic.config({ virtual_text = true })
vim.api.nvim_create_autocmd('LspAttach', {
  callback = function(event)
    vim.lsp.completion.enable(true, event.data.client_id, event.buf, { autotrigger = true })
  end,
})
