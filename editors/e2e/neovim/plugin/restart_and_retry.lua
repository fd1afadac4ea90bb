local nvim = dofile((os.getenv('E2E_LIBRARY'):gsub('library%.lua', 'session.lua')))

nvim.run(function()
  local bufnr = nvim.open('limits.spec.md', nvim.BRIEF)
  nvim.choose('work', 'denied')
  vim.cmd('Orch generate')
  local failed = nvim.wait_run('failed')
  local before = nvim.client(bufnr).id

  vim.cmd('Orch restart')
  nvim.wait('another server', function()
    local client = nvim.client(bufnr)
    return client and client.id ~= before
  end)
  nvim.equal(1, #nvim.messages, 'the failure was told; a restart that was wanted is no news')

  nvim.choose('work', 'steady')
  vim.cmd('Orch retry')
  local retried = nvim.wait_draft('applied')
  nvim.equal(failed.run_id, retried.parent_run_id)
  nvim.contains(nvim.text(bufnr), '## Rollback Plan')
end)
