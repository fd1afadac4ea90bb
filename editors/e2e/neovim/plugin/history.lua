local nvim = dofile((os.getenv('E2E_LIBRARY'):gsub('library%.lua', 'session.lua')))

nvim.run(function()
  local bufnr = nvim.open('limits.spec.md', nvim.BRIEF)
  vim.cmd('Orch generate provider=outline apply=review')
  local older = nvim.wait_draft('ready')
  vim.cmd('Orch generate provider=work apply=review')
  local newer = nvim.wait_draft('ready', older)

  local shown = nvim.answer_select(1)
  vim.cmd('Orch history')
  nvim.wait('the picker', function()
    return #shown == 2
  end)
  nvim.contains(shown[1], 'work/steady-2026')
  nvim.contains(shown[1], '120 in / 48 out')
  nvim.contains(shown[2], 'outline')
  local window = nvim.wait('the record as a page', function()
    return nvim.window_with(newer.run_id)
  end)
  local page = vim.api.nvim_win_get_buf(window)
  nvim.contains(nvim.text(page), 'steady-2026')
  nvim.equal(false, vim.bo[page].modifiable)

  vim.api.nvim_set_current_win(window)
  vim.cmd('Orch draft')
  nvim.wait('the draft as a page', function()
    return vim.api.nvim_buf_get_name(0):find('orch%-draft:')
      and nvim.text(0):find('## Goal', 1, true)
  end)

  for _, address in ipairs({
    'orch-run:%s',
    'orch-run:%s.md',
    'orch-run:/%s.md',
    'orch-run:///%s.md',
  }) do
    vim.cmd.edit(address:format(older.run_id))
    nvim.wait('a record by its address ' .. address, function()
      return nvim.text(0):find(older.run_id, 1, true)
    end)
  end
  vim.cmd('edit orch-run:nonsense')
  nvim.contains(nvim.text(0), 'whole id')
  nvim.equal(true, vim.api.nvim_buf_is_valid(bufnr))
end)
