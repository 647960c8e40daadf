-- nvim --headless -u NONE -i NONE -n -l format.lua FOLDER: formatting, as somebody sets it in Neovim.
local folder = arg[1]

local function must(value, what)
  if not value then
    error(what .. ': not so', 0)
  end
  io.stdout:write('ok ' .. what .. '\n')
  return value
end

local function open(asked)
  vim.lsp.config('viz_lsp', { init_options = { trusted = true, format = { enable = asked } } })
  vim.lsp.enable('viz_lsp')
  vim.cmd.edit(folder .. '/project.visivo.yml')
  local function attached()
    local client = vim.lsp.get_clients({ bufnr = 0 })[1]
    return client ~= nil and client.initialized
  end
  must(vim.wait(60000, attached, 20), 'the server starts')
  return vim.lsp.get_clients({ bufnr = 0 })[1]
end

local function run()
  vim.cmd('filetype on')
  local asked = folder:match('asked$') ~= nil
  local client = open(asked)
  local function formats()
    return client:supports_method('textDocument/formatting', 0) and client:supports_method('textDocument/rangeFormatting', 0)
  end
  if not asked then
    must(not formats(), 'nothing is offered')
    return
  end
  must(vim.wait(60000, formats, 20), 'formatting is offered')
  vim.lsp.buf.format({ async = false, timeout_ms = 60000 })
  local text = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n')
  must(text == 'name: shop\ninsights:\n  # of a\n  - name: a   # here\n    props:\n      type: bar\n      x: ?{ 1 }', 'the text is formatted: ' .. text)
end

local done, fault = pcall(run)
if not done then
  io.stderr:write(fault .. '\n')
end
for _, client in ipairs(vim.lsp.get_clients()) do
  client:stop(true)
end
vim.cmd(done and 'qall!' or 'cquit 1')
