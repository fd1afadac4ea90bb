"""Takes the pictures of Neovim in `docs/images/`: a terminal, a person's keys, and Chromium to draw the screen.

Run through `editors/e2e/screenshots.sh`, which installs what this needs.
"""

from __future__ import annotations

import argparse
import fcntl
import html
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import groupby
from pathlib import Path

import pyte

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from run import install_plugin  # noqa: E402 -- the folder of this script is no package

from scenarios import World, build_world, start_provider  # noqa: E402 -- nor is the one above

WIDE, NARROW = (120, 32), (92, 28)
"""Columns and lines of the two terminals."""
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
    "quotas.spec.md": BRIEF,
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
]
CHOSEN = "let g:orch = {'settings': {'provider': 'work'}}"


class Terminal:
    """Neovim in a pseudo-terminal, with a screen to look at."""

    def __init__(self, command: list[str], world: World, size: tuple[int, int]) -> None:
        columns, lines = size
        self.screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self.screen)
        self._pid, self._descriptor = pty.fork()
        if self._pid == 0:
            os.chdir(world.workspace)
            environment = world.environment | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
            os.execvpe(command[0], command, environment)
        fcntl.ioctl(self._descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

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
    cells = [screen.buffer[row][column] for column in range(screen.columns)]
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
    lines = "\n".join("".join(spans(screen, row)) for row in range(screen.lines))
    page = folder / f"{picture.stem}.html"
    page.write_text(PAGE.format(background=BACKGROUND, foreground=FOREGROUND, lines=lines), encoding="utf-8")
    size = f"--window-size={screen.columns * 9 + 28},{screen.lines * 20 + 24}"
    arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", size, f"--screenshot={picture}"]
    subprocess.run(
        [chromium, *arguments, f"--user-data-dir={folder / 'chromium'}", page.as_uri()],
        check=True,
        capture_output=True,
        timeout=120,
    )


def shoot_screen(screen: pyte.Screen, chromium: str, images: Path, folder: Path, name: str) -> None:
    """Draw the screen into the picture with a name."""
    take(screen, chromium, images / f"{name}.png", folder)


def choose(terminal: Terminal, words: str) -> None:
    """Choose an entry of a list by its number."""
    terminal.wait(words, lambda text: words in text)
    found = re.search(rf"(\d+): {re.escape(words)}", "\n".join(terminal.screen.display))
    assert found is not None, words
    terminal.type(f"{found[1]}\r")


def hold(world: World) -> None:
    """Have the provider hold its answers from now on."""
    (world.folder / "control" / "release").unlink(missing_ok=True)
    (world.folder / "control" / "hold").touch()


def play_first_day(terminal: Terminal, world: World, shoot: Callable[[str], None]) -> None:
    """From nothing to a draft that was looked at, in a terminal too narrow for two windows."""
    terminal.wait("the lens", lambda text: "Generate" in text)
    terminal.type(":Orch generate\r")
    choose(terminal, "Set up now")
    terminal.wait("who could write", lambda text: "A server of your own" in text)
    shoot("neovim-setup")
    for words in ("work", "steady", "Try it"):
        choose(terminal, words)
    terminal.wait("the end of the set-up", lambda text: "is written into" in text)
    hold(world)
    choose(terminal, "Draft this document now")
    terminal.wait("words in place", lambda text: "✎" in text and "assumptions" in text)
    shoot("neovim-in-place")
    (world.folder / "control" / "release").touch()
    terminal.wait("the success", lambda text: "7 sections" in text)
    shoot("neovim-new-text")
    terminal.type(":Orch undo all\r")
    terminal.wait("the brief alone", lambda text: "## Goal" not in text)
    terminal.type(":Orch generate apply=review\r")
    terminal.wait("the draft", lambda text: "a draft is ready" in text)
    terminal.type(":Orch review\r")
    terminal.wait("the review", lambda text: "r reject" in text)
    terminal.type("\x0c")
    terminal.wait("the review, drawn", lambda text: "r reject" in text)
    shoot("neovim-review")
    terminal.type("a")
    terminal.wait("the draft in the document", lambda text: "r reject" not in text and "## Goal" in text)
    terminal.type(":Orch history\r")
    terminal.wait("the runs", lambda text: "Which run?" in text)
    shoot("neovim-history")
    terminal.type("1\r")
    terminal.wait("the record", lambda text: "Lifecycle" in text)
    terminal.type(":only\r")
    terminal.wait("the whole record", lambda text: "Sections" in text or "Steps" in text)
    shoot("neovim-record")
    terminal.type(":edit quotas.spec.md|only|Orch doctor\r")
    terminal.wait("the report", lambda text: "Providers" in text or "provider" in text)
    terminal.type(":only\r")
    terminal.wait("the whole report", lambda text: "provider" in text)
    shoot("neovim-doctor")


def play(terminal: Terminal, world: World, shoot: Callable[[str], None]) -> None:
    """What a person would do."""
    terminal.wait("the lens", lambda text: "Orch: " in text or "Generate" in text)
    hold(world)
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
    arguments.images.mkdir(parents=True, exist_ok=True)
    plays = ((play_first_day, NARROW, "quotas.spec.md", OPTIONS), (play, WIDE, "limits.spec.md", [*OPTIONS, CHOSEN]))
    try:
        for one, size, document, options in plays:
            (folder / "init.vim").write_text("\n".join(options) + "\n", encoding="utf-8")
            command = [str(arguments.nvim.absolute()), "-u", str(folder / "init.vim"), document]
            terminal = Terminal(command, world, size)
            shoot = partial(shoot_screen, terminal.screen, arguments.chromium, arguments.images, folder)
            try:
                one(terminal, world, shoot)
            finally:
                terminal.close()
    finally:
        assert provider.stdin is not None
        provider.stdin.close()
        provider.wait(timeout=10)
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
