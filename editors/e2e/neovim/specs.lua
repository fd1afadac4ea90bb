--- A spec of a known format by Neovim's own functions: outline, places, rename, actions, folds, hints.
local e2e = dofile((os.getenv('E2E_LIBRARY'):gsub('library%.lua', 'alone.lua')))

local SPEC = [[
# Feature Specification: Rate limiting

## User Scenarios & Testing

### User Story 1 - A busy client is told (Priority: P1)

1. **Given** a client at its limit, **When** it calls again, **Then** it gets a 429

## Requirements

- **FR-001**: System MUST count requests by API key
- **FR-002**: System MUST refuse what exceeds the limit, counted as FR-001 says
- **FR-003**: Operators SHOULD see who was refused

## Success Criteria

- **SC-001**: The slowest client is no slower
]]
local TASKS = [[
# Tasks: Rate limiting

## Phase 1: Counting

- [x] T001 [US1] Count requests for FR-001
- [ ] T002 [US1] Refuse with 429 for FR-002, and FR-007
]]
local TESTS = 'def test_each_key():\n    """FR-001: each key has a count of its own."""\n'
local FOLDER = 'specs/001-rate-limiting/'

local client ---@type table

--- Put the cursor on the first of a text in the buffer.
local function stand_on(text)
  vim.fn.cursor(1, 1)
  assert(vim.fn.search('\\V' .. text, 'cW') > 0, text .. ' is not in the buffer')
end

--- Bring a document to the front; one that is there is not read again.
---@param name string
local function edit(name)
  if vim.fn.expand('%:t') ~= name then
    vim.cmd('edit ' .. vim.fn.fnameescape(e2e.path(FOLDER .. name)))
    vim.bo.filetype = 'markdown'
    if e2e.IS_OLD then
      vim.lsp.buf_attach_client(0, client.id)
    end
  end
  e2e.wait('the server to serve ' .. name, function()
    return vim.lsp.buf_is_attached(0, client.id)
  end)
end

