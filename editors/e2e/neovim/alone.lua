--- The server alone, in Neovim 0.7 and 0.11: how a person starts it, and asks it.
local e2e = dofile(os.getenv('E2E_LIBRARY'))
local M = setmetatable({}, { __index = e2e })

M.IS_OLD = vim.fn.has('nvim-0.8') == 0

---@param path string
---@return table client
function M.attach(path)
  local id
  if M.IS_OLD then
    vim.cmd('edit ' .. vim.fn.fnameescape(path))
    vim.bo.filetype = 'markdown'
    id = vim.lsp.start_client({
      name = 'orch',
      cmd = { M.server, 'serve' },
      root_dir = M.workspace,
    })
    assert(vim.lsp.buf_attach_client(0, id))
  else
    vim.lsp.config('orch', {
      cmd = { M.server, 'serve' },
      root_markers = { '.git' },
      filetypes = { 'markdown' },
    })
    vim.lsp.enable('orch')
    vim.cmd.edit(vim.fn.fnameescape(path))
    vim.bo.filetype = 'markdown'
  end
  return M.wait('the server', function()
    local client = id and vim.lsp.get_client_by_id(id)
    if not M.IS_OLD then
      client = vim.lsp.get_clients({ name = 'orch', bufnr = 0 })[1]
    end
    return client and client.initialized and client
  end)
end

function M.request(client, method, params)
  local answer
  local function answered(error, result)
    answer = { error = error, result = result }
  end
  if M.IS_OLD then
    client.request(method, params, answered, vim.api.nvim_get_current_buf())
  else
    client:request(method, params, answered, vim.api.nvim_get_current_buf())
  end
  M.wait('the answer to ' .. method, function()
    return answer
  end)
  if answer.error then
    M.say(method, vim.inspect(answer.error))
  end
  return answer.result, answer.error
end

function M.execute(client, command, argument)
  return M.request(client, 'workspace/executeCommand', {
    command = command,
    arguments = argument and { argument } or nil,
  })
end

return M
