--- `:Orch`: one subcommand for each thing that the server announced, and a few of the editor's own.
local rpc = require('orch.rpc')

local M = {}

---@class orch.Subcommand
---@field needs? string The server command without which it is not offered.
---@field describe string
---@field about? 'run' What it is about, where it does not go to the server.
---@field anywhere? true It is of use in a buffer without a name, too.
---@field run fun(words: string[], bufnr: integer, subject: orch.Subject?)

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

--- Words as keys of an argument: `model=some-model`, or in the order in which the server names the keys.
---@param subject orch.Subject
---@param words string[]
---@param bufnr integer
---@return table
local function document_argument(subject, words, bufnr)
  local keys = vim.tbl_filter(function(key)
    return key ~= 'uri'
  end, subject.takes)
  local argument = { uri = document(bufnr) }
  for _, word in ipairs(words) do
    local key, value = word:match('^(%w+)=(.+)$')
    if not vim.list_contains(keys, key) then
      key, value = keys[1], word
    end
    if key then
      argument[key] = value
      keys = vim.tbl_filter(function(other)
        return other ~= key
      end, keys)
    end
  end
  return argument
end

--- Run a command of the server on what it says that it works on.
---@param command string
---@return fun(words: string[], bufnr: integer, subject: orch.Subject?)
local function execute(command)
  return function(words, bufnr, subject)
    local argument ---@type table?
    if subject and subject.about == 'document' then
      argument = document_argument(subject, words, bufnr)
    elseif subject and subject.about == 'run' then
      local id = run_id(words, bufnr)
      argument = id and { runId = id } or nil
    elseif subject and subject.about == 'failure' then
      local code = words[1] or failure_code(bufnr)
      if not code then
        require('orch.notice').info('no failure is shown in this document.')
        return
      end
      argument = { code = code }
    end
    rpc.execute(command, argument, bufnr)
  end
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
  pcall(vim.api.nvim_buf_set_name, bufnr, 'orch-doctor://')
  vim.cmd.sbuffer(bufnr)
  require('orch.page').render(vim.api.nvim_get_current_win())
end

