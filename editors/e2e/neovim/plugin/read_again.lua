local nvim = dofile((os.getenv('E2E_LIBRARY'):gsub('library%.lua', 'session.lua')))

nvim.run(function()
  local bufnr = nvim.open('limits.spec.md', nvim.BRIEF)
  local client = nvim.client(bufnr).id
  -- A command may come in the same moment, as from a mapping.
  for _ = 1, 5 do
    vim.cmd('edit | Orch dismiss')
    nvim.equal(client, nvim.client(bufnr).id)
  end
  vim.cmd('edit | Orch generate provider=outline')
  nvim.wait_draft('applied')
  nvim.equal({}, vim.tbl_filter(function(message)
    return message:find('not open', 1, true) ~= nil
  end, nvim.messages))
end)
