--- What the Neovim scenarios share. Runs on Neovim 0.7 and newer, so it uses only what both have.
local M = {}

local LIMIT_MS = 20000

M.workspace = assert(os.getenv('E2E_WORKSPACE'))
M.control = assert(os.getenv('E2E_CONTROL'))
M.server = assert(os.getenv('E2E_SERVER'))

M.BRIEF =
  '# Rate limiter\n\nLimit requests per client, so that one client cannot starve the others.\n'

--- Every message that the person would have seen.
---@type string[]
M.messages = {}

function M.say(...)
  io.stdout:write(table.concat({ ... }, ' ') .. '\n')
  io.stdout:flush()
end

--- Wait until a condition holds; its first true value is returned.
---@generic T
---@param what string
---@param condition fun(): T
---@return T
function M.wait(what, condition)
  local value
  local ok = vim.wait(LIMIT_MS, function()
    value = condition()
    return value and true or false
  end, 10)
  if not ok then
    error('waited in vain for: ' .. what .. '\nmessages: ' .. vim.inspect(M.messages), 2)
  end
  return value
end

---@param expected any
---@param actual any
---@param what? string
function M.equal(expected, actual, what)
  if not vim.deep_equal(expected, actual) then
    local text = ('%s\nexpected: %s\nactual:   %s'):format(
      what or 'not equal',
      vim.inspect(expected),
      vim.inspect(actual)
    )
    error(text, 2)
  end
end

---@param text string
---@param part string
function M.contains(text, part)
  if not tostring(text):find(part, 1, true) then
    error(('%q is not in:\n%s'):format(part, tostring(text)), 2)
  end
end

---@param path string Relative to the workspace, or absolute.
---@return string
function M.path(path)
  return path:sub(1, 1) == '/' and path or M.workspace .. '/' .. path
end

---@param path string
---@param text string
---@return string path
function M.write(path, text)
  path = M.path(path)
  vim.fn.mkdir(vim.fn.fnamemodify(path, ':h'), 'p')
  local file = assert(io.open(path, 'wb'))
  file:write(text)
  file:close()
  return path
end

---@param path string
---@return string?
function M.read(path)
  local file = io.open(M.path(path), 'rb')
  if not file then
    return nil
  end
  local text = file:read('*a')
  file:close()
  return text
end

--- Choose a provider and model in the user config, as a person would.
---@param provider string
---@param model string
function M.choose(provider, model)
  local path = os.getenv('ORCH_CONFIG_HOME') .. '/config.toml'
  M.providers = M.providers or M.read(path)
  M.write(path, ('provider = %q\nmodel = %q\n\n'):format(provider, model) .. M.providers)
end

---@param bufnr? integer
---@return string
function M.text(bufnr)
  return table.concat(vim.api.nvim_buf_get_lines(bufnr or 0, 0, -1, false), '\n')
end

--- The provider's journal.
---@return table[]
function M.journal()
  local events = {}
  for line in (M.read(M.control .. '/journal.jsonl') or ''):gmatch('[^\n]+') do
    events[#events + 1] = vim.json.decode(line)
  end
  return events
end

--- Wait for an event of the provider.
---@param name string
---@return table
function M.provider_event(name)
  return M.wait('the provider to say ' .. name, function()
    for _, event in ipairs(M.journal()) do
      if event.event == name then
        return event
      end
    end
  end)
end

--- Wait until text of a running draft has been written, which happens each second.
function M.wait_checkpoint()
  local program = os.getenv('E2E_LIBRARY'):gsub('neovim/library%.lua', 'checkpoints.py')
  M.wait('the text so far to be kept', function()
    vim.fn.system({ 'python3', program, M.workspace })
    return vim.v.shell_error == 0
  end)
end

--- Let a provider that holds its answer go on.
function M.release()
  M.write(M.control .. '/release', '')
end

--- Run a scenario and end the editor with its verdict.
---@param scenario fun()
function M.run(scenario)
  local notify = vim.notify
  vim.notify = function(message, level, options)
    M.messages[#M.messages + 1] = message
    if os.getenv('E2E_KEEP') then
      notify(message, level, options)
    end
  end
  local ok, problem = xpcall(scenario, debug.traceback)
  M.say(ok and 'ok' or tostring(problem))
  vim.cmd(ok and 'qall!' or 'cquit!')
end

return M
