local nvim = dofile((os.getenv('E2E_LIBRARY'):gsub('library%.lua', 'session.lua')))

nvim.run(function()
  local bufnr = nvim.open('limits.spec.md', nvim.BRIEF)
  vim.cmd('Orch generate provider=work apply=review')
  local first = nvim.wait_draft('ready')
  nvim.equal(nvim.BRIEF, nvim.text(bufnr) .. '\n', 'a draft that waits is not in the document')
  nvim.wait('the statusline to tell', function()
    return require('orch').statusline() == 'orch draft ready'
  end)

  local function open_review()
    vim.cmd('Orch review')
    return nvim.wait('a diff of two windows', function()
      local windows = vim.api.nvim_tabpage_list_wins(0)
      local diffs = vim.tbl_filter(function(window)
        return vim.wo[window].diff
      end, windows)
      return #vim.api.nvim_list_tabpages() == 2 and #diffs == 2
    end)
  end

  open_review()
  nvim.contains(nvim.text(0), nvim.BRIEF)
  nvim.contains(nvim.text(0), '## Rollback Plan')
  vim.api.nvim_feedkeys('d', 'xt', false)
  nvim.wait_draft('discarded')
  nvim.wait('the review to close', function()
    return #vim.api.nvim_list_tabpages() == 1
  end)
  nvim.equal(nvim.BRIEF, nvim.text(bufnr) .. '\n')

  vim.cmd('Orch generate provider=work apply=review')
  nvim.wait_draft('ready', first)
  open_review()
  vim.api.nvim_feedkeys('a', 'xt', false)
  nvim.wait_draft('applied')
  nvim.wait('the review to close', function()
    return #vim.api.nvim_list_tabpages() == 1
  end)
  nvim.contains(nvim.text(bufnr), '## Rollback Plan')
  vim.cmd.undo()
  nvim.equal(nvim.BRIEF, nvim.text(bufnr) .. '\n', 'one undo takes the applied draft back')
end)
