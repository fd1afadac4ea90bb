local nvim = dofile((os.getenv('E2E_LIBRARY'):gsub('library%.lua', 'session.lua')))

nvim.run(function()
  vim.cmd.enew()
  vim.bo.filetype = 'markdown'
  vim.api.nvim_buf_set_lines(0, 0, -1, false, vim.split(vim.trim(nvim.BRIEF), '\n'))
  vim.cmd('Orch generate')
  nvim.wait_message('no server is running here')
  vim.cmd.write(nvim.path('limits.spec.md'))
  nvim.wait('the server to serve it once it has a name', function()
    return nvim.client(0)
  end)
  vim.cmd('Orch generate provider=work')
  nvim.wait_draft('applied')
  nvim.contains(nvim.text(), '## Rollback Plan')

  vim.cmd.enew()
  vim.bo.filetype = 'markdown'
  vim.cmd('Orch generate provider=work')
  nvim.wait_message('this buffer has no name that the server could know')
end)
