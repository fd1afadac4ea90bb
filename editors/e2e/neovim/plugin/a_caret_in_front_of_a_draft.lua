local nvim = dofile((os.getenv('E2E_LIBRARY'):gsub('library%.lua', 'typist.lua')))

local BRIEF = '# Rate limiter\n\nOne busy client must not slow down'

nvim.run(function()
  nvim.open('limits.spec.md', BRIEF .. '\n')
  nvim.ask([[vim.cmd('Orch generate provider=work model=held')]])
  nvim.provider_event('held')
  nvim.type('GA')
  nvim.wait('insert mode', function()
    return nvim.attention()[1] == 'i'
  end)
  nvim.release()
  nvim.wait_draft('applied')
  nvim.type(' the others.')
  nvim.wait('the words', function()
    return nvim.lines():find('the others.', 1, true)
  end)
  nvim.contains(nvim.lines(), BRIEF .. ' the others.\n\n## Goal\n')
  nvim.press('<Esc>')
  nvim.stop()
end)
