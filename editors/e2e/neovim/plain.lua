--- The server alone, without the plugin, in Neovim 0.7 and 0.11: all that standard LSP gives.
local e2e = dofile((os.getenv('E2E_LIBRARY'):gsub('library%.lua', 'alone.lua')))
local attach, request, execute = e2e.attach, e2e.request, e2e.execute

local progress = {} ---@type string[]
local shown = {} ---@type string[]

local function listen()
  local on_progress = vim.lsp.handlers['$/progress']
  vim.lsp.handlers['$/progress'] = function(error, result, context, config)
    progress[#progress + 1] = result.value.kind
    return on_progress(error, result, context, config)
  end
  vim.lsp.handlers['window/showMessage'] = function(_, result)
    shown[#shown + 1] = result.message
  end
end

local function document()
  return { uri = vim.uri_from_bufnr(0) }
end

--- The newest run of the document, once it has a status.
local function wait_run(client, run_id, status)
  return e2e.wait('the run to be ' .. status, function()
    local record = execute(client, 'orch.showRun', { runId = run_id, open = false })
    return record.status == status and record
  end)
end

local function wait_text(part)
  e2e.wait('the document to have ' .. part, function()
    return e2e.text():find(part, 1, true)
  end)
end

local function check_lens(client)
  local lenses = e2e.wait('a code lens', function()
    local found = request(client, 'textDocument/codeLens', { textDocument = document() })
    return found and #found > 0 and found
  end)
  e2e.equal('orch.generateDraft', lenses[1].command.command)
  return lenses[1].command
end

local function check_hover(client, run_id)
  local line = vim.fn.search('^## Goal') - 1
  local hover = request(client, 'textDocument/hover', {
    textDocument = document(),
    position = { line = line, character = 4 },
  })
  for _, part in ipairs({ run_id, 'work', 'steady-2026', '120 in / 48 out', 'unchanged' }) do
    e2e.contains(hover.contents.value, part)
  end
end

local function check_main_job(client)
  local lens = check_lens(client)
  local uri = vim.uri_from_bufnr(0)
  e2e.equal(uri, type(lens.arguments[1]) == 'table' and lens.arguments[1].uri or lens.arguments[1])
  local answer = execute(client, 'orch.generateDraft', { uri = uri, provider = 'work' })
  e2e.equal('accepted', answer.status)
  wait_text('## Rollback Plan')
  e2e.wait('the edit to be recorded', function()
    local record = execute(client, 'orch.showRun', { runId = answer.runId, open = false })
    return record.status == 'completed' and type(record.applied) == 'table'
  end)
  check_hover(client, answer.runId)
  e2e.wait('the progress to end', function()
    return progress[#progress] == 'end'
  end)
  e2e.equal('begin', progress[1])
  vim.cmd('undo')
  e2e.equal(e2e.BRIEF, e2e.text() .. '\n', 'one undo takes the whole draft back')
end

local function check_context(client)
  e2e.write('src/limiter.py', 'LIMIT = 100\n')
  local argument = { uri = vim.uri_from_bufnr(0), path = 'src/limiter.py', choice = 'exclude' }
  local answer = execute(client, 'orch.changeContext', argument)
  e2e.equal(true, answer.changed)
  local bufnr = vim.uri_to_bufnr(answer.uri)
  e2e.contains(e2e.text(bufnr), '/src/limiter.py')
  e2e.contains(shown[#shown], '.orchignore is changed')
  vim.cmd('silent wall')
  e2e.equal('/src/limiter.py', vim.trim(e2e.read('.orchignore')))
  argument.path = '../outside.md'
  e2e.equal(nil, (execute(client, 'orch.changeContext', argument)))
end

local function check_failure(client)
  e2e.choose('work', 'denied')
  local answer = execute(client, 'orch.generateDraft', vim.uri_from_bufnr(0))
  wait_run(client, answer.runId, 'failed')
  local diagnostic = e2e.wait('a diagnostic', function()
    for _, candidate in ipairs(vim.diagnostic.get(0)) do
      local lsp = candidate.user_data and candidate.user_data.lsp or {}
      if (candidate.code or lsp.code) == 'invalid_auth' then
        return candidate
      end
    end
  end)
  e2e.equal('orch', diagnostic.source)
  e2e.equal(vim.diagnostic.severity.ERROR, diagnostic.severity)
  local lsp = diagnostic.user_data.lsp
  local position = { line = diagnostic.lnum, character = diagnostic.col }
  local actions = request(client, 'textDocument/codeAction', {
    textDocument = document(),
    range = { start = position, ['end'] = position },
    context = {
      diagnostics = {
        {
          range = {
            start = position,
            ['end'] = { line = diagnostic.end_lnum, character = diagnostic.end_col },
          },
          message = diagnostic.message,
          code = lsp.code or diagnostic.code,
          data = lsp.data,
          severity = 1,
          source = 'orch',
        },
      },
    },
  })
  local retry
  for _, action in ipairs(actions) do
    local command = type(action.command) == 'table' and action.command or action
    if command.command == 'orch.retryRun' then
      retry = command
    end
  end
  assert(retry, 'no quick fix that retries: ' .. vim.inspect(actions))
  local before = #e2e.journal()
  local retried = execute(client, retry.command, retry.arguments[1])
  wait_run(client, retried.runId, 'failed')
  assert(#e2e.journal() > before, 'the retry did not reach the provider')
end

local function check_cancel(client)
  local argument = { uri = vim.uri_from_bufnr(0), provider = 'work', model = 'held' }
  -- The document's last run has just ended; the server may not have let go of it yet.
  local answer = e2e.wait('a run to be accepted', function()
    return execute(client, 'orch.generateDraft', argument)
  end)
  e2e.provider_event('held')
  e2e.wait_checkpoint()
  execute(client, 'orch.cancelRun')
  e2e.provider_event('closed_by_client')
  local record = wait_run(client, answer.runId, 'cancelled')
  e2e.equal(true, record.draft.partial)
  e2e.equal(e2e.BRIEF, e2e.text() .. '\n')
end

local function check_stop(client)
  vim.lsp.stop_client(client.id)
  e2e.wait('the server to stop', function()
    return client.is_stopped(client)
  end)
end

e2e.run(function()
  listen()
  local client = attach(e2e.write('limits.spec.md', e2e.BRIEF))
  e2e.say('positions are counted in ' .. client.offset_encoding)
  check_main_job(client)
  check_context(client)
  check_failure(client)
  check_cancel(client)
  check_stop(client)
end)
