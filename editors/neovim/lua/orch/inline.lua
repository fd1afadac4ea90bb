--- The words of a run in its document, behind the headings that they belong to: no window is divided, no text moved.
local M = {}

local namespace = vim.api.nvim_create_namespace('orch_arriving')
local TAIL = 72

---@class orch.Arriving
---@field step string
---@field tail string
---@field words integer

--- By run: the sections of which words have arrived, and their order.
---@type table<string, { order: string[], sections: table<string, orch.Arriving> }>
local runs = {}

---@param title string
---@return string
local function slug(title)
  return (vim.fn.tolower(title):gsub('[^%w\128-\255]+', '-'):gsub('^%-+', ''):gsub('%-+$', ''))
end

---@param lines string[]
---@param key string
---@return integer? line From 0.
local function line_of(lines, key)
  for number, line in ipairs(lines) do
    local title = line:match('^#+%s+(.-)%s*#*$')
    if title and slug(title) == key then
      return number - 1
    end
  end
  return nil
end

---@param words string
---@return string
local function ending(words)
  -- The heading that the words stand behind need not be said again.
  local line = ('\n' .. words):gsub('\n#+ [^\n]*', ''):gsub('%s+', ' ')
  line = vim.trim(line)
  local length = vim.fn.strchars(line)
  if length <= TAIL then
    return line
  end
  local cut = vim.fn.strcharpart(line, length - TAIL)
  return '…' .. (cut:match('^%S*%s(.*)$') or cut)
end

---@param bufnr integer
---@param run_id string
local function show(bufnr, run_id)
  local state = runs[run_id]
  vim.api.nvim_buf_clear_namespace(bufnr, namespace, 0, -1)
  local lines = vim.api.nvim_buf_get_lines(bufnr, 0, -1, false)
  local newest = {} ---@type table<string, string>
  for _, key in ipairs(state.order) do
    newest[state.sections[key].step] = key
  end
  local title = 0
  for number, line in ipairs(lines) do
    if line:match('^# ') then
      title = number - 1
      break
    end
  end
  for _, key in ipairs(state.order) do
    local section = state.sections[key]
    local open = newest[section.step] == key
    local line = key ~= '' and line_of(lines, key) or nil
    local text = open and '✎ ' .. ending(section.tail) or ('✓ %d words'):format(section.words)
    if line or open then
      if not line and key ~= '' then
        text = ('%s: %s'):format(key:gsub('-', ' '), text)
      end
      vim.api.nvim_buf_set_extmark(bufnr, namespace, line or title, 0, {
        id = (line or title) + 1,
        -- A lens may stand behind it.
        virt_text = { { '  ' .. text .. '  ', 'OrchArriving' } },
        virt_text_pos = 'eol',
        hl_mode = 'combine',
      })
    end
  end
end

--- Words arrived.
---@param delta orch.Delta
---@param bufnr integer
function M.add(delta, bufnr)
  local state = runs[delta.runId] or { order = {}, sections = {} }
  runs[delta.runId] = state
  local key = type(delta.section) == 'string' and delta.section or ''
  local section = state.sections[key]
  if not section then
    section = { step = delta.step, tail = '', words = 0 }
    state.sections[key] = section
    state.order[#state.order + 1] = key
  end
  if delta.offset == 0 and section.step == delta.step then
    -- A step that is tried anew starts again.
    section.words, section.tail = 0, ''
  end
  local _, count = delta.text:gsub('%S+', '')
  section.words = section.words + count
  section.tail = (section.tail .. delta.text):sub(-4 * TAIL)
  -- A letter of several bytes may be cut.
  section.tail = section.tail:gsub('^[\128-\191]+', '')
  if vim.api.nvim_buf_is_loaded(bufnr) then
    show(bufnr, delta.runId)
  end
end

--- The run is over, or its words are shown elsewhere.
---@param run_id string
---@param bufnr? integer
function M.stop(run_id, bufnr)
  if runs[run_id] and bufnr and vim.api.nvim_buf_is_loaded(bufnr) then
    vim.api.nvim_buf_clear_namespace(bufnr, namespace, 0, -1)
  end
  runs[run_id] = nil
end

return M
