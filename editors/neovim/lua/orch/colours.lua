--- Colours of the plugin: links to what a colour scheme has, as defaults that it may set itself.
local M = {}

--- How much of the colour of added lines the ground of new text has: under a whole page all of it would be too much.
local SHARE = 0.35

---@param name string
---@param field 'bg'|'fg'
---@return integer?
local function colour(name, field)
  return vim.api.nvim_get_hl(0, { name = name, link = false })[field]
end

---@param one integer
---@param other integer
---@return integer
local function blended(one, other)
  local mixed = 0
  for _, shift in ipairs({ 16, 8, 0 }) do
    local a, b = bit.band(bit.rshift(one, shift), 255), bit.band(bit.rshift(other, shift), 255)
    mixed = mixed + bit.lshift(math.floor(a * SHARE + b * (1 - SHARE) + 0.5), shift)
  end
  return mixed
end

local function define()
  vim.api.nvim_set_hl(0, 'OrchArriving', { link = 'Comment', default = true })
  vim.api.nvim_set_hl(0, 'OrchReview', { link = 'Comment', default = true })
  local added, ground = colour('DiffAdd', 'bg'), colour('Normal', 'bg')
  if added and ground then
    vim.api.nvim_set_hl(0, 'OrchNewText', { bg = blended(added, ground), ctermbg = 'DarkGreen', default = true })
  else
    vim.api.nvim_set_hl(0, 'OrchNewText', { link = 'DiffAdd', default = true })
  end
end

--- Define them now, and anew with each colour scheme, which clears them.
function M.define()
  define()
  vim.api.nvim_create_autocmd('ColorScheme', {
    group = vim.api.nvim_create_augroup('orch_colours', { clear = true }),
    callback = define,
  })
end

return M
