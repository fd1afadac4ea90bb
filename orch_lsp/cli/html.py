"""A page of HTML in one file that asks for no other: a frame, a style and a script of the package.

All else is put in as elements and text, which the writer of HTML escapes, and the page's own policy lets no other style
and script in than those two.
"""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from xml.etree import ElementTree as ET


class HtmlPage:
    """A page that is being filled.

    Args:
        name: The files `NAME.html`, `NAME.css` and `NAME.js` of the package.
    """

    def __init__(self, name: str) -> None:
        self._root = ET.fromstring(_resource(f"{name}.html"))  # noqa: S314 -- a file of the package
        self._parts = {part.get("id", ""): part for part in self._root.iter() if part.get("id")}
        self.ids: set[str] = set(self._parts)
        """The ids that elements have; those of new ones are to be added."""
        style, script = _resource(f"{name}.css"), _resource(f"{name}.js")
        self.part("style").text, self.part("script").text = style, script
        self.part("policy").set(
            "content",
            f"default-src 'none'; style-src {_allowed(style)}; script-src {_allowed(script)}; "
            "base-uri 'none'; form-action 'none'",
        )

    def part(self, name: str) -> ET.Element:
        """The element of the frame with this id."""
        return self._parts[name]

    def text(self) -> str:
        """The whole page."""
        html = ET.tostring(self._root, encoding="unicode", method="html")
        return f"<!DOCTYPE html>\n{html}\n"


def add(parent: ET.Element, tag: str, text: str = "", /, *, of: str = "", **attributes: str) -> ET.Element:
    """An element at the end of another one; `of` is its class."""
    element = ET.SubElement(parent, tag, ({"class": of} if of else {}) | attributes)
    element.text = text
    return element


def _resource(name: str) -> str:
    return files("orch_lsp.cli").joinpath("page", name).read_text("utf-8")


def _allowed(text: str) -> str:
    """A style or script as a policy names it: the hash of its text."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
