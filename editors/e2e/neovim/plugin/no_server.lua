local nvim = dofile((os.getenv('E2E_LIBRARY'):gsub('library%.lua', 'session.lua')))

nvim.run(function()
  vim.env.PATH = '/usr/bin:/bin'
  vim.cmd.edit(nvim.write('limits.spec.md', nvim.BRIEF))
  nvim.wait_message('is not installed or not on PATH')
  vim.cmd.edit(nvim.write('other.spec.md', nvim.BRIEF))
  vim.cmd('Orch generate')
  nvim.wait_message('no server is running here')
  nvim.equal(2, #nvim.messages, 'the missing server is told once: ' .. vim.inspect(nvim.messages))
  vim.cmd('checkhealth orch')
  nvim.contains(nvim.text(0), 'pipx install ".[recommended]"')
end)
