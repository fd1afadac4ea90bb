local nvim = dofile((os.getenv('E2E_LIBRARY'):gsub('library%.lua', 'typist.lua')))

local SPEC = [[
# Feature Specification: Rate limiting

## User Scenarios & Testing

### User Story 1 - A busy client is told (Priority: P1)

1. **Given** a client at its limit, **When** it calls again, **Then** it gets a 429

## Requirements

- **FR-001**: System MUST count requests by API key
]]
local FOLDER = 'specs/My Prüf (1) [x]/specs/001-rate-limiting/'

--- What the menu shows, once it has an item that begins so.
local function menu(begins)
  return nvim.wait('a menu with ' .. begins, function()
    local words = nvim.ask([[
      return vim.tbl_map(function(item)
        return item.abbr ~= '' and item.abbr or item.word
      end, vim.fn.complete_info({ 'items' }).items)
    ]])
    for _, word in ipairs(words) do
      if vim.startswith(word, begins) then
        return words
      end
    end
    return nil
  end)
end

nvim.run(function()
  nvim.write(FOLDER .. 'spec.md', SPEC)
  nvim.write('src/limits.py', 'LIMIT = 1\n')
  nvim.open(FOLDER .. 'tasks.md', '# Tasks: Rate limiting\n\n- [ ] T001 [US1] Count requests\n\nWords.\n')
  nvim.ask([[
    local client = vim.lsp.get_clients({ name = 'orch', bufnr = 0 })[1]
    vim.o.completeopt = 'menu,menuone,noselect'
    vim.o.autoindent = false
    vim.lsp.completion.enable(true, client.id, 0, { autotrigger = true })
  ]])
  -- In prose nothing comes up, whatever is typed.
  nvim.type('GA It is well-known: and/or (see `x`), "so" - e.g. *that* [one] #1, US.')
  vim.wait(1500)
  nvim.equal(0, nvim.ask('return vim.fn.pumvisible()'), 'no menu in prose')
  nvim.press('<Esc>')
  -- A box brings the next id with the story of the task above.
  nvim.type('3Go- [')
  menu('[ ] T002')
  nvim.press('<C-n><C-y>')
  nvim.wait('the new task in the text', function()
    return nvim.lines():find('- [ ] T002 [US1] ', 1, true)
  end)
  nvim.type('Refuse, see src/')
  menu('limits.py')
  nvim.press('<C-n><C-y>')
  nvim.type(' for FR-')
  menu('FR-001')
  nvim.press('<C-n><C-y><Esc>')
  nvim.wait('path and id in the text', function()
    return nvim.lines():find('src/limits.py for FR-001', 1, true)
  end)
  -- The task under the cursor is ticked, and no other.
  nvim.type(':Orch toggle')
  nvim.press('<CR>')
  nvim.wait('the tick', function()
    return nvim.lines():find('- [x] T002', 1, true)
  end)
  nvim.equal(true, nvim.lines():find('- [ ] T001', 1, true) ~= nil, 'the task above is open')
  nvim.stop()
end)
