local nvim = dofile((os.getenv('E2E_LIBRARY'):gsub('library%.lua', 'typist.lua')))

local SPEC = [[
# Feature Specification: Rate limiting

## Requirements

- **FR-001**: System MUST count requests by API key
- **FR-002**: System MUST refuse what exceeds the limit
]]

nvim.run(function()
  nvim.write('specs/001-rate-limiting/spec.md', SPEC)
  nvim.open('specs/001-rate-limiting/tasks.md', '# Tasks: Rate limiting\n\n- [ ] T001 Count requests for\n')
  nvim.type('GA FR-')
  local words = nvim.wait('the ids', function()
    nvim.press('<C-x><C-o>')
    vim.wait(300)
    local words = nvim.ask([[
      return vim.tbl_map(function(item)
        return item.word
      end, vim.fn.complete_info({ 'items' }).items)
    ]])
    return #words > 0 and words
  end)
  nvim.equal({ 'FR-001', 'FR-002' }, words)
  nvim.press('<C-n><C-y>')
  nvim.wait('the id in the text', function()
    return nvim.lines():find('requests for FR%-00[12]$')
  end)
  nvim.press('<Esc>')
  nvim.stop()
end)
