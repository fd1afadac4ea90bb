--- The runs that this editor has heard of: newest record of each, and the words that streamed.
local M = {}

---@class orch.Record The server's run record, `orch.run/1`; only what is used here.
---@field run_id string
---@field parent_run_id? string
---@field status 'queued'|'running'|'completed'|'failed'|'cancelled'|'interrupted'
---@field spec { path: string }
---@field uri? string
---@field provider { id: string }
---@field model { requested?: string, resolved?: string }
---@field usage? { input_tokens?: integer, output_tokens?: integer }
---@field cost? { amount: string, currency: string }
---@field timing { started_at: string, ended_at?: string }
---@field error? { code: string, message: string, remediation: string }
---@field draft? { state: string, partial: boolean, bytes: integer, sections?: { key: string, state: string }[] }
---@field questions? { id: string, text: string, answer?: string }[]
---@field taken_back? boolean In lists only: an undo has taken all of the draft out of the document.

---@class orch.Delta
---@field runId string
---@field step string
---@field section? string
---@field offset integer
---@field text string

---@class orch.Run
---@field record orch.Record
---@field client_id integer
---@field bufnr? integer The document's buffer, where it is loaded.
---@field section? string The section whose words arrived last, for people.
---@field words table<string, { count: integer, open: boolean }> Words that arrived, by step.
---@field report? string What the server said last, such as that it waits, and for how long.
---@field delivered? boolean Its progress has ended: what became of the draft is on the record.
---@field told? boolean The person knows that it is over.

---@type table<string, orch.Run>
local runs = {}
---@type string[]
local order = {}

local KEPT = 200
local LIVE = { queued = true, running = true }

---@param value any
local function known(value)
  if value == vim.NIL then
    return nil
  end
  return value
end

--- The loaded buffer of a record's document.
---@param record orch.Record
---@param client_id integer
---@return integer?
local function buffer_of(record, client_id)
  local client = vim.lsp.get_client_by_id(client_id)
  local path ---@type string?
  if known(record.uri) then
    path = vim.uri_to_fname(record.uri)
  elseif client and client.config.root_dir then
    path = vim.fs.joinpath(client.config.root_dir, record.spec.path)
  end
  local wanted = path and (vim.uv.fs_realpath(path) or path)
  for _, bufnr in ipairs(vim.lsp.get_buffers_by_client_id(client_id)) do
    local name = vim.api.nvim_buf_get_name(bufnr)
    if wanted and (vim.uv.fs_realpath(name) or name) == wanted then
      return bufnr
    end
  end
  return nil
end

--- Keep a record that the server sent.
---@param record orch.Record
---@param client_id integer
---@return orch.Run
function M.keep(record, client_id)
  local run = runs[record.run_id]
  if not run then
    run = { record = record, client_id = client_id, words = {} }
    runs[record.run_id] = run
    order[#order + 1] = record.run_id
    if #order > KEPT then
      runs[table.remove(order, 1)] = nil
    end
  end
  run.record = record
  run.client_id = client_id
  local bufnr = buffer_of(record, client_id)
  if bufnr then
    run.bufnr = bufnr
  end
  return run
end

--- Count what streamed. A word may arrive in several pieces.
---@param delta orch.Delta
---@return orch.Run?
function M.grow(delta)
  local run = runs[delta.runId]
  if run and delta.text ~= '' then
    local before = delta.offset > 0 and run.words[delta.step] or { count = 0, open = false }
    local _, pieces = delta.text:gsub('%S+', '')
    local continues = before.open and delta.text:match('^%S') ~= nil
    run.words[delta.step] = {
      count = before.count + pieces - (continues and 1 or 0),
      open = delta.text:match('%S$') ~= nil,
    }
    local section = known(delta.section)
    run.section = section and section:gsub('-', ' ') or run.section
  end
  return run
end

--- How many words of a run have arrived.
---@param run orch.Run
---@return integer
function M.words(run)
  local sum = 0
  for _, words in pairs(run.words) do
    sum = sum + words.count
  end
  return sum
end

---@param run_id string
---@return orch.Run?
function M.get(run_id)
  return runs[run_id]
end

---@param run orch.Run
---@return boolean
function M.is_live(run)
  return LIVE[run.record.status] == true
end

--- Ids of the runs that this editor has heard of.
---@return string[]
function M.ids()
  return vim.list_slice(order)
end

--- The newest run of a buffer's document.
---@param bufnr integer
---@return orch.Run?
function M.newest(bufnr)
  for index = #order, 1, -1 do
    local run = runs[order[index]]
    if run.bufnr == bufnr then
      return run
    end
  end
  return nil
end

--- Every run that has not ended, oldest first.
---@return orch.Run[]
function M.live()
  local live = {} ---@type orch.Run[]
  for _, run_id in ipairs(order) do
    if M.is_live(runs[run_id]) then
      live[#live + 1] = runs[run_id]
    end
  end
  return live
end

--- A server is gone: its live runs will not end here. The store says what became of them.
function M.forget_live()
  order = vim.tbl_filter(function(run_id)
    local run = runs[run_id]
    local client = vim.lsp.get_client_by_id(run.client_id)
    if M.is_live(run) and (not client or client.is_stopped(client)) then
      require('orch.preview').stopped(run_id)
      runs[run_id] = nil
      return false
    end
    return true
  end, order)
  vim.cmd.redrawstatus({ bang = true })
end

return M
