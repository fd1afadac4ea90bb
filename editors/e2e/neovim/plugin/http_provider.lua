local nvim = dofile((os.getenv('E2E_LIBRARY'):gsub('library%.lua', 'session.lua')))

nvim.run(function()
  local bufnr = nvim.open('limits.spec.md', nvim.BRIEF)
  vim.cmd('Orch generate provider=work')
  local record = nvim.wait_draft('applied')
  nvim.equal('completed', record.status)
  nvim.contains(nvim.text(bufnr), '## Rollback Plan\n\nSet `RATE_LIMIT=off`')
  nvim.contains(nvim.provider_event('request').key, 'key-of-the-end-to-end-tests')
  nvim.wait_progress('end')

  vim.fn.search('^## Goal')
  vim.lsp.buf.hover()
  local window = nvim.wait('the hover', function()
    return nvim.window_with(record.run_id)
  end)
  local hover = nvim.text(vim.api.nvim_win_get_buf(window))
  for _, part in ipairs({
    'work',
    'steady-2026',
    '120 in / 48 out',
    'unchanged',
    record.prompt.name,
  }) do
    nvim.contains(hover, part)
  end

  vim.cmd.undo()
  nvim.equal(nvim.BRIEF, nvim.text(bufnr) .. '\n', 'one undo takes the whole draft back')

  local function history()
    local shown = nvim.answer_select(0)
    vim.cmd('Orch history')
    return nvim.wait('the picker', function()
      return shown[1]
    end)
  end
  nvim.contains(history(), '  taken back  ')
  vim.cmd.redo()
  nvim.contains(history(), '  applied  ')
end)
