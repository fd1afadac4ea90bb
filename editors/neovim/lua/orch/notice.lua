--- Short messages to the person, all under one name.
local M = {}

---@param message string
---@param level integer
local function say(message, level)
  vim.notify('Orch: ' .. message, level, { title = 'Orch' })
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
