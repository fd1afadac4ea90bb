--- What the server says by itself, and the commands that this editor shows in its own way.
local notice = require('orch.notice')

local M = {}

--- What helps first against a failure, where it is not to run again.
local CURES = {
  missing_auth = ':Orch explain',
  invalid_auth = ':Orch explain',
  missing_provider = ':Orch setup',
  unknown_provider = ':Orch setup',
  missing_model = ':Orch model',
  model_not_found = ':Orch model',
  quota_exhausted = ':Orch provider',
  billing = ':Orch provider',
  not_allowed = ':Orch allow',
  secret_blocked = ':Orch explain',
}

--- Seconds between two times of one record, which are in UTC.
---@param from any
---@param to any
---@return number?
local function seconds_between(from, to)
  local function seconds(time)
    local pattern = '^(%d+)%-(%d+)%-(%d+)T(%d+):(%d+):(%d+%.?%d*)'
    local year, month, day, hour, minute, second = tostring(time):match(pattern)
    if not year then
      return nil
    end
    local whole = math.floor(tonumber(second) --[[@as number]])
    local at = { year = year, month = month, day = day, hour = hour, min = minute, sec = whole, isdst = false }
    return os.time(at) + tonumber(second) - whole
  end
  local start, finish = seconds(from), seconds(to)
  return start and finish and finish >= start and finish - start or nil
end

---@param run orch.Run
---@return boolean
local function in_a_window(run)
  return run.bufnr ~= nil and vim.fn.bufwinid(run.bufnr) ~= -1
end

---@param count integer
---@param noun string
---@return string
local function counted(count, noun)
  return ('%d %s%s'):format(count, noun, count == 1 and '' or 's')
end

