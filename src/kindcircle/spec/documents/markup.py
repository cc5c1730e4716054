"""Plain text out of a label that may hold HTML. Nothing of the markup survives, so nothing can run."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_SILENT = {"script", "style", "template", "title", "noscript", "iframe", "object", "svg"}
_BREAKS = {"br", "p", "div", "li", "tr", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "td"}
_VOID = {"br", "hr", "img", "input", "meta", "link", "wbr", "col", "area", "base", "embed", "source", "track"}


class _Plain(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT and tag not in _VOID:
            self.silent.append(tag)
        if tag in _BREAKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if self.silent and tag == self.silent[-1]:
            self.silent.pop()
        if tag in _BREAKS:
            self.parts.append("\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BREAKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(data)


def plain_text(label: str) -> str:
    """The words of a label: tags gone, entities read, spaces tidied, at most one line break in a row.

    A lone `<`, as in "less than < 5", stays. Scripts and styles go with what they hold.
    """
    words = label
    if has_markup(label):
        parser = _Plain()
        parser.feed(label)
        parser.close()
        words = "".join(parser.parts)
    lines = (" ".join(line.split()) for line in words.splitlines())
    return "\n".join(line for line in lines if line)


def has_markup(label: str) -> bool:
    """Whether a label holds a tag or an entity, so that its plain text is not simply itself."""
    return bool(re.search(r"</?[a-zA-Z][^>]*>|<!--|&(#\d+|#x[0-9a-fA-F]+|[a-zA-Z]+\d*);", label))
