local nvim = dofile((os.getenv('E2E_LIBRARY'):gsub('library%.lua', 'session.lua')))

--- Answer each question with the entry that has the words that are next in line.
---@param answers string[]
---@return string[] prompts
local function answer(answers)
  local prompts = {} ---@type string[]
  vim.ui.select = function(items, options, on_choice)
    local wanted = table.remove(answers, 1)
    prompts[#prompts + 1] = options.prompt
    for index, item in ipairs(items) do
      if wanted and (options.format_item or tostring)(item):find(wanted, 1, true) then
        return on_choice(item, index)
      end
    end
    on_choice(nil)
  end
  return prompts
end

nvim.run(function()
  local config = vim.env.ORCH_CONFIG_HOME .. '/config.toml'
  local bufnr = nvim.open('limits.spec.md', nvim.BRIEF)
  local prompts = answer({ 'Set up now', 'work', 'steady', 'Try it', 'Draft this document' })
  vim.cmd('Orch generate')
  nvim.wait_draft('applied')
  nvim.contains(nvim.text(bufnr), '## Rollback Plan')
  nvim.contains(prompts[1], 'No provider is chosen')
  nvim.contains(prompts[1], config)
  nvim.contains(prompts[1], 'orch-lsp setup')
  nvim.contains(table.concat(vim.fn.readfile(config), '\n'), 'provider = "work"')
  nvim.contains(prompts[5], 'work (steady) is written into ' .. config)

  -- A server by its address, a model by its words, and no draft yet.
  local port = vim.fn.readfile(vim.env.E2E_CONTROL .. '/port')[1]
  local typed = { '127.0.0.1:' .. port, 'E2E_WORK_KEY' }
  vim.ui.input = function(_, on_confirm)
    on_confirm(table.remove(typed, 1))
  end
  prompts = answer({ 'A server of your own', 'denied', 'Try it', 'Choose anew', 'nothing has this' })
  vim.cmd('Orch setup')
  nvim.wait('the end of the questions', function()
    return #prompts == 5
  end)
  nvim.contains(prompts[4], 'API key')
  nvim.contains(table.concat(vim.fn.readfile(config), '\n'), 'model = "steady"')
  nvim.wait_message('nothing was written')
end)
