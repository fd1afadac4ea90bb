--- How the server is found, started, watched and started again.
local notice = require('orch.notice')

local M = {}

--- The oldest server that this plugin was written for.
M.OLDEST_SERVER = '0.1.0'

local RESTART_WINDOW_MS = 5 * 60 * 1000

---@type integer[] Times, in ms of the loop's clock, at which a server ended by itself.
local endings = {}
local stopping = false
local told_missing = false

--- The folder a document belongs to: the nearest that holds `.orch`, not above the git top level, else that.
---@param bufnr integer
---@return string?
function M.root(bufnr)
  local name = vim.api.nvim_buf_get_name(bufnr)
  if name == '' then
    return nil
  end
  local git = vim.fs.root(name, '.git')
  local orch = vim.fs.root(name, '.orch')
  if orch and (not git or #orch >= #git) then
    return orch
  end
  return git
end

--- Whether a buffer can be served: a Markdown file with a name. Reports once when there is no server to start.
---@param bufnr integer
---@return boolean
function M.serves(bufnr)
  if vim.bo[bufnr].buftype ~= '' or vim.bo[bufnr].filetype ~= 'markdown' then
    return false
  end
  local name = vim.api.nvim_buf_get_name(bufnr)
  if name == '' or name:match('^%a[%w+.-]+://') then
    return false
  end
  local options = require('orch.config').read()
  if vim.fn.executable(options.cmd[1]) == 1 then
    return true
  end
  if not told_missing then
    told_missing = true
    notice.warn(
      ('the server `%s` is not installed or not on PATH. Install it with `pipx install orch-lsp`, '):format(
        options.cmd[1]
      ) .. 'or set `cmd` (:help orch-options). :checkhealth orch tells more.'
    )
  end
  return false
end

--- Whether a version is older than another; one that cannot be read is not.
---@param version string
---@param than string
---@return boolean
local function is_older(version, than)
  local ok, older = pcall(vim.version.lt, version, than)
  return ok and older
end

---@param client vim.lsp.Client
---@param result { serverInfo?: { name: string, version?: string } }
local function on_init(client, result)
  local info = result.serverInfo or {}
  client.config.orch_version = info.version
  if info.version and is_older(info.version, M.OLDEST_SERVER) then
    notice.warn(
      ('the server is version %s; this plugin needs %s or newer. Update it with `pipx upgrade orch-lsp`.'):format(
        info.version,
        M.OLDEST_SERVER
      )
    )
  end
end

---@param buffers integer[]
local function start_again(buffers)
  for _, bufnr in ipairs(buffers) do
    if vim.api.nvim_buf_is_loaded(bufnr) then
      M.start(bufnr)
    end
  end
end

---@return boolean
local function may_restart()
  local now = vim.uv.now()
  endings = vim.tbl_filter(function(at)
    return now - at < RESTART_WINDOW_MS
  end, endings)
  endings[#endings + 1] = now
  return #endings <= require('orch.config').read().restarts
end

---@param code integer
---@param signal integer
---@param buffers integer[]
local function on_exit(code, signal, buffers)
  if stopping or vim.v.exiting ~= vim.NIL then
    return
  end
  require('orch.runs').forget_live()
  local how = signal ~= 0 and ('signal %d'):format(signal) or ('exit code %d'):format(code)
  if may_restart() then
    notice.warn(('the server ended by itself (%s) and is started again.'):format(how))
    start_again(buffers)
  else
    notice.error(
      ('the server ended by itself (%s) and is not started again. '):format(how)
        .. 'Look at :checkhealth orch and :lua vim.cmd.edit(vim.lsp.get_log_path()), then :Orch restart.'
    )
  end
end

--- The configuration for `vim.lsp.config` and `vim.lsp.start`.
---@return vim.lsp.Config
function M.config()
  local options = require('orch.config').read()
  local attached = {} ---@type table<integer, table<integer, true>>
  return {
    name = 'orch',
    cmd = options.cmd,
    filetypes = { 'markdown' },
    root_dir = function(bufnr, on_dir)
      if M.serves(bufnr) then
        on_dir(M.root(bufnr))
      end
    end,
    settings = { orch = options.settings },
    init_options = vim.tbl_isempty(options.settings) and vim.empty_dict() or options.settings,
    capabilities = {
      experimental = { orch = { runChanged = true, draftDelta = true } },
      workspace = { textDocumentContent = { dynamicRegistration = false } },
    },
    handlers = require('orch.handlers').handlers,
    commands = require('orch.handlers').commands,
    on_init = on_init,
    on_attach = function(client, bufnr)
      attached[client.id] = attached[client.id] or {}
      attached[client.id][bufnr] = true
      require('orch.lens').attach(bufnr)
    end,
    on_exit = function(code, signal, client_id)
      local buffers = vim.tbl_keys(attached[client_id] or {})
      attached[client_id] = nil
      vim.schedule(function()
        on_exit(code, signal, buffers)
      end)
    end,
  }
end

--- Start the server for a buffer, or attach the one that runs for its folder.
---@param bufnr integer
---@return integer? client_id
function M.start(bufnr)
  if not M.serves(bufnr) then
    return nil
  end
  local config = vim.lsp.config and vim.deepcopy(vim.lsp.config.orch) or M.config()
  config.root_dir = M.root(bufnr)
  if not vim.lsp.config then
    config.capabilities =
      vim.tbl_deep_extend('force', vim.lsp.protocol.make_client_capabilities(), config.capabilities)
  end
  return vim.lsp.start(config, { bufnr = bufnr })
end

---@return vim.lsp.Client[]
function M.clients()
  return vim.lsp.get_clients({ name = 'orch' })
end

--- Stop every orch server and start it again for the buffers it served.
function M.restart()
  local buffers = {} ---@type table<integer, true>
  local clients = M.clients()
  stopping = true
  for _, client in ipairs(clients) do
    for _, bufnr in ipairs(vim.lsp.get_buffers_by_client_id(client.id)) do
      buffers[bufnr] = true
    end
    vim.lsp.stop_client(client.id)
  end
  local stopped = vim.wait(5000, function()
    return #M.clients() == 0
  end, 20)
  if not stopped then
    vim.lsp.stop_client(clients, true)
  end
  endings, told_missing = {}, false
  buffers[vim.api.nvim_get_current_buf()] = true
  -- The exit callbacks are scheduled: they have to see that this ending was wanted.
  vim.schedule(function()
    stopping = false
    start_again(vim.tbl_keys(buffers))
  end)
end

return M
