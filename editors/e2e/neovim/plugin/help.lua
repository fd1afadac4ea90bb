local nvim = dofile((os.getenv('E2E_LIBRARY'):gsub('library%.lua', 'session.lua')))

nvim.run(function()
  for _, topic in ipairs({ 'orch', ':Orch', 'orch-options', 'OrchRunChanged' }) do
    vim.cmd.help(topic)
    nvim.contains(vim.api.nvim_buf_get_name(0), 'orch/doc/orch.txt')
    vim.cmd.helpclose()
  end
end)
