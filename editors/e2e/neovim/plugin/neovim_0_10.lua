local nvim = dofile((os.getenv('E2E_LIBRARY'):gsub('library%.lua', 'session.lua')))

nvim.run(function()
  -- Neovim 0.10 has neither of these: the plugin has to do without. It was loaded before them, so it is loaded again.
  vim.lsp.enable('orch', false)
  vim.lsp.enable, vim.lsp.config = nil, nil
  vim.g.loaded_orch = nil
  vim.cmd.runtime('plugin/orch.lua')
  local bufnr = nvim.open('limits.spec.md', nvim.BRIEF)
  vim.cmd('Orch generate provider=work')
  nvim.wait_draft('applied')
  nvim.contains(nvim.text(bufnr), '## Rollback Plan')
end)
