--- orch-lsp in Neovim. Nothing has to be called: `plugin/orch.lua` does all on start. See `:help orch`.
local M = {}

--- Set options, in place of `vim.g.orch`.
---@param options? orch.Options
function M.setup(options)
  require('orch.config').set(options)
  local _, problems = require('orch.config').read()
  for _, problem in ipairs(problems) do
    require('orch.notice').warn(problem .. '. The default is used.')
  end
end

--- A statusline component: what runs in the current buffer's document, or an empty string.
---@return string
function M.statusline()
  return require('orch.statusline').text()
end

return M
