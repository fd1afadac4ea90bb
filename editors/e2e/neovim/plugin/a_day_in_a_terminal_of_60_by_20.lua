dofile((os.getenv('E2E_LIBRARY'):gsub('library%.lua', 'day.lua'))).day(60, 20)
