--- `:Orch`: one subcommand for each thing that the server announced, and a few of the editor's own.
local rpc = require('orch.rpc')

local M = {}

---@class orch.Subcommand
---@field needs? string The server command without which it is not offered.
---@field describe string
---@field on_document? true It is about the buffer's document, which needs a name for that.
---@field run fun(words: string[], bufnr: integer)

---@param bufnr integer
---@return string
local function document(bufnr)
  return vim.uri_from_bufnr(bufnr)
end

--- The run that a buffer of ours shows, or that was named.
---@param words string[]
---@param bufnr integer
---@return string?
local function run_id(words, bufnr)
  return words[1] or vim.b[bufnr].orch_run_id
end

---@param words string[] Such as `model=some-model`.
---@param bufnr integer
---@return table
local function generate_argument(words, bufnr)
  local argument = { uri = document(bufnr) }
  for _, word in ipairs(words) do
    local key, value = word:match('^(%w+)=(.+)$')
    if key then
      argument[key] = value
    end
  end
  return argument
end

---@param command string
---@return fun(words: string[], bufnr: integer)
local function on_run(command)
  return function(words, bufnr)
    local id = run_id(words, bufnr)
    rpc.execute(command, id and { runId = id } or nil, bufnr)
  end
end

--- The code of the failed run that a buffer shows.
---@param bufnr integer
---@return string?
local function failure_code(bufnr)
  for _, diagnostic in ipairs(vim.diagnostic.get(bufnr)) do
    local data = vim.tbl_get(diagnostic, 'user_data', 'lsp', 'data')
    if diagnostic.source == 'orch' and type(data) == 'table' and data.runId then
      return data.code
    end
  end
  return nil
end

---@param report any
local function show_report(report)
  local text = type(report) == 'table' and report.text or report
  if type(text) ~= 'string' then
    text = vim.inspect(report)
  end
  local bufnr = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, vim.split(text, '\n', { plain = true }))
  vim.bo[bufnr].filetype = 'markdown'
  vim.bo[bufnr].modifiable = false
  vim.bo[bufnr].bufhidden = 'wipe'
  vim.cmd.sbuffer(bufnr)
end

---@type table<string, orch.Subcommand>
M.subcommands = {
  generate = {
    needs = 'orch.generateDraft',
    describe = 'Draft the missing sections of this document',
    on_document = true,
    run = function(words, bufnr)
      rpc.execute('orch.generateDraft', generate_argument(words, bufnr), bufnr)
    end,
  },
  review = {
    needs = 'orch.previewDraft',
    describe = 'Compare a draft with its document',
    run = function(words, bufnr)
      require('orch.review').open(run_id(words, bufnr), bufnr)
    end,
  },
  apply = {
    needs = 'orch.applyDraft',
    describe = 'Apply the draft that waits',
    run = function(words, bufnr)
      require('orch.review').decide('orch.applyDraft', run_id(words, bufnr), bufnr)
    end,
  },
  discard = {
    needs = 'orch.discardDraft',
    describe = 'Discard the draft that waits',
    run = function(words, bufnr)
      require('orch.review').decide('orch.discardDraft', run_id(words, bufnr), bufnr)
    end,
  },
  cancel = {
    needs = 'orch.cancelRun',
    describe = 'Cancel the run',
    run = on_run('orch.cancelRun'),
  },
  retry = {
    needs = 'orch.retryRun',
    describe = 'Run again',
    run = on_run('orch.retryRun'),
  },
  run = {
    needs = 'orch.showRun',
    describe = 'Open the record of a run',
    run = function(words, bufnr)
      require('orch.page').show_run(run_id(words, bufnr), bufnr)
    end,
  },
  draft = {
    needs = 'orch.showRun',
    describe = 'Open the draft of a run',
    run = function(words, bufnr)
      local client = rpc.client(bufnr)
      local newest = require('orch.runs').newest(bufnr)
      local id = run_id(words, bufnr) or (newest and newest.record.run_id)
      if id then
        require('orch.page').open('orch-draft', id, client and client.id)
      else
        require('orch.notice').warn('no run here yet. :Orch history lists those of before.')
      end
    end,
  },
  history = {
    needs = 'orch.showHistory',
    describe = 'Pick a run of this document; `history all`: of this folder',
    run = function(words, bufnr)
      require('orch.history').pick(bufnr, words[1] == 'all')
    end,
  },
  doctor = {
    needs = 'orch.doctor',
    describe = 'Check the set-up',
    run = function(_, bufnr)
      rpc.execute('orch.doctor', { open = false }, bufnr, function(report, failed)
        show_report(failed and failed.message or report)
      end)
    end,
  },
  provider = {
    needs = 'orch.useProvider',
    describe = 'Choose a provider, and a model; it is said where that is written',
    on_document = true,
    run = function(words, bufnr)
      local argument = { uri = document(bufnr), provider = words[1], model = words[2] }
      rpc.execute('orch.useProvider', argument, bufnr)
    end,
  },
  model = {
    needs = 'orch.selectModel',
    describe = 'Choose among the models that the providers offer',
    on_document = true,
    run = function(words, bufnr)
      rpc.execute('orch.selectModel', { uri = document(bufnr), provider = words[1] }, bufnr)
    end,
  },
  allow = {
    needs = 'orch.allowProvider',
    describe = 'Allow the chosen provider in this workspace',
    on_document = true,
    run = function(words, bufnr)
      rpc.execute('orch.allowProvider', { uri = document(bufnr), provider = words[1] }, bufnr)
    end,
  },
  dismiss = {
    needs = 'orch.dismissDiagnostic',
    describe = 'Dismiss the failure shown in this document',
    on_document = true,
    run = function(_, bufnr)
      rpc.execute('orch.dismissDiagnostic', document(bufnr), bufnr)
    end,
  },
  explain = {
    needs = 'orch.explainError',
    describe = 'Open the page on the failure shown in this document',
    run = function(words, bufnr)
      local code = words[1] or failure_code(bufnr)
      if code then
        rpc.execute('orch.explainError', { code = code }, bufnr)
      else
        require('orch.notice').info('no failure is shown in this document.')
      end
    end,
  },
  preview = {
    describe = 'Show the words of the run as they arrive',
    run = function(words, bufnr)
      require('orch.preview').open(words[1], bufnr)
    end,
  },
  restart = {
    describe = 'Start the server again',
    run = function()
      require('orch.server').restart()
    end,
  },
  log = {
    describe = "Open Neovim's log of its language servers",
    run = function()
      vim.cmd.split(vim.fn.fnameescape(vim.lsp.get_log_path()))
    end,
  },
}

