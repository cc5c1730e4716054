"""More than a thousand texts that would like to be more than text, and how to see that none of them is.

Every sign of them is made here from parts: ways out of where text stands, things that would run or load, and ways of
writing both so that a careless reader does not see them. All would call `kindcircleHit` or fetch from `evil.invalid`.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import product
from urllib.parse import quote

HIT = "kindcircleHit"
EVIL = "evil.invalid"

OUT = (
    "", '"', "'", '">', "'>", "`", "-->", "]]>", "*/", "\\", '\\"', "</textarea>", "</title>", "</script>", "</style>",
    "</option></select>", "</svg>", "</template>", "</noscript>", "&quot;>", "\x0b>", "\u2028",
)  # fmt: skip
"""Ways out of an attribute, a comment, a text box, a drawing, a piece of data."""

THEN = (
    f"<script>{HIT}()</script>",
    f"<script src=//{EVIL}/a.js></script>",
    f"<img src=x onerror={HIT}()>",
    f"<svg onload={HIT}()>",
    f"<svg/onload={HIT}()//",
    f"<svg><animate onbegin={HIT}() attributeName=x>",
    f"<svg><a xlink:href=javascript:{HIT}()><text y=9>x</text></a>",
    f"<math><mi href=javascript:{HIT}()>x",
    f'<a href="javascript:{HIT}()">x</a>',
    f'<a href=" java\tscript:{HIT}()">x</a>',
    f'<a href="data:text/html,<script>{HIT}()</script>">x</a>',
    f"<iframe src=javascript:{HIT}()>",
    f"<iframe srcdoc='<script>parent.{HIT}()</script>'>",
    f"<object data=javascript:{HIT}()>",
    f"<embed src=//{EVIL}/x>",
    f"<input autofocus onfocus={HIT}()>",
    f"<details open ontoggle={HIT}()>",
    f"<video><source onerror={HIT}()></video>",
    f"<form action=//{EVIL}/><button>Save</button></form>",
    f"<button formaction=//{EVIL}/>Save</button>",
    f"<base href=//{EVIL}/>",
    f"<meta http-equiv=refresh content='0;url=//{EVIL}/'>",
    f"<link rel=stylesheet href=//{EVIL}/a.css>",
    f"<style>body{{background:url(//{EVIL}/)}}</style>",
    f"<p style=background:url(//{EVIL}/)>",
    f"<div hx-get=//{EVIL}/ hx-trigger=load></div>",
    f'<div hx-on:click="{HIT}()" data-hx-on-load="{HIT}()">x</div>',
    f"<a data-leave=//{EVIL}/ href=/leave/>Leave</a>",
    "<div hidden id=lock></div>",
    f" onmouseover={HIT}() x=",
    f" autofocus onfocus={HIT}() x=",
    f"javascript:{HIT}()",
    f"[x](javascript:{HIT}())",
    f'![x](x "onerror={HIT}()")',
    f"<javascript:{HIT}()>",
    f"[x]: javascript:{HIT}()",
    f"{{{{ {HIT} }}}}{{% debug %}}",
    f"${{{HIT}()}}#{{{HIT}()}}",
    f"%({HIT})s %s %n {{0}} {{{HIT}}}",
    f'","{HIT}":1}}</script><script>{HIT}()</script>',
    f"=HYPERLINK(\"//{EVIL}/\",\"x\")",
    f"@SUM(1)*cmd|'/c {HIT}'!A0",
    f"\r\nSet-Cookie: x={HIT}",
    f"\nBEGIN:VEVENT\nSUMMARY:{HIT}",
    f"#{EVIL} #import \"{HIT}\" $x$ \\{HIT}",
)  # fmt: skip
"""What would run, load, lead away or break a file, once it is out."""

ODD = (
    "\u202egnihtemos reversed\u202c", "\u2066\u2067x\u2069", "a\u0300\u0301\u0302" * 60, "\u200b" * 200,
    "W" * 400, "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 80, "\u0627\u0644\u0639\u0631\u0628\u064a\u0629 " * 30,
    "\ufdfd" * 40, "<" * 300, "&" * 300, "&#60;script&#62;", "&lt;script&gt;", "%3Cscript%3E", "\\u003cscript\\u003e",
    "null", "undefined", "true", "-1", "1e999", "{}", "[]", "0", " ", "\t\t", "\u00a0" * 50, "../../../etc/passwd",
    "' OR 1=1 --", "\ufeffx", "\u0085", "\U000e0041" * 20,
)  # fmt: skip
"""Texts that want to break the layout or a parser, not to run."""


def _as_it_is(text: str) -> str:
    return text


def _mixed(text: str) -> str:
    return re.sub(r"(?<=[<a-z])([a-z])(?=[a-z]*[\s/=>(])", lambda found: found[1].upper(), text, count=3)


WRITTEN = (_as_it_is, _mixed, quote)


def vectors() -> list[str]:
    """All of them, each once, on one line and without NUL, which no text of ours may hold."""
    made = (write(out + then) for write, out, then in product(WRITTEN, OUT, THEN))
    return list(dict.fromkeys([*made, *ODD]))


def heaps(longest: int) -> Iterator[str]:
    """All of them again, in heaps of at most so many signs."""
    heap: list[str] = []
    size = 0
    for one in vectors():
        if len(one) > longest:
            continue
        if heap and size + len(one) + 1 > longest:
            yield " ".join(heap)
            heap, size = [], 0
        heap.append(one)
        size += len(one) + 1
    if heap:
        yield " ".join(heap)


LEADS = {"href", "src", "action", "formaction", "data", "poster", "xlink:href", "cite", "srcset", "hx-get", "hx-post"}
NEVER = {"iframe", "object", "embed", "base", "style", "applet", "frame", "frameset", "portal", "math", "animate"}


class _Reader(HTMLParser):
    """Reads a page as a browser would begin to, and notes what must never stand in one."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in NEVER:
            self.found.append(f"<{tag}>")
        given = dict(attrs)
        if tag == "script" and not (given.get("src") or given.get("type") == "application/json"):
            self.found.append("a script with words of its own")
        if tag == "meta" and "http-equiv" in given:
            self.found.append("<meta http-equiv>")
        for name, value in attrs:
            said = re.sub(r"[\s\x00-\x1f]", "", value or "").lower()
            if name == "style" or name.startswith(("on", "hx-on", "data-hx-on")):
                self.found.append(f"{tag} with {name}")
            if name in LEADS and (said.startswith(("javascript:", "vbscript:", "data:text", "//")) or EVIL in said):
                self.found.append(f"{tag} whose {name} leads to {said[:60]}")

    handle_startendtag = handle_starttag


def what_ran(html: str) -> list[str]:
    """Everything in a page that a text has become and must not: empty when each is only text."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.found
