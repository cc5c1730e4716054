"""Markdown of our own content as plain blocks and runs, so that words reach the page as words and never as commands."""

from __future__ import annotations

from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

Block = dict[str, object]
Run = dict[str, object]

_MARKDOWN = MarkdownIt("commonmark", {"html": False})
_LISTS = {"bullet_list_open": False, "ordered_list_open": True}


def blocks(text: str) -> list[Block]:
    """Headings, paragraphs, lists and quotes, in order.

    heading  {kind, level, runs}          paragraph {kind, runs}
    list     {kind, ordered, items}       each item is a list of blocks
    quote    {kind, blocks}
    A run is {text, strong, emph}. What has no shape here (images, rules, code) becomes its plain text. No level of
    heading is skipped, so that a screen reader can follow.
    """
    tokens = _MARKDOWN.parse(text)
    _step_by_step(tokens)
    found, rest = _until(tokens, 0, "")
    assert rest == len(tokens)
    return found


def _step_by_step(tokens: list[Token]) -> None:
    """A heading comes at most one level below the one before it; the first at the second level or above."""
    before = 1
    for token, inside in pairwise(tokens):
        if token.type == "heading_open" and _runs(inside):
            before = min(int(token.tag[1:]), before + 1)
            token.tag = f"h{before}"


def paragraphs(text: str) -> list[Block]:
    """Spoken words: an empty line parts paragraphs, and a line end stays a line end."""
    return [{"kind": "paragraph", "runs": _lines(block)} for block in text.strip().split("\n\n") if block.strip()]


def _lines(block: str) -> list[Run]:
    runs: list[Run] = []
    for number, line in enumerate(block.strip().splitlines()):
        runs.append(_run(("\n" if number else "") + line.strip()))
    return runs


def _until(tokens: list[Token], at: int, close: str) -> tuple[list[Block], int]:
    """Blocks from `at` up to the closing token, and the place after it."""
    found: list[Block] = []
    while at < len(tokens):
        token = tokens[at]
        if token.type == close:
            return found, at + 1
        if token.type == "heading_open":
            if runs := _runs(tokens[at + 1]):
                found.append({"kind": "heading", "level": int(token.tag[1:]), "runs": runs})
            at += 3
        elif token.type == "paragraph_open":
            found.append({"kind": "paragraph", "runs": _runs(tokens[at + 1])})
            at += 3
        elif token.type in _LISTS:
            items, at = _items(tokens, at + 1, token.type.replace("_open", "_close"))
            found.append({"kind": "list", "ordered": _LISTS[token.type], "items": items})
        elif token.type == "blockquote_open":
            inner, at = _until(tokens, at + 1, "blockquote_close")
            found.append({"kind": "quote", "blocks": inner})
        else:
            if token.content:
                found.append({"kind": "paragraph", "runs": [_run(token.content)]})
            at += 1
    return found, at


def _items(tokens: list[Token], at: int, close: str) -> tuple[list[list[Block]], int]:
    items: list[list[Block]] = []
    while tokens[at].type != close:
        inner, at = _until(tokens, at + 1, "list_item_close")
        items.append(inner)
    return items, at + 1


def _runs(inline: Token) -> list[Run]:
    runs: list[Run] = []
    strong = emph = False
    for token in inline.children or []:
        if token.type in ("strong_open", "strong_close"):
            strong = token.type == "strong_open"
        elif token.type in ("em_open", "em_close"):
            emph = token.type == "em_open"
        elif token.type == "softbreak":
            runs.append(_run(" "))
        elif token.type == "hardbreak":
            runs.append(_run("\n"))
        elif token.content:
            runs.append(_run(token.content, strong=strong, emph=emph))
    return runs


def _run(text: str, *, strong: bool = False, emph: bool = False) -> Run:
    return {"text": text, "strong": strong, "emph": emph}
