"""Takes the pictures of Neovim in `docs/images/`: a terminal, a person's keys, and Chromium to draw the screen.

Run through `editors/e2e/screenshots.sh`, which installs what this needs.
"""

from __future__ import annotations

import argparse
import fcntl
import html
import os
import pty
import select
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path

import pyte

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from run import install_plugin  # noqa: E402 -- the folder of this script is no package

from scenarios import World, build_world, start_provider  # noqa: E402 -- nor is the one above

COLUMNS, LINES = 120, 32
LIMIT_S = 30.0
BACKGROUND, FOREGROUND = "#14161b", "#e0e2ea"
NAMED = {
    "black": "#07080d",
    "red": "#ffc0b9",
    "green": "#b3f6c0",
    "brown": "#fce094",
    "blue": "#a6dbff",
    "magenta": "#ffcaff",
    "cyan": "#8cf8f7",
    "white": "#eef1f8",
}
PAGE = """<!doctype html><meta charset="utf-8"><style>
html, body {{ margin: 0; background: {background}; }}
pre {{ margin: 12px; font: 15px/20px "DejaVu Sans Mono", monospace; color: {foreground}; }}
</style><pre>{lines}</pre>
"""
BRIEF = "# Rate limiter\n\nLimit requests per client, so that one client cannot starve the others.\n"
SPEC = """# Feature Specification: Rate limiting

## User Scenarios & Testing

### User Story 1 - A busy client is told (Priority: P1)

1. **Given** a client at its limit, **When** it calls again, **Then** it gets a 429

## Requirements

- **FR-001**: System MUST count requests by API key
- **FR-002**: System MUST refuse what exceeds the limit, counted as FR-001 says
- **FR-003**: Operators SHOULD see who was refused
"""
TASKS = """# Tasks: Rate limiting

- [x] T001 [US1] Count requests in Redis for FR-001
- [ ] T002 [US1] Refuse with 429 for FR-002
- [ ] T003 Count what was refused for FR-001
"""
FILES = {
    "limits.spec.md": BRIEF,
    "specs/001-rate-limiting/spec.md": SPEC,
    "specs/001-rate-limiting/tasks.md": TASKS,
    "tests/test_limits.py": 'def test_each_key_has_a_count_of_its_own():\n    """FR-001."""\n',
}
BUCKETS = """# A bucket for each key

One busy client must not slow down the others: each API key gets a bucket, as [the limiter](src/limiter.py) has it.

## Tasks

TODO
"""
LIMITER = """class TokenBucket:
    # A bucket of tokens, one for each API key.

    def take(self, key):
        # Take a token for a request of a client; False if the limit is reached.
        return self.left(key) > 0
"""
FILES |= {
    "buckets.spec.md": BUCKETS,
    "src/limiter.py": LIMITER,
    "src/keys.py": "def bucket_of(api_key):\n    return api_key.client, api_key.limit\n",
    "tests/test_buckets.py": "def test_a_busy_client_is_refused():\n    assert not TokenBucket().take('key')\n",
    ".orch/config.toml": '[context]\npin = ["src/keys.py"]\n',
    ".env": "A=1\n",
}
OPTIONS = [
    "set termguicolors number linebreak laststatus=2 noruler shortmess+=F winborder=rounded",
    "set statusline=%f\\ %m%=%{v:lua.require'orch'.statusline()}\\ ",
    "autocmd LspAttach * lua vim.lsp.inlay_hint.enable(true)",
    "let g:orch = {'settings': {'provider': 'work'}}",
]


class Terminal:
    """Neovim in a pseudo-terminal, with a screen to look at."""

    def __init__(self, command: list[str], world: World) -> None:
        self.screen = pyte.Screen(COLUMNS, LINES)
        self._stream = pyte.ByteStream(self.screen)
        self._pid, self._descriptor = pty.fork()
        if self._pid == 0:
            os.chdir(world.workspace)
            environment = world.environment | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
            os.execvpe(command[0], command, environment)
        fcntl.ioctl(self._descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._descriptor, keys.encode())

    def wait(self, what: str, condition: Callable[[str], bool]) -> None:
        """Read the screen until a condition holds for its text, and it has been still for a moment."""
        limit = time.monotonic() + LIMIT_S
        while time.monotonic() < limit:
            readable, _, _ = select.select([self._descriptor], [], [], 0.3)
            if readable:
                self._stream.feed(os.read(self._descriptor, 65536))
            elif condition("\n".join(self.screen.display)):
                return
        raise TimeoutError(f"waited in vain for {what}:\n" + "\n".join(self.screen.display))

    def close(self) -> None:
        """Leave Neovim."""
        self.type("\x1b:qall!\r")
        os.waitpid(self._pid, 0)
        os.close(self._descriptor)


def colour(value: str, default: str) -> str:
    """A terminal's colour as CSS."""
    if value == "default":
        return default
    return NAMED.get(value.removeprefix("bright"), f"#{value}")


