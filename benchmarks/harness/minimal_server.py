"""The least that a pygls server can be: what start-up is compared with."""

from pygls.lsp.server import LanguageServer

LanguageServer("minimal", "1").start_io()
