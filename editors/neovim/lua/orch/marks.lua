--- New text in a document: marked until the cursor was in it, and kept or undone section by section.
local notice = require('orch.notice')

local M = {}

local namespace = vim.api.nvim_create_namespace('orch_new_text')
local group = vim.api.nvim_create_augroup('orch_new_text', { clear = true })

---@class orch.NewText
---@field before string[] The lines that stood in its place.
---@field seen? boolean The cursor was in it.
---@field title string

--- By buffer, by the id of the extmark that follows the lines.
---@type table<integer, table<integer, orch.NewText>>
local marks = {}

--- The lines of a mark, from 0, the end not included; nil where they are gone.
---@param bufnr integer
---@param id integer
---@return integer? first
---@return integer? last
local function place(bufnr, id)
  local mark = vim.api.nvim_buf_get_extmark_by_id(bufnr, namespace, id, { details = true })
  if #mark == 0 or mark[3].invalid then
    return nil, nil
  end
  return mark[1], mark[3].end_row
end

---@param bufnr integer
---@param id integer
---@param first integer
---@param last integer
---@param seen boolean
local function set(bufnr, id, first, last, seen)
  return vim.api.nvim_buf_set_extmark(bufnr, namespace, first, 0, {
    id = id ~= 0 and id or nil,
    end_row = last,
    hl_group = not seen and 'OrchNewText' or nil,
    hl_eol = not seen or nil,
    right_gravity = true,
    end_right_gravity = false,
    priority = 90,
  })
end

--- Take the marks of a buffer that are still there, in their order.
---@param bufnr integer
---@return { id: integer, first: integer, last: integer, new: orch.NewText }[]
local function standing(bufnr)
  local found = {}
  for id, new in pairs(marks[bufnr] or {}) do
    local first, last = place(bufnr, id)
    if first and last and first < last then
      found[#found + 1] = { id = id, first = first, last = last, new = new }
    end
  end
  table.sort(found, function(a, b)
    return a.first < b.first
  end)
  return found
end

---@param bufnr integer
---@param id integer
local function forget(bufnr, id)
  vim.api.nvim_buf_del_extmark(bufnr, namespace, id)
  if marks[bufnr] then
    marks[bufnr][id] = nil
  end
end

---@param lines string[]
---@param first integer From 1.
---@return string
local function title_above(lines, first)
  for line = first, 1, -1 do
    local title = lines[line] and lines[line]:match('^#+%s+(.-)%s*#*$')
    if title then
      return title
    end
  end
  return 'this part'
end

--- New lines, cut before each main heading.
---@param lines string[] Of the whole document.
---@param first integer From 1.
---@param count integer
---@return { first: integer, count: integer }[]
local function pieces(lines, first, count)
  local found, start = {}, first
  for line = first + 1, first + count - 1 do
    local written = vim.trim(table.concat(lines, '', start, line - 1)) ~= ''
    if lines[line]:match('^##? ') and written then
      found[#found + 1] = { first = start, count = line - start }
      start = line
    end
  end
  found[#found + 1] = { first = start, count = first + count - start }
  return found
end

--- Mark what an edit brought into a buffer.
---@param bufnr integer
---@param before string[]
function M.note(bufnr, before)
  local after = vim.api.nvim_buf_get_lines(bufnr, 0, -1, false)
  local options = { result_type = 'indices' }
  local hunks = vim.diff(table.concat(before, '\n') .. '\n', table.concat(after, '\n') .. '\n', options)
  marks[bufnr] = marks[bufnr] or {}
  for _, hunk in ipairs(hunks --[[@as integer[][] ]]) do
    local old_first, old_count, new_first, new_count = unpack(hunk)
    if new_count > 0 then
      local old = vim.list_slice(before, old_first, old_first + old_count - 1)
      for number, piece in ipairs(pieces(after, new_first, new_count)) do
        local id = set(bufnr, 0, piece.first - 1, piece.first - 1 + piece.count, false)
        local title = title_above(after, piece.first)
        for line = piece.first, piece.first + piece.count - 1 do
          title = after[line]:match('^##? +(.-)%s*#*$') or title
        end
        marks[bufnr][id] = { before = number == 1 and old_count > 0 and old or {}, title = title }
      end
    end
  end
  vim.api.nvim_clear_autocmds({ group = group, buffer = bufnr })
  vim.api.nvim_create_autocmd('CursorMoved', {
    group = group,
    buffer = bufnr,
    callback = function()
      M.look(bufnr)
    end,
  })
  vim.api.nvim_create_autocmd({ 'BufUnload', 'BufWipeout' }, {
    group = group,
    buffer = bufnr,
    callback = function()
      marks[bufnr] = nil
    end,
  })
end

--- The cursor is somewhere: what it stands in was looked at.
---@param bufnr integer
function M.look(bufnr)
  local line = vim.api.nvim_win_get_cursor(0)[1] - 1
  for _, mark in ipairs(standing(bufnr)) do
    if mark.first <= line and line < mark.last and not mark.new.seen then
      mark.new.seen = true
      set(bufnr, mark.id, mark.first, mark.last, true)
    end
  end
end

--- How many parts of a buffer are new.
---@param bufnr integer
---@return integer
function M.count(bufnr)
  return #standing(bufnr)
end

---@param bufnr integer
---@param all boolean
local function meant(bufnr, all)
  local line = vim.api.nvim_win_get_cursor(0)[1] - 1
  local found, above = {}, nil
  for _, mark in ipairs(standing(bufnr)) do
    if all or (mark.first <= line and line < mark.last) then
      found[#found + 1] = mark
    elseif line < mark.first and mark.first - 2 <= line then
      -- The cursor is on its heading, which was there before.
      above = above or mark
    end
  end
  if #found == 0 then
    found = { above }
  end
  if #found == 0 then
    notice.info('no new text stands here. :Orch next goes to the next.')
  end
  return found
end

--- The text stays, and is new no more.
---@param bufnr integer
---@param all boolean
function M.keep(bufnr, all)
  local found = meant(bufnr, all)
  for _, mark in ipairs(found) do
    forget(bufnr, mark.id)
  end
  if #found == 1 then
    notice.info(('“%s” is kept.'):format(found[1].new.title))
  elseif #found > 1 then
    notice.info(('%d parts are kept.'):format(#found))
  end
end

--- Put back what stood there before; one |undo| takes that back.
---@param bufnr integer
---@param all boolean
function M.undo(bufnr, all)
  local found = meant(bufnr, all)
  -- Setting this begins a step of its own.
  vim.bo[bufnr].undolevels = vim.bo[bufnr].undolevels
  for index = #found, 1, -1 do
    local mark = found[index]
    if index < #found then
      vim.cmd('silent! undojoin')
    end
    forget(bufnr, mark.id)
    vim.api.nvim_buf_set_lines(bufnr, mark.first, mark.last, false, mark.new.before)
  end
end

--- Go to the next new text, from the last one to the first.
---@param bufnr integer
function M.next(bufnr)
  local line = vim.api.nvim_win_get_cursor(0)[1] - 1
  local found = standing(bufnr)
  if #found == 0 then
    notice.info('nothing here is new.')
    return
  end
  for _, mark in ipairs(found) do
    if mark.first > line then
      vim.api.nvim_win_set_cursor(0, { mark.first + 1, 0 })
      return
    end
  end
  vim.api.nvim_win_set_cursor(0, { found[1].first + 1, 0 })
end

return M
