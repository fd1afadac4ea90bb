local nvim = dofile((os.getenv('E2E_LIBRARY'):gsub('library%.lua', 'session.lua')))

nvim.run(function()
  nvim.choose('work', 'denied')
  local bufnr = nvim.open('limits.spec.md', nvim.BRIEF)
  vim.cmd('Orch generate')
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
  nvim.wait_message(':Orch explain')
  nvim.equal(1, #nvim.messages, 'the failure is told once')
  nvim.equal(vim.diagnostic.severity.ERROR, diagnostic.severity)
  nvim.equal(nvim.BRIEF, nvim.text(bufnr) .. '\n')

  vim.api.nvim_win_set_cursor(0, { diagnostic.lnum + 1, diagnostic.col })
  vim.cmd('Orch explain')
  nvim.wait('the page on the failure', function()
    return vim.api.nvim_buf_get_name(0):find('errors/invalid_auth.md', 1, true)
  end)
  vim.cmd.buffer(bufnr)
  vim.api.nvim_win_set_cursor(0, { diagnostic.lnum + 1, diagnostic.col })

  nvim.choose('work', 'steady')
  local titles = {} ---@type string[]
  vim.ui.select = function(items, options, on_choice)
    local retry
    for index, item in ipairs(items) do
      titles[index] = options.format_item(item)
      if titles[index]:find('Retry', 1, true) then
        retry = item
      end
    end
    on_choice(retry)
  end
  vim.lsp.buf.code_action()
  nvim.wait('quick fixes', function()
    return #titles > 0
  end)
  nvim.say(table.concat(titles, ' | '))
  local retried = nvim.wait('the retry to draft', function()
    local newest = nvim.newest()
    return newest.parent_run_id == record.run_id and newest.status == 'completed' and newest
  end)
  nvim.equal('steady-2026', retried.model.resolved)
  nvim.wait('the diagnostic to go', function()
    return #vim.diagnostic.get(bufnr) == 0
  end)
  nvim.contains(nvim.text(bufnr), '## Rollback Plan')
end)
