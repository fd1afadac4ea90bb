"""Parts that each connection to another machine needs, whichever library makes it.

`tls` has the contexts, one for each way of leaving the machine; `handshake` closes connections whose handshake was
broken off; `causes` says why a connection could not be made. No HTTP library is known here.
"""
