--- A part of a spec that is written anew: asks how.
local rpc = require('orch.rpc')

local M = {}

---@param argument table
---@param bufnr integer
---@param begun? fun(run_id: string)
local function send(argument, bufnr, begun)
  rpc.execute('orch.regenerateSection', argument, bufnr, function(result, failed)
    if failed then
      require('orch.notice').error(failed.message)
    elseif begun and type(result.runId) == 'string' then
      begun(result.runId)
    end
  end)
end

--- Write what the argument names anew; the instruction is asked for where the argument has none.
---@param argument table
---@param bufnr integer
---@param begun? fun(run_id: string) Told of the run.
function M.run(argument, bufnr, begun)
  if argument.instruction then
    send(argument, bufnr, begun)
    return
  end
  local what = argument.key and ('“%s”'):format(argument.key) or 'this part'
  vim.ui.input({ prompt = ('Rewrite %s, how? '):format(what) }, function(instruction)
    -- An empty line is an answer: no wish in particular. Leaving the prompt is none.
    if instruction then
      argument.instruction = instruction
      send(argument, bufnr, begun)
    end
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
