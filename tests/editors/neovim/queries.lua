-- nvim --headless -u NONE -i NONE -n -l queries.lua FILE: what SQL our queries inject, and what they highlight, as JSON lines.
vim.cmd('filetype on')
vim.cmd.edit(arg[1])
local parser = assert(vim.treesitter.get_parser(0, 'yaml'))
parser:parse(true)
local sql = parser:children().sql
for _, tree in ipairs(sql and sql:included_regions() or {}) do
  local texts = {}
  for _, range in ipairs(tree) do
    texts[#texts + 1] = vim.treesitter.get_node_text(
      { range = function() return range[1], range[2], range[4], range[5] end }, 0, { metadata = { range = range } })
  end
  print(vim.json.encode({ sql = table.concat(texts) }))
end
local query = assert(vim.treesitter.query.get('yaml', 'highlights'))
for _, tree in ipairs(parser:trees()) do
  for id, node in query:iter_captures(tree:root(), 0) do
    print(vim.json.encode({ capture = query.captures[id], text = vim.treesitter.get_node_text(node, 0) }))
  end
end
vim.cmd('qall!')
