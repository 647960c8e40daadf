--- The rows of an insight as a chart of letters. Knows nothing of windows and of requests.
local M = {}

local WIDTH = 40 -- of the longest bar
local LABEL = 24 -- of the longest label
local EIGHTHS = { '▏', '▎', '▍', '▌', '▋', '▊', '▉' }

--- A value in one line.
local function shown(value)
  if value == nil or value == vim.NIL then
    return 'null'
  end
  local text = type(value) == 'table' and vim.json.encode(value) or tostring(value)
  return (text:gsub('%c', ' '))
end

local function fitted(text)
  return vim.fn.strchars(text) > LABEL and vim.fn.strcharpart(text, 0, LABEL - 1) .. '…' or text
end

local function padded(text, width)
  return text .. (' '):rep(width - vim.fn.strdisplaywidth(text))
end

--- A bar of up to `WIDTH` cells, in eighths of a cell. What is below zero is grey.
local function bar(value, most)
  local eighths = most == 0 and 0 or math.floor(math.abs(value) / most * WIDTH * 8 + 0.5)
  if value < 0 then
    return ('▒'):rep(math.max(1, math.floor(eighths / 8)))
  end
  return ('█'):rep(math.floor(eighths / 8)) .. (EIGHTHS[eighths % 8] or '')
end

--- The index of the column that feeds the first of these props. One of which only a slice is taken is none.
local function column(rows, props)
  for _, prop in ipairs(props) do
    if rows.props[prop] and not rows.slices[prop] then
      return rows.props[prop]
    end
  end
end

--- Each value is a number, or a text that is one, as decimals are.
local function numbers(values)
  return vim.iter(values):all(function(value)
    return value == vim.NIL or tonumber(value) ~= nil
  end)
end

local function all_rows(rows)
  local indices = {}
  for index = 1, #rows.columns[1].values do
    indices[index] = index - 1
  end
  return indices
end

local function chart(rows, labels, values)
  local most, width, lines = 0, 0, {}
  local function label(row)
    return fitted(labels and shown(labels[row + 1]) or shown(row + 1))
  end
  local all = all_rows(rows)
  for _, row in ipairs(all) do
    most = math.max(most, math.abs(tonumber(values[row + 1]) or 0))
    width = math.max(width, vim.fn.strdisplaywidth(label(row)))
  end
  for _, series in ipairs(rows.series or { { rows = all } }) do
    if rows.series then
      lines[#lines + 1] = shown(series.value)
    end
    for _, row in ipairs(series.rows) do
      local value = values[row + 1]
      lines[#lines + 1] = ('%s │%s %s'):format(padded(label(row), width), bar(tonumber(value) or 0, most), shown(value))
    end
  end
  return lines
end

--- What is no chart of labels and numbers: its columns, under the props that they feed.
local function grid(rows)
  local cells = {}
  local heads = {}
  for prop, index in pairs(rows.props) do
    heads[index + 1] = heads[index + 1] and heads[index + 1] .. ', ' .. prop or prop
  end
  for index, each in ipairs(rows.columns) do
    local texts = { heads[index] or 'split' }
    vim.list_extend(texts, vim.tbl_map(shown, each.values))
    texts = vim.tbl_map(fitted, texts)
    local width = 0
    for _, text in ipairs(texts) do
      width = math.max(width, vim.fn.strdisplaywidth(text))
    end
    for line, text in ipairs(texts) do
      cells[line] = cells[line] or {}
      table.insert(cells[line], padded(text, width))
    end
  end
  return vim.tbl_map(function(line)
    return table.concat(line, '  ')
  end, cells)
end

--- What is chosen, in words: one value, several, or the ends of a range.
function M.selection(selection)
  if type(selection) ~= 'table' then
    return 'not known'
  elseif selection.from ~= nil then
    return shown(selection.from) .. ' to ' .. shown(selection.to)
  elseif #selection == 0 then
    return 'nothing'
  end
  return table.concat(vim.tbl_map(shown, selection), ', ')
end

--- The lines of the answer of `viz/rows`.
function M.lines(rows)
  local head = { ('%s chart of %s'):format(rows.type, rows.insight or 'the insight') }
  local names = vim.tbl_keys(rows.choices)
  table.sort(names)
  for _, name in ipairs(names) do
    head[#head + 1] = name .. ': ' .. M.selection(rows.choices[name])
  end
  local lines = { table.concat(head, ' · '), '' }
  if #rows.columns == 0 then
    lines[#lines + 1] = 'constants only: no query, no rows'
  elseif #rows.columns[1].values == 0 then
    lines[#lines + 1] = 'no rows'
  else
    local lying = (rows.staticProps or {}).orientation == 'h'
    local labels = column(rows, lying and { 'y' } or { 'x', 'labels', 'theta' })
    local values = column(rows, lying and { 'x' } or { 'y', 'values', 'r' })
    if values and numbers(rows.columns[values + 1].values) then
      vim.list_extend(lines, chart(rows, labels and rows.columns[labels + 1].values, rows.columns[values + 1].values))
    else
      vim.list_extend(lines, grid(rows))
    end
  end
  if rows.truncated then
    lines[#lines + 1] = ('… the first %d rows'):format(#rows.columns[1].values)
  end
  return lines
end

M.shown = shown

return M
