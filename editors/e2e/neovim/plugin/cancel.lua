local nvim = dofile((os.getenv('E2E_LIBRARY'):gsub('library%.lua', 'session.lua')))

nvim.run(function()
  -- Wide enough for two windows.
  vim.o.columns = 160
  local bufnr = nvim.open('limits.spec.md', nvim.BRIEF)
  vim.cmd('Orch generate provider=work model=held')
  nvim.provider_event('held')
  nvim.wait('words in the preview', function()
    return nvim.preview()
  end)
  vim.cmd('Orch cancel')
  nvim.provider_event('closed_by_client')
  local record = nvim.wait_run('cancelled')
  nvim.equal(true, record.draft.partial)
  nvim.equal(nvim.BRIEF, nvim.text(bufnr) .. '\n')

  vim.cmd('Orch draft')
  local draft = nvim.wait('the text so far', function()
    return nvim.window_with('orch-draft') or nvim.window_with('One busy client')
  end)
  nvim.contains(nvim.text(vim.api.nvim_win_get_buf(draft)), 'One busy client')
end)
