--- A draft beside its document, as a diff, with apply and discard at hand.
local rpc = require('orch.rpc')
local notice = require('orch.notice')

local M = {}

---@class orch.DraftPreview The answer of `orch.previewDraft`.
---@field runId string
---@field text string The draft itself.
---@field document? string The document as it would be with the draft applied.
---@field uri string

---@param tab integer
local function close_tab(tab)
  if vim.api.nvim_tabpage_is_valid(tab) and #vim.api.nvim_list_tabpages() > 1 then
    vim.cmd.tabclose(vim.api.nvim_tabpage_get_number(tab))
  end
end

---@param bufnr integer
---@param draft orch.DraftPreview
---@param text string
local function fill(bufnr, draft, text)
  local lines = vim.split(text:gsub('\r', ''), '\n', { plain = true })
  if lines[#lines] == '' and #lines > 1 then
    lines[#lines] = nil
  end
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, lines)
  vim.b[bufnr].orch_run_id = draft.runId
  vim.bo[bufnr].buftype = 'nofile'
  vim.bo[bufnr].bufhidden = 'wipe'
  vim.bo[bufnr].swapfile = false
  vim.bo[bufnr].filetype = 'markdown'
  vim.bo[bufnr].modifiable = false
end

---@param draft orch.DraftPreview
---@param client_id integer
local function show(draft, client_id)
  local document = vim.uri_to_bufnr(draft.uri)
  vim.fn.bufload(document)
  vim.cmd('tab split')
  local tab = vim.api.nvim_get_current_tabpage()
  vim.api.nvim_win_set_buf(0, document)
  vim.cmd.diffthis()
  local proposal = vim.api.nvim_create_buf(false, true)
  fill(proposal, draft, type(draft.document) == 'string' and draft.document or draft.text)
  vim.b[proposal].orch_client_id = client_id
  vim.api.nvim_open_win(proposal, true, { split = 'right', win = 0 })
  vim.cmd.diffthis()
  vim.wo[0].winbar = 'Orch: with the draft.  a apply  d discard  q close'
  local function map(key, action, description)
    vim.keymap.set('n', key, action, { buffer = proposal, nowait = true, desc = description })
  end
  map('a', function()
    M.decide('orch.applyDraft', draft.runId, proposal, tab)
  end, 'Orch: apply this draft')
  map('d', function()
    M.decide('orch.discardDraft', draft.runId, proposal, tab)
  end, 'Orch: discard this draft')
  map('q', function()
    close_tab(tab)
  end, 'Orch: close the review')
end

--- Apply or discard a draft. The review closes only when that was done.
---@param command 'orch.applyDraft'|'orch.discardDraft'
---@param run_id? string
---@param bufnr integer
---@param tab? integer
function M.decide(command, run_id, bufnr, tab)
  local argument = run_id and { runId = run_id } or nil
  rpc.execute(command, argument, bufnr, function(result, failed)
    if failed then
      notice.error(failed.message)
    elseif type(result.code) == 'string' then
      notice.warn(('the draft is still %s (%s).'):format(result.state, result.code))
    elseif tab then
      close_tab(tab)
    end
  end)
end

---@param word 'accepted'|'rejected'
---@param run_id string
---@param key string
---@param reason? string
---@param bufnr integer
local function say(word, run_id, key, reason, bufnr)
  local argument = { runId = run_id, key = key, state = word, reason = reason }
  rpc.execute('orch.reviewSection', argument, bufnr, function(result, failed)
    if failed then
      notice.error(failed.message)
    elseif type(result.code) == 'string' then
      notice.warn(('“%s” is %s (%s).'):format(key, result.state, result.code))
    else
      notice.info(('“%s” is %s; the draft is %s.'):format(key, result.state, result.draft))
    end
  end)
end

---@param record any
---@return { key: string, state: string }[] sections That the document does not have.
local function sections_left(record)
  local draft = type(record) == 'table' and record.draft
  return vim.tbl_filter(function(section)
    return section.state ~= 'applied' and section.state ~= 'edited'
  end, type(draft) == 'table' and draft.sections or {})
end

--- Keys of the sections of a document's newest draft that it does not have.
---@param bufnr integer
---@return string[]
function M.keys(bufnr)
  local newest = require('orch.runs').newest(bufnr)
  return vim.tbl_map(function(section)
    return section.key
  end, sections_left(newest and newest.record))
end

--- Say of one section of a draft that it is wanted or not: `:Orch accept goal`, `:Orch reject goal too short`.
--- Without a key it is asked for; a reason that is not given is asked for, too.
---@param word 'accepted'|'rejected'
---@param words string[]
---@param bufnr integer
function M.section(word, words, bufnr)
  local named = { runId = vim.b[bufnr].orch_run_id, open = false }
  rpc.execute('orch.previewDraft', named, bufnr, function(draft, failed)
    if failed or type(draft) ~= 'table' then
      notice.error(failed and failed.message or 'there is no draft.')
      return
    end
    local function reasoned(key)
      local reason = #words > 1 and table.concat(words, ' ', 2) or nil
      if word == 'accepted' or reason then
        say(word, draft.runId, key, reason, bufnr)
        return
      end
      vim.ui.input({ prompt = ('Why not “%s”? (may stay empty) '):format(key) }, function(given)
        if given then
          say(word, draft.runId, key, given, bufnr)
        end
      end)
    end
    if words[1] then
      reasoned(words[1])
      return
    end
    rpc.execute('orch.showRun', { runId = draft.runId, open = false }, bufnr, function(record)
      local sections = sections_left(record)
      if #sections == 0 then
        notice.info('no section of the draft waits.')
        return
      end
      local options = {
        prompt = word == 'accepted' and 'Accept' or 'Reject',
        format_item = function(section)
          return ('%s (%s)'):format(section.key, section.state)
        end,
      }
      vim.ui.select(sections, options, function(section)
        if section then
          reasoned(section.key)
        end
      end)
    end)
  end)
end

--- Compare a draft with its document; without an id, the newest draft that waits.
---@param run_id? string
---@param bufnr integer
function M.open(run_id, bufnr)
  local argument = { runId = run_id, open = false }
  rpc.execute('orch.previewDraft', argument, bufnr, function(draft, failed, client)
    if failed then
      notice.error(failed.message)
    elseif draft then
      show(draft, client.id)
    end
  end)
end

return M
