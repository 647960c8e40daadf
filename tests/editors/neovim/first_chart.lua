-- nvim --headless -u NONE -i NONE -n -l first_chart.lua FOLDER PLUGIN PICTURES: from an empty folder to a chart, by the keyboard.
-- A second Neovim runs in a terminal of this one, so what is asserted is what is on its screen.
local folder, plugin, pictures = arg[1], arg[2], arg[3]
local here = vim.fs.dirname(vim.fs.abspath(debug.getinfo(1, 'S').source:sub(2)))
local WIDTH, HEIGHT = 130, 36
local buffer, channel

local function screen()
  return (table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), '\n'):gsub(' +\n', '\n'))
end

local function wait(seen, what)
  if not vim.wait(60000, seen, 20) then
    error('not on the screen: ' .. what .. '\n' .. screen(), 0)
  end
end

local function see(text)
  wait(function()
    return screen():find(text, 1, true) ~= nil
  end, text)
end

local function gone(text)
  wait(function()
    return screen():find(text, 1, true) == nil
  end, 'no more: ' .. text)
end

-- Keys as a terminal sends them.
local KEYS = { ['<CR>'] = '\r', ['<Esc>'] = '\27', ['<Tab>'] = '\t', ['<End>'] = '\27[F', ['<Right>'] = '\27[C', ['<C-d>'] = '\4', ['<C-o>'] = '\15', ['<C-x>'] = '\24', ['<C-y>'] = '\25' }

local function press(keys)
  vim.api.nvim_chan_send(channel, (keys:gsub('<[%a-]+>', KEYS)))
end

-- Types, and waits for the echo.
local function type_in(text)
  vim.api.nvim_chan_send(channel, text)
  see(vim.trim(text))
end

-- Types the beginning of something, and takes what completion offers first; then there is `text` on the screen. A row is a
-- word, its kind and more.
local function complete(beginning, label, text, picture)
  local row = '[~%s]' .. vim.pesc(label) .. ' +%u%l%a+'
  local function offered()
    return screen():find(row) ~= nil
  end
  vim.api.nvim_chan_send(channel, beginning)
  -- Neovim drops an answer that comes while it asks by itself, and columns are known only once the source has answered: then
  -- it is asked again.
  wait(function()
    press('<C-x><C-o>')
    return vim.wait(15000, offered, 20)
  end, 'completion of ' .. label)
  if picture then
    picture()
  end
  press('<C-y>')
  wait(function()
    return not offered()
  end, 'the popup is closed')
  see(text)
end

local function picture(name)
  vim.fn.mkdir(pictures, 'p')
  local lines = vim.split(screen():gsub('%s+$', ''), '\n')
  vim.fn.writefile(lines, vim.fs.joinpath(pictures, name .. '.txt'))
end

-- The end of the line, and a new one, `out` steps further out.
local function new_line(out)
  press('<End><CR>' .. ('<C-d>'):rep(out or 0))
end

local function start()
  vim.o.columns, vim.o.lines = WIDTH + 2, HEIGHT + 4
  buffer = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_open_win(buffer, true, { relative = 'editor', width = WIDTH, height = HEIGHT, row = 0, col = 0 })
  channel = vim.fn.jobstart({ vim.v.progpath, '-u', vim.fs.joinpath(here, 'first_chart_init.lua'), '-i', 'NONE', '-n' }, {
    term = true,
    cwd = folder,
    env = { VIZ_LSP_PLUGIN = plugin, TERM = 'xterm-256color' },
  })
end

local function write()
  press(':edit project.visivo.yml<CR>')
  see('the file is empty') -- the server is there
  press('i')
  type_in('name: first')
  new_line()
  complete('def', 'defaults', 'defaults:')
  complete('so', 'source_name', 'source_name:')
  type_in('memory')
  new_line(1)
  complete('sour', 'sources', 'sources:\n  - name:')
  type_in('memory')
  press('<Tab>')
  complete('duck', 'duckdb', 'type: duckdb')
  new_line()
  complete('data', 'database', 'database:')
  type_in("':memory:'")
  new_line(2)
  complete('mod', 'models', 'models:\n  - name:')
  type_in('sales')
  press('<Tab>')
  type_in("select * from (values ('North', 'shop', 8), ('North', 'web', 2), ('South', 'web', 5)) t(region, channel, amount)")
  new_line(2)
  complete('inp', 'inputs', 'inputs:\n  - name:')
  type_in('market')
  press('<Tab>')
  -- The choices of the snippet.
  see('multi-select')
  press('<C-y>')
  gone('multi-select')
  press('<Tab>')
  type_in('?{ select distinct region from ')
  complete('sal', 'sales', 'from ${ref(sales)}')
  type_in(' order by region }')
  new_line(2)
  complete('ins', 'insights', 'insights:\n  - name:')
  type_in('amounts')
  press('<Tab>')
  complete('ba', 'bar', 'type: bar')
  new_line()
  complete('x', 'x', 'x: ?{')
  complete('sal', 'sales', 'x: ?{ ${ref(sales).')
  complete('cha', 'channel', '(sales).channel')
  new_line()
  complete('y', 'y', 'y: ?{')
  type_in('sum(')
  complete('sal', 'sales', 'sum(${ref(sales).')
  complete('am', 'amount', '(sales).amount', function()
    picture('neovim-first-chart-1-completion')
  end)
  press('<Right>')
  type_in(')')
  new_line(1)
  complete('int', 'interactions', 'interactions:')
  complete('fil', 'filter', 'filter: ?{')
  complete('sal', 'sales', 'filter: ?{ ${ref(sales).')
  complete('reg', 'region', '(sales).region')
  press('<Right>')
  type_in(' = ')
  complete('mar', 'market', '${ref(market).value}')
  new_line(3)
  complete('cha', 'charts', 'charts:')
  type_in('overview')
  new_line()
  press('  ')
  complete('ins', 'insights', '    insights:')
  type_in('amuonts')
end

-- A name typed from memory, and wrong: told when the typing is over, and mended by an action.
local function mend()
  press('<Esc>')
  see('nothing is called `amuonts`')
  picture('neovim-first-chart-2-mistake')
  press('F(lgra')
  see('replace it by `amounts`')
  press((screen():match('(%d+): replace it by `amounts`')) .. '<CR>')
  gone('amuonts')
  press(':lua print("findings: " .. #vim.diagnostic.get(0))<CR>')
  see('findings: 0')
end

local function draw()
  press(':write<CR>')
  see('written')
  press(':VizPreview<CR>')
  see('bar chart of amounts · market: North')
  see('shop │' .. ('█'):rep(40) .. ' 8')
  see('web  │' .. ('█'):rep(10) .. ' 2')
  picture('neovim-first-chart')
  press(':VizChoose<CR>')
  see('2: South')
  press('2<CR>')
  see('bar chart of amounts · market: South')
  see('web │' .. ('█'):rep(40) .. ' 5')
  gone('shop │')
  picture('neovim-first-chart-3-other-choice')
  press(':VizChoose!<CR>')
  see('bar chart of amounts · market: North')
  press('gg:VizPreview<CR>')
  see('viz-lsp: there is no insight here')
end

local function run()
  start()
  write()
  mend()
  draw()
  io.stdout:write('ok a chart is drawn\n')
end

local done, fault = pcall(run)
if not done then
  io.stderr:write('FAIL ' .. tostring(fault) .. '\n')
end
vim.fn.jobstop(channel)
vim.cmd(done and 'qall!' or 'cquit 1')
