local nvim = dofile((os.getenv('E2E_LIBRARY'):gsub('library%.lua', 'session.lua')))

nvim.run(function()
  nvim.open('limits.spec.md', nvim.BRIEF)
  local offered = vim.fn.getcompletion('Orch ', 'cmdline')
  for _, name in ipairs({ 'generate', 'history', 'refine', 'run' }) do
    nvim.equal(true, vim.list_contains(offered, name), name .. ' is offered')
  end
  for _, name in ipairs({ 'accept', 'answer', 'apply', 'cancel', 'discard', 'keep', 'reject', 'resume', 'retry', 'review', 'toggle', 'undo' }) do
    nvim.equal(false, vim.list_contains(offered, name), name .. ' does not apply')
  end
  nvim.equal({ 'generate' }, vim.fn.getcompletion('Orch gen', 'cmdline'))
  nvim.equal({ 'apply=auto', 'apply=review' }, vim.fn.getcompletion('Orch generate app', 'cmdline'))

  vim.cmd('Orch generate provider=outline')
  local record = nvim.wait_draft('applied')
  nvim.equal({ record.run_id }, vim.fn.getcompletion('Orch run ', 'cmdline'))

  nvim.client(0).server_capabilities.executeCommandProvider.commands =
    { 'orch.generateDraft', 'orch.newThing' }
  local fewer = vim.fn.getcompletion('Orch ', 'cmdline')
  nvim.equal(
    { 'generate', 'keep', 'log', 'newThing', 'next', 'restart', 'undo' },
    fewer,
    'only what is announced'
  )
  vim.cmd('Orch apply')
  nvim.wait_message('does not offer `orch.applyDraft`')
  vim.cmd('Orch nonsense')
  nvim.wait_message('there is no `:Orch nonsense`')
end)
