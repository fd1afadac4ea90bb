--- A choice from a list. Neovim's own way asks on the command line, where a list longer than the screen, and a message
--- behind any list, hold a person up for a key. A plugin that has a way of its own is asked in that.
local M = {}

local namespace = vim.api.nvim_create_namespace('orch_pick')
local HINT = ' Enter or number + Enter: choose · /: find · q: leave '
local LEAST, MOST = 40, 100

---@class orch.PickOptions
---@field prompt string
---@field kind? string
---@field format_item? fun(item: any): string

---@return boolean
local function is_replaced()
  return debug.getinfo(vim.ui.select, 'S').source:find('vim/ui%.lua$') == nil
end

---@param text string
---@return string
local function on_one_line(text)
  return vim.trim((text:gsub('%s*\n%s*', ' ')))
end

---@param lines string[]
---@return integer
local function width_of(lines)
  local longest = vim.fn.strdisplaywidth(HINT)
  for _, line in ipairs(lines) do
    longest = math.max(longest, vim.fn.strdisplaywidth(line))
  end
  return math.min(math.max(longest, LEAST), MOST, vim.o.columns - 2)
end

--- The window: as high as its text, as far as there is room.
---@param bufnr integer
---@param lines string[]
---@return integer
local function open(bufnr, lines)
  local width = width_of(lines)
  local config = {
    relative = 'editor',
    border = 'rounded',
    style = 'minimal',
    title = ' Orch ',
    footer = vim.fn.strdisplaywidth(HINT) <= width and HINT or nil,
    width = width,
    height = 1,
    row = 0,
    col = math.floor((vim.o.columns - width - 2) / 2),
  }
  local window = vim.api.nvim_open_win(bufnr, true, config)
  vim.wo[window].wrap = true
  vim.wo[window].linebreak = true
  vim.wo[window].breakindent = true
  vim.wo[window].breakindentopt = 'shift:4'
  vim.wo[window].cursorline = true
  local room = vim.o.lines - vim.o.cmdheight - 3
  local height = math.max(1, math.min(vim.api.nvim_win_text_height(window, {}).all, room))
  vim.api.nvim_win_set_config(window, {
    relative = 'editor',
    height = height,
    row = math.floor((room - height) / 2),
    col = config.col,
  })
  return window
end

---@param items any[]
---@param options orch.PickOptions
---@param on_choice fun(item: any?, index: integer?)
local function show(items, options, on_choice)
  local format = options.format_item or tostring
  local lines = { on_one_line(options.prompt) }
  local number = ('%%%dd: %%s'):format(#tostring(#items))
  for index, item in ipairs(items) do
    lines[#lines + 1] = number:format(index, on_one_line(format(item)))
  end
  local bufnr = vim.api.nvim_create_buf(false, true)
  vim.bo[bufnr].bufhidden = 'wipe'
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, lines)
  vim.bo[bufnr].modifiable = false
  vim.api.nvim_buf_set_extmark(bufnr, namespace, 0, 0, { end_row = 1, hl_group = 'Title' })
  local window = open(bufnr, lines)
  vim.api.nvim_win_set_cursor(window, { 2, 0 })

  local answered = false
  local function answer(index)
    if answered then
      return
    end
    answered = true
    if vim.api.nvim_win_is_valid(window) then
      vim.api.nvim_win_close(window, true)
    end
    on_choice(items[index], items[index] and index or nil)
  end
  local function map(keys, index)
    vim.keymap.set('n', keys, function()
      answer(index())
    end, { buffer = bufnr, nowait = true })
  end
  map('<CR>', function()
    return vim.v.count > 0 and vim.v.count or vim.api.nvim_win_get_cursor(window)[1] - 1
  end)
  map('<2-LeftMouse>', function()
    return vim.fn.getmousepos().line - 1
  end)
  for _, keys in ipairs({ 'q', '<Esc>', '<C-c>' }) do
    map(keys, function()
      return 0
    end)
  end
  vim.api.nvim_create_autocmd('CursorMoved', {
    buffer = bufnr,
    callback = function()
      if vim.api.nvim_win_get_cursor(window)[1] == 1 then
        -- The first line is the question.
        vim.api.nvim_win_set_cursor(window, { 2, 0 })
      end
    end,
  })
  vim.api.nvim_create_autocmd('WinLeave', {
    buffer = bufnr,
    once = true,
    callback = function()
      vim.schedule(function()
        answer(0)
      end)
    end,
  })
end

--- Ask which of some items is meant; a choice does not come up under the hands of somebody who types.
---@param items any[]
---@param options orch.PickOptions
---@param on_choice fun(item: any?, index: integer?)
function M.choose(items, options, on_choice)
  if vim.api.nvim_get_mode().mode:find('^[iRsS]') then
    vim.api.nvim_create_autocmd('ModeChanged', {
      pattern = '*:n',
      once = true,
      callback = function()
        vim.schedule(function()
          M.choose(items, options, on_choice)
        end)
      end,
    })
    require('orch.notice').info('a choice waits until you leave this mode.')
  elseif is_replaced() then
    vim.ui.select(items, options, on_choice)
  else
    show(items, options, on_choice)
  end
end

--- The same for a question that the server asks: its request waits for the answer.
---@param params { message: string, actions?: { title: string }[] }
---@return any
function M.answer(params)
  local waiting = coroutine.running()
  local options = {
    prompt = params.message,
    kind = 'lsp_message',
    format_item = function(action)
      return action.title
    end,
  }
  M.choose(params.actions or {}, options, function(action)
    vim.schedule(function()
      coroutine.resume(waiting, action or vim.NIL)
    end)
  end)
  return coroutine.yield()
end

return M
