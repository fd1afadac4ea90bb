--- Neovim in a terminal, as a person has it: keys go in, a screen of some size comes out, and is watched for the
--- prompts that hold a person up.
local e2e = dofile(os.getenv('E2E_LIBRARY'))
local M = setmetatable({}, { __index = e2e })

local HOLD_UPS = { 'Press ENTER', '-- More --' }

local screen, channel ---@type integer, integer
local held_up = {} ---@type string[] Screens with such a prompt.

---@return string
function M.screen()
  return e2e.text(screen)
end

local function watch()
  local text = M.screen()
  for _, prompt in ipairs(HOLD_UPS) do
    if text:find(prompt, 1, true) then
      held_up[#held_up + 1] = text
    end
  end
end

--- Start it.
---@param columns integer
---@param lines integer
---@param arguments string[]
function M.start(columns, lines, arguments)
  vim.o.columns, vim.o.lines = columns, lines + vim.o.cmdheight
  vim.o.laststatus, vim.o.showtabline = 0, 0
  screen = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_win_set_buf(0, screen)
  vim.api.nvim_win_set_height(0, lines)
  e2e.equal({ columns, lines }, { vim.api.nvim_win_get_width(0), vim.api.nvim_win_get_height(0) })
  channel = vim.fn.termopen(vim.list_extend({ vim.v.progpath }, arguments), { cwd = e2e.workspace })
  vim.bo[screen].scrollback = 1
  vim.api.nvim_buf_attach(screen, false, { on_lines = watch })
end

--- Type.
---@param keys string
function M.type(keys)
  vim.api.nvim_chan_send(channel, keys)
end

--- Wait until the screen shows something.
---@param part string
function M.see(part)
  local ok, problem = pcall(e2e.wait, 'the screen to show ' .. part, function()
    return M.screen():find(part, 1, true)
  end)
  if not ok then
    error(('%s\nscreen:\n%s'):format(problem, M.screen()), 2)
  end
end

--- Choose the entry with some words from the list on the screen, by its number.
---@param words string
function M.choose(words)
  local pattern = '(%d+): ' .. vim.pesc(words)
  M.see(words)
  M.type(assert(M.screen():match(pattern), words .. ' has no number:\n' .. M.screen()) .. '\r')
  M.wait('the list to go: ' .. words, function()
    return not M.screen():find(pattern)
  end)
end

--- Run a command line.
---@param line string
function M.command(line)
  M.type(':' .. line .. '\r')
end

--- Wait until the screen has been the same for a moment.
function M.settle()
  local before
  repeat
    before = M.screen()
    vim.wait(300)
  until M.screen() == before
end

--- Fail if a person was held up by a prompt.
function M.check()
  if #held_up > 0 then
    error(('held up %d times, first:\n%s'):format(#held_up, held_up[1]), 2)
  end
end

return M
