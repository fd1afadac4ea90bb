--- Where the server's program is. What stands in the current folder, which may be anybody's, is never started.
local M = {}

local windows = vim.fn.has('win32') == 1

---@param path string
---@return boolean
local function is_absolute(path)
  if windows then
    return path:match('^%a:[/\\]') ~= nil or path:match('^[/\\][/\\]') ~= nil
  end
  return path:sub(1, 1) == '/'
end

--- The full path of a program: a full path itself, `~/` included, or a name in those entries of `PATH` that are full
--- paths. Empty if there is none.
---@param name string
---@return string
function M.find(name)
  if name:sub(1, 2) == '~/' then
    name = vim.fs.normalize(name)
  end
  if is_absolute(name) then
    return vim.fn.exepath(name)
  end
  if name:find('[/\\]') then
    return ''
  end
  for _, folder in ipairs(vim.split(vim.env.PATH or '', windows and ';' or ':', { plain = true })) do
    local path = is_absolute(folder) and vim.fn.exepath(folder .. '/' .. name) or ''
    if path ~= '' then
      return path
    end
  end
  return ''
end

return M
