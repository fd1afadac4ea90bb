--- The words of a run as they arrive, in a split beside the document. Nothing here touches the document.
local M = {}

---@class orch.Stream
---@field step string
---@field lines string[]

---@class orch.Preview
---@field bufnr integer
---@field streams orch.Stream[]

---@type table<string, orch.Preview>
local previews = {}

--- Columns of a window that is split.
local WIDE = 120

local FINISHED = { applied = true, discarded = true, superseded = true }

---@param run_id string
---@param client_id integer
---@return orch.Preview
local function create(run_id, client_id)
  local bufnr = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_name(bufnr, 'orch-preview://' .. run_id)
  vim.b[bufnr].orch_run_id = run_id
  vim.b[bufnr].orch_client_id = client_id
  vim.bo[bufnr].bufhidden = 'hide'
  vim.bo[bufnr].filetype = 'markdown'
  vim.bo[bufnr].undolevels = -1
  vim.bo[bufnr].modifiable = false
  vim.keymap.set('n', 'q', '<Cmd>close<CR>', { buffer = bufnr, desc = 'Close the preview' })
  local preview = { bufnr = bufnr, streams = {} }
  previews[run_id] = preview
  vim.api.nvim_create_autocmd('BufWipeout', {
    buffer = bufnr,
    callback = function()
      previews[run_id] = nil
    end,
  })
  return preview
end

--- The words in a title are the server's; `%` would be read as a statusline item.
---@param text string
---@return string
local function literal(text)
  return (text:gsub('%%', '%%%%'))
end

---@param preview orch.Preview
---@param text string
local function title(preview, text)
  for _, window in ipairs(vim.fn.win_findbuf(preview.bufnr)) do
    vim.wo[window].winbar = literal(text)
  end
end

---@param preview orch.Preview
---@param document? integer
---@param position 'right'|'below'
local function show(preview, document, position)
  if vim.fn.bufwinid(preview.bufnr) ~= -1 then
    return
  end
  local beside = document and vim.fn.bufwinid(document) or -1
  local window = vim.api.nvim_open_win(preview.bufnr, false, {
    split = position,
    win = beside ~= -1 and beside or 0,
  })
  vim.wo[window].wrap = true
  vim.wo[window].linebreak = true
  vim.wo[window].number = false
  vim.wo[window].relativenumber = false
  vim.wo[window].signcolumn = 'no'
  title(preview, 'Orch: drafting')
end

--- Windows in which the person follows the end of the text.
---@param preview orch.Preview
---@return integer[]
local function following(preview)
  local last = vim.api.nvim_buf_line_count(preview.bufnr)
  return vim.tbl_filter(function(window)
    return vim.api.nvim_win_get_cursor(window)[1] == last
  end, vim.fn.win_findbuf(preview.bufnr))
end

