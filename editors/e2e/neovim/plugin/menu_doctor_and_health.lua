local nvim = dofile((os.getenv('E2E_LIBRARY'):gsub('library%.lua', 'session.lua')))

nvim.run(function()
  nvim.open('limits.spec.md', nvim.BRIEF)
  local shown = nvim.answer_select(0)
  vim.cmd('Orch')
  nvim.contains(table.concat(shown, '\n'), 'generate  Draft the missing sections of this document')
  nvim.contains(table.concat(shown, '\n'), 'refine')
  -- Nothing runs, waits, failed or is new: what is for those is not offered.
  for _, name in ipairs({ 'cancel', 'apply', 'discard', 'allow', 'dismiss', 'keep', 'undo' }) do
    nvim.equal(nil, table.concat(shown, '\n'):match('^' .. name .. ' ') or table.concat(shown, '\n'):match('\n' .. name .. ' '))
  end
  nvim.equal(false, vim.list_contains(vim.fn.getcompletion('Orch ', 'cmdline'), 'cancel'))
  nvim.equal('Orch: draft what is open', vim.fn.maparg('\\og', 'n', false, true).desc)

  vim.cmd('helptags ALL')
  vim.cmd('help orch')
  local help = nvim.text(0)
  for name in pairs(require('orch.command').subcommands) do
    nvim.contains(help, ':Orch ' .. name)
  end
  vim.cmd.helpclose()

  vim.cmd('Orch doctor')
  nvim.wait('the report', function()
    return nvim.text(0):find('work', 1, true) and vim.bo.buftype == 'nofile'
  end)

  vim.cmd('checkhealth orch')
  nvim.contains(nvim.text(0), 'running for ' .. nvim.workspace)
  nvim.contains(nvim.text(0), 'server: ' .. nvim.server)
  nvim.equal(nil, nvim.text(0):find('ERROR', 1, true))
end)
