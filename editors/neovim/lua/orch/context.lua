--- Files that are pinned to drafts or excluded from them: edits of the project's files, saved as soon as they are made.
local notice = require('orch.notice')

local M = {}

--- Save a file that was edited; its folder may be new. It stays in a buffer, where an undo takes the edit back.
--- An edit that brings a line end into an empty buffer, which has one already, leaves an empty line behind it.
---@param path string
local function save(path)
  local bufnr = vim.fn.bufadd(path)
  vim.fn.bufload(bufnr)
  vim.api.nvim_buf_call(bufnr, function()
    if vim.api.nvim_buf_line_count(bufnr) > 1 and vim.fn.getline('$') == '' then
      vim.cmd('silent! undojoin')
      vim.api.nvim_buf_set_lines(bufnr, -2, -1, false, {})
    end
    vim.cmd('silent update ++p')
  end)
end

--- Carry a word on a file out.
---@param argument table With `path` and `choice`.
---@param bufnr integer
function M.change(argument, bufnr)
  local rpc = require('orch.rpc')
  local asked = vim.tbl_extend('force', argument, { open = false })
  rpc.ask('orch.changeContext', asked, bufnr, function(result)
    if type(result) ~= 'table' or not result.changed then
      local text = 'nothing is changed: the project does not say that of %s.'
      notice.info(text:format(argument.path))
    else
      local path = vim.uri_to_fname(result.uri)
      if not result.saved then
        save(path)
      end
      local name = vim.fn.fnamemodify(path, ':t')
      notice.info(('%s: it is in %s, where undo takes it back.'):format(argument.path, name))
    end
  end)
end

--- Carry a word out on a file that is named, else asked for, by its path from the root.
---@param path? string
---@param choice 'pin'|'exclude'
---@param bufnr integer
function M.choose(path, choice, bufnr)
  local function change(named)
    if named and named ~= '' then
      M.change({ uri = vim.uri_from_bufnr(bufnr), path = named, choice = choice }, bufnr)
    end
  end
  if path then
    change(path)
  else
    vim.ui.input({ prompt = 'File, from the root of the workspace: ', completion = 'file' }, change)
  end
end

--- Show a server of the workspace that waits for a word, and have the person asked.
---@param bufnr integer
function M.servers(bufnr)
  local rpc = require('orch.rpc')
  local argument = { uri = vim.uri_from_bufnr(bufnr) }
  rpc.ask('orch.allowServer', argument, bufnr, function(result)
    local waiting = type(result) == 'table' and result.waiting or {}
    if #waiting == 0 then
      notice.info('no server of this workspace waits to be allowed.')
      return
    end
    require('orch.pick').choose(waiting, { prompt = 'Look at which server?' }, function(name)
      if name then
        rpc.execute('orch.allowServer', vim.tbl_extend('force', argument, { name = name }), bufnr)
      end
    end)
  end)
end

return M
