--- What the server says by itself, and the commands that this editor shows in its own way.
local notice = require('orch.notice')

local M = {}

---@param run orch.Run
---@return boolean
local function in_a_window(run)
  return run.bufnr ~= nil and vim.fn.bufwinid(run.bufnr) ~= -1
end

--- One sentence for the end of a run.
---@param record orch.Record
---@return string
function M.ending(record)
  local where = record.spec.path
  if record.status == 'failed' and type(record.error) == 'table' then
    return ('%s: %s %s'):format(where, record.error.message, record.error.remediation)
  end
  if record.status == 'completed' then
    local state = type(record.draft) == 'table' and record.draft.state or nil
    if state == 'ready' then
      return ('%s: a draft is ready. :Orch review shows it.'):format(where)
    end
    return ('%s: drafted.'):format(where)
  end
  return ('%s: the run was %s.'):format(where, record.status)
end

---@param run orch.Run
local function tell_end(run)
  if in_a_window(run) or not require('orch.config').read().notify then
    return
  end
  if run.record.status == 'failed' then
    notice.warn(M.ending(run.record))
  else
    notice.info(M.ending(run.record))
  end
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
  pattern = 'end',
  callback = function(event)
    local run = require('orch.runs').get(event.data.params.token)
    if run then
      run.delivered = true
      tell_if_over(run)
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
  ['orch.showHistory'] = function(_, context)
    require('orch.history').pick(context.bufnr)
  end,
}
for _, name in ipairs({
  'orch.generateDraft',
  'orch.applyDraft',
  'orch.discardDraft',
  'orch.cancelRun',
  'orch.retryRun',
}) do
  M.commands[name] = function(command, context)
    require('orch.rpc').execute(name, (command.arguments or {})[1], context.bufnr)
  end
end

return M