--- The lists that Neovim fills with places, as `file: text`, once they have all of the parts.
local function wait_list(what, parts)
  local found = e2e.wait(what, function()
    local lines = {}
    for _, items in ipairs({ vim.fn.getqflist(), vim.fn.getloclist(0) }) do
      for _, item in ipairs(items) do
        local name = vim.fn.fnamemodify(vim.fn.bufname(item.bufnr), ':t')
        lines[#lines + 1] = ('%s:%d: %s'):format(name, item.lnum, item.text)
      end
    end
    local text = table.concat(lines, '\n')
    for _, part in ipairs(parts) do
      if not text:find(part, 1, true) then
        return nil
      end
    end
    return text
  end)
  vim.cmd('cclose | lclose')
  vim.fn.setqflist({})
  vim.fn.setloclist(0, {})
  return found
end

local function check_outline()
  vim.lsp.buf.document_symbol()
  wait_list('the outline', {
    'US1 A busy client is told',
    'FR-001 System MUST count requests by API key',
    'SC-001',
  })
  vim.lsp.buf.workspace_symbol('FR-00')
  wait_list('the symbols of the workspace', { 'FR-001', 'FR-003' })
end

local function check_places()
  edit('spec.md')
  stand_on('FR-001**')
  vim.lsp.buf.references()
  wait_list('who cites it', { 'spec.md:11:', 'spec.md:12:', 'tasks.md:5:', 'test_limits.py:2:' })
  edit('spec.md')
  stand_on('FR-001**')
  vim.lsp.buf.implementation()
  wait_list('tasks and tests', { 'tasks.md:5:', 'test_limits.py:2:' })
  edit('spec.md')
  stand_on('FR-001**')
  vim.lsp.buf.incoming_calls()
  wait_list('who calls it', { 'T001' })
  edit('tasks.md')
  stand_on('FR-002')
  vim.lsp.buf.definition()
  e2e.wait('the definition', function()
    return vim.fn.expand('%:t') == 'spec.md' and vim.fn.line('.') == 12
  end)
end

local function check_hover()
  stand_on('FR-002**')
  vim.lsp.buf.hover()
  e2e.wait('the hover', function()
    for _, window in ipairs(vim.api.nvim_list_wins()) do
      local text = e2e.text(vim.api.nvim_win_get_buf(window))
      if text:find('refuse what exceeds', 1, true) and text:find('cited by', 1, true) then
        return true
      end
    end
  end)
end

local function check_rename()
  stand_on('FR-001**')
  vim.lsp.buf.rename('FR-010')
  local tasks = vim.fn.bufnr(e2e.path(FOLDER .. 'tasks.md'))
  e2e.wait('the new name in specs and tests', function()
    local tests = vim.fn.bufnr(e2e.path('tests/test_limits.py'))
    return e2e.text():find('**FR-010**', 1, true)
      and e2e.text(tasks):find('for FR-010', 1, true)
      and tests ~= -1
      and e2e.text(tests):find('"""FR-010:', 1, true)
  end)
  e2e.equal(SPEC:gsub('FR%-001', 'FR-010'), e2e.text() .. '\n')
  vim.cmd('undo')
  e2e.equal(SPEC, e2e.text() .. '\n', 'one undo takes it back')
end

local function check_diagnostics()
  edit('tasks.md')
  vim.cmd('silent! undo')
  e2e.equal(TASKS, e2e.text() .. '\n')
  local found = e2e.wait('the finding', function()
    for _, diagnostic in ipairs(vim.diagnostic.get(0)) do
      local lsp = diagnostic.user_data and diagnostic.user_data.lsp or {}
      if (diagnostic.code or lsp.code) == 'undefined_reference' then
        return diagnostic
      end
    end
  end)
  e2e.contains(found.message, 'FR-007')
  e2e.equal(5, found.lnum)
end

local function check_toggle()
  stand_on('T002')
  vim.ui.select = function(items, options, on_choice)
    local shown = {}
    for index, item in ipairs(items) do
      shown[index] = options.format_item(item)
      if shown[index]:find('T002', 1, true) then
        return on_choice(item, index)
      end
    end
    error('no action on the task: ' .. table.concat(shown, '; '))
  end
  vim.lsp.buf.code_action()
  e2e.wait('the tick', function()
    return e2e.text():find('- [x] T002', 1, true)
  end)
  vim.cmd('undo')
  e2e.equal(TASKS, e2e.text() .. '\n', 'one undo takes it back')
end

--- What 0.7 has no functions for.
local function check_newer()
  edit('spec.md')
  vim.wo.foldmethod = 'expr'
  vim.wo.foldexpr = 'v:lua.vim.lsp.foldexpr()'
  stand_on('## Requirements')
  e2e.wait('the folds', function()
    return vim.fn.foldlevel('.') > 0
  end)
  vim.cmd('normal! zM')
  vim.cmd('normal! zvzc')
  e2e.equal({ 9, 13 }, { vim.fn.foldclosed('.'), vim.fn.foldclosedend('.') }, 'a section is a fold')

  vim.lsp.inlay_hint.enable(true, { bufnr = 0 })
  e2e.wait('the hints', function()
    local said = {}
    for _, hint in ipairs(vim.lsp.inlay_hint.get({ bufnr = 0 })) do
      said[hint.inlay_hint.label] = true
    end
    return said['1 task'] and said['no task']
  end)

  local token = e2e.wait('the colours', function()
    return vim.lsp.semantic_tokens.get_at_pos(0, 10, 5)[1]
  end)
  e2e.equal('class', token.type)
end

e2e.run(function()
  e2e.write(FOLDER .. 'spec.md', SPEC)
  e2e.write(FOLDER .. 'tasks.md', TASKS)
  e2e.write('tests/test_limits.py', TESTS)
  client = e2e.attach(e2e.path(FOLDER .. 'spec.md'))
  check_outline()
  check_places()
  check_hover()
  check_rename()
  check_diagnostics()
  check_toggle()
  if not e2e.IS_OLD then
    check_newer()
  end
  vim.cmd('silent! wall')
end)
