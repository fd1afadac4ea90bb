--- Questions of a run: chosen from a list, answered by an option or in words.
local notice = require('orch.notice')
local rpc = require('orch.rpc')

local M = {}

local OTHER = 'Another answer…'

--- Offer to rewrite the sections that an answer bears on, all in one run.
---@param answered table
---@param bufnr integer
local function offer(answered, bufnr)
  if type(answered.sections) ~= 'table' or #answered.sections == 0 then
    return
  end
  local all = ('Update %d section(s): %s'):format(#answered.sections, table.concat(answered.sections, ', '))
  require('orch.pick').choose({ all, 'Not now' }, {
    prompt = ('%s is answered.'):format(answered.question),
  }, function(chosen)
    if chosen == all then
      local told = ('The open question %s is answered: %s. Bring this in line with the answer.'):format(
        answered.question,
        answered.answer
      )
      rpc.execute('orch.regenerateSection', { uri = answered.uri, keys = answered.sections, instruction = told }, bufnr)
    end
  end)
end

---@param argument table
---@param bufnr integer
---@param question table
local function answer(argument, bufnr, question)
  local function send(words)
    if words and words ~= '' and words ~= vim.NIL then
      argument.question = question.id
      argument.answer = words
      rpc.ask('orch.answerQuestion', argument, bufnr, function(result)
        offer(result, bufnr)
      end)
    end
  end
  local function ask()
    local default = type(question.default) == 'string' and question.default or nil
    vim.ui.input({ prompt = ('%s '):format(question.text), default = default }, send)
  end
  local options = vim.deepcopy(question.options or {})
  if #options == 0 then
    ask()
    return
  end
  table.insert(options, OTHER)
  require('orch.pick').choose(options, { prompt = question.text }, function(chosen)
    if chosen == OTHER then
      ask()
    else
      send(chosen)
    end
  end)
end

--- Choose a question of the newest run, and answer it.
---@param bufnr integer
function M.ask(bufnr)
  local uri = vim.uri_from_bufnr(bufnr)
  rpc.ask('orch.answerQuestion', { uri = uri }, bufnr, function(result)
    local open = vim.tbl_filter(function(question)
      return type(question.answer) ~= 'string'
    end, result and result.questions or {})
    if #open == 0 then
      notice.info('Nothing is left to answer.')
      return
    end
    require('orch.pick').choose(open, {
      prompt = 'Which question?',
      format_item = function(question)
        return ('%s: %s'):format(question.id, question.text)
      end,
    }, function(question)
      if question then
        answer({ uri = uri, runId = result.runId }, bufnr, question)
      end
    end)
  end)
end

return M
