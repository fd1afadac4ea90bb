--- From nothing to a provider and model that were tried: the server finds and writes, here is only asked.
local rpc = require('orch.rpc')
local notice = require('orch.notice')

local M = {}

--- As many models can be looked through; of more, a few are asked for by words.
local MANY = 40

---@class orch.SetupChoice
---@field provider? string
---@field model? string
---@field baseUrl? string
---@field keyEnv? string

---@class orch.Setup
---@field bufnr integer The buffer that is to be drafted in the end.
---@field found table The answer to the step `find`.
---@field choice orch.SetupChoice

---@param setup orch.Setup
---@param step string
---@param more table?
---@param done fun(answer: any, failed: orch.Failure?)
local function ask_server(setup, step, more, done)
  local argument = vim.tbl_extend('force', { step = step }, setup.choice, more or {})
  rpc.execute('orch.setup', argument, setup.bufnr, done)
end

---@param prompt string
---@param items { text: string, run: fun() }[]
local function pick(prompt, items)
  local options = {
    prompt = prompt,
    kind = 'orch_setup',
    format_item = function(item)
      return item.text
    end,
  }
  require('orch.pick').choose(items, options, function(item)
    if item then
      item.run()
    else
      notice.info('nothing was written. :Orch setup begins again.')
    end
  end)
end

---@param prompt string
---@param done fun(typed: string)
---@param may_be_empty? boolean
local function line(prompt, done, may_be_empty)
  vim.ui.input({ prompt = prompt }, function(typed)
    typed = typed and vim.trim(typed)
    if typed and (typed ~= '' or may_be_empty) then
      done(typed)
    else
      notice.info('nothing was written. :Orch setup begins again.')
    end
  end)
end

--- The end: what holds now, and a draft of the document that is open.
---@param setup orch.Setup
---@param written table
local function offer_draft(setup, written)
  local name = written.model and ('%s (%s)'):format(written.provider, written.model)
    or written.provider
  local told = ('%s is written into %s.'):format(name, written.config)
  local first = written.comesFirst
  if type(first) == 'table' then
    told = ('%s But here %s takes precedence: it names %s.'):format(told, first.layer, first.provider)
  end
  local client = vim.api.nvim_buf_is_valid(setup.bufnr) and rpc.client(setup.bufnr)
  local named = client and vim.api.nvim_buf_get_name(setup.bufnr):find('%.md$')
  if not named then
    notice.info(told .. ' :Orch new begins a spec, :Orch generate drafts it.')
    return
  end
  pick('Orch: ' .. told, {
    {
      text = 'Draft this document now',
      run = function()
        rpc.execute(
          'orch.generateDraft',
          { uri = vim.uri_from_bufnr(setup.bufnr) },
          setup.bufnr
        )
      end,
    },
    { text = 'Later', run = function() end },
  })
end

---@param setup orch.Setup
local function write(setup)
  local named = vim.api.nvim_buf_is_valid(setup.bufnr)
    and vim.api.nvim_buf_get_name(setup.bufnr) ~= ''
  local uri = named and vim.uri_from_bufnr(setup.bufnr) or nil
  ask_server(setup, 'write', { uri = uri }, function(written, failed)
    if failed then
      notice.error(failed.message)
    else
      offer_draft(setup, written)
    end
  end)
end

---@param setup orch.Setup
local function try(setup)
  notice.info(('asking %s for one word …'):format(setup.choice.provider))
  ask_server(setup, 'try', nil, function(_, failed)
    if not failed then
      write(setup)
      return
    end
    pick('Orch: ' .. failed.message, {
      {
        text = 'Try again',
        run = function()
          try(setup)
        end,
      },
      {
        text = 'Choose again',
        run = function()
          M.open(setup.bufnr)
        end,
      },
      {
        text = 'Save it anyway in ' .. setup.found.config,
        run = function()
          write(setup)
        end,
      },
    })
  end)
end

---@param setup orch.Setup
---@param listed table
local function confirm(setup, listed)
  local choice, path = setup.choice, setup.found.config
  if not listed.hasModel then
    write(setup)
    return
  end
  local where = listed.hosted and 'a few tokens, which your account may be charged for'
    or 'it stays on this machine'
  pick(('Try %s (%s) with one tiny request?'):format(choice.provider, choice.model), {
    {
      text = ('Try it (%s; nothing of your files is sent), then save it in %s'):format(where, path),
      run = function()
        try(setup)
      end,
    },
    {
      text = ('Save it in %s without trying'):format(path),
      run = function()
        write(setup)
      end,
    },
  })
end

local models

