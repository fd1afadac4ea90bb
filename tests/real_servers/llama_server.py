"""llama.cpp's own HTTP server, from the package xllamacpp: llama_server.py MODEL PORT KEY CONTEXT_TOKENS.

It ends when its standard input does.
"""

from __future__ import annotations

import os
import sys

import xllamacpp  # type: ignore[import-not-found]

model, port, key, context_tokens = sys.argv[1:]
parameters = xllamacpp.CommonParams()
parameters.model.path = model
parameters.hostnames = ["127.0.0.1"]
parameters.port = int(port)
parameters.api_keys = [key]
parameters.n_ctx = int(context_tokens)
parameters.n_parallel = 1
parameters.cpuparams.n_threads = 1
parameters.use_jinja = True
parameters.warmup = False
server = xllamacpp.Server(parameters)
sys.stdout.write("ready\n")
sys.stdout.flush()
sys.stdin.read()
# Its own shutdown waits for connections that clients keep open.
os._exit(0)
