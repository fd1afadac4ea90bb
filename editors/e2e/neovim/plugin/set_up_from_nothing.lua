local nvim = dofile((os.getenv('E2E_LIBRARY'):gsub('library%.lua', 'session.lua')))

nvim.run(function()
  local config = vim.env.ORCH_CONFIG_HOME .. '/config.toml'
  local bufnr = nvim.open('limits.spec.md', nvim.BRIEF)
  local asked = nvim.answer_selects({ 'Set up now', 'work', 'steady', 'Try it', 'Draft this document' })
  vim.cmd('Orch generate')
  nvim.wait_draft('applied')
  nvim.contains(nvim.text(bufnr), '## Rollback Plan')
  nvim.contains(asked[1].prompt, 'No provider is chosen')
  nvim.contains(asked[1].prompt, config)
  nvim.contains(asked[1].prompt, 'orch-lsp setup')
  nvim.contains(table.concat(vim.fn.readfile(config), '\n'), 'provider = "work"')
  nvim.contains(asked[5].prompt, 'work (steady) is written into ' .. config)

  -- A server by its address, a model by its words, and no draft yet.
  local port = vim.fn.readfile(vim.env.E2E_CONTROL .. '/port')[1]
  nvim.answer_inputs({ '127.0.0.1:' .. port, 'E2E_WORK_KEY' })
  asked = nvim.answer_selects({ 'A server of your own', 'denied', 'Try it', 'Choose again', 'nothing has this' })
  vim.cmd('Orch setup')
  nvim.wait('the end of the questions', function()
    return #asked == 5
  end)
  nvim.contains(asked[4].prompt, 'API key')
  nvim.contains(table.concat(vim.fn.readfile(config), '\n'), 'model = "steady"')
  nvim.wait_message('nothing was written')
end)
