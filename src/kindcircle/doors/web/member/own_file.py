"""The file that somebody takes along: a page to read and the same for machines, written part by part.

It is packed while it is made, so that neither the page nor the record ever stands whole in memory, and never on a disk.
"""

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from kindcircle.base.access import Actor
from kindcircle.base.people.models import User
from kindcircle.doors.web.member.journal_words import felt_in_words
from kindcircle.rooms.ending import own_words
from kindcircle.rooms.ending.own_rows import rows_of
from kindcircle.rooms.ending.own_words import OwnWords, Piece
from kindcircle.rooms.ending.who_saw import every_opening


def pack(person: User, *, by: Actor, at: datetime) -> bytes:
    """Everything that is theirs, as one packed file."""
    words = own_words.all_of(person, by=by, at=at)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, parts in (("my-words.html", _page), ("my-words.json", _record)):
            with file.open(name, "w") as inside:
                for part in parts(person, words, by, at):
                    inside.write(part.encode())
    return packed.getvalue()


def _page(person: User, words: OwnWords, by: Actor, at: datetime) -> Iterator[str]:
    """Own words first, then what else there is, then who looked. No script, and nothing from elsewhere."""
    name = own_words.name_of(person, by=by, at=at)
    context = {"name": name, "language": translation.get_language() or "en"}
    yield render_to_string("member/own_file_head.html", context)
    for title, pieces in _titled(words):
        for start in range(0, len(pieces), 200):
            some = [(one, felt_in_words(one.felt)) for one in pieces[start : start + 200]]
            part = {"title": title if start == 0 else "", "pieces": some}
            yield render_to_string("member/own_words_part.html", part)
    rest = _("Everything else that is about me")
    yield f"<h2>{rest}</h2>\n"
    for _label, kind, rows in rows_of(person, by=by):
        begun = False
        for row in rows:
            yield render_to_string("member/own_file_row.html", {"title": "" if begun else kind, "says": row.says})
            begun = True
        if begun:
            yield "</ul>\n"
    looked = list(every_opening(person, by=by))
    yield render_to_string("member/own_file_end.html", {"looked": looked})


def _titled(words: OwnWords) -> list[tuple[str, list[Piece]]]:
    return [
        (_("My journal"), words.journal),
        (_("My letters"), words.letters),
        (_("Not finished"), words.drafts),
        (_("What I shared"), words.shared),
        (_("Words I kept"), words.kept),
        (_("Messages with those who lead"), words.messages),
        (_("Sheets I filled in"), words.answers),
        (_("What my sheets came to"), words.scores),
        (_("My heartbeat: times between beats, in milliseconds"), words.heart),
        (_("What I said yes to, as I read it"), words.consents),
    ]


def _record(person: User, words: OwnWords, by: Actor, _at: datetime) -> Iterator[str]:
    """The same for machines. Times are in UTC."""
    yield "{\n"
    for name, pieces in _named(words):
        yield f"{json.dumps(name)}: ["
        yield from _listed(asdict(piece) for piece in pieces)
        yield "],\n"
    yield '"more": {\n'
    for number, (label, _title, rows) in enumerate(rows_of(person, by=by)):
        yield f"{',' if number else ''}{json.dumps(label)}: ["
        yield from _listed(dict(row.says) for row in rows)
        yield "]\n"
    yield '},\n"who_looked": ['
    yield from _listed(asdict(one) for one in every_opening(person, by=by))
    yield "]\n}\n"


def _named(words: OwnWords) -> list[tuple[str, list[Piece]]]:
    return [(name, getattr(words, name)) for name in OwnWords.__dataclass_fields__]


def _listed(things: Iterator[dict[str, object]]) -> Iterator[str]:
    for number, thing in enumerate(things):
        yield f"{',' if number else ''}\n{json.dumps(thing, ensure_ascii=False, default=own_words.as_plain)}"