--- The models of the chosen provider; of many, those that have some words.
---@param setup orch.Setup
---@param listed table
local function choose_model(setup, listed)
  local items = {} ---@type { text: string, run: fun() }[]
  local function add(id, text)
    table.insert(items, {
      text = text or id,
      run = function()
        setup.choice.model = id
        confirm(setup, listed)
      end,
    })
  end
  for _, model in ipairs(listed.models) do
    local window = type(model.contextWindow) == 'number'
        and ('  %d tokens'):format(model.contextWindow)
      or ''
    add(model.id, model.id .. window)
  end
  local more = listed.total - #listed.models
  if more > 0 then
    table.insert(items, 1, {
      text = ('%d more: narrow them by words …'):format(more),
      run = function()
        line('Words of the model: ', function(words)
          models(setup, words)
        end)
      end,
    })
  end
  table.insert(items, {
    text = 'Another one, by its id …',
    run = function()
      line('Model: ', function(id)
        setup.choice.model = id
        confirm(setup, listed)
      end)
    end,
  })
  local words = type(listed.error) == 'table' and (' (%s)'):format(listed.error.message) or ''
  pick(('Model of %s%s'):format(listed.provider, words), items)
end

---@param setup orch.Setup
---@param words? string
models = function(setup, words)
  ask_server(setup, 'models', { search = words, limit = MANY }, function(listed, failed)
    if failed then
      pick('Orch: ' .. failed.message, {
        {
          text = 'Choose again',
          run = function()
            M.open(setup.bufnr)
          end,
        },
      })
      return
    end
    setup.choice.provider = listed.provider
    setup.choice.baseUrl = type(listed.baseUrl) == 'string' and listed.baseUrl or nil
    setup.choice.kind = setup.choice.baseUrl and listed.kind or nil
    if not listed.hasModel then
      write(setup)
    else
      choose_model(setup, listed)
    end
  end)
end

--- A key is a variable's: Neovim has no place for secrets.
---@param setup orch.Setup
---@param variables string[]
local function ask_for_key(setup, variables)
  local variable = variables[1] or 'its variable'
  pick(('%s has no key: %s is not set'):format(setup.choice.provider, variable), {
    {
      text = 'Its key is in another variable …',
      run = function()
        line('Name of the variable: ', function(name)
          setup.choice.keyEnv = name
          models(setup)
        end)
      end,
    },
    {
      text = ('Go on; I set %s, or run `orch-lsp key set %s`'):format(
        variable,
        setup.choice.provider
      ),
      run = function()
        models(setup)
      end,
    },
  })
end

--- A server by its address. What it speaks is found out.
---@param setup orch.Setup
local function own_server(setup)
  line('Address, such as http://127.0.0.1:8111/v1: ', function(address)
    setup.choice.baseUrl = address
    line('Variable that holds its key (empty: none): ', function(variable)
      setup.choice.keyEnv = variable ~= '' and variable or nil
      models(setup)
    end, true)
  end)
end

--- A service that is known by its name.
---@param setup orch.Setup
---@param service { provider: string, variables: string[], hasKey: boolean, needsAddress: boolean }
local function use_service(setup, service)
  setup.choice.provider = service.provider
  if service.needsAddress then
    own_server(setup)
  elseif service.hasKey then
    models(setup)
  else
    ask_for_key(setup, service.variables)
  end
end

---@param setup orch.Setup
local function choose_provider(setup)
  local items, known = {}, {} ---@type { text: string, run: fun() }[], table<string, true>
  for _, candidate in ipairs(setup.found.candidates) do
    known[candidate.provider] = true
    table.insert(items, {
      text = ('%-14s %s'):format(candidate.provider, candidate.detail),
      run = function()
        setup.choice.provider = candidate.provider
        if candidate.needsKey then
          ask_for_key(setup, {})
        else
          models(setup)
        end
      end,
    })
  end
  table.insert(items, {
    text = 'A server of your own, by its address …',
    run = function()
      own_server(setup)
    end,
  })
  table.insert(items, {
    text = 'outline, without a model: sorts the sentences that you wrote',
    run = function()
      setup.choice.provider = 'outline'
      models(setup)
    end,
  })
  for _, service in ipairs(setup.found.services) do
    if not known[service.provider] then
      local key = service.hasKey and 'its key is set' or 'hosted, key in ' .. table.concat(service.variables, ' or ')
      table.insert(items, {
        text = ('%-14s %s'):format(service.provider, key),
        run = function()
          use_service(setup, service)
        end,
      })
    end
  end
  local passed = vim.tbl_map(function(one)
    return ('%s answers, but lists no models'):format(one.provider)
  end, setup.found.passedOver)
  local aside = passed[1] and (' (%s)'):format(table.concat(passed, '; ')) or ''
  pick('Which provider should write your drafts?' .. aside, items)
end

--- Look around, and ask who is to write.
---@param bufnr integer
function M.open(bufnr)
  rpc.ask('orch.setup', { step = 'find' }, bufnr, function(found)
    choose_provider({ bufnr = bufnr, found = found, choice = {} })
  end)
end

--- Offer it where a draft was refused because nothing is chosen.
---@param message string
---@param bufnr integer
function M.offer(message, bufnr)
  pick('Orch: ' .. message, {
    {
      text = 'Set up now: choose, try, save',
      run = function()
        M.open(bufnr)
      end,
    },
    { text = 'Not now', run = function() end },
  })
end

return M
