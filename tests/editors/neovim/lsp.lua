-- nvim --headless -u NONE -i NONE -n -l lsp.lua SHOP: the server as our configuration starts it, on a copy of the sample project.
local shop = arg[1]

local function say(text)
  io.stdout:write(text .. '\n')
end

local function must(value, what)
  if not value then
    error(what .. ': not so', 0)
  end
  say('ok ' .. what)
  return value
end

-- Line and column of a text in the buffer, both from 0.
local function place(text, after)
  for line, content in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, false)) do
    local from, to = content:find(text, 1, true)
    if from then
      return { line = line - 1, character = after and to or from - 1 }
    end
  end
  error('no ' .. text .. ' in the buffer', 0)
end

local function ask(method, position, more)
  local params = vim.tbl_extend('force', { textDocument = { uri = vim.uri_from_bufnr(0) }, position = position }, more or {})
  local replies = must(vim.lsp.buf_request_sync(0, method, params, 20000), method .. ' is answered')
  for _, reply in pairs(replies) do
    if reply.err then
      error(method .. ': ' .. vim.inspect(reply.err), 0)
    end
    return reply.result, vim.lsp.get_clients({ bufnr = 0 })[1]
  end
end

local function diagnostic(code)
  local found
  vim.wait(60000, function()
    for _, each in ipairs(vim.diagnostic.get(0)) do
      found = each.code == code and each or found
    end
    return found ~= nil
  end, 20)
  return must(found, 'diagnostic ' .. code)
end

local function run()
  vim.cmd('filetype on') -- `-u NONE` turns it off, and `enable` needs it
  vim.lsp.enable('viz_lsp')

  vim.cmd.edit(shop .. '/../notes.yml')
  vim.wait(200, function()
    return #vim.lsp.get_clients() > 0
  end)
  must(#vim.lsp.get_clients() == 0, 'no server for YAML outside of projects')

  -- A project that begins: its file is not on the disk.
  local new = shop .. '/../new'
  vim.fn.mkdir(new, 'p')
  vim.cmd.edit(new .. '/project.visivo.yml')
  must(vim.wait(10000, function()
    local client = vim.lsp.get_clients({ bufnr = 0 })[1]
    return client ~= nil and client.initialized
  end, 20), 'a server in a new file')
  vim.api.nvim_buf_set_lines(0, 0, -1, false, { 'insights:', '  - name: a', '    props:', '      type: bar', '      mar' })
  local offered = ask('textDocument/completion', { line = 4, character = 9 })
  local items = offered.items or offered
  for _, item in ipairs(items) do
    must(item.filterText ~= nil, 'what Neovim filters by: ' .. item.label)
  end
  vim.cmd('bdelete!')

  vim.cmd.edit(shop .. '/project.visivo.yml')
  must(vim.wait(10000, function()
    return #vim.lsp.get_clients({ bufnr = 0 }) > 0
  end, 20), 'the server is attached in a project')
  local broken = diagnostic('combination-syntax')
  must(broken.message:find("O'Fallon", 1, true), 'the message names the option')
  must(broken.lnum == place("'${ref(city).value}'").line, 'the diagnostic is on its line')
  local typo = diagnostic('unknown-reference')

  local hover = ask('textDocument/hover', place('ref(city)', false))
  local text = type(hover.contents) == 'table' and hover.contents.value or hover.contents
  must(text:find('Boise', 1, true), 'hover over an input lists its options')

  local lenses, attached = ask('textDocument/codeLens')
  local lens = must(vim.iter(lenses):find(function(each)
    return each.command and each.command.command == 'viz.preview'
  end), 'a lens offers the preview')
  attached:exec_cmd(lens.command, { bufnr = vim.api.nvim_get_current_buf() })
  must(vim.wait(20000, function()
    return vim.iter(vim.api.nvim_list_wins()):any(function(window)
      return vim.w[window]['viz_lsp.preview'] ~= nil
    end)
  end, 20), 'the lens opens the preview')

  local completion = ask('textDocument/completion', place('${ref(or', true))
  local labels = vim.tbl_map(function(item)
    return item.label
  end, completion.items or completion)
  must(vim.tbl_contains(labels, 'orders'), 'completion offers names')

  local range = { start = place('ctiy'), ['end'] = place('ctiy', true) }
  local actions, client = ask('textDocument/codeAction', nil, {
    range = range,
    context = { diagnostics = vim.tbl_map(function(each)
      return each.user_data.lsp
    end, { typo }) },
  })
  local fix = must(vim.iter(actions):find(function(action)
    return action.title:find('`city`', 1, true) and action.edit
  end), 'a quick fix is offered')
  vim.lsp.util.apply_workspace_edit(fix.edit, client.offset_encoding)
  must(place("'${ref(city).value}' }").line, 'the quick fix is applied')
  must(vim.wait(60000, function()
    return #vim.tbl_filter(function(each)
      return each.code == 'unknown-reference'
    end, vim.diagnostic.get(0)) == 0
  end, 20), 'the fault is gone')

  -- Of two inputs, one in which several can be chosen: what is chosen a second time is taken away.
  local answers = { 'channels', 'web' }
  vim.ui.select = function(items, options, chosen)
    local wanted = table.remove(answers, 1)
    chosen(must(vim.iter(items):find(function(item)
      return options.format_item(item):find(wanted, 1, true) ~= nil
    end), wanted .. ' can be chosen'))
  end
  vim.api.nvim_win_set_cursor(0, { place('sales_by_channel').line + 1, 10 })
  vim.cmd('VizChoose')
  must(vim.wait(20000, function()
    return vim.iter(vim.api.nvim_list_bufs()):any(function(buffer)
      return vim.api.nvim_buf_get_lines(buffer, 0, 1, false)[1] == 'bar chart of sales_by_channel · channels: store · city: Denver'
    end)
  end, 20), 'the chart of what is chosen')

  local edit = ask('textDocument/rename', place('city).value', false), { newName = 'town' })
  vim.lsp.util.apply_workspace_edit(edit, client.offset_encoding)
  must(place('${ref(town).value}').line, 'rename changes this file')
  vim.cmd.edit(shop .. '/inputs.yml')
  must(place('- name: town').line, 'rename changes the other file')
end

local ok, message = pcall(run)
if not ok then
  io.stderr:write('FAIL ' .. (type(message) == 'string' and message or vim.inspect(message)) .. '\n')
end
for _, client in ipairs(vim.lsp.get_clients()) do
  client:stop(true)
end
vim.cmd(ok and 'qall!' or 'cquit 1')