def spans(screen: pyte.Screen, row: int) -> Iterator[str]:
    """One line of the screen as HTML."""
    cells = [screen.buffer[row][column] for column in range(COLUMNS)]
    for style, group in groupby(cells, key=lambda cell: cell._replace(data="")):
        front, back = colour(style.fg, FOREGROUND), colour(style.bg, BACKGROUND)
        if style.reverse:
            front, back = back, front
        weight = "bold" if style.bold else "normal"
        slant = "italic" if style.italics else "normal"
        text = html.escape("".join(cell.data for cell in group))
        yield f'<span style="color:{front};background:{back};font-weight:{weight};font-style:{slant}">{text}</span>'


def take(screen: pyte.Screen, chromium: str, picture: Path, folder: Path) -> None:
    """Draw the screen into a PNG file."""
    lines = "\n".join("".join(spans(screen, row)) for row in range(LINES))
    page = folder / f"{picture.stem}.html"
    page.write_text(PAGE.format(background=BACKGROUND, foreground=FOREGROUND, lines=lines), encoding="utf-8")
    size = f"--window-size={COLUMNS * 9 + 28},{LINES * 20 + 24}"
    arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", size, f"--screenshot={picture}"]
    subprocess.run(
        [chromium, *arguments, f"--user-data-dir={folder / 'chromium'}", page.as_uri()],
        check=True,
        capture_output=True,
        timeout=120,
    )


def play(terminal: Terminal, world: World, shoot: Callable[[str], None]) -> None:
    """What a person would do."""
    terminal.wait("the lens", lambda text: "Orch: " in text or "Generate" in text)
    (world.folder / "control" / "hold").touch()
    terminal.type(":Orch generate\r")
    terminal.wait("the live preview", lambda text: "One busy client" in text and "words" in text)
    shoot("neovim-preview")
    (world.folder / "control" / "release").touch()
    terminal.wait("the draft", lambda text: "## Tasks" in text and "Orch: drafting" not in text)
    terminal.type(":nohlsearch|call search('^## Goal')\r")
    hover(terminal)
    shoot("neovim-hover")
    terminal.type("\x1b:update|edit specs/001-rate-limiting/spec.md|only\r")
    terminal.wait("the hints", lambda text: "2 tasks" in text)
    terminal.type(":call search('FR-001')\r:lua vim.lsp.buf.references()\r")
    terminal.wait("the list of citations", lambda text: "test_limits.py" in text and "tasks.md" in text)
    terminal.type("\x0c")
    terminal.wait("the screen", lambda text: "test_limits.py" in text)
    shoot("neovim-references")
    terminal.type(":cclose|edit buckets.spec.md|only\r")
    terminal.wait("the other spec", lambda text: "Generate" in text)
    terminal.type(":Orch context\r")
    terminal.wait("the page", lambda text: "Request for a draft of" in text)
    terminal.type(":only|setlocal nonumber|call search('src/limiter.py')\r:lua vim.lsp.buf.code_action()\r")
    terminal.wait("the actions", lambda text: "Orch: Exclude src/limiter.py" in text)
    shoot("neovim-context")
    terminal.type("\r")


def hover(terminal: Terminal) -> None:
    """Ask for the hover until it knows the run: that is on record a moment after its words are in the document."""
    for _ in range(10):
        terminal.type("\x0cK")
        terminal.wait("the hover", lambda text: "120 in" in text or "No information" in text)
        if "120 in" in "\n".join(terminal.screen.display):
            return
    raise TimeoutError("the hover does not know the run")


def main() -> None:
    """Take all pictures."""
    parser = argparse.ArgumentParser(description="Screenshots of Neovim.")
    parser.add_argument("--nvim", type=Path, required=True)
    parser.add_argument("--server", type=Path, required=True)
    parser.add_argument("--chromium", default="chromium")
    parser.add_argument("images", type=Path, help="folder for the pictures")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="orch-pictures-"))
    world = build_world(folder, arguments.server.absolute(), None)
    install_plugin(world, arguments.nvim)
    provider = start_provider(world)
    for path, text in FILES.items():
        (world.workspace / path).parent.mkdir(parents=True, exist_ok=True)
        (world.workspace / path).write_text(text, encoding="utf-8")
    (folder / "init.vim").write_text("\n".join(OPTIONS) + "\n", encoding="utf-8")
    command = [str(arguments.nvim.absolute()), "-u", str(folder / "init.vim"), "limits.spec.md"]
    terminal = Terminal(command, world)
    arguments.images.mkdir(parents=True, exist_ok=True)
    try:
        play(
            terminal,
            world,
            lambda name: take(terminal.screen, arguments.chromium, arguments.images / f"{name}.png", folder),
        )
    finally:
        terminal.close()
        assert provider.stdin is not None
        provider.stdin.close()
        provider.wait(timeout=10)
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
