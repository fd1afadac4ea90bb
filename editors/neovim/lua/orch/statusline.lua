--- A statusline component: what runs for the current buffer, or how many runs there are elsewhere.
local M = {}

local FRAMES = { '⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏' }

---@param run orch.Run
---@return string
local function describe(run)
  if run.record.status == 'queued' then
    return 'orch queued'
  end
  local frame = FRAMES[math.floor(vim.uv.now() / 100) % #FRAMES + 1]
  local words = require('orch.runs').words(run)
  if words == 0 and run.report then
    return table.concat({ frame, 'orch', run.report }, ' ')
  end
  local parts = { frame, 'orch', run.section or 'drafting' }
  if words > 0 then
    parts[#parts + 1] = ('%d words'):format(words)
  end
  return table.concat(parts, ' ')
end

--- Free of `%` items, so that it can stand in `%{}` and in a plugin's component.
---@return string
function M.text()
  local runs = require('orch.runs')
  local bufnr = vim.api.nvim_get_current_buf()
  local shown = vim.b[bufnr].orch_run_id
  local run = shown and runs.get(shown) or runs.newest(bufnr)
  if run and runs.is_live(run) then
    return describe(run)
  end
  local live = #runs.live()
  if live > 0 then
    return ('orch %d running'):format(live)
  end
  local draft = run and run.record.draft
  if type(draft) == 'table' and draft.state == 'ready' and not draft.partial then
    return 'orch draft ready'
  end
  return ''
end

return M
