--- The workflows in whose steps a document can be run: asked for, completed, run.
local rpc = require('orch.rpc')

local M = {}

local COMPLETION_MS = 2000

---@class orch.Workflow
---@field name string
---@field description string
---@field default boolean It is what `:Orch generate` runs.
---@field path? string The project's file.
---@field error? string Why it cannot be used.

---@param workflow orch.Workflow
---@return string
local function line(workflow)
  local words = workflow.description
  if type(workflow.error) == 'string' then
    words = 'cannot be used: ' .. workflow.error
  end
  return ('%-12s %s%s'):format(workflow.name, words, workflow.default and ' (as :Orch generate)' or '')
end

---@param bufnr integer
---@param name string
local function begin(bufnr, name)
  rpc.execute('orch.runWorkflow', { uri = vim.uri_from_bufnr(bufnr), workflow = name }, bufnr)
end

--- Run the workflow with a name; without one, ask which.
---@param bufnr integer
---@param name? string
function M.run(bufnr, name)
  if name then
    begin(bufnr, name)
    return
  end
  local argument = { uri = vim.uri_from_bufnr(bufnr), open = false }
  rpc.ask('orch.runWorkflow', argument, bufnr, function(answer)
    local options = { prompt = 'Run a workflow', kind = 'orch_workflow', format_item = line }
    require('orch.pick').choose(answer.workflows, options, function(workflow)
      if workflow then
        begin(bufnr, workflow.name)
      end
    end)
  end)
end

--- The names of those that can be used, for completion; empty where the server does not answer soon.
---@param bufnr integer
---@return string[]
function M.names(bufnr)
  local argument = { uri = vim.uri_from_bufnr(bufnr), open = false }
  local answer, failed
  rpc.execute('orch.runWorkflow', argument, bufnr, function(told, problem)
    answer, failed = told, problem
  end)
  vim.wait(COMPLETION_MS, function()
    return answer ~= nil or failed ~= nil
  end, 10)
  local names = {} ---@type string[]
  for _, workflow in ipairs(answer and answer.workflows or {}) do
    if type(workflow.error) ~= 'string' then
      table.insert(names, workflow.name)
    end
  end
  return names
end

return M
