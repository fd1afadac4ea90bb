local nvim = dofile((os.getenv('E2E_LIBRARY'):gsub('library%.lua', 'session.lua')))

nvim.run(function()
  nvim.write('.orch/config.toml', 'provider = "outline"\n')
  local bufnr = nvim.open('limits.spec.md', nvim.BRIEF)
  local lens = nvim.wait('a lens', function()
    return vim.lsp.codelens.get(bufnr)[1]
  end)
  vim.api.nvim_win_set_cursor(0, { lens.range.start.line + 1, 0 })
  nvim.answer_select(1)
  vim.lsp.codelens.run()
  nvim.wait_draft('applied')
  nvim.contains(nvim.text(bufnr), '## Rollback Plan')
end)