---@type table<string, orch.Subcommand>
M.subcommands = {
  generate = {
    needs = 'orch.generateDraft',
    describe = 'Draft the missing sections of this document',
    run = execute('orch.generateDraft'),
  },
  rewrite = {
    needs = 'orch.regenerateSection',
    describe = 'Write the part under the cursor anew, by an instruction',
    run = function(words, bufnr)
      require('orch.rewrite').ask(bufnr, words[1] and table.concat(words, ' '))
    end,
  },
  workflow = {
    needs = 'orch.runWorkflow',
    describe = 'Run a workflow, such as `review`: what is wrong with this document',
    run = function(words, bufnr)
      require('orch.workflow').run(bufnr, words[1])
    end,
  },
  refine = {
    needs = 'orch.refineDocument',
    describe = 'Amend the whole document by an instruction',
    run = function(words, bufnr)
      require('orch.rewrite').refine(bufnr, words[1] and table.concat(words, ' '))
    end,
  },
  derive = {
    needs = 'orch.deriveDocument',
    describe = 'Begin and draft the document that the format makes of this one',
    run = execute('orch.deriveDocument'),
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
  accept = {
    needs = 'orch.reviewSection',
    describe = 'Take one section of the draft into the document',
    run = function(words, bufnr)
      require('orch.review').section('accepted', words, bufnr)
    end,
  },
  reject = {
    needs = 'orch.reviewSection',
    describe = 'Keep one section of the draft out, with a reason',
    run = function(words, bufnr)
      require('orch.review').section('rejected', words, bufnr)
    end,
  },
  answer = {
    needs = 'orch.answerQuestion',
    describe = 'Answer a question of the newest run, and keep the answer in the document',
    run = function(_, bufnr)
      require('orch.question').ask(bufnr)
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
    run = execute('orch.cancelRun'),
  },
  retry = {
    needs = 'orch.retryRun',
    describe = 'Run again',
    run = execute('orch.retryRun'),
  },
  resume = {
    needs = 'orch.resumeRun',
    describe = 'Go on with a run that came to no end of its own',
    run = execute('orch.resumeRun'),
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
    anywhere = true,
    run = function(words, bufnr)
      require('orch.history').pick(bufnr, words[1] == 'all')
    end,
  },
  compare = {
    needs = 'orch.compareRuns',
    describe = 'Compare runs, by default the newest two drafts of this document',
    anywhere = true,
    run = function(words, bufnr)
      local named = vim.api.nvim_buf_get_name(bufnr) ~= ''
      local argument = #words > 0 and { runIds = words } or { uri = named and document(bufnr) or nil }
      rpc.execute('orch.compareRuns', argument, bufnr)
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
  setup = {
    needs = 'orch.setup',
    describe = 'Choose who writes drafts from what there is, try it, save it in your settings',
    anywhere = true,
    run = function(_, bufnr)
      require('orch.setup').open(bufnr)
    end,
  },
  provider = {
    needs = 'orch.useProvider',
    describe = 'Choose a provider, and a model; it is said where that is written',
    run = execute('orch.useProvider'),
  },
  model = {
    needs = 'orch.selectModel',
    describe = 'Choose among the models that the providers offer',
    run = execute('orch.selectModel'),
  },
  allow = {
    needs = 'orch.allowProvider',
    describe = 'Allow the chosen provider in this workspace',
    run = execute('orch.allowProvider'),
  },
  dismiss = {
    needs = 'orch.dismissDiagnostic',
    describe = 'Dismiss the failure shown in this document',
    run = execute('orch.dismissDiagnostic'),
  },
  explain = {
    needs = 'orch.explainError',
    describe = 'Open the page on the failure shown in this document',
    run = execute('orch.explainError'),
  },
  reviewed = {
    needs = 'orch.markReviewed',
    describe = 'Note that this document still fits what was reworded in what it is made of',
    run = execute('orch.markReviewed'),
  },
  context = {
    needs = 'orch.previewContext',
    describe = 'Show what a draft would send now, and why',
    run = execute('orch.previewContext'),
  },
  pin = {
    needs = 'orch.changeContext',
    describe = 'Pin a file to each draft',
    run = function(words, bufnr)
      require('orch.context').choose(words[1], 'pin', bufnr)
    end,
  },
  exclude = {
    needs = 'orch.changeContext',
    describe = 'Exclude a file from drafts',
    run = function(words, bufnr)
      require('orch.context').choose(words[1], 'exclude', bufnr)
    end,
  },
  servers = {
    needs = 'orch.allowServer',
    describe = 'Look at a server that this workspace declares, and allow it',
    run = function(_, bufnr)
      require('orch.context').servers(bufnr)
    end,
  },
  specs = {
    needs = 'orch.showSpecs',
    describe = 'Open the list of specs by how far each has come',
    anywhere = true,
    run = function(_, bufnr)
      rpc.execute('orch.showSpecs', nil, bufnr)
    end,
  },
  new = {
    needs = 'orch.newDocument',
    describe = 'Begin a document of a format, such as a spec of spec-kit',
    anywhere = true,
    run = function(words, bufnr)
      require('orch.beginning').choose(bufnr, words[1] and table.concat(words, ' '))
    end,
  },
  toggle = {
    needs = 'orch.toggleTask',
    describe = 'Tick the task under the cursor, or untick it',
    run = function(_, bufnr)
      local line = vim.api.nvim_win_get_cursor(0)[1] - 1
      rpc.execute('orch.toggleTask', { uri = document(bufnr), line = line }, bufnr)
    end,
  },
  insert = {
    needs = 'orch.insertNode',
    describe = 'Insert the next requirement, scenario or task behind the cursor',
    run = function(words, bufnr)
      local line = vim.api.nvim_win_get_cursor(0)[1] - 1
      local kind = words[1] and table.concat(words, ' ')
      rpc.execute('orch.insertNode', { uri = document(bufnr), line = line, kind = kind }, bufnr)
    end,
  },
  keep = {
    describe = 'Keep the new text under the cursor; `keep all`: all of it',
    run = function(words, bufnr)
      require('orch.marks').keep(bufnr, words[1] == 'all')
    end,
  },
  undo = {
    describe = 'Put back what stood in the place of the new text under the cursor; `undo all`: of all of it',
    run = function(words, bufnr)
      require('orch.marks').undo(bufnr, words[1] == 'all')
    end,
  },
  next = {
    describe = 'Go to the next new text',
    run = function(_, bufnr)
      require('orch.marks').next(bufnr)
    end,
  },
  preview = {
    about = 'run',
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
        run = execute(command),
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

--- What the server's lenses offer here: its own word on what fits now.
---@param bufnr integer
---@return table<string, true>
local function in_lenses(bufnr)
  local found = {} ---@type table<string, true>
  for _, lens in ipairs(vim.lsp.codelens.get(bufnr)) do
    if lens.command then
      found[lens.command.command] = true
    end
  end
  return found
end

--- Whether a diagnostic of the server in a buffer has a code.
---@param bufnr integer
---@param code string
---@return boolean
local function is_said(bufnr, code)
  return vim.iter(vim.diagnostic.get(bufnr)):any(function(diagnostic)
    return diagnostic.source == 'orch' and diagnostic.code == code
  end)
end

---@param run? orch.Run
---@return boolean
local function has_open_question(run)
  return vim.iter(run and run.record.questions or {}):any(function(question)
    return type(question.answer) ~= 'string'
  end)
end

local ENDED_EARLY = { 'failed', 'cancelled', 'interrupted' }

--- What applies in a buffer now, and what does not; for a command that is not named it is always the same.
---@param bufnr integer
---@return table<string, boolean>
local function applies_in(bufnr)
  local runs, marks = require('orch.runs'), require('orch.marks')
  local newest, lenses = runs.newest(bufnr), in_lenses(bufnr)
  local live = #runs.live() > 0
  local draft = newest and newest.record.draft
  local waits = (type(draft) == 'table' and draft.state == 'ready')
    or lenses['orch.applyDraft'] == true
    or vim.b[bufnr].orch_run_id ~= nil
  local code, new = failure_code(bufnr), marks.count(bufnr) > 0
  local line = vim.api.nvim_buf_get_lines(bufnr, 0, -1, false)[vim.api.nvim_win_get_cursor(0)[1]] or ''
  return {
    cancel = live,
    preview = live,
    generate = not (newest and runs.is_live(newest)),
    workflow = not (newest and runs.is_live(newest)),
    review = waits,
    apply = waits,
    accept = waits,
    reject = waits,
    discard = waits,
    draft = newest ~= nil,
    retry = newest ~= nil or code ~= nil,
    resume = code ~= nil or (newest ~= nil and vim.list_contains(ENDED_EARLY, newest.record.status)),
    answer = has_open_question(newest),
    explain = code ~= nil,
    dismiss = code ~= nil,
    allow = code == 'not_allowed',
    keep = new,
    undo = new,
    next = new,
    toggle = line:match('^%s*[-*+] %[[ xX]%]') ~= nil,
    reviewed = is_said(bufnr, 'stale_downstream'),
  }
end

--- What can be done here and applies: what is left out can be typed all the same.
---@param bufnr integer
---@return table<string, orch.Subcommand>
function M.fitting(bufnr)
  local applies = applies_in(bufnr)
  local offered = M.offered(bufnr)
  for name in pairs(offered) do
    if applies[name] == false then
      offered[name] = nil
    end
  end
  return offered
end

--- What a subcommand of the server works on; nil for the editor's own, and where the server does not say it.
---@param subcommand orch.Subcommand
---@param bufnr integer
---@return orch.Subject?
local function subject_of(subcommand, bufnr)
  local client = rpc.client(bufnr)
  return client and subcommand.needs and rpc.subject(client, subcommand.needs) or nil
end

--- What may stand behind a subcommand.
---@param name string
---@return string[]
local function candidates_of(name)
  local subcommand = M.offered(0)[name]
  local subject = subcommand and subject_of(subcommand, 0)
  if name == 'history' or name == 'keep' or name == 'undo' then
    return { 'all' }
  elseif name == 'compare' then
    return require('orch.runs').ids()
  elseif name == 'accept' or name == 'reject' then
    return require('orch.review').keys(vim.api.nvim_get_current_buf())
  elseif name == 'workflow' then
    return require('orch.workflow').names(vim.api.nvim_get_current_buf())
  elseif subcommand and (subcommand.about or (subject and subject.about)) == 'run' then
    return require('orch.runs').ids()
  elseif name ~= 'generate' or not subject then
    return {}
  end
  local candidates = {} ---@type string[]
  for _, key in ipairs(subject.takes) do
    if key == 'apply' then
      vim.list_extend(candidates, { 'apply=auto', 'apply=review' })
    elseif key ~= 'uri' then
      table.insert(candidates, key .. '=')
    end
  end
  return candidates
end

---@param lead string
---@param line string
---@return string[]
function M.complete(lead, line)
  local before = vim.split(vim.trim(line:sub(1, #line - #lead)), '%s+')
  local candidates = #before < 2 and vim.tbl_keys(M.fitting(vim.api.nvim_get_current_buf())) or candidates_of(before[2])
  table.sort(candidates)
  return vim.tbl_filter(function(candidate)
    return vim.startswith(candidate, lead)
  end, candidates)
end

---@param subcommand orch.Subcommand
---@param words string[]
---@param bufnr integer
local function perform(subcommand, words, bufnr)
  local client = rpc.client(bufnr)
  local subject = subject_of(subcommand, bufnr)
  if client and subcommand.needs and not subject then
    require('orch.notice').warn(
      ('the server (version %s) does not say what `%s` works on. Update it with `pipx upgrade orch-lsp`.'):format(
        client.config.orch_version or 'unknown',
        subcommand.needs
      )
    )
    return
  end
  local named = vim.api.nvim_buf_get_name(bufnr) ~= ''
  if subject and subject.about == 'document' and not subcommand.anywhere and not named then
    require('orch.notice').warn(
      'this buffer has no name that the server could know: write it once.'
    )
    return
  end
  subcommand.run(words, bufnr, subject)
end

--- A list of what applies; what does so just now, and not always, comes first.
---@param bufnr integer
local function menu(bufnr)
  local offered, applies = M.fitting(bufnr), applies_in(bufnr)
  local names = vim.tbl_keys(offered)
  table.sort(names, function(one, other)
    local first, second = applies[one] == true, applies[other] == true
    if first ~= second then
      return first
    end
    return one < other
  end)
  local options = {
    prompt = 'What is to be done here?',
    format_item = function(name)
      return ('%-9s %s'):format(name, offered[name].describe)
    end,
  }
  require('orch.pick').choose(names, options, function(name)
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
    menu(bufnr)
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
