--- A draft beside its document, as a diff, with apply and discard at hand.
local rpc = require('orch.rpc')
local notice = require('orch.notice')

local M = {}

---@class orch.DraftPreview The answer of `orch.previewDraft`.
---@field runId string
---@field text string The draft itself.
---@field document? string The document as it would be with the draft applied.
---@field uri string
---@field sections? orch.DraftedSection[] By their places in `document`.
---@field diagnostics? table[] What the check found, by its places there.

---@class orch.DraftedSection
---@field key string
---@field title string
---@field state string
---@field reason? string
---@field head? lsp.Range

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

local namespace = vim.api.nvim_create_namespace('orch_review')
local SEVERITIES = { error = 1, warning = 2, information = 3, hint = 4 }

---@param section orch.DraftedSection
---@return boolean
local function waits(section)
  return (section.state == 'ready' or section.state == 'accepted') and type(section.head) == 'table'
end

--- What is said of the sections, behind their headings, and what the check found.
---@param proposal integer
---@param draft orch.DraftPreview
local function annotate(proposal, draft)
  vim.api.nvim_buf_clear_namespace(proposal, namespace, 0, -1)
  local last = vim.api.nvim_buf_line_count(proposal) - 1
  local counts = {} ---@type table<string, integer>
  local found = {}
  for _, finding in ipairs(draft.diagnostics or {}) do
    if type(finding.key) == 'string' then
      counts[finding.key] = (counts[finding.key] or 0) + 1
    end
    if type(finding.range) == 'table' then
      found[#found + 1] = {
        lnum = math.min(finding.range.start.line, last),
        col = finding.range.start.character,
        severity = SEVERITIES[finding.severity] or 3,
        message = finding.message,
        source = 'orch',
        code = finding.rule,
      }
    end
  end
  vim.diagnostic.set(namespace, proposal, found)
  for _, section in ipairs(draft.sections or {}) do
    if waits(section) then
      local count = counts[section.key]
      local words = { 'waits' }
      if count then
        words[#words + 1] = count == 1 and '1 finding' or ('%d findings'):format(count)
      end
      if type(section.reason) == 'string' then
        words[#words + 1] = 'you: ' .. section.reason:gsub('%s+', ' ')
      end
      vim.api.nvim_buf_set_extmark(proposal, namespace, math.min(section.head.start.line, last), 0, {
        virt_text = { { '  ' .. table.concat(words, ' · '), 'OrchReview' } },
        virt_text_pos = 'eol',
        hl_mode = 'combine',
      })
    end
  end
end

---@param draft orch.DraftPreview
---@return string
local function proposed(draft)
  return type(draft.document) == 'string' and draft.document or draft.text
end

--- Bring a review in line with its draft, and close it when nothing of that waits.
---@param proposal integer
---@param tab integer
---@param run_id string
local function renew(proposal, tab, run_id)
  rpc.execute('orch.previewDraft', { runId = run_id, open = false }, proposal, function(draft, failed)
    if failed or not vim.api.nvim_buf_is_valid(proposal) then
      return
    end
    if not vim.iter(draft.sections or {}):any(waits) then
      close_tab(tab)
      return
    end
    local cursor = vim.fn.bufwinid(proposal) ~= -1 and vim.api.nvim_win_get_cursor(vim.fn.bufwinid(proposal))
    vim.bo[proposal].modifiable = true
    fill(proposal, draft, proposed(draft))
    annotate(proposal, draft)
    vim.b[proposal].orch_sections = draft.sections
    if cursor then
      local line = math.min(cursor[1], vim.api.nvim_buf_line_count(proposal))
      vim.api.nvim_win_set_cursor(vim.fn.bufwinid(proposal), { line, 0 })
    end
    vim.cmd.diffupdate()
  end)
end

--- The section around the cursor in a review.
---@param proposal integer
---@return orch.DraftedSection?
local function section_here(proposal)
  local line = vim.api.nvim_win_get_cursor(0)[1] - 1
  local here ---@type orch.DraftedSection?
  for _, section in ipairs(vim.b[proposal].orch_sections or {}) do
    local head = type(section.head) == 'table' and section.head.start.line
    if head and head <= line and waits(section) and (not here or head > here.head.start.line) then
      here = section
    end
  end
  if not here then
    notice.info('no section of the draft waits at the cursor.')
  end
  return here
end

---@param draft orch.DraftPreview
---@param proposal integer
---@param tab integer
local function map_keys(draft, proposal, tab)
  local function map(key, action, description)
    vim.keymap.set('n', key, action, { buffer = proposal, nowait = true, desc = description })
  end
  local function word(state, prompt)
    return function()
      local section = section_here(proposal)
      if not section then
        return
      end
      local function say_it(reason)
        if reason then
          local done = function()
            renew(proposal, tab, draft.runId)
          end
          M.say(state, draft.runId, section.key, prompt and reason or nil, proposal, done)
        end
      end
      if prompt then
        vim.ui.input({ prompt = prompt:format(section.title) }, say_it)
      else
        say_it('')
      end
    end
  end
  map('a', function()
    M.decide('orch.applyDraft', draft.runId, proposal, tab)
  end, 'Orch: apply this draft')
  map('d', function()
    M.decide('orch.discardDraft', draft.runId, proposal, tab)
  end, 'Orch: discard this draft')
  map('s', word('accepted'), 'Orch: take this section')
  map('r', word('rejected', 'Why not “%s”? (may stay empty) '), 'Orch: reject this section')
  map('c', word('commented', 'A remark on “%s”: '), 'Orch: remark on this section')
  map('w', function()
    local section = section_here(proposal)
    if section then
      local argument = { uri = draft.uri, key = section.key, apply = 'review' }
      require('orch.rewrite').run(argument, proposal, function(run_id)
        require('orch.review').open_when_ready(run_id, proposal)
      end)
    end
  end, 'Orch: have this section drafted anew')
  map('q', function()
    close_tab(tab)
  end, 'Orch: close the review')
end

--- Columns of a screen on which two texts stand side by side; in a narrower one they stand below each other.
local WIDE = 100

--- What the keys do, in words or in short ones, whichever the window above which they stand has room for.
---@return string
function M.legend()
  local long = 'Orch: a apply all  s take section  r reject  w rewrite  c remark  d discard  q close'
  local short = 'a all  s take  r reject  w rewrite  c remark  d drop  q close'
  return #long <= vim.api.nvim_win_get_width(0) and long or short
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
  fill(proposal, draft, proposed(draft))
  vim.b[proposal].orch_client_id = client_id
  vim.b[proposal].orch_sections = draft.sections
  pcall(vim.api.nvim_buf_set_name, proposal, 'orch-review://' .. vim.fs.basename(vim.uri_to_fname(draft.uri)))
  local is_wide = vim.o.columns >= WIDE
  vim.wo.wrap = not is_wide
  vim.api.nvim_open_win(proposal, true, { split = is_wide and 'right' or 'below', win = 0 })
  vim.cmd.diffthis()
  -- Lines that stand side by side must not wrap, others may.
  vim.wo.wrap = not is_wide
  vim.wo.linebreak = true
  annotate(proposal, draft)
  local first = vim.iter(draft.sections or {}):find(waits)
  if first then
    local last = vim.api.nvim_buf_line_count(proposal)
    vim.api.nvim_win_set_cursor(0, { math.min(first.head.start.line + 1, last), 0 })
  end
  vim.wo[0].winbar = "%{v:lua.require'orch.review'.legend()}"
  map_keys(draft, proposal, tab)
end

--- Open the review of a run when its draft waits.
---@param run_id string
---@param bufnr integer
function M.open_when_ready(run_id, bufnr)
  vim.api.nvim_create_autocmd('User', {
    pattern = 'OrchRunChanged',
    callback = function(event)
      local record = event.data.record
      if record.run_id ~= run_id then
        return
      end
      local draft = type(record.draft) == 'table' and record.draft or nil
      if draft and draft.state == 'ready' and record.status == 'completed' then
        vim.schedule(function()
          M.open(run_id, vim.api.nvim_buf_is_valid(bufnr) and bufnr or 0)
        end)
      end
      -- The autocommand is done with once the run has ended.
      return record.status ~= 'queued' and record.status ~= 'running'
    end,
  })
end

--- Apply or discard a draft. The review closes only when that was done.
---@param command 'orch.applyDraft'|'orch.discardDraft'
---@param run_id? string
---@param bufnr integer
---@param tab? integer
function M.decide(command, run_id, bufnr, tab)
  local argument = run_id and { runId = run_id } or nil
  rpc.ask(command, argument, bufnr, function(result)
    if type(result.code) == 'string' then
      notice.warn(('the draft is still %s (%s).'):format(result.state, result.code))
    elseif tab then
      close_tab(tab)
    end
  end)
end

--- Say a word on a section of a draft, and tell what came of it.
---@param word 'accepted'|'rejected'|'commented'
---@param run_id string
---@param key string
---@param reason? string
---@param bufnr integer
---@param done? fun()
function M.say(word, run_id, key, reason, bufnr, done)
  local argument = { runId = run_id, key = key, state = word, reason = reason }
  rpc.execute('orch.reviewSection', argument, bufnr, function(result, failed)
    if failed then
      notice.error(failed.message)
    elseif type(result.code) == 'string' then
      notice.warn(('“%s” is %s (%s).'):format(key, result.state, result.code))
    else
      notice.info(('“%s” is %s; the draft is %s.'):format(key, result.state, result.draft))
    end
    if done then
      done()
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
        M.say(word, draft.runId, key, reason, bufnr)
        return
      end
      vim.ui.input({ prompt = ('Why not “%s”? (may stay empty) '):format(key) }, function(given)
        if given then
          M.say(word, draft.runId, key, given, bufnr)
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
      require('orch.pick').choose(sections, options, function(section)
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
  rpc.ask('orch.previewDraft', argument, bufnr, function(draft, client)
    if draft then
      show(draft, client.id)
    end
  end)
end

return M
