local nvim = dofile((os.getenv('E2E_LIBRARY'):gsub('library%.lua', 'session.lua')))

nvim.run(function()
  -- Wide enough for two windows.
  vim.o.columns = 160
  local bufnr = nvim.open('limits.spec.md', nvim.BRIEF)
  local document_window = vim.api.nvim_get_current_win()
  vim.cmd('Orch generate provider=work model=held')
  nvim.provider_event('held')
  local preview = nvim.wait('words in the preview', function()
    local shown = nvim.preview()
    return shown and nvim.text(shown):find('One busy client', 1, true) and shown
  end)
  nvim.equal(nvim.BRIEF, nvim.text(bufnr) .. '\n', 'the document has no part of a draft')
  nvim.equal(document_window, vim.api.nvim_get_current_win(), 'the cursor stays in the document')
  nvim.equal(false, vim.bo[preview].modifiable)
  nvim.contains(require('orch').statusline(), 'orch')
  nvim.contains(require('orch').statusline(), 'words')
  nvim.wait_progress('begin')

  nvim.release()
  nvim.wait_draft('applied')
  nvim.contains(nvim.text(bufnr), '## Rollback Plan')
  nvim.wait('the preview to be put away', function()
    return not nvim.preview()
  end)
  nvim.equal('', require('orch').statusline())
  nvim.wait_progress('end')
end)
