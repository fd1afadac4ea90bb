local nvim = dofile((os.getenv('E2E_LIBRARY'):gsub('library%.lua', 'session.lua')))

nvim.run(function()
  -- Neovim 0.10 has neither of these: the plugin has to do without. It was loaded before them, so it is loaded again.
  vim.lsp.enable('orch', false)
  vim.lsp.enable, vim.lsp.config = nil, nil
  local has = vim.fn.has
  vim.fn.has = function(feature)
    return feature == 'nvim-0.11' and 0 or has(feature)
  end
  vim.g.loaded_orch = nil
  vim.cmd.runtime('plugin/orch.lua')
  local bufnr = nvim.open('limits.spec.md', nvim.BRIEF)
  vim.cmd('Orch generate provider=work')
  nvim.wait_draft('applied')
  nvim.contains(nvim.text(bufnr), '## Rollback Plan')
  vim.cmd('Orch run')
  nvim.wait('the record', function()
    return vim.api.nvim_buf_get_name(0):find('orch%-run:')
      and nvim.text(0):find('steady-2026', 1, true)
  end)
  vim.cmd('Orch restart')
  nvim.wait('the server to be back', function()
    return nvim.client(bufnr)
  end)
end)
