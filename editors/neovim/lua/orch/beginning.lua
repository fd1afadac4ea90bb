--- A new document of a format: asks which, and what it is about.
local rpc = require('orch.rpc')

local M = {}

---@class orch.Choice
---@field profile string
---@field kind string
---@field description string

---@param choice orch.Choice
---@return string
local function line(choice)
  local name = type(choice.kind) == 'string' and ('%s: %s'):format(choice.profile, choice.kind)
    or choice.profile
  return ('%-26s %s'):format(name, choice.description)
end

--- It is begun in the folder that the server runs for, whatever page of the plugin's own is in front.
---@param choice orch.Choice
---@param bufnr integer
---@param name? string
local function begin(choice, bufnr, name)
  if not name or vim.trim(name) == '' then
    return
  end
  local argument = { profile = choice.profile, name = name, open = false }
  argument.kind = type(choice.kind) == 'string' and choice.kind or nil
  local client = rpc.client(bufnr)
  local root = client and client.config.root_dir
  argument.uri = root and vim.uri_from_fname(root) or nil
  rpc.ask('orch.newDocument', argument, bufnr, function(answer)
    if answer and answer.uris[1] then
      vim.cmd.edit(vim.fn.fnameescape(vim.uri_to_fname(answer.uris[1])))
    end
  end)
end

--- Ask for a format and kind, and for a name where none is given; then begin it and open it.
---@param bufnr integer
---@param name? string
function M.choose(bufnr, name)
  rpc.ask('orch.newDocument', { open = false }, bufnr, function(answer)
    local options = { prompt = 'New document', kind = 'orch_format', format_item = line }
    require('orch.pick').choose(answer.choices, options, function(choice)
      if choice and name then
        begin(choice, bufnr, name)
      elseif choice then
        vim.ui.input({ prompt = 'What is it about? ' }, function(about)
          begin(choice, bufnr, about)
        end)
      end
    end)
  end)
end

return M
