--- Short messages to the person, all under one name.
local M = {}

--- The first line of a message, as far as it fits: a longer one would ask for a key, which somebody who types would
--- give it without looking.
---@param text string
---@return string
local function fitting(text)
  local line = text:gsub('%s*\n.*', ' …')
  if vim.fn.strdisplaywidth(line) <= vim.v.echospace then
    return line
  end
  while vim.fn.strdisplaywidth(line) >= vim.v.echospace do
    line = vim.fn.strcharpart(line, 0, vim.fn.strchars(line) - 1)
  end
  return line .. '…'
end

---@return boolean
local function is_typing()
  return vim.api.nvim_get_mode().mode:find('^[iRsS]') ~= nil
end

---@param message string
---@param level integer
local function say(message, level)
  local text = 'Orch: ' .. message
  vim.notify(is_typing() and fitting(text) or text, level, { title = 'Orch' })
end

---@param message string
function M.info(message)
  say(message, vim.log.levels.INFO)
end

---@param message string
function M.warn(message)
  say(message, vim.log.levels.WARN)
end

---@param message string
function M.error(message)
  say(message, vim.log.levels.ERROR)
end

return M
