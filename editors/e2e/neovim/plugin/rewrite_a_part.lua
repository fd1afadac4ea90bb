local nvim = dofile((os.getenv('E2E_LIBRARY'):gsub('library%.lua', 'session.lua')))

local SPEC = table.concat({
  '---',
  'provider: work',
  'model: steady',
  '---',
  '',
  '# Rate limiter',
  '',
  'One busy client must not slow down the others.',
  '',
  '## Goal',
  '',
  'Limit clients.',
  '',
  '## Tasks',
  '',
  '- [ ] Count requests',
  '',
}, '\n')

nvim.run(function()
  local bufnr = nvim.open('limits.spec.md', SPEC)
  vim.api.nvim_win_set_cursor(0, { 12, 2 })
  local asked
  vim.ui.input = function(options, done)
    asked = options.prompt
    done('Say more.')
  end
  vim.cmd('Orch rewrite')
  local first = nvim.wait_draft('ready')
  nvim.contains(asked, 'this part')
  nvim.equal(SPEC, nvim.text(bufnr) .. '\n', 'what a person wrote is not replaced by itself')
  vim.cmd('Orch apply')
  nvim.wait_draft('applied')
  nvim.contains(nvim.text(bufnr), '## Goal\n\nOne busy client no longer')
  nvim.contains(nvim.text(bufnr), '\n\n## Tasks\n\n- [ ] Count requests')
  vim.cmd('Orch rewrite Say less.')
  nvim.wait_draft('applied', first)
end)
