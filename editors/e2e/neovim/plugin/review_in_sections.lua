local nvim = dofile((os.getenv('E2E_LIBRARY'):gsub('library%.lua', 'session.lua')))

nvim.run(function()
  local bufnr = nvim.open('limits.spec.md', nvim.BRIEF)
  vim.fn.mkdir(nvim.workspace .. '/.orch', 'p')
  vim.fn.writefile({ 'provider = "work"', 'model = "steady"' }, nvim.workspace .. '/.orch/config.toml')
  vim.cmd('Orch generate provider=work apply=review')
  local first = nvim.wait_draft('ready')
  vim.cmd('Orch review')
  nvim.wait('the review', function()
    return #vim.api.nvim_list_tabpages() == 2 and require('orch.review').legend():find('s take', 1, true)
  end)
  local proposal = vim.api.nvim_get_current_buf()

  local function press(key, heading)
    vim.fn.cursor(1, 1)
    nvim.equal(true, vim.fn.search('^## ' .. heading) > 0, heading)
    vim.api.nvim_feedkeys(key, 'xt', false)
  end
  local function state_of(key)
    for _, record in ipairs(vim.iter(nvim.records):rev():totable()) do
      if record.run_id == first.run_id then
        for _, section in ipairs(record.draft.sections) do
          if section.key == key then
            return section.state, section.reason
          end
        end
      end
    end
  end
  local answer
  vim.ui.input = function(_, done)
    done(answer)
  end

  -- What the check found stands where it is about.
  nvim.equal(true, #vim.diagnostic.get(proposal) > 0)

  press('s', 'Goal')
  nvim.wait('the section to be in the document', function()
    return state_of('goal') == 'applied' and nvim.text(bufnr):find('## Goal', 1, true)
  end)
  answer = 'too vague'
  press('r', 'Tasks')
  nvim.wait('the word on the section', function()
    local state, reason = state_of('tasks')
    return state == 'rejected' and reason == 'too vague'
  end)
  nvim.wait('the section to leave the review', function()
    return not nvim.text(proposal):find('## Tasks', 1, true)
  end)
  answer = 'Say why.'
  press('c', 'Non')
  nvim.wait('the remark', function()
    local state, reason = state_of('non-goals')
    return state == 'ready' and reason == 'Say why.'
  end)
  answer = 'Name the limit.'
  press('w', 'Non')
  nvim.wait('the draft of that section alone', function()
    local newest = nvim.newest()
    return newest.run_id ~= first.run_id and type(newest.draft) == 'table' and newest.draft.state == 'ready'
  end)
  nvim.equal({ 'non-goals' }, vim.tbl_map(function(section)
    return section.key
  end, nvim.newest().draft.sections))
  nvim.wait('its review', function()
    return #vim.api.nvim_list_tabpages() == 3
  end)
  press('s', 'Non')
  nvim.wait('its review to close', function()
    return #vim.api.nvim_list_tabpages() == 2
  end)
  nvim.equal('superseded', (state_of('non-goals')))
  vim.cmd('Orch apply ' .. first.run_id)
  nvim.wait('all that waits to be in the document', function()
    return nvim.text(bufnr):find('## Rollback Plan', 1, true)
  end)
  nvim.equal(nil, nvim.text(bufnr):find('## Tasks', 1, true))
end)
