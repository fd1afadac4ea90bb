--- Short messages to the person, all under one name.
local M = {}

--- The first line of a message, as far as it fits: a longer one would ask for a key, which somebody who types would
--- give it without looking. A command at its end, which helps, is kept.
---@param text string
---@return string
local function fitting(text)
  local cure = text:match(' :Orch %w+$') or ''
  local line = text:gsub('%s*\n.*', ' …')
  if vim.fn.strdisplaywidth(line) <= vim.v.echospace then
    return line
  end
  local room = vim.v.echospace - vim.fn.strdisplaywidth(cure)
  while vim.fn.strdisplaywidth(line) >= room do
    line = vim.fn.strcharpart(line, 0, vim.fn.strchars(line) - 1)
  end
  return line .. '…' .. cure
end

---@return boolean
local function is_typing()
  return vim.api.nvim_get_mode().mode:find('^[iRsS]') ~= nil
end

--- Whether messages go to the command line, where one that does not fit asks for a key. Other ways have room.
---@return boolean
local function is_on_the_command_line()
  return debug.getinfo(vim.notify, 'S').source:find('_editor', 1, true) ~= nil
end

---@param message string
---@param level integer
local function say(message, level)
  local text = 'Orch: ' .. message
  local shown = (is_typing() or is_on_the_command_line()) and fitting(text) or text
  if shown ~= text then
    -- All of it is for `:messages`.
    vim.cmd(('silent echomsg %s'):format(vim.fn.string((text:gsub('%s*\n%s*', ' ')))))
  end
  if is_on_the_command_line() then
    -- A message behind another that is not drawn yet would make the screen scroll, and ask for a key.
    vim.cmd.redraw()
  end
  vim.notify(shown, level, { title = 'Orch' })
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
