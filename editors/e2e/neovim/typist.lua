--- A Neovim of its own in which keys are typed: only a main loop that waits for keys treats them as a person's.
local e2e = dofile(os.getenv('E2E_LIBRARY'))
local M = setmetatable({}, { __index = e2e })

local BRIEF = '# Rate limiter\n\nOne busy client must not slow down'

local child ---@type integer

--- Start it with a file, and wait until the server serves that.
---@param path string
---@param text string
function M.open(path, text)
  M.write(path, text)
  child = vim.fn.jobstart({ vim.v.progpath, '--embed', '--headless' }, { rpc = true, cwd = M.workspace })
  M.ask([[
    seen = { messages = {} }
    vim.api.nvim_create_autocmd('User', {
      pattern = 'OrchRunChanged',
      callback = function(event) seen.record = event.data.record end,
    })
    local notify = vim.notify
    vim.notify = function(message, ...)
      table.insert(seen.messages, message)
      notify(message, ...)
    end
  ]])
  M.ask('vim.cmd.edit(vim.fn.fnameescape(...))', M.path(path))
  M.wait('the server to serve ' .. path, function()
    return M.ask([[
      local client = vim.lsp.get_clients({ name = 'orch', bufnr = 0 })[1]
      return client ~= nil and client.initialized == true
    ]])
  end)
end

--- Run Lua there.
---@param code string
---@return any
function M.ask(code, ...)
  return vim.rpcrequest(child, 'nvim_exec_lua', code, { ... })
end

--- Type, key by key, as long as a person takes.
---@param keys string
function M.type(keys)
  for key in keys:gmatch('.') do
    vim.rpcrequest(child, 'nvim_input', key == '<' and '<lt>' or key)
    vim.wait(15)
  end
end

--- Press a key that has a name, such as `<Esc>`.
---@param key string
function M.press(key)
  vim.rpcrequest(child, 'nvim_input', key)
end

--- Wait until the draft of the run has a state.
---@param state string
function M.wait_draft(state)
  M.wait('the draft to be ' .. state, function()
    return M.ask([[
      local draft = seen.record and seen.record.draft
      return type(draft) == 'table' and draft.state == ...
    ]], state)
  end)
end

--- Wait until the person was told something there.
---@param part string
function M.wait_message(part)
  M.wait('a message with: ' .. part, function()
    return M.ask([[
      for _, text in ipairs(seen.messages) do
        if text:find(..., 1, true) then
          return true
        end
      end
      return false
    ]], part)
  end)
end

---@return string
function M.lines()
  return M.ask([[return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n')]])
end

--- What has the person's attention: mode, window, and how many tabs there are.
---@return table
function M.attention()
  return M.ask([[
    return { vim.api.nvim_get_mode().mode, vim.api.nvim_get_mode().blocking, vim.api.nvim_get_current_win(),
      #vim.api.nvim_list_tabpages() }
  ]])
end

--- Type through the end of a run: the sentence stays whole, nothing takes the keys, and the draft waits.
---@param apply 'auto'|'review'
function M.through_the_end(apply)
  M.open('limits (1) ä.spec.md', BRIEF .. '\n')
  M.ask([[vim.cmd('Orch generate provider=work model=held apply=' .. ...)]], apply)
  M.provider_event('held')
  M.type('GA all')
  local before = M.attention()
  M.equal('i', before[1])
  M.release()
  M.type(' the other clients, however many requests it makes')
  M.provider_event('done')
  M.type(' and however long it goes on.')
  M.wait_message('a draft is ready')
  M.type(' Words go on.')
  M.wait('the last word', function()
    return M.lines():find('Words go on.', 1, true)
  end)
  M.equal(before, M.attention(), 'mode, window and tabs are what they were')
  local sentence = ' all the other clients, however many requests it makes and however long it goes on. Words go on.'
  M.equal(BRIEF .. sentence, M.lines())
  M.wait_draft('ready')
  M.press('<Esc>')
  M.ask([[vim.cmd('Orch apply')]])
  M.wait_draft('applied')
  M.contains(M.lines(), 'Words go on.\n\n## Goal\n')
  M.stop()
end

function M.stop()
  vim.fn.jobstop(child)
end

return M
