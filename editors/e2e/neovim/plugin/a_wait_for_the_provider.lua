local nvim = dofile((os.getenv('E2E_LIBRARY'):gsub('library%.lua', 'session.lua')))

nvim.run(function()
  local config = os.getenv('ORCH_CONFIG_HOME') .. '/config.toml'
  local patient = nvim.read(config):gsub('attempts = 1, max_wait = 1', 'attempts = 2, max_wait = 10')
  nvim.write(config, patient)
  nvim.open('limits.spec.md', nvim.BRIEF)
  vim.cmd('Orch generate provider=work model=later')
  local said = nvim.wait('the wait in the statusline', function()
    local text = require('orch').statusline()
    return text:find('trying again in', 1, true) and text
  end)
  nvim.contains(said:lower(), 'rate limited, trying again in 3 s')
  nvim.wait_draft('applied')
  nvim.equal('', require('orch').statusline())
end)
