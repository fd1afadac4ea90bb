--- A day with the plugin in a terminal of some size: nothing that it does asks for a key that nobody meant to press.
local t = dofile((os.getenv('E2E_LIBRARY'):gsub('library%.lua', 'terminal.lua')))

local LONG = 'a-service-with-a-name-that-is-longer-than-a-line-of-a-terminal-has-room-for-so-that-it-does-not-fit'

local function set_up()
  t.see('Generate spec draft')
  t.command('Orch generate')
  t.see('No provider is chosen')
  t.choose('Set up now')
  t.choose('work')
  t.choose('steady')
  t.choose('Try it')
  t.see('is written into')
  t.choose('Draft this document now')
  t.see('7 sections')
end

local function look_at_new_text()
  t.command('Orch next')
  t.settle()
  t.command('Orch keep')
  t.see('is kept')
  t.command('Orch undo')
  t.see('no new text')
  t.command('Orch next')
  t.command('Orch undo')
  t.settle()
  t.command('Orch keep all')
  t.see('are kept')
  t.command('Orch undo all')
  t.see('no new text')
end

local function redraft_and_review()
  t.command('call search("^## Goal")')
  t.type('2jccOne client less.\x1b')
  t.command('Orch rewrite')
  t.see('how?')
  t.type('Say which clients, and how many of them, and what becomes of those that are told to come back\r')
  t.see('a draft is ready')
  t.command('Orch review')
  t.see('r reject  w rewrite')
  t.see('q close')
  t.type('c')
  t.see('A remark on')
  t.type('Too long, and it does not say which clients are meant, nor from when on it holds for them\r')
  t.see('you: Too long')
  t.type('s')
  t.settle()
  t.command('Orch review')
  t.settle()
  t.command('tabonly')
  t.settle()
end

local function look_up()
  t.command('call search("^## Goal")')
  t.type('K')
  t.settle()
  t.type('jk')
  t.command('lua vim.lsp.buf.code_action()')
  t.settle()
  t.type('q\r')
  t.settle()
  t.command('lua vim.lsp.codelens.run()')
  t.settle()
  t.type('q\r')
  t.settle()
  t.command('Orch history')
  t.see('steady')
  t.type('1\r')
  t.see('Lifecycle')
  t.command('quit')
  t.settle()
end

--- Pages, in windows of their own or in this one.
local function open_pages()
  for _, page in ipairs({
    { 'Orch doctor', 'provider' },
    { 'Orch run', 'Draft applied' },
    { 'Orch context', 'Request for a draft' },
    { 'Orch specs', 'Specs' },
    { 'Orch compare', 'compared' },
  }) do
    t.command(page[1])
    t.see(page[2])
    t.settle()
    t.command('silent! only | silent! edit limits*')
    t.see('Goal')
  end
end

local function fail()
  t.command('write | edit others.spec.md')
  t.see('Generate spec draft')
  t.command('Orch generate provider=work model=denied')
  t.see('API key')
  t.command('Orch generate provider=work model=limited')
  t.settle()
  t.command('Orch generate provider=' .. LONG)
  t.settle()
  t.command('Orch generate provider=work model=cut')
  t.see(':Orch retry')
  t.command('Orch explain')
  t.settle()
  t.command('only | edit others.spec.md')
  t.settle()
  t.command('Orch dismiss')
  t.command('Orch ' .. LONG)
  t.see('there is no')
  t.command('Orch run ' .. LONG)
  t.settle()
  t.command('Orch answer')
  t.command('Orch retry ' .. LONG)
  t.settle()
  t.command('Orch model')
  t.settle()
  t.type('q')
  t.command('Orch new ' .. LONG)
  t.settle()
  t.type('q')
  t.command('Orch')
  t.see('What is to be done')
  t.type('q')
end

local function cancel()
  t.command('Orch generate provider=work model=held')
  t.see('✎')
  t.command('Orch cancel')
  t.settle()
end

--- The server is killed, and comes back.
local function crash()
  t.command('Orch generate provider=work model=held')
  t.see('✎')
  t.command('lua vim.uv.kill(require("orch.runs").live()[1].record.owner.pid, "sigkill")')
  t.see('ended by itself')
  t.settle()
  t.command('Orch restart')
  t.settle()
  t.see('Orch: ')
end

--- Have the day.
---@param columns integer
---@param lines integer
function t.day(columns, lines)
  t.run(function()
    t.write('limits (1) ä.spec.md', t.BRIEF)
    t.write('others.spec.md', t.BRIEF)
    t.start(columns, lines, { 'limits (1) ä.spec.md' })
    for _, part in ipairs({ set_up, look_at_new_text, redraft_and_review, look_up, open_pages, fail, cancel, crash }) do
      part()
      t.settle()
      t.check()
    end
  end)
end

return t
