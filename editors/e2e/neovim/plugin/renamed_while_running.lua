local nvim = dofile((os.getenv('E2E_LIBRARY'):gsub('library%.lua', 'session.lua')))

nvim.run(function()
  local bufnr = nvim.open('limits.spec.md', nvim.BRIEF)
  vim.cmd('Orch generate provider=work model=held')
  nvim.provider_event('held')
  vim.cmd('saveas renamed.spec.md')
  nvim.release()
  local record = nvim.wait_run('completed')
  nvim.equal(nvim.BRIEF, nvim.read('limits.spec.md'), 'the old file is not edited')
  nvim.contains(
    'applied ready',
    nvim.wait('a draft state', function()
      return nvim.newest().draft.state
    end)
  )
  nvim.equal(
    nvim.BRIEF,
    nvim.text(bufnr):sub(1, #nvim.BRIEF - 1) .. '\n',
    'no text of the person is lost'
  )
  local preview = nvim.execute('orch.previewDraft', { runId = record.run_id, open = false }, bufnr)
  nvim.contains(preview.text, '## Rollback Plan')
end)
