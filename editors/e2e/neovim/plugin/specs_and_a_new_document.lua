local nvim = dofile((os.getenv('E2E_LIBRARY'):gsub('library%.lua', 'session.lua')))

local TASKS = '# Tasks: Rate limiting\n\n- [x] T001 Count requests\n- [ ] T002 Refuse what exceeds\n'

nvim.run(function()
  nvim.write('specs/001-rate-limiting/spec.md', '# Feature Specification: Rate limiting\n')
  local tasks = nvim.open('specs/001-rate-limiting/tasks.md', TASKS)
  vim.fn.cursor(4, 1)
  vim.cmd('Orch toggle')
  nvim.wait('the tick', function()
    return nvim.text(tasks):find('- [x] T002', 1, true)
  end)
  vim.cmd.undo()
  nvim.equal(TASKS, nvim.text(tasks) .. '\n', 'one undo takes it back')

  vim.cmd('Orch insert task')
  nvim.wait('the next task', function()
    return nvim.text(tasks):find('- [ ] T003 ', 1, true)
  end)
  vim.cmd.undo()
  nvim.equal(TASKS, nvim.text(tasks) .. '\n', 'one undo takes the new task back')

  vim.cmd('Orch specs')
  local list = nvim.wait('the list of specs', function()
    local window = nvim.window_with('# Specs')
    return window and nvim.text(vim.api.nvim_win_get_buf(window))
  end)
  nvim.contains(list, '## In progress')
  nvim.contains(list, '1 of 2 tasks done')

  local shown
  vim.ui.select = function(items, options, on_choice)
    shown = vim.tbl_map(options.format_item, items)
    for index, item in ipairs(items) do
      if item.profile == 'spec-kit' and item.kind == 'spec' then
        return on_choice(item, index)
      end
    end
  end
  vim.cmd('Orch new Refunds by card')
  nvim.wait('the new document', function()
    return vim.fn.expand('%:p') == nvim.path('specs/002-refunds-by-card/spec.md')
  end)
  nvim.contains(table.concat(shown, '\n'), 'openspec: ')
  nvim.contains(nvim.text(), '# Feature Specification: Refunds by card')
end)
