--- The runs of a document or a workspace, in a picker.
local rpc = require('orch.rpc')
local notice = require('orch.notice')

local M = {}

local ICONS = {
  queued = '…',
  running = '▶',
  completed = '✓',
  failed = '✗',
  cancelled = '■',
  interrupted = '!',
}

--- What became of the draft of a run that completed says more than that it did.
local DRAFT_ICONS = {
  ready = '●',
  applied = '✓',
  ['taken back'] = '↶',
  discarded = '⌫',
  superseded = '⧉',
}

---@param value any
---@return any
local function known(value)
  return value ~= vim.NIL and value or nil
end

--- A time of a record, which is in UTC, as the clock on the wall has it.
---@param time string
---@return string
local function local_time(time)
  local year, month, day, hour, minute, second = time:match('^(%d+)%-(%d+)%-(%d+)T(%d+):(%d+):(%d+)')
  if not year then
    return time
  end
  local fields = { year = year, month = month, day = day, hour = hour, min = minute, sec = second, isdst = false }
  local as_if_local = os.time(fields)
  local offset = os.time(os.date('*t', as_if_local)) - os.time(os.date('!*t', as_if_local))
  return tostring(os.date('%Y-%m-%d %H:%M', as_if_local + offset))
end

--- One line for a run, as in a log.
---@param record orch.Record
---@return string
function M.line(record)
  local model = known(record.model)
    and (known(record.model.resolved) or known(record.model.requested))
  local usage = known(record.usage) or {}
  local cost = known(record.cost)
  local draft = known(record.draft)
  local state = draft and (record.taken_back and 'taken back' or draft.state)
  local icon = record.status == 'completed' and DRAFT_ICONS[state] or ICONS[record.status]
  -- What a narrow window cuts off is what the icon says as well, and the file's name.
  local parts = {
    icon or '?',
    local_time(record.timing.started_at),
    model and ('%s/%s'):format(record.provider.id, model) or record.provider.id,
  }
  if cost then
    parts[#parts + 1] = ('%s %s'):format(cost.amount, cost.currency)
  end
  if draft and record.status == 'completed' then
    parts[#parts + 1] = state
  else
    parts[#parts + 1] = record.status .. (draft and ', partial draft' or '')
  end
  parts[#parts + 1] = record.spec.path
  if known(usage.input_tokens) and known(usage.output_tokens) then
    parts[#parts + 1] = ('%d in / %d out'):format(usage.input_tokens, usage.output_tokens)
  end
  return table.concat(parts, '  ')
end

---@param records orch.Record[]
---@param client_id integer
local function choose(records, client_id)
  local options = { prompt = 'Which run?', kind = 'orch_run', format_item = M.line }
  require('orch.pick').choose(records, options, function(record)
    if record then
      require('orch.page').open('orch-run', record.run_id, client_id)
    end
  end)
end

--- What the history is asked about: a document, a folder, or with neither all that the server knows.
---@param bufnr integer
---@param all boolean
---@return string? uri
local function scope(bufnr, all)
  if not all and vim.bo[bufnr].buftype == '' then
    return vim.uri_from_bufnr(bufnr)
  end
  local client = rpc.client(bufnr)
  local root = client and client.config.root_dir
  return root and vim.uri_from_fname(root) or nil
end

--- Pick among the runs of a buffer's document, or with `all`, of its workspace.
---@param bufnr integer
---@param all? boolean
function M.pick(bufnr, all)
  bufnr = bufnr == 0 and vim.api.nvim_get_current_buf() or bufnr
  local argument = { open = false, uri = scope(bufnr, all == true) }
  rpc.ask('orch.showHistory', argument, bufnr, function(records, client)
    if not records or vim.tbl_isempty(records) then
      notice.info('there are no runs yet.')
    else
      choose(records, client.id)
    end
  end)
end

return M
