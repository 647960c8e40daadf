-- nvim --headless -u NONE -i NONE -n -l bars.lua: charts of letters, from answers of `viz/rows`.
local bars = require('viz_lsp.bars')

local function rows(changes)
  local default = {
    insight = 'i', type = 'bar', choices = {}, props = { x = 0, y = 1 }, slices = {}, staticProps = {}, truncated = false,
    columns = { { values = { 'a', 'b\nc' } }, { values = { 4, -2 } } },
  }
  return vim.tbl_extend('force', default, changes)
end

local function same(what, changes, expected)
  local lines = bars.lines(rows(changes))
  local got = table.concat(vim.list_slice(lines, 3), '\n')
  if got ~= table.concat(expected, '\n') then
    io.stderr:write(what .. ':\n' .. got .. '\n')
    vim.cmd('cquit 1')
  end
end

local full, half = ('█'):rep(40), ('█'):rep(20)
same('below zero, and a label of two lines', {}, { 'a   │' .. full .. ' 4', 'b c │' .. ('▒'):rep(20) .. ' -2' })
same('lying bars', { staticProps = { orientation = 'h' }, props = { y = 0, x = 1 }, columns = { { values = { 'a', 'b' } }, { values = { 4, 2 } } } }, { 'a │' .. full .. ' 4', 'b │' .. half .. ' 2' })
same('series', { series = { { value = 's', rows = { 1 } }, { rows = { 0 } } } }, { 's', 'b c │' .. ('▒'):rep(20) .. ' -2', 'null', 'a   │' .. full .. ' 4' })
same('decimals are texts, and what is null has no bar', { columns = { { values = { 'a', vim.NIL } }, { values = { '2.50', vim.NIL } } } }, { 'a    │' .. full .. ' 2.50', 'null │ null' })
same('nothing but zero', { columns = { { values = { 1 } }, { values = { 0 } } } }, { '1 │ 0' })
same('eighths', { columns = { { values = { 1, 2 } }, { values = { 320, 1 } } } }, { '1 │' .. full .. ' 320', '2 │▏ 1' })
same('no numbers: a table', { columns = { { values = { 'a', 'b' } }, { values = { 'c', true } } } }, { 'x  y   ', 'a  c   ', 'b  true' })
same('only a slice of the numbers: a table', { props = { value = 0 }, slices = { value = '[0]' }, columns = { { values = { 7 } } } }, { 'value', '7    ' })
same('no rows', { columns = { { values = {} }, { values = {} } } }, { 'no rows' })
same('constants', { columns = {}, props = {} }, { 'constants only: no query, no rows' })
same('cut', { truncated = true, columns = { { values = { 'a' } }, { values = { 1 } } } }, { 'a │' .. full .. ' 1', '… the first 1 rows' })

local chosen = { one = { 'x' }, none = {}, range = { from = 1, to = 3 }, several = { 'x', vim.NIL } }
local head = bars.lines(rows({ choices = chosen }))[1]
if head ~= 'bar chart of i · none: nothing · one: x · range: 1 to 3 · several: x, null' then
  io.stderr:write(head .. '\n')
  vim.cmd('cquit 1')
end
vim.cmd('qall!')