--- `orch.previewContext` is offered as `previewContext`: what a newer server brings is reachable at once.
---@param client vim.lsp.Client
---@param offered table<string, orch.Subcommand>
local function add_unknown(client, offered)
  local known = {} ---@type table<string, true>
  for _, subcommand in pairs(M.subcommands) do
    known[subcommand.needs or ''] = true
  end
  for _, command in ipairs(rpc.announced(client)) do
    local name = command:match('^orch%.(%w+)$')
    if name and not known[command] and not M.subcommands[name] then
      offered[name] = {
        needs = command,
        describe = command,
        run = function(_, bufnr)
          rpc.execute(command, nil, bufnr)
        end,
      }
    end
  end
end

--- What can be done here: the editor's own, and what the server announced.
---@param bufnr integer
---@return table<string, orch.Subcommand>
function M.offered(bufnr)
  local client = rpc.client(bufnr)
  local announced = client and rpc.announced(client) or {}
  local offered = {} ---@type table<string, orch.Subcommand>
  for name, subcommand in pairs(M.subcommands) do
    if not subcommand.needs or vim.list_contains(announced, subcommand.needs) then
      offered[name] = subcommand
    end
  end
  if client then
    add_unknown(client, offered)
  end
  return offered
end

local TAKES_RUN = {
  review = true,
  apply = true,
  discard = true,
  cancel = true,
  retry = true,
  run = true,
  draft = true,
  preview = true,
}

---@param lead string
---@param line string
---@return string[]
function M.complete(lead, line)
  local before = vim.split(vim.trim(line:sub(1, #line - #lead)), '%s+')
  local subcommand = before[2]
  local candidates ---@type string[]
  if #before < 2 then
    candidates = vim.tbl_keys(M.offered(0))
  elseif subcommand == 'generate' then
    candidates = { 'provider=', 'model=', 'apply=auto', 'apply=review' }
  elseif subcommand == 'history' then
    candidates = { 'all' }
  elseif TAKES_RUN[subcommand] then
    candidates = require('orch.runs').ids()
  else
    candidates = {}
  end
  table.sort(candidates)
  return vim.tbl_filter(function(candidate)
    return vim.startswith(candidate, lead)
  end, candidates)
end

---@param subcommand orch.Subcommand
---@param words string[]
---@param bufnr integer
local function perform(subcommand, words, bufnr)
  if subcommand.on_document and vim.api.nvim_buf_get_name(bufnr) == '' then
    require('orch.notice').warn(
      'this buffer has no name that the server could know: write it once.'
    )
    return
  end
  subcommand.run(words, bufnr)
end

---@param offered table<string, orch.Subcommand>
---@param bufnr integer
local function menu(offered, bufnr)
  local names = vim.tbl_keys(offered)
  table.sort(names)
  local options = {
    prompt = 'Orch',
    format_item = function(name)
      return ('%-9s %s'):format(name, offered[name].describe)
    end,
  }
  vim.ui.select(names, options, function(name)
    if name then
      perform(offered[name], {}, bufnr)
    end
  end)
end

--- Run `:Orch …`.
---@param call { fargs: string[] }
function M.run(call)
  local bufnr = vim.api.nvim_get_current_buf()
  local offered = M.offered(bufnr)
  local words = vim.list_slice(call.fargs, 2)
  local name = call.fargs[1]
  if not name then
    menu(offered, bufnr)
  elseif offered[name] then
    perform(offered[name], words, bufnr)
  elseif M.subcommands[name] then
    -- Not announced: `execute` says whether there is no server or an older one.
    rpc.execute(M.subcommands[name].needs, nil, bufnr)
  else
    require('orch.notice').warn(
      ('there is no `:Orch %s`. :Orch alone shows what there is.'):format(name)
    )
  end
end

return M
