--- `:checkhealth orch`
local M = {}

local health = vim.health

local function check_editor()
  if vim.fn.has('nvim-0.10') == 1 then
    health.ok(('Neovim %s'):format(tostring(vim.version())))
  else
    health.error(
      'Neovim 0.10 or newer is needed',
      'The server alone also works without this plugin: see docs/editors.md'
    )
  end
end

local function check_options()
  local options, problems = require('orch.config').read()
  for _, problem in ipairs(problems) do
    health.error(problem, 'See :help orch-options. The default is used.')
  end
  if #problems == 0 then
    health.ok('options')
  end
  return options
end

---@param cmd string[]
local function check_server(cmd)
  local path = require('orch.program').find(cmd[1])
  if path == '' then
    health.error(
      ('`%s` is not installed or not on PATH'):format(cmd[1]),
      { 'in a checkout of orch-lsp: pipx install ".[recommended]"', 'or set `cmd`: see :help orch-options' }
    )
    return
  end
  health.ok(('server: %s'):format(path))
  local ok, result = pcall(function()
    return vim.system({ path, '--version' }, { text = true, timeout = 10000 }):wait()
  end)
  if ok and result.code == 0 then
    health.ok(vim.trim(result.stdout))
  else
    local reason = ok and vim.trim(result.stderr or '') or tostring(result)
    health.error(('`%s --version` failed: %s'):format(cmd[1], reason), 'Install the server again')
  end
end

local function check_clients()
  local clients = require('orch.server').clients()
  if #clients == 0 then
    health.info('no server is running; one starts with the first Markdown file')
  end
  for _, client in ipairs(clients) do
    health.ok(
      ('running for %s, version %s, %d commands'):format(
        client.config.root_dir or 'files outside any folder',
        client.config.orch_version or 'unknown',
        #require('orch.rpc').announced(client)
      )
    )
  end
end

function M.check()
  health.start('orch: editor')
  check_editor()
  local options = check_options()
  health.start('orch: server')
  check_server(options.cmd)
  check_clients()
end

return M
