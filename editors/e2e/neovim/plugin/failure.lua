local nvim = dofile((os.getenv('E2E_LIBRARY'):gsub('library%.lua', 'session.lua')))

nvim.run(function()
  local bufnr = nvim.open('limits.spec.md', nvim.BRIEF)
  vim.cmd('Orch generate provider=work model=denied')
  local record = nvim.wait_run('failed')
  nvim.equal('invalid_auth', record.error.code)
  local diagnostic = nvim.wait('a diagnostic', function()
    for _, candidate in ipairs(vim.diagnostic.get(bufnr)) do
      if candidate.code == 'invalid_auth' then
        return candidate
      end
    end
  end)
  nvim.equal('orch', diagnostic.source)
  nvim.equal(vim.diagnostic.severity.ERROR, diagnostic.severity)
  nvim.equal(nvim.BRIEF, nvim.text(bufnr) .. '\n')

  vim.api.nvim_win_set_cursor(0, { diagnostic.lnum + 1, diagnostic.col })
  local requests = #nvim.journal()
  local titles = {}
  vim.ui.select = function(items, options, on_choice)
    for index, item in ipairs(items) do
      titles[index] = options.format_item(item)
    end
    for index, item in ipairs(items) do
      if titles[index]:lower():find('retry', 1, true) then
        return on_choice(item, index)
      end
    end
    on_choice(nil)
  end
  vim.lsp.buf.code_action()
  nvim.wait('the quick fix to ask the provider again: ' .. vim.inspect(titles), function()
    return #nvim.journal() > requests
  end)
  nvim.wait('the retry to fail too', function()
    local newest = nvim.newest()
    return newest.parent_run_id == record.run_id and newest.status == 'failed'
  end)
end)
