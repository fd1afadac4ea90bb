"""Ctrl-C where there is nothing to cancel: before the work has begun, and after it is done."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType


def end_at_once(code: int) -> None:
    """From now on Ctrl-C ends the process with this exit code, without a word."""

    def end(_number: int, _frame: FrameType | None) -> None:
        os._exit(code)

    # A shell that started the process in the background has Ctrl-C ignored.
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, end)


def is_to_outlive_its_terminal(number: signal.Signals) -> bool:
    """Whether this is the signal of a closed terminal in a process that is to work on then, as `nohup` starts one."""
    if sys.platform == "win32":
        return False
    return number is signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN
