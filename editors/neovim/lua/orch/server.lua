--- How the server is found, started, watched and started again.
local notice = require('orch.notice')

local M = {}

--- The plugin's version. It fits servers of the same series: `0.1.x`, from `1.0.0` on `1.x`.
M.VERSION = '0.1.0'

local RESTART_WINDOW_MS = 5 * 60 * 1000
local PATIENCE_MS = 5000
local SIGTERM = 15

---@type integer[] Times, in ms of the loop's clock, at which a server ended by itself.
local endings = {}
---@type table<integer, true> Clients that are stopped on purpose, to be started again.
local restarting = {}
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
  if require('orch.program').find(options.cmd[1]) ~= '' then
    return true
  end
  if not told_missing then
    told_missing = true
    notice.warn(
      ('the server `%s` is not installed or not on PATH. Run `pipx install ".[recommended]"` in a checkout of orch-lsp, '):format(
        options.cmd[1]
      ) .. 'or set `cmd` (:help orch-options). :checkhealth orch tells more.'
    )
  end
  return false
end

--- What two versions must share to fit.
---@param version string
---@return vim.Version?
local function series(version)
  local ok, parsed = pcall(vim.version.parse, version)
  if not ok or not parsed then
    return nil
  end
  parsed.patch, parsed.prerelease, parsed.build = 0, nil, nil
  if parsed.major > 0 then
    parsed.minor = 0
  end
  return parsed
end

---@param version string
local function compare_versions(version)
  local server, plugin = series(version), series(M.VERSION)
  if not server or not plugin or server == plugin then
    return
  end
  local advice = server < plugin and 'Update the server with `pipx upgrade orch-lsp`.'
    or 'Update the plugin; what it does not know yet is missing here.'
  notice.warn(
    ('the server is version %s and this plugin is for %s. '):format(version, M.VERSION) .. advice
  )
end

---@param client vim.lsp.Client
---@param result { serverInfo?: { name: string, version?: string } }
local function on_init(client, result)
  local info = result.serverInfo or {}
  client.config.orch_version = info.version
  if info.version then
    compare_versions(info.version)
  end
end

--- The orch clients that have not ended, all of them or a buffer's.
---@param bufnr? integer
---@return vim.lsp.Client[]
function M.clients(bufnr)
  return vim.tbl_filter(function(client)
    -- An ended client stays listed for a moment. Neovim 0.10 calls this without a receiver.
    return not client.is_stopped(client)
  end, vim.lsp.get_clients({ name = 'orch', bufnr = bufnr }))
end

--- Start the server for every buffer that can be served and is not.
local function start_again()
  for _, bufnr in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(bufnr) and #M.clients(bufnr) == 0 then
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

--- An orderly end, and a termination by signal, were somebody's wish.
---@param code integer
---@param signal integer
---@return boolean
local function was_wanted(code, signal)
  return vim.v.exiting ~= vim.NIL or signal == SIGTERM or (code == 0 and signal == 0)
end

---@param code integer
---@param signal integer
---@param client_id integer
local function on_exit(code, signal, client_id)
  require('orch.runs').forget_live()
  if restarting[client_id] then
    restarting[client_id] = nil
    if not next(restarting) then
      start_again()
    end
    return
  end
  if was_wanted(code, signal) then
    return
  end
  local how = signal ~= 0 and ('signal %d'):format(signal) or ('exit code %d'):format(code)
  if may_restart() then
    notice.warn(('the server ended by itself (%s) and is started again.'):format(how))
    start_again()
  else
    notice.error(
      ('the server ended by itself (%s) and is not started again. '):format(how)
        .. 'Look at :checkhealth orch and :Orch log, then :Orch restart.'
    )
  end
end

--- How the process ended that is being told of.
---@type { code: integer, signal: integer }?
local ending

--- Start the server's process. Neovim itself would tell of one that fails in a line that is longer than most windows,
--- and so ask for a key; the plugin tells what became of it.
---@param dispatchers vim.lsp.rpc.Dispatchers
---@return vim.lsp.rpc.PublicClient
local function start_process(dispatchers)
  local command = vim.deepcopy(require('orch.config').read().cmd)
  command[1] = require('orch.program').find(command[1])
  local quiet = vim.tbl_extend('force', dispatchers, {
    on_exit = function(code, signal)
      ending = { code = code, signal = signal }
      dispatchers.on_exit(0, 0)
    end,
  })
  return vim.lsp.rpc.start(command, quiet)
end

--- Settings given to `vim.lsp.config('orch', …)` win over the plugin's own option.
---@param params lsp.InitializeParams
---@param config vim.lsp.ClientConfig
local function before_init(params, config)
  local options = require('orch.config').read().settings
  -- Changed in place: the client holds this table and answers `workspace/configuration` from it.
  local settings = config.settings --[[@as { orch: table }]]
  settings.orch = vim.tbl_deep_extend('keep', settings.orch or {}, options)
  if not vim.tbl_isempty(settings.orch) then
    params.initializationOptions = settings.orch
  end
end

--- The configuration for `vim.lsp.config` and `vim.lsp.start`. Options are read when a server starts, not before.
---@return vim.lsp.Config
function M.config()
  return {
    name = 'orch',
    cmd = start_process,
    filetypes = { 'markdown' },
    settings = { orch = {} },
    root_dir = function(bufnr, on_dir)
      if M.serves(bufnr) then
        on_dir(M.root(bufnr))
      end
    end,
    capabilities = {
      experimental = { orch = { runChanged = true, draftDelta = true } },
      workspace = {
        textDocumentContent = { dynamicRegistration = false },
        -- The editor can take edits with the version that they are for, and does not say so.
        workspaceEdit = { documentChanges = true },
      },
    },
    handlers = require('orch.handlers').handlers,
    commands = require('orch.handlers').commands,
    before_init = before_init,
    on_init = on_init,
    on_attach = function(_, bufnr)
      require('orch.lens').attach(bufnr)
      require('orch.keys').attach(bufnr)
    end,
    on_exit = function(code, signal, client_id)
      -- A command line of somebody's own is started without the above.
      local how = ending or { code = code, signal = signal }
      ending = nil
      vim.schedule(function()
        on_exit(how.code, how.signal, client_id)
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

--- Stop every orch server and start it again for the buffers that can be served.
function M.restart()
  endings, told_missing = {}, false
  local clients = M.clients()
  if #clients == 0 then
    start_again()
    return
  end
  for _, client in ipairs(clients) do
    restarting[client.id] = true
  end
  vim.lsp.stop_client(clients)
  vim.defer_fn(function()
    -- A server that hangs does not end when it is asked to.
    vim.lsp.stop_client(
      vim.tbl_filter(function(client)
        return restarting[client.id] ~= nil
      end, clients),
      true
    )
  end, PATIENCE_MS)
end

return M
