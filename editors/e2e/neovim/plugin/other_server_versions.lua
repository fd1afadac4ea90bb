local nvim = dofile((os.getenv('E2E_LIBRARY'):gsub('library%.lua', 'session.lua')))

nvim.run(function()
  local program = os.getenv('E2E_LIBRARY'):gsub('library%.lua', 'version_server.py')
  local function start(version, file, command)
    vim.lsp.enable('orch', false)
    require('orch').setup({ cmd = { 'python3', program, version, command } })
    vim.cmd('silent! %bwipeout!')
    vim.lsp.enable('orch')
    nvim.open(file, nvim.BRIEF)
  end

  start('0.1.7', 'same.spec.md')
  nvim.equal({}, nvim.messages, 'a server that fits is no news')
  vim.cmd('Orch generate')
  nvim.wait_message('does not offer `orch.generateDraft`')

  start('0.1.0', 'silent.spec.md', 'orch.generateDraft')
  vim.cmd('Orch generate')
  nvim.wait_message('version 0.1.0) does not say what `orch.generateDraft` works on. Update it')

  start('0.0.9', 'older.spec.md')
  nvim.wait_message('the server is version 0.0.9 and this plugin is for 0.1.0. Update the server')

  start('2.3.0', 'newer.spec.md')
  nvim.wait_message('the server is version 2.3.0 and this plugin is for 0.1.0. Update the plugin')
end)
