local nvim = dofile((os.getenv('E2E_LIBRARY'):gsub('library%.lua', 'typist.lua')))

nvim.run(function()
  nvim.through_the_end('review')
end)
