local nvim = dofile((os.getenv('E2E_LIBRARY'):gsub('library%.lua', 'session.lua')))

local SPEC = nvim.BRIEF .. '\nAs [the limiter](src/limiter.py) does.\n'

--- Choose an action of the line under the cursor by its title.
---@param part string
local function act(part)
  local titles = {}
  vim.ui.select = function(items, options, on_choice)
    titles = {}
    for index, item in ipairs(items) do
      titles[index] = options.format_item and options.format_item(item) or item.action.title
      if titles[index]:find(part, 1, true) then
        return on_choice(item, index)
      end
    end
  end
  vim.lsp.buf.code_action()
  nvim.wait('the action ' .. part, function()
    return vim.iter(titles):any(function(title)
      return title:find(part, 1, true)
    end)
  end)
end

---@param path string
---@param text string
local function wait_file(path, text)
  nvim.wait(path .. ' to be ' .. vim.inspect(text), function()
    return nvim.read(path) == text
  end)
end

nvim.run(function()
  nvim.write('src/limiter.py', 'LIMIT = 100\n')
  nvim.choose('work', 'steady')
  local spec = nvim.open('limits.spec.md', SPEC)
  vim.fn.search('src/limiter')
  act('Orch: Exclude src/limiter.py')
  wait_file('.orchignore', '/src/limiter.py\n')
  nvim.wait_message('.orchignore, where undo takes it back')

  local ignores = vim.fn.bufnr(nvim.path('.orchignore'))
  vim.api.nvim_buf_call(ignores, function()
    vim.cmd('silent undo | silent update')
  end)
  wait_file('.orchignore', '')

  -- The page of what would be sent has a row for each file.
  vim.cmd('Orch context')
  local window = nvim.wait('the page', function()
    return nvim.window_with('# Request for a draft of')
  end)
  vim.api.nvim_set_current_win(window)
  nvim.contains(nvim.text(), '| [`src/limiter.py`][')
  nvim.wait('the server to serve the page', function()
    return nvim.client(vim.api.nvim_get_current_buf())
  end)
  vim.fn.cursor(1, 1)
  vim.fn.search('^| .`src/limiter.py')
  act('Orch: Pin src/limiter.py to each draft')
  wait_file('.orch/config.toml', '[context]\npin = ["src/limiter.py"]\n')
  act('Orch: Pin src/limiter.py no more')
  wait_file('.orch/config.toml', '[context]\n')
  vim.cmd('Orch pin src/limiter.py#L1-L1')
  wait_file('.orch/config.toml', '[context]\npin = ["src/limiter.py#L1-L1"]\n')
  vim.cmd('Orch exclude ../outside.md')
  nvim.wait_message('../outside.md cannot be excluded')
  nvim.equal(SPEC, nvim.text(spec) .. '\n')

  -- A server of the workspace is shown before it is asked about.
  nvim.write('tools/notes.py', 'raise SystemExit\n')
  local entry = { command = 'python3', args = { 'tools/notes.py' } }
  nvim.write('.mcp.json', vim.json.encode({ mcpServers = { notes = entry } }))
  local asked = {}
  vim.ui.select = function(items, options, on_choice)
    asked[#asked + 1] = { options.prompt, items[1].title or items[1] }
    on_choice(items[1], 1)
  end
  vim.cmd('Orch servers')
  nvim.wait('the page on the server', function()
    return nvim.window_with('# The server')
  end)
  nvim.equal('notes', asked[1][2])
  nvim.wait('the question of the server', function()
    return asked[2]
  end)
  nvim.contains(asked[2][1], 'notes')
  nvim.equal('Allow', asked[2][2])
end)