--- What came of a run that writes nothing: the errors and warnings that it found, and the questions that are open.
---@param record orch.Record
---@return string[]
local function looked(record)
  local found, open = 0, 0
  for _, finding in ipairs(type(record.findings) == 'table' and record.findings or {}) do
    found = found + ((finding.severity == 'error' or finding.severity == 'warning') and 1 or 0)
  end
  for _, question in ipairs(type(record.questions) == 'table' and record.questions or {}) do
    open = open + (type(question.answer) ~= 'string' and 1 or 0)
  end
  local parts = { counted(found, 'finding') }
  if open > 0 then
    parts[#parts + 1] = counted(open, 'open question')
  end
  return parts
end

--- How many sections were written.
---@param record orch.Record
---@return string[]
local function written(record)
  local count = 0
  for _, section in ipairs(type(record.draft) == 'table' and record.draft.sections or {}) do
    if section.state == 'applied' or section.state == 'edited' then
      count = count + 1
    end
  end
  return { counted(count, 'section') }
end

--- What came of a run, and how long that took.
---@param record orch.Record
---@return string
function M.summary(record)
  local parts = type(record.draft) == 'table' and written(record) or looked(record)
  local seconds = seconds_between(record.timing.started_at, record.timing.ended_at)
  if seconds then
    parts[#parts + 1] = seconds < 10 and ('%.1f s'):format(seconds) or ('%d s'):format(seconds)
  end
  if type(record.cost) == 'table' then
    parts[#parts + 1] = ('%s %s'):format(record.cost.amount, record.cost.currency)
  end
  return table.concat(parts, ' · ')
end

--- What can be done about a run that completed, where its document is in view.
---@param record orch.Record
---@param has_draft boolean
---@return string
local function next_steps(record, has_draft)
  if has_draft then
    return ' · :Orch undo all · :Orch next'
  end
  local asks = table.concat(looked(record)):find('question', 1, true) ~= nil
  return (asks and ' · :Orch answer' or '') .. ' · :Orch run'
end

--- One sentence for the end of a run.
---@param record orch.Record
---@param in_view boolean The person sees which document it is about.
---@return string
function M.ending(record, in_view)
  local where = in_view and '' or record.spec.path .. ': '
  local draft = type(record.draft) == 'table' and record.draft or nil
  local told = ('the run was %s.'):format(record.status)
  if record.status == 'failed' and type(record.error) == 'table' then
    local error = record.error
    told = ('%s %s %s'):format(error.message, error.remediation, CURES[error.code] or ':Orch retry')
  elseif record.status == 'completed' and draft and draft.state == 'ready' then
    told = 'a draft is ready. :Orch review'
  elseif record.status == 'completed' then
    told = M.summary(record) .. (in_view and next_steps(record, draft ~= nil) or '')
  end
  return where .. told
end

--- Whether the document has the draft.
---@param record orch.Record
---@return boolean
local function is_done(record)
  local draft = record.draft
  return record.status == 'completed' and not (type(draft) == 'table' and draft.state == 'ready')
end

---@param run orch.Run
local function tell_end(run)
  local unwanted = not require('orch.config').read().notify
  if in_a_window(run) then
    -- A failure and a draft that waits are told where their document is in view, whatever is wished.
    unwanted = run.record.status == 'cancelled' or (unwanted and is_done(run.record))
  end
  if unwanted then
    return
  end
  local say = run.record.status == 'failed' and notice.warn or notice.info
  say(M.ending(run.record, in_a_window(run)))
end

--- A run is over when it has ended and, if it brought a draft, that draft is where it belongs: the run's progress,
--- whose token is the run's id, ends after that.
---@param run orch.Run
local function tell_if_over(run)
  local runs = require('orch.runs')
  if run.told or runs.is_live(run) or (run.record.status == 'completed' and not run.delivered) then
    return
  end
  run.told = true
  tell_end(run)
end

vim.api.nvim_create_autocmd('LspProgress', {
  group = vim.api.nvim_create_augroup('orch_progress', { clear = true }),
  callback = function(event)
    local run = require('orch.runs').get(event.data.params.token)
    local value = event.data.params.value
    if not run then
      return
    end
    if value.kind == 'end' then
      run.delivered = true
      tell_if_over(run)
    elseif type(value.message) == 'string' then
      run.report = value.message
      require('orch.preview').report(run)
      vim.cmd.redrawstatus({ bang = true })
    end
  end,
})

---@param record orch.Record
---@param client_id integer
local function run_changed(record, client_id)
  local runs = require('orch.runs')
  local run = runs.keep(record, client_id)
  require('orch.preview').changed(run)
  if run.bufnr then
    require('orch.lens').refresh(run.bufnr)
  end
  tell_if_over(run)
  vim.cmd.redrawstatus({ bang = true })
  vim.api.nvim_exec_autocmds('User', {
    pattern = 'OrchRunChanged',
    modeline = false,
    data = { record = record, client_id = client_id },
  })
end

---@type table<string, lsp.Handler>
M.handlers = {
  ['orch/runChanged'] = function(_, record, context)
    if type(record) == 'table' and type(record.run_id) == 'string' then
      run_changed(record, context.client_id)
    end
  end,
  ['orch/draftDelta'] = function(_, delta, context)
    if type(delta) == 'table' and type(delta.runId) == 'string' then
      local run = require('orch.runs').grow(delta)
      require('orch.preview').add(delta, run, context.client_id)
      vim.cmd.redrawstatus({ bang = true })
    end
  end,
  ['workspace/applyEdit'] = function(err, params, context)
    return require('orch.edit').apply(err, params, context)
  end,
  -- The editor's own handler would ask for a key where a message is longer than a line.
  ['window/showMessage'] = function(_, params)
    local kinds = vim.lsp.protocol.MessageType
    local text = params.message:gsub('^Orch: ', '')
    local say = notice.info
    if params.type == kinds.Error then
      say = notice.error
    elseif params.type == kinds.Warning then
      say = notice.warn
    end
    say(text)
  end,
  ['window/showMessageRequest'] = function(_, params)
    return require('orch.pick').answer(params)
  end,
  ['workspace/textDocumentContent/refresh'] = function(_, params)
    require('orch.page').refresh(params.uri)
    return vim.NIL
  end,
}

--- The run id in a command's arguments, which may be an id or a table.
---@param command lsp.Command
---@return string?
local function run_id_of(command)
  local argument = (command.arguments or {})[1]
  if type(argument) == 'table' then
    return argument.runId
  end
  return type(argument) == 'string' and argument or nil
end

--- Lenses and code actions land here.
---@type table<string, fun(command: lsp.Command, context: table)>
M.commands = {
  ['orch.previewDraft'] = function(command, context)
    require('orch.review').open(run_id_of(command), context.bufnr)
  end,
  ['orch.showRun'] = function(command, context)
    require('orch.page').show_run(run_id_of(command), context.bufnr)
  end,
  ['orch.regenerateSection'] = function(command, context)
    require('orch.rewrite').run((command.arguments or {})[1] or {}, context.bufnr)
  end,
  ['orch.setup'] = function(_, context)
    require('orch.setup').open(context.bufnr)
  end,
  ['orch.showHistory'] = function(_, context)
    require('orch.history').pick(context.bufnr)
  end,
  ['orch.changeContext'] = function(command, context)
    require('orch.context').change((command.arguments or {})[1] or {}, context.bufnr)
  end,
}
for _, name in ipairs({
  'orch.generateDraft',
  'orch.applyDraft',
  'orch.discardDraft',
  'orch.cancelRun',
  'orch.retryRun',
  'orch.resumeRun',
  'orch.allowServer',
}) do
  M.commands[name] = function(command, context)
    require('orch.rpc').execute(name, (command.arguments or {})[1], context.bufnr)
  end
end

return M
