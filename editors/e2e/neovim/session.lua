--- A person at work in Neovim with the plugin: what the plugin's scenarios do again and again.
local e2e = dofile(os.getenv('E2E_LIBRARY'))
local M = setmetatable({}, { __index = e2e })

--- Every record that was announced, in order.
---@type orch.Record[]
M.records = {}
vim.api.nvim_create_autocmd('User', {
  pattern = 'OrchRunChanged',
  callback = function(event)
    M.records[#M.records + 1] = event.data.record
  end,
})

---@type string[] Kinds and messages of the progress events, in order.
M.progress = {}
vim.api.nvim_create_autocmd('LspProgress', {
  callback = function(event)
    local value = event.data.params.value
    M.progress[#M.progress + 1] = value.kind
  end,
})

---@return vim.lsp.Client?
function M.client(bufnr)
  local client = vim.lsp.get_clients({ name = 'orch', bufnr = bufnr })[1]
  return client and client.initialized and client or nil
end

--- Open a file, written first if a text is given, and wait until the server serves it.
---@param path string
---@param text? string
---@return integer bufnr
function M.open(path, text)
  if text then
    M.write(path, text)
  end
  vim.cmd.edit(vim.fn.fnameescape(M.path(path)))
  local bufnr = vim.api.nvim_get_current_buf()
  M.wait('the server to serve ' .. path, function()
    return M.client(bufnr)
  end)
  return bufnr
end

--- The newest run as it was announced last. Run ids sort by time.
---@return orch.Record?
function M.newest()
  local newest ---@type orch.Record?
  for _, record in ipairs(M.records) do
    if not newest or record.run_id >= newest.run_id then
      newest = record
    end
  end
  return newest
end

--- Wait until the newest run has a status.
---@param status string
---@return orch.Record
function M.wait_run(status)
  return M.wait('the newest run to be ' .. status, function()
    local record = M.newest()
    return record and record.status == status and record or nil
  end)
end

--- Wait until the newest run's draft has a state; `after` is a run that it must not be.
---@param state string
---@param after? orch.Record
---@return orch.Record
function M.wait_draft(state, after)
  return M.wait('the newest draft to be ' .. state, function()
    local record = M.newest()
    local draft = record and record.run_id ~= (after and after.run_id) and record.draft
    return type(draft) == 'table' and draft.state == state and record or nil
  end)
end

--- Wait until a progress has begun, or has begun and ended.
---@param kind 'begin'|'end'
function M.wait_progress(kind)
  M.wait('the progress to ' .. kind, function()
    return M.progress[1] == 'begin' and vim.list_contains(M.progress, kind)
  end)
end

--- Wait until the person was told something.
---@param part string
function M.wait_message(part)
  M.wait('a message with: ' .. part, function()
    for _, message in ipairs(M.messages) do
      if message:find(part, 1, true) then
        return true
      end
    end
  end)
end

---@param part string
---@return integer?
function M.window_with(part)
  for _, window in ipairs(vim.api.nvim_tabpage_list_wins(0)) do
    if M.text(vim.api.nvim_win_get_buf(window)):find(part, 1, true) then
      return window
    end
  end
  return nil
end

--- The buffer of a live preview, if it is in a window.
---@return integer?
function M.preview()
  for _, window in ipairs(vim.api.nvim_tabpage_list_wins(0)) do
    local bufnr = vim.api.nvim_win_get_buf(window)
    if vim.api.nvim_buf_get_name(bufnr):find('orch-preview:', 1, true) then
      return bufnr
    end
  end
  return nil
end

--- Run a server command and wait for its answer.
---@return any result
---@return lsp.ResponseError? error
function M.execute(command, argument, bufnr)
  local answer
  local client = assert(M.client(bufnr), 'no client')
  local params = { command = command, arguments = argument and { argument } or nil }
  client:request('workspace/executeCommand', params, function(error, result)
    answer = { result = result, error = error }
  end, bufnr)
  M.wait('the answer to ' .. command, function()
    return answer
  end)
  return answer.result, answer.error
end

--- Answer the next `vim.ui.select` as a person would; the items are returned as they were shown.
---@param index integer
---@return string[] shown Filled when the person was asked.
function M.answer_select(index)
  local shown = {}
  vim.ui.select = function(items, options, on_choice)
    for _, item in ipairs(items) do
      shown[#shown + 1] = options.format_item and options.format_item(item) or tostring(item)
    end
    on_choice(items[index], index)
  end
  return shown
end

--- Answer each `vim.ui.select` with the entry that has the words that are next in line; none where no entry has them.
---@param words string[] Taken from the front as they are used.
---@return { prompt: string, entries: integer }[] asked Filled as the person is asked.
function M.answer_selects(words)
  local asked = {} ---@type { prompt: string, entries: integer }[]
  vim.ui.select = function(items, options, on_choice)
    local wanted = table.remove(words, 1)
    asked[#asked + 1] = { prompt = options.prompt, entries = #items }
    for index, item in ipairs(items) do
      if wanted and (options.format_item or tostring)(item):find(wanted, 1, true) then
        return on_choice(item, index)
      end
    end
    on_choice(nil)
  end
  return asked
end

--- Answer each `vim.ui.input` with the text that is next in line.
---@param texts string[]
function M.answer_inputs(texts)
  vim.ui.input = function(_, on_confirm)
    on_confirm(table.remove(texts, 1))
  end
end

return M
