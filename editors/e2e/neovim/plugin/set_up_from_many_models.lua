local nvim = dofile((os.getenv('E2E_LIBRARY'):gsub('library%.lua', 'session.lua')))

--- Ten thousand models, by a server of the test's own.
---@return integer port
local function serve_models()
  local ids = {} ---@type table[]
  for number = 1, 10000 do
    ids[number] = { id = ('vendor-%d/model-%d'):format(number % 9, number) }
  end
  local body = vim.json.encode({ data = ids })
  local head = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n'
  local answer = ('%sContent-Length: %d\r\n\r\n%s'):format(head, #body, body)
  local listener = assert(vim.uv.new_tcp())
  listener:bind('127.0.0.1', 0)
  listener:listen(16, function()
    local connection = assert(vim.uv.new_tcp())
    listener:accept(connection)
    connection:read_start(function(_, data)
      if data and data:find('\r\n\r\n', 1, true) then
        connection:write(answer, function()
          connection:close()
        end)
      end
    end)
  end)
  return listener:getsockname().port
end

nvim.run(function()
  local config = vim.env.ORCH_CONFIG_HOME .. '/config.toml'
  nvim.open('limits.spec.md', nvim.BRIEF)
  nvim.answer_inputs({ 'http://127.0.0.1:' .. serve_models() .. '/v1', '', 'MODEL 9990' })
  local answers = { 'A server of your own', 'narrow them by words', 'vendor-0/model-9990', 'without trying', 'Later' }
  local asked = nvim.answer_selects(answers)
  vim.cmd('Orch setup')
  nvim.wait('the choice to be written', function()
    local text = table.concat(vim.fn.readfile(config), '\n')
    return text:find('model = "vendor-0/model-9990"', 1, true) and #answers == 0
  end)
  for _, question in ipairs(asked) do
    nvim.equal(true, question.entries < 50, 'no list is a wall')
  end
end)
