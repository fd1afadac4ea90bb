local nvim = dofile((os.getenv('E2E_LIBRARY'):gsub('library%.lua', 'session.lua')))

nvim.run(function()
  nvim.write('one/.orch/config.toml', '')
  nvim.write('two/.orch/config.toml', '')
  local one = nvim.open('one/limits.spec.md', nvim.BRIEF)
  local two = nvim.open('two/limits.spec.md', nvim.BRIEF)
  nvim.equal(false, nvim.client(one).id == nvim.client(two).id, 'a server for each folder')
  vim.api.nvim_set_current_buf(one)
  vim.cmd('Orch generate provider=work')
  nvim.wait_draft('applied')
  nvim.contains(nvim.text(one), '## Rollback Plan')
  nvim.equal(nvim.BRIEF, nvim.text(two) .. '\n', 'the file of the same name is untouched')
  nvim.equal(
    1,
    #nvim.execute('orch.showHistory', { open = false, uri = vim.uri_from_bufnr(one) }, one)
  )
  nvim.equal(
    {},
    nvim.execute('orch.showHistory', { open = false, uri = vim.uri_from_bufnr(two) }, two)
  )
end)
