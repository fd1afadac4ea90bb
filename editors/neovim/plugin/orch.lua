if vim.g.loaded_orch then
  return
end
vim.g.loaded_orch = true

if vim.fn.has('nvim-0.10') == 0 then
  vim.api.nvim_echo({
    {
      'Orch: this plugin needs Neovim 0.10 or newer; the server alone works with older ones.',
      'WarningMsg',
    },
  }, true, {})
  return
end

local group = vim.api.nvim_create_augroup('orch', { clear = true })

vim.api.nvim_create_user_command('Orch', function(call)
  require('orch.command').run(call)
end, {
  nargs = '*',
  desc = 'Draft, review and look up runs of the spec in this buffer',
  complete = function(lead, line)
    return require('orch.command').complete(lead, line)
  end,
})

-- A pattern without a slash is matched with a name's last part only, and Neovim puts the working folder before a name
-- that has no `//` after its colon.
vim.api.nvim_create_autocmd('BufReadCmd', {
  group = group,
  pattern = {
    'orch-run:*',
    'orch-run:/*',
    '*/orch-run:/*',
    'orch-draft:*',
    'orch-draft:/*',
    '*/orch-draft:/*',
  },
  callback = function(event)
    require('orch.page').read(event.buf)
  end,
})

require('orch.colours').define()

local function start()
  local _, problems = require('orch.config').read()
  for _, problem in ipairs(problems) do
    require('orch.notice').warn(problem .. '. The default is used.')
  end
end

if vim.v.vim_did_enter == 1 then
  start()
else
  vim.api.nvim_create_autocmd('VimEnter', { group = group, once = true, callback = start })
end

if vim.lsp.enable then
  vim.lsp.enable('orch')
else
  vim.api.nvim_create_autocmd('FileType', {
    group = group,
    pattern = 'markdown',
    callback = function(event)
      require('orch.server').start(event.buf)
    end,
  })
end

-- A buffer that had no name when its type was set is served from its first write on.
vim.api.nvim_create_autocmd('BufWritePost', {
  group = group,
  pattern = { '*.md', '*.markdown' },
  callback = function(event)
    if #require('orch.server').clients(event.buf) == 0 then
      require('orch.server').start(event.buf)
    end
  end,
})
