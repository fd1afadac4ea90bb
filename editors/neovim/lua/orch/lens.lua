--- Code lenses, kept fresh in the buffers that an orch server serves.
local M = {}

local group = vim.api.nvim_create_augroup('orch_lens', { clear = true })

---@param bufnr integer
function M.refresh(bufnr)
  if vim.api.nvim_buf_is_loaded(bufnr) and require('orch.config').read().codelens then
    vim.lsp.codelens.refresh({ bufnr = bufnr })
  end
end

---@param bufnr integer
function M.attach(bufnr)
  vim.api.nvim_clear_autocmds({ group = group, buffer = bufnr })
  vim.api.nvim_create_autocmd({ 'BufEnter', 'InsertLeave', 'TextChanged', 'CursorHold' }, {
    group = group,
    buffer = bufnr,
    callback = function()
      M.refresh(bufnr)
    end,
  })
  M.refresh(bufnr)
end

return M
