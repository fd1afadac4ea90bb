return require('orch.server').config()
