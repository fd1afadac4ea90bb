local nvim = dofile((os.getenv('E2E_LIBRARY'):gsub('library%.lua', 'session.lua')))

nvim.run(function()
  require('orch').setup({
    cmd = 'orch-lsp',
    preview = 'left',
    settings = { provider = 7 },
    colour = 'red',
  })
  local told = table.concat(nvim.messages, '\n')
  nvim.contains(told, 'option `cmd` is "orch-lsp"; expected a list of strings')
  nvim.contains(told, 'option `preview` is "left"; expected "right", "below" or false')
  nvim.contains(told, 'there is no option `colour`')

  local bufnr = nvim.open('limits.spec.md', nvim.BRIEF)
  vim.cmd('Orch generate provider=outline')
  nvim.wait_draft('applied')
  nvim.contains(nvim.text(bufnr), '## Goal')
end)
