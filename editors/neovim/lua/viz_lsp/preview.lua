--- `:VizPreview` and `:VizChoose`: the chart of the insight at the cursor, and what is chosen in its inputs.
local bars = require('viz_lsp.bars')
local M = {}

local ROWS = 100 -- what a floating window can hold

local function tell(failure)
  vim.notify('viz-lsp: ' .. failure.message, vim.log.levels.WARN)
end

--- Asks the server, and goes on only with an answer that is no refusal.
local function ask(client, buffer, method, params, go_on)
  client:request(method, params, function(fault, answer)
    local refused = fault or answer.error
    if refused then
      tell(refused)
    else
      go_on(answer)
    end
  end, buffer)
end

local function at_cursor(client)
  return vim.lsp.util.make_position_params(0, client.offset_encoding)
end

--- Shows the rows of an insight in a floating window, as hovers are shown. Called twice, the cursor goes into it.
local function show(client, buffer, subject, focus)
  ask(client, buffer, 'viz/rows', vim.tbl_extend('force', subject, { limit = ROWS }), function(rows)
    vim.lsp.util.open_floating_preview(bars.lines(rows), '', { focus_id = 'viz_lsp.preview', focus = focus, border = 'rounded', wrap = false, max_width = 100 })
  end)
end

function M.preview(client, buffer, subject)
  show(client, buffer, subject or at_cursor(client), true)
end

--- Lets the user choose an option, and calls back with the selection that the input has then.
local function select(input, prompt, chosen)
  vim.ui.select(input.options, { prompt = prompt, format_item = bars.shown }, function(option)
    if option ~= nil then
      chosen(option)
    end
  end)
end

local function choose_in(input, done)
  local name = (input.label or input.name) .. (input.truncated and (' (the first %d of %d)'):format(#input.options, input.total) or '')
  if input.range then
    select(input, name .. ', from', function(from)
      select(input, name .. ', to', function(to)
        done({ from = from, to = to })
      end)
    end)
  elseif input.multi then
    select(input, ('%s, now %s: add or take away'):format(name, bars.selection(input.selection)), function(option)
      local others = vim.tbl_filter(function(each)
        return each ~= option
      end, input.selection or {})
      local was_there = #others < #(input.selection or {})
      done(was_there and others or vim.list_extend(others, { option }))
    end)
  else
    select(input, name, function(option)
      done({ option })
    end)
  end
end

--- Chooses in one of the insight's inputs, pins that for hovers, hints and SQL, too, and shows the chart.
function M.choose(client, buffer)
  local subject = at_cursor(client)
  local function pin(input)
    if input == nil then
      return
    end
    if input.error then
      return tell(input.error)
    end
    choose_in(input, function(selection)
      ask(client, buffer, 'viz/pin', { textDocument = subject.textDocument, choices = { [input.name] = selection }, replace = false }, function()
        show(client, buffer, subject, false)
      end)
    end)
  end
  ask(client, buffer, 'viz/inputs', subject, function(answer)
    if #answer.inputs == 0 then
      tell({ message = 'this insight reads no input' })
    elseif #answer.inputs == 1 then
      pin(answer.inputs[1])
    else
      vim.ui.select(answer.inputs, {
        prompt = 'Input',
        format_item = function(input)
          return ('%s: %s'):format(input.name, bars.selection(input.selection))
        end,
      }, pin)
    end
  end)
end

--- Forgets what was chosen: the inputs are as the page opens.
function M.forget(client, buffer)
  local subject = at_cursor(client)
  ask(client, buffer, 'viz/unpin', { textDocument = subject.textDocument, inputs = vim.NIL }, function()
    show(client, buffer, subject, false)
  end)
end

--- The commands of a buffer that the server looks at.
function M.commands(client, buffer)
  vim.api.nvim_buf_create_user_command(buffer, 'VizPreview', function()
    M.preview(client, buffer)
  end, { desc = 'The chart of the insight at the cursor' })
  vim.api.nvim_buf_create_user_command(buffer, 'VizChoose', function(command)
    local act = command.bang and M.forget or M.choose
    act(client, buffer)
  end, { bang = true, desc = 'Choose in an input of the insight at the cursor; with ! forget what was chosen' })
end

return M
