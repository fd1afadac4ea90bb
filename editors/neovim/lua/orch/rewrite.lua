--- A part of a spec that is written anew: asks how.
local rpc = require('orch.rpc')

local M = {}

---@param argument table
---@param bufnr integer
---@param instruction? string
local function begin(argument, bufnr, instruction)
  -- An empty line is an answer: no wish in particular. Leaving the prompt is none.
  if instruction then
    argument.instruction = instruction
    rpc.execute('orch.regenerateSection', argument, bufnr)
  end
end

--- Write what the argument names anew; the instruction is asked for where the argument has none.
---@param argument table
---@param bufnr integer
function M.run(argument, bufnr)
  if argument.instruction then
    rpc.execute('orch.regenerateSection', argument, bufnr)
    return
  end
  local what = argument.key and ('“%s”'):format(argument.key) or 'this part'
  vim.ui.input({ prompt = ('Rewrite %s, how? '):format(what) }, function(instruction)
    begin(argument, bufnr, instruction)
  end)
end

--- Write the innermost part under the cursor anew.
---@param bufnr integer
---@param instruction? string
function M.ask(bufnr, instruction)
  local client = rpc.client(bufnr)
  local window = vim.fn.bufwinid(bufnr)
  local encoding = client and client.offset_encoding or 'utf-16'
  local params = vim.lsp.util.make_position_params(window == -1 and 0 or window, encoding)
  local argument = { uri = params.textDocument.uri, position = params.position }
  argument.instruction = instruction
  M.run(argument, bufnr)
end

--- Amend the whole document by an instruction.
---@param bufnr integer
---@param instruction? string
function M.refine(bufnr, instruction)
  local function begin_with(wish)
    if wish and vim.trim(wish) ~= '' then
      local argument = { uri = vim.uri_from_bufnr(bufnr), instruction = wish }
      rpc.execute('orch.refineDocument', argument, bufnr)
    end
  end
  if instruction then
    begin_with(instruction)
  else
    vim.ui.input({ prompt = 'Refine the document, how? ' }, begin_with)
  end
end

return M
