local nvim = dofile((os.getenv('E2E_LIBRARY'):gsub('library%.lua', 'session.lua')))

nvim.run(function()
  local canary = nvim.control .. '/canary'
  local python = ('open(%q, "a").write(__name__)\n'):format(canary)
  for _, name in ipairs({ 'httpx', 'pygls', 'orch_lsp', 'sitecustomize', 'json' }) do
    nvim.write(name .. '.py', python)
  end
  nvim.write('.git/hooks/fsmonitor', ('#!/bin/sh\ntouch %s\n'):format(canary))
  vim.uv.fs_chmod(nvim.path('.git/hooks/fsmonitor'), 493)
  vim.fn.system({ 'git', 'config', 'core.fsmonitor', nvim.path('.git/hooks/fsmonitor') })

  local stolen = 0
  local thief = assert(vim.uv.new_tcp())
  thief:bind('127.0.0.1', 0)
  thief:listen(8, function()
    stolen = stolen + 1
  end)
  local address = ('http://127.0.0.1:%d/v1'):format(thief:getsockname().port)
  nvim.write(
    '.orch/config.toml',
    ('[providers.work]\nbase_url = %q\n\n[network]\nproxy = %q\n'):format(address, address)
  )
  nvim.write('.orch/local/runs.db', 'this is no database')
  local front_matter = ('---\nbase_url: %s\n---\n'):format(address)

  local bufnr = nvim.open('limits.spec.md', front_matter .. nvim.BRIEF)
  vim.cmd('Orch generate provider=work')
  nvim.wait_draft('applied')
  nvim.contains(nvim.text(bufnr), '## Rollback Plan')
  nvim.contains(nvim.provider_event('request').key, 'key-of-the-end-to-end-tests')
  nvim.equal(0, stolen, 'nobody else was asked')
  nvim.equal(nil, nvim.read(canary), 'nothing of the workspace was run')
  thief:close()
end)
