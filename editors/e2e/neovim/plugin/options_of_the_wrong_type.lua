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
  nvim.contains(told, 'option `preview` is "left"; expected "auto", "inline", "right", "below" or false')
  nvim.contains(told, 'there is no option `colour`')

  local bufnr = nvim.open('limits.spec.md', nvim.BRIEF)
  nvim.wait('a diagnostic for the setting', function()
    for _, diagnostic in ipairs(vim.diagnostic.get(bufnr)) do
      if diagnostic.code == 'invalid_settings' and diagnostic.message:find('provider', 1, true) then
        return true
      end
    end
  end)
  vim.cmd('Orch generate provider=outline')
  nvim.wait_draft('applied')
  nvim.contains(nvim.text(bufnr), '## Goal')
end)
