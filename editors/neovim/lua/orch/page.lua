--- Records and drafts as buffers: `orch-run:ID` and `orch-draft:ID`, asked of the server when they are read.
local rpc = require('orch.rpc')

local M = {}

local UUID = '%x%x%x%x%x%x%x%x%-%x+%-%x+%-%x+%-%x+'

--- The kind and run id that a buffer's name or a URI holds.
---@param name string
---@return 'orch-run'|'orch-draft'|nil kind
---@return string? run_id
local function parse(name)
  local kind = name:match('(orch%-run):') or name:match('(orch%-draft):')
  return kind, kind and name:match(UUID)
end

---@param bufnr integer
---@param text string
local function put(bufnr, text)
  if not vim.api.nvim_buf_is_loaded(bufnr) then
    return
  end
  vim.bo[bufnr].modifiable = true
  local lines = vim.split(text:gsub('\r', ''), '\n', { plain = true })
  if lines[#lines] == '' and #lines > 1 then
    lines[#lines] = nil
  end
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, lines)
  vim.bo[bufnr].modifiable = false
  vim.bo[bufnr].modified = false
end

---@param bufnr integer
---@param kind string
---@param run_id string
local function load(bufnr, kind, run_id)
  local client = rpc.client(bufnr)
  if not client then
    put(bufnr, 'No orch server is running. Open a Markdown file of the workspace, then :edit here.')
    return
  end
  vim.b[bufnr].orch_client_id = client.id
  local params = { uri = ('%s:%s'):format(kind, run_id) }
  rpc.request(client, 'workspace/textDocumentContent', params, function(result, failed)
    put(bufnr, failed and failed.message or result.text)
  end)
end

--- Fill a buffer whose name is an `orch-run:` or `orch-draft:` URI. Called by BufReadCmd.
---@param bufnr integer
function M.read(bufnr)
  local kind, run_id = parse(vim.api.nvim_buf_get_name(bufnr))
  vim.bo[bufnr].buftype = 'nofile'
  vim.bo[bufnr].swapfile = false
  vim.bo[bufnr].bufhidden = 'hide'
  vim.bo[bufnr].filetype = 'markdown'
  vim.bo[bufnr].modifiable = false
  if not kind or not run_id then
    put(bufnr, 'This is not the address of a run: it needs its whole id.')
    return
  end
  vim.b[bufnr].orch_run_id = run_id
  load(bufnr, kind, run_id)
end

--- The server says that a page has changed.
---@param uri string
function M.refresh(uri)
  local kind, run_id = parse(uri)
  for _, bufnr in ipairs(vim.api.nvim_list_bufs()) do
    local its_kind, its_run = parse(vim.api.nvim_buf_get_name(bufnr))
    if kind and its_kind == kind and its_run == run_id and vim.api.nvim_buf_is_loaded(bufnr) then
      load(bufnr, kind, run_id)
    end
  end
end

--- Show Markdown as a page: its marks are hidden but where the cursor is, and lines break between words.
---@param window integer
function M.render(window)
  -- The syntax file hides no marks of code; a Neovim without the parser has that alone.
  pcall(vim.treesitter.start, vim.api.nvim_win_get_buf(window), 'markdown')
  vim.wo[window].conceallevel = 2
  vim.wo[window].wrap = true
  vim.wo[window].linebreak = true
  vim.wo[window].number = false
  vim.wo[window].signcolumn = 'no'
end

--- Open a page, with the server that a buffer belongs to.
---@param kind 'orch-run'|'orch-draft'
---@param run_id string
---@param client_id? integer
function M.open(kind, run_id, client_id)
  local bufnr = vim.fn.bufadd(('%s://%s'):format(kind, run_id))
  vim.b[bufnr].orch_client_id = client_id
  vim.bo[bufnr].buflisted = true
  vim.cmd.sbuffer(bufnr)
  if kind == 'orch-run' then
    M.render(vim.api.nvim_get_current_win())
  end
end

--- Open the record of a run; without an id, of the newest one.
---@param run_id? string
---@param bufnr integer
function M.show_run(run_id, bufnr)
  local argument = { runId = run_id, open = false }
  rpc.execute('orch.showRun', argument, bufnr, function(record, failed, client)
    if failed then
      require('orch.notice').error(failed.message)
    elseif record then
      M.open('orch-run', record.run_id, client.id)
    end
  end)
end

return M
