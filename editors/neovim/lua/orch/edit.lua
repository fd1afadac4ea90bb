--- Edits of the server: each is for one version of its document.
local M = {}

--- Whether the buffer has changed since that version. Keys of the last moment are sent first: they wait a little, so
--- that the server does not know of them yet. The editor's own handler does not ask for version 0, the first one.
---@param client vim.lsp.Client
---@param change table
---@return boolean
local function is_stale(client, change)
  local document = change.textDocument
  if type(document) ~= 'table' or type(document.version) ~= 'number' then
    return false
  end
  local bufnr = vim.uri_to_bufnr(document.uri)
  local found, tracking = pcall(require, 'vim.lsp._changetracking')
  if found then
    pcall(tracking.flush, client, bufnr)
  end
  local version = vim.lsp.util.buf_versions[bufnr]
  return version ~= nil and version > document.version
end

--- Make an edit, or refuse one that was made for another text.
---@type lsp.Handler
function M.apply(err, params, context)
  local client = vim.lsp.get_client_by_id(context.client_id)
  for _, change in ipairs(client and params.edit.documentChanges or {}) do
    if is_stale(client, change) then
      return { applied = false, failureReason = 'the document has changed' }
    end
  end
  if params.label ~= 'Orch: draft' then
    return vim.lsp.handlers['workspace/applyEdit'](err, params, context)
  end
  local before = {} ---@type table<integer, string[]>
  for _, change in ipairs(params.edit.documentChanges or {}) do
    if change.textDocument then
      local bufnr = vim.uri_to_bufnr(change.textDocument.uri)
      before[bufnr] = vim.api.nvim_buf_get_lines(bufnr, 0, -1, false)
    end
  end
  local answer = vim.lsp.handlers['workspace/applyEdit'](err, params, context)
  if answer and answer.applied then
    for bufnr, lines in pairs(before) do
      require('orch.marks').note(bufnr, lines)
    end
  end
  return answer
end

return M
