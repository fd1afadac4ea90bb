--- Default keys in the buffers that a server serves; off by one option.
local M = {}

---@type { key: string, words: string, describe: string }[]
M.keys = {
  { key = 'g', words = 'generate', describe = 'draft what is open' },
  { key = 'w', words = 'rewrite', describe = 'write the part under the cursor anew' },
  { key = 'f', words = 'refine', describe = 'amend the document by an instruction' },
  { key = 'v', words = 'review', describe = 'review the draft that waits' },
  { key = 'a', words = 'apply', describe = 'apply the draft that waits' },
  { key = 'c', words = 'cancel', describe = 'cancel the run' },
  { key = 'p', words = 'preview', describe = 'show all words as they arrive' },
  { key = 'n', words = 'next', describe = 'go to the next new text' },
  { key = 'k', words = 'keep', describe = 'keep the new text under the cursor' },
  { key = 'u', words = 'undo', describe = 'undo the new text under the cursor' },
  { key = 'h', words = 'history', describe = 'pick among the runs' },
  { key = 'o', words = '', describe = 'pick a command' },
}

--- Map them in a buffer, as far as the person has not mapped them.
---@param bufnr integer
function M.attach(bufnr)
  local prefix = require('orch.config').read().keys
  if not prefix then
    return
  end
  for _, one in ipairs(M.keys) do
    local keys = prefix .. one.key
    local known = vim.api.nvim_buf_call(bufnr, function()
      return vim.fn.maparg(keys, 'n')
    end)
    if known == '' then
      local command = vim.trim('Orch ' .. one.words)
      vim.keymap.set('n', keys, ('<Cmd>%s<CR>'):format(command), { buffer = bufnr, desc = 'Orch: ' .. one.describe })
    end
  end
end

return M
