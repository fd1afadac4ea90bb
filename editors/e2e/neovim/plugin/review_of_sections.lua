local nvim = dofile((os.getenv('E2E_LIBRARY'):gsub('library%.lua', 'session.lua')))

nvim.run(function()
  local bufnr = nvim.open('limits.spec.md', nvim.BRIEF)
  vim.cmd('Orch generate provider=work apply=review')
  nvim.wait_draft('ready')
  local keys = vim.fn.getcompletion('Orch accept ', 'cmdline')
  nvim.equal(true, #keys > 2, 'the sections that wait are offered')
  nvim.equal(true, vim.list_contains(keys, 'non-goals'))

  local function state_of(key)
    for _, section in ipairs(nvim.newest().draft.sections) do
      if section.key == key then
        return section.state, section.reason
      end
    end
  end

  vim.cmd('Orch accept goal')
  nvim.wait('the section to be in the document', function()
    return state_of('goal') == 'applied'
  end)
  nvim.contains(nvim.text(bufnr), '## Goal')
  nvim.equal(nil, nvim.text(bufnr):find('## Tasks', 1, true), 'the others wait')
  nvim.equal('ready', nvim.newest().draft.state)
  vim.cmd.undo()
  nvim.equal(nvim.BRIEF, nvim.text(bufnr) .. '\n', 'one undo takes the section back')
  vim.cmd.redo()

  vim.cmd('Orch reject tasks too vague for us')
  nvim.wait('the word on the section', function()
    local state, reason = state_of('tasks')
    return state == 'rejected' and reason == 'too vague for us'
  end)

  -- The reason is asked for.
  local asked
  vim.ui.input = function(options, answer)
    asked = options.prompt
    answer('not now')
  end
  vim.cmd('Orch reject non-goals')
  nvim.wait('the reason', function()
    local state, reason = state_of('non-goals')
    return state == 'rejected' and reason == 'not now'
  end)
  nvim.contains(asked, 'non-goals')

  vim.cmd('Orch apply')
  nvim.wait_draft('applied')
  nvim.equal(nil, nvim.text(bufnr):find('## Tasks', 1, true), 'what was rejected stays out')
  nvim.contains(nvim.text(bufnr), '## Rollback Plan')
end)
