local nvim = dofile((os.getenv('E2E_LIBRARY'):gsub('library%.lua', 'session.lua')))

nvim.run(function()
  local bufnr = nvim.open('limits.spec.md', nvim.BRIEF)
  local shown ---@type string[]
  vim.ui.select = function(items, options, on_choice)
    shown = vim.tbl_map(options.format_item or tostring, items)
    for index, title in ipairs(shown) do
      if title:find('steady', 1, true) then
        return on_choice(items[index], index)
      end
    end
    on_choice(nil)
  end
  vim.cmd('Orch model work')
  nvim.wait('the choice to be written', function()
    return (nvim.read('.orch/config.toml') or ''):find('model = "steady"', 1, true)
  end)
  nvim.contains(table.concat(shown, '\n'), 'denied')
  vim.cmd('Orch generate')
  nvim.wait_draft('applied')
  nvim.contains(nvim.text(bufnr), '## Rollback Plan')

  shown = nvim.answer_select(0)
  vim.cmd('Orch provider')
  nvim.wait('providers to choose from', function()
    return table.concat(shown, '\n'):find('outline', 1, true)
  end)
end)
