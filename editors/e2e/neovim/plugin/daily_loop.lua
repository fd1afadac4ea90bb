local nvim = dofile((os.getenv('E2E_LIBRARY'):gsub('library%.lua', 'session.lua')))

local SPEC = '# Rate limiter\n\nOne busy client must not slow down the others.\n\n## Goal\n\nTODO\n\n## Notes\n\nMine.\n'

nvim.run(function()
  local bufnr = nvim.open('limits.spec.md', SPEC)
  local function arriving()
    local namespace = vim.api.nvim_get_namespaces()['orch_arriving']
    local marks = namespace and vim.api.nvim_buf_get_extmarks(bufnr, namespace, 0, -1, { details = true }) or {}
    return vim.tbl_map(function(mark)
      return mark[4].virt_text[1][1]
    end, marks)
  end

  -- In a narrow window words stand in the document; nothing is divided.
  vim.cmd('Orch generate provider=work model=held')
  nvim.provider_event('held')
  nvim.wait('words behind a heading', function()
    return table.concat(arriving(), '\n'):find('✎', 1, true)
  end)
  nvim.equal(1, #vim.api.nvim_tabpage_list_wins(0))
  nvim.equal(SPEC, nvim.text(bufnr) .. '\n', 'the document has no part of a draft')
  nvim.equal(true, vim.list_contains(vim.fn.getcompletion('Orch ', 'cmdline'), 'cancel'))
  nvim.release()
  nvim.wait_draft('applied')
  nvim.wait('the words to be put away', function()
    return #arriving() == 0
  end)

  -- A success is told in one line.
  nvim.wait('the success to be told', function()
    return table.concat(nvim.messages, '\n'):match('7 sections · [%d.]+ s')
  end)

  -- New text is marked, section by section, until the cursor was in it.
  local marks = require('orch.marks')
  local namespace = vim.api.nvim_get_namespaces()['orch_new_text']
  local function highlighted()
    return #vim.tbl_filter(function(mark)
      return mark[4].hl_group ~= nil
    end, vim.api.nvim_buf_get_extmarks(bufnr, namespace, 0, -1, { details = true }))
  end
  local count = marks.count(bufnr)
  nvim.equal(true, count >= 7, 'each section is marked: ' .. count)
  nvim.equal(count, highlighted())
  vim.cmd('Orch next')
  nvim.equal('One busy client no longer', vim.api.nvim_get_current_line():sub(1, 25))
  vim.api.nvim_exec_autocmds('CursorMoved', { buffer = bufnr })
  nvim.equal(count - 1, highlighted())

  vim.cmd('Orch undo')
  nvim.contains(nvim.text(bufnr), '## Goal\n\nTODO')
  nvim.equal(count - 1, marks.count(bufnr))
  vim.cmd('Orch next')
  vim.cmd('Orch keep')
  nvim.equal(count - 2, marks.count(bufnr))
  vim.cmd('Orch undo all')
  nvim.equal(nil, nvim.text(bufnr):find('## Rollback Plan', 1, true))
  nvim.contains(nvim.text(bufnr), 'Mine.')
  vim.cmd.undo()
  nvim.contains(nvim.text(bufnr), '## Rollback Plan')
end)
