local nvim = dofile((os.getenv('E2E_LIBRARY'):gsub('library%.lua', 'session.lua')))

nvim.run(function()
  -- Wide enough for two windows.
  vim.o.columns = 160
  local bufnr = nvim.open('limits.spec.md', nvim.BRIEF)
  vim.cmd('Orch generate provider=work model=held')
  nvim.provider_event('held')
  nvim.wait('words in the preview', function()
    return nvim.preview()
  end)
  local run = nvim.wait_run('running')
  local first_client = nvim.client(bufnr).id

  nvim.wait_checkpoint()
  vim.uv.kill(run.owner.pid, 'sigkill')

  nvim.wait_message('the server ended by itself')
  nvim.wait('the server to be back', function()
    local client = nvim.client(bufnr)
    return client and client.id ~= first_client
  end)
  nvim.equal(nvim.BRIEF, nvim.text(bufnr) .. '\n')
  local record = nvim.wait('the run to be known as interrupted', function()
    local records = nvim.execute('orch.showHistory', { open = false }, bufnr)
    return records[1] and records[1].status == 'interrupted' and records[1]
  end)
  nvim.equal(run.run_id, record.run_id)
  nvim.equal(true, record.draft.partial)

  vim.cmd('Orch draft ' .. run.run_id)
  nvim.wait('the draft so far', function()
    return vim.api.nvim_buf_get_name(0):find('orch%-draft:')
      and nvim.text(0):find('One busy client', 1, true)
  end)
end)
