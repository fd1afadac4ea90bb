local nvim = dofile((os.getenv('E2E_LIBRARY'):gsub('library%.lua', 'session.lua')))

nvim.run(function()
  local bufnr = nvim.open('limits.spec.md', '---\nprovider: work\nmodel: steady\n---\n\n' .. nvim.BRIEF)
  local own = os.getenv('E2E_WORKSPACE') .. '/.orch/workflows'
  vim.fn.mkdir(own, 'p')
  vim.fn.writefile({ 'description = "Only the machine"', '[[steps]]', 'id = "check"' }, own .. '/only-check.toml')
  vim.fn.writefile({ '[[steps]]', 'id = "sing"' }, own .. '/broken.toml')

  -- Completed by name, once the server is up; asked for, with what each does; what cannot be used says why.
  nvim.wait('the names of the workflows', function()
    return #vim.fn.getcompletion('Orch workflow ', 'cmdline') > 0
  end)
  nvim.equal(
    { 'clarify', 'draft', 'only-check', 'quick', 'review', 'sections' },
    vim.fn.getcompletion('Orch workflow ', 'cmdline')
  )
  nvim.equal({ 'review' }, vim.fn.getcompletion('Orch workflow rev', 'cmdline'))
  local before = nvim.text(bufnr)
  local shown = nvim.answer_select(5)
  vim.cmd('Orch workflow')
  nvim.wait('the question', function()
    return #shown == 7
  end)
  nvim.contains(shown[1], 'cannot be used: ')
  nvim.contains(shown[3], 'draft')
  nvim.contains(shown[3], '(as :Orch generate)')
  nvim.contains(shown[4], 'Only the machine')
  local record = nvim.wait_run('completed')
  nvim.equal('quick', record.workflow)
  nvim.wait_draft('applied')
  vim.cmd('undo')
  nvim.equal(before, nvim.text(bufnr))

  vim.cmd('Orch workflow review')
  nvim.wait_message('1 finding')
  nvim.wait_message('Nobody says from when on a client counts as busy')
  nvim.equal(before, nvim.text(bufnr))
  nvim.wait('the words that it objects to', function()
    local found = vim.tbl_filter(function(one)
      return one.code == 'review_finding'
    end, vim.diagnostic.get(bufnr))
    return #found == 1 and found[1].message:find('Nobody says from when on', 1, true) ~= nil
  end)
  vim.cmd('Orch workflow broken')
  nvim.wait_message('sing')
end)
