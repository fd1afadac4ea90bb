--- Options: `vim.g.orch`, or the table given to `require('orch').setup`. None has to be set.
local M = {}

---@class orch.Options
---@field cmd string[] The server's command line.
---@field settings table<string, any> The settings section `orch`, as the server documents it.
---@field preview 'auto'|'inline'|'right'|'below'|false Where the words of a running draft are shown; false: only on request.
---@field codelens boolean Show the server's code lenses and keep them fresh.
---@field notify boolean Tell when a run ends whose document is not in a window; a failure in one is always told.
---@field keys string|false What the default keys begin with; false: there are none.
---@field restarts integer How often a server that ended by itself is started again within five minutes.

---@type orch.Options
local defaults = {
  cmd = { 'orch-lsp', 'serve' },
  settings = {},
  preview = 'auto',
  codelens = true,
  notify = true,
  keys = '<Leader>o',
  restarts = 3,
}

---@param value any
---@return boolean
local function is_command_line(value)
  if type(value) ~= 'table' or #value == 0 then
    return false
  end
  for _, word in ipairs(value) do
    if type(word) ~= 'string' or word == '' then
      return false
    end
  end
  return true
end

---@type table<string, { expected: string, accepts: fun(value: any): boolean }>
local rules = {
  cmd = {
    expected = 'a list of strings such as { "orch-lsp", "serve" }',
    accepts = is_command_line,
  },
  settings = {
    expected = 'a table such as { provider = "work" }',
    accepts = function(value)
      return type(value) == 'table' and (vim.tbl_isempty(value) or not vim.islist(value))
    end,
  },
  preview = {
    expected = '"auto", "inline", "right", "below" or false',
    accepts = function(value)
      return value == false or vim.list_contains({ 'auto', 'inline', 'right', 'below' }, value)
    end,
  },
  codelens = {
    expected = 'true or false',
    accepts = function(value)
      return type(value) == 'boolean'
    end,
  },
  notify = {
    expected = 'true or false',
    accepts = function(value)
      return type(value) == 'boolean'
    end,
  },
  keys = {
    expected = 'a prefix such as "<Leader>o", or false',
    accepts = function(value)
      return value == false or (type(value) == 'string' and value ~= '')
    end,
  },
  restarts = {
    expected = 'a whole number, 0 or more',
    accepts = function(value)
      return type(value) == 'number' and value >= 0 and value % 1 == 0
    end,
  },
}

--- What `setup` was given last; it wins over `vim.g.orch`.
---@type any
local given

--- Keep options; a wrong one is reported and its default used.
---@param options any
function M.set(options)
  given = options
end

--- The options in force, and a sentence for each one that could not be used.
---@return orch.Options options
---@return string[] problems
function M.read()
  local wanted = given
  if wanted == nil then
    wanted = vim.g.orch
  end
  local options = vim.deepcopy(defaults)
  if wanted == nil then
    return options, {}
  end
  if type(wanted) ~= 'table' then
    return options, { ('the options are %s; expected a table'):format(vim.inspect(wanted)) }
  end
  local problems = {} ---@type string[]
  for key, value in vim.spairs(wanted) do
    local rule = rules[key]
    if not rule then
      problems[#problems + 1] = ('there is no option `%s`'):format(tostring(key))
    elseif rule.accepts(value) then
      options[key] = value
    else
      problems[#problems + 1] = ('option `%s` is %s; expected %s'):format(
        key,
        vim.inspect(value),
        rule.expected
      )
    end
  end
  return options, problems
end

return M
