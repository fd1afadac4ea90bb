--- Requests to the server, the same on Neovim 0.10 and newer.
local notice = require('orch.notice')

local M = {}

---@class orch.Failure
---@field message string One sentence, with the cure where the server gave one.
---@field code? string The server's own code, such as `missing_provider`.

--- The client that serves a buffer; for the plugin's own buffers, the one they came from, else any.
---@param bufnr? integer
---@return vim.lsp.Client?
function M.client(bufnr)
  local server = require('orch.server')
  bufnr = (bufnr == nil or bufnr == 0) and vim.api.nvim_get_current_buf() or bufnr
  local attached = server.clients(bufnr)[1]
  if attached then
    return attached
  end
  local running = server.clients()
  for _, client in ipairs(running) do
    if client.id == vim.b[bufnr].orch_client_id then
      return client
    end
  end
  return running[1]
end

--- Every command that a client's server announced.
---@param client vim.lsp.Client
---@return string[]
function M.announced(client)
  local provider = client.server_capabilities.executeCommandProvider
  return type(provider) == 'table' and provider.commands or {}
end

---@class orch.Subject
---@field about 'document'|'run'|'failure'|'workspace'
---@field takes string[] The keys of its argument.

--- What a client's server says that a command works on; nil if it does not say it.
---@param client vim.lsp.Client
---@param command string
---@return orch.Subject?
function M.subject(client, command)
  local commands = vim.tbl_get(client.server_capabilities, 'experimental', 'orch', 'commands')
  local subject = type(commands) == 'table' and commands[command]
  return type(subject) == 'table' and type(subject.takes) == 'table' and subject or nil
end

---@param error lsp.ResponseError
---@return orch.Failure
local function failure(error)
  local data = type(error.data) == 'table' and error.data or {}
  local message = error.message
  if type(data.remediation) == 'string' and not message:find(data.remediation, 1, true) then
    message = message .. ' ' .. data.remediation
  end
  return { message = message, code = type(data.code) == 'string' and data.code or nil }
end

--- Send a request; `done` gets the result or the failure, on the main loop.
---@param client vim.lsp.Client
---@param method string
---@param params table
---@param done fun(result: any, failure: orch.Failure?)
function M.request(client, method, params, done)
  local function answered(error, result)
    if error then
      done(nil, failure(error))
    else
      done(result ~= vim.NIL and result or nil, nil)
    end
  end
  -- Without a buffer, Neovim first tells the server of the changes in every buffer, so that it acts on what is seen.
  local sent
  if vim.fn.has('nvim-0.11') == 1 then
    sent = client:request(method, params, answered)
  else
    sent = client.request(method, params, answered)
  end
  if not sent then
    done(nil, { message = 'The server is not running. Start it with :Orch restart.' })
  end
end

--- Attach a document that is not attached yet: Neovim detaches one that is read again, and attaches it a moment later.
---@param bufnr? integer
local function attach(bufnr)
  local server = require('orch.server')
  local is_document = bufnr and vim.api.nvim_buf_is_loaded(bufnr) and #server.clients(bufnr) == 0
  if is_document and #server.clients() > 0 then
    server.start(bufnr)
  end
end

--- Run a server command. Without `done`, a failure is shown to the person.
---@param command string
---@param argument? table|string The command's one argument.
---@param bufnr? integer The buffer it is about.
---@param done? fun(result: any, failure: orch.Failure?, client: vim.lsp.Client)
function M.execute(command, argument, bufnr, done)
  attach(bufnr)
  local client = M.client(bufnr)
  if not client then
    notice.warn('no server is running here. Open a Markdown file, or see :checkhealth orch.')
    return
  end
  if not vim.list_contains(M.announced(client), command) then
    notice.warn(
      ('this server does not offer `%s`. Update it with `pipx upgrade orch-lsp`.'):format(command)
    )
    return
  end
  local params = { command = command, arguments = argument ~= nil and { argument } or nil }
  M.request(client, 'workspace/executeCommand', params, function(result, failed)
    if done then
      done(result, failed, client)
    elseif
      failed
      and (failed.code == 'missing_provider' or failed.code == 'missing_model')
      and vim.list_contains(M.announced(client), 'orch.setup')
    then
      require('orch.setup').offer(failed.message, bufnr or vim.api.nvim_get_current_buf())
    elseif failed and failed.code == 'nothing_to_fill' then
      notice.info(failed.message)
    elseif failed then
      notice.error(failed.message)
    end
  end)
end

--- Run a server command for its result. `done` gets that alone: a failure is shown to the person.
---@param command string
---@param argument? table The command's one argument.
---@param bufnr? integer The buffer it is about.
---@param done fun(result: any, client: vim.lsp.Client)
function M.ask(command, argument, bufnr, done)
  M.execute(command, argument, bufnr, function(result, failed, client)
    if failed then
      notice.error(failed.message)
    else
      done(result, client)
    end
  end)
end

return M
