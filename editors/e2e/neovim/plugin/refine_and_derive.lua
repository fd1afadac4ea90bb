local nvim = dofile((os.getenv('E2E_LIBRARY'):gsub('library%.lua', 'session.lua')))

local SPEC = table.concat({
  '# Feature Specification: Limits',
  '',
  '**Input**: User description: "limit clients"',
  '',
  '## User Scenarios & Testing *(mandatory)*',
  '',
  '### User Story 1 - Be told (Priority: P1)',
  '',
  'A client is told when to come back.',
  '',
  '## Requirements *(mandatory)*',
  '',
  '### Functional Requirements',
  '',
  '- **FR-001**: System MUST answer 429 to a client that exceeds its share',
  '',
}, '\n')

local PLAIN = table.concat({
  '# Rate limiter',
  '',
  'One busy client must not slow down the others.',
  '',
  '## Goal',
  '',
  'Limit clients.',
  '',
}, '\n')

nvim.run(function()
  local bufnr = nvim.open('limits.spec.md', '---\nprovider: work\nmodel: steady\n---\n\n' .. PLAIN)
  local asked
  vim.ui.input = function(options, done)
    asked = options.prompt
    done('Name the limit.')
  end
  vim.cmd('Orch refine')
  nvim.wait_draft('ready')
  nvim.contains(asked, 'Refine the document')
  vim.cmd('Orch apply')
  nvim.wait_draft('applied')
  nvim.contains(nvim.text(bufnr), '## Goal\n\nNothing is known yet.')

  nvim.open('specs/001-limits/spec.md', SPEC)
  vim.fn.mkdir(os.getenv('E2E_WORKSPACE') .. '/.orch', 'p')
  vim.fn.writefile({ 'provider = "work"', 'model = "steady"' }, os.getenv('E2E_WORKSPACE') .. '/.orch/config.toml')
  vim.cmd('Orch derive')
  nvim.wait('the next document', function()
    return vim.fn.filereadable(os.getenv('E2E_WORKSPACE') .. '/specs/001-limits/plan.md') == 1
  end)
  nvim.wait('it to be in front', function()
    return vim.api.nvim_buf_get_name(0):find('plan.md', 1, true) ~= nil
  end)
end)
