"""A script with all that it imports as one file, for pages that somebody opens when it is hard and the line is poor.

Over HTTP/1.1 a browser asks for six files at a time, and each six cost a wait of their own. The source keeps its small
files; they are put together while static files are collected. Each module becomes a function that answers with what the
module exports, so that no two share a name by chance. Anything that cannot be read that way stops the collecting.
"""

import posixpath
import re
from collections.abc import Callable

JOINED = ("live/home-player.js", "live/keep.js")
"""Scripts that stand on a page by themselves and that nothing imports."""

NAMES = r"\{([^}]+)\}"
_TAKES = re.compile(rf'^import {NAMES} from "(\.[^"]+)";$', re.M)
_HANDS_ON = re.compile(rf'^export {NAMES} from "(\.[^"]+)";$', re.M)
_GIVES = re.compile(r"^export (?=(?:async )?(?:function|class|const) (\w+))", re.M)
_EITHER = re.compile(rf'^(?:import|export) {NAMES} from "(\.[^"]+)";$', re.M)
_LEFT_OVER = re.compile(r"^\s*(?:import|export)\b(?!\().*", re.M)
_MARKS = re.compile(r"""//[^\n]*|/\*.*?\*/|(["'`])(?:\\.|(?!\1)[^\\])*\1|[][(){},;]""", re.S)
_LATER = re.compile(r"\bimport\(")


class CannotJoin(Exception):
    """Something in a script that this way of joining does not know."""


def with_imports(name: str, source: Callable[[str], str]) -> str:
    """This script and before it each module it needs, once and in the order in which a browser would run them."""
    found: list[str] = []
    _gather(name, source, found, ())
    parts = [_module(one, source(one)) for one in found if one != name]
    return "\n".join([*parts, _plain(name, source(name))])


def modules_of(name: str, text: str) -> list[str]:
    """What this one imports from the start, in its order."""
    return [_beside(name, other) for _, other in _EITHER.findall(text)]


def _gather(name: str, source: Callable[[str], str], found: list[str], above: tuple[str, ...]) -> None:
    if name in above:
        raise CannotJoin(f"{name}: imports itself, by way of others")
    for other in modules_of(name, source(name)):
        if other not in found:
            _gather(other, source, found, (*above, name))
    found.append(name)


def _module(name: str, text: str) -> str:
    """A module as a function that is called once; what it exports is what that gives."""
    if _LATER.search(text):
        raise CannotJoin(f"{name}: imports something later, and from elsewhere than its own place")
    if left := next((one[1] for one in _GIVES.finditer(text) if _more_names(text, one.end())), None):
        raise CannotJoin(f"{name}: {left} has another name beside it, and each needs a line of its own")
    given = _GIVES.findall(text)
    for names, other in _HANDS_ON.findall(text):
        if " as " in names:
            raise CannotJoin(f"{name}: hands on under another name")
        given += [f"{one}: {_called(_beside(name, other))}.{one}" for one in _names(names)]
    body = _plain(name, _HANDS_ON.sub("", text))
    return f"const {_called(name)} = (() => {{\n{body}\nreturn {{ {', '.join(given)} }};\n}})();"


def _plain(name: str, text: str) -> str:
    """The same script: what it imports stands before it as an object, and what it exports is a name like others."""

    def takes(match: re.Match[str]) -> str:
        names = ", ".join(one.replace(" as ", ": ") for one in _names(match[1]))
        return f"const {{ {names} }} = {_called(_beside(name, match[2]))};"

    body = _GIVES.sub("", _TAKES.sub(takes, text))
    if left := _LEFT_OVER.search(body):
        raise CannotJoin(f"{name}: {left[0].strip()}")
    return body


def _more_names(text: str, start: int) -> bool:
    """Whether this `const` goes on with a second name, which would be given to nobody without a word."""
    if not text.startswith("const", start):
        return False
    depth = 0
    for mark in _MARKS.finditer(text, start):
        depth += (mark[0] in "([{") - (mark[0] in ")]}")
        if not depth and mark[0] in ",;":
            return mark[0] == ","
    return False


def _names(listed: str) -> list[str]:
    return [one.strip() for one in listed.split(",") if one.strip()]


def _beside(name: str, other: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), other))


def _called(name: str) -> str:
    return "$" + re.sub(r"\W", "_", name.removesuffix(".js"))