--- The stream of a delta's step, and the line at which it begins. Steps stand in the order in which they began.
---@param preview orch.Preview
---@param step string
---@return orch.Stream stream
---@return integer first
local function stream_of(preview, step)
  local first = 0
  for _, stream in ipairs(preview.streams) do
    if stream.step == step then
      return stream, first
    end
    first = first + #stream.lines
  end
  local stream = { step = step, lines = {} }
  preview.streams[#preview.streams + 1] = stream
  return stream, first
end

---@param preview orch.Preview
---@param delta orch.Delta
local function insert(preview, delta)
  local stream, first = stream_of(preview, delta.step)
  local before = #stream.lines
  local kept = math.max(before - 1, 0)
  if delta.offset == 0 then
    -- A step that is tried anew starts again.
    stream.lines, kept = {}, 0
  end
  local added = vim.split(delta.text:gsub('\r', ''), '\n', { plain = true })
  added[1] = (table.remove(stream.lines) or '') .. added[1]
  vim.list_extend(stream.lines, added)
  -- The one line of an empty buffer belongs to no stream yet.
  local last = (first == 0 and before == 0) and -1 or first + before
  vim.bo[preview.bufnr].modifiable = true
  vim.api.nvim_buf_set_lines(preview.bufnr, first + kept, last, false, added)
  vim.bo[preview.bufnr].modifiable = false
end

--- Where the words of a run are shown: beside a document in a window that is wide enough for two, else in it.
---@param document integer
---@return 'inline'|'right'|'below'|false
local function position_beside(document)
  local window = vim.fn.bufwinid(document)
  local wanted = require('orch.config').read().preview
  if window == -1 then
    return false
  elseif wanted ~= 'auto' then
    return wanted
  end
  return vim.api.nvim_win_get_width(window) >= WIDE and 'right' or 'inline'
end

--- Add words that arrived.
---@param delta orch.Delta
---@param run? orch.Run
---@param client_id integer
function M.add(delta, run, client_id)
  local preview = previews[delta.runId]
  if not preview then
    preview = create(delta.runId, client_id)
    local document = run and run.bufnr
    local position = document and position_beside(document)
    if document and (position == 'right' or position == 'below') then
      show(preview, document, position)
    end
  end
  if run and run.bufnr and vim.fn.bufwinid(preview.bufnr) == -1 and position_beside(run.bufnr) == 'inline' then
    require('orch.inline').add(delta, run.bufnr)
  end
  local windows = following(preview)
  insert(preview, delta)
  local last = vim.api.nvim_buf_line_count(preview.bufnr)
  for _, window in ipairs(windows) do
    vim.api.nvim_win_set_cursor(window, { last, 0 })
  end
  local section = run and run.section
  title(preview, section and ('Orch: drafting %s'):format(section) or 'Orch: drafting')
end

--- The server said what it does while no words arrive.
---@param run orch.Run
function M.report(run)
  local preview = previews[run.record.run_id]
  if preview and require('orch.runs').words(run) == 0 then
    title(preview, 'Orch: ' .. run.report)
  end
end

--- A run moved on: say so above its words; put them away once they are in the document.
---@param run orch.Run
function M.changed(run)
  local preview = previews[run.record.run_id]
  if require('orch.runs').is_live(run) then
    return
  end
  require('orch.inline').stop(run.record.run_id, run.bufnr)
  if not preview then
    return
  end
  local draft = run.record.draft
  local state = type(draft) == 'table' and draft.state or nil
  if run.record.status == 'completed' and FINISHED[state] then
    M.close(run.record.run_id)
  elseif state == 'ready' and run.record.status == 'completed' then
    title(preview, 'Orch: draft ready. :Orch review compares, :Orch apply applies')
  else
    title(preview, ('Orch: %s. The text so far is kept'):format(run.record.status))
  end
end

--- The server went away in the middle of this run.
---@param run_id string
function M.stopped(run_id)
  local run = require('orch.runs').get(run_id)
  require('orch.inline').stop(run_id, run and run.bufnr)
  if previews[run_id] then
    title(previews[run_id], 'Orch: interrupted. The text so far is kept, see :Orch history')
  end
end

---@param run_id string
function M.close(run_id)
  local preview = previews[run_id]
  if not preview then
    return
  end
  for _, window in ipairs(vim.fn.win_findbuf(preview.bufnr)) do
    -- The last window of the editor cannot be closed; it keeps the words.
    pcall(vim.api.nvim_win_close, window, false)
  end
  if vim.fn.bufwinid(preview.bufnr) == -1 then
    vim.api.nvim_buf_delete(preview.bufnr, { force = true })
  end
end

--- Show the words of a run, by default of the current document's newest.
---@param run_id? string
---@param bufnr integer
function M.open(run_id, bufnr)
  local newest = require('orch.runs').newest(bufnr)
  run_id = run_id or vim.b[bufnr].orch_run_id or (newest and newest.record.run_id)
  local preview = run_id and previews[run_id]
  if not preview then
    require('orch.notice').warn(
      'no words have arrived for this document yet. :Orch history lists its runs.'
    )
    return
  end
  local wanted = require('orch.config').read().preview
  local run = require('orch.runs').get(run_id)
  require('orch.inline').stop(run_id, run and run.bufnr)
  show(preview, bufnr, wanted == 'right' and 'right' or 'below')
end

return M
