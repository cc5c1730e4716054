"""What somebody wrote where there was no line, when it comes: once, in order, and beside what is there already."""

import json
from base64 import b64decode
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from django.db import transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.lib.clock import milliseconds
from kindcircle.base.lib.codes import new_code
from kindcircle.base.lib.errors import Invalid
from kindcircle.base.people.models import User
from kindcircle.base.vault import box, seals
from kindcircle.rooms.writing import actions, bodies
from kindcircle.rooms.writing import own_key as own_keys
from kindcircle.rooms.writing.beside import boxes_in, one_at_a_time
from kindcircle.rooms.writing.errors import NotUnderstood
from kindcircle.rooms.writing.kinds import BY_DRAFT, DRAWING
from kindcircle.rooms.writing.models import Draft, Parcel
from kindcircle.rooms.writing.phrases import add_phrases
from kindcircle.spec import strokes
from kindcircle.spec.resting import AFTER, BEFORE, After, Before, Felt, own_day

LATEST = timedelta(days=90)  # what was written longer ago is dated then: as long as a draft is kept
SURELY = timedelta(seconds=30)  # so much may be between words and their coming on a slow line, and nobody can tell
KINDS = frozenset(BY_DRAFT) | frozenset(actions.LETTER_DRAFTS.values())
"""The pages whose words a phone may put aside, by the kind of their draft."""


@dataclass(frozen=True, slots=True)
class _Page:
    """An open parcel: the boxes of one page, whether its writer pressed the button on it, which version of its draft it
    was filled from (0 for none), and how it was before and after, as far as they said."""

    kind: str
    boxes: dict[str, str]
    done: bool
    version: int
    before: Before | Literal[""]
    after: After | Literal[""]

    @property
    def has_words(self) -> bool:
        return any(words.strip() for words in self.boxes.values())


def take_in(*, key: str, sealed: str, ago: timedelta, author: User, by: Actor, at: datetime) -> None:
    """Take one parcel in. The same key again changes nothing, whatever became of the words meanwhile.

    A finished page of the journal becomes an entry; an unfinished one becomes the draft of its page, and so does a
    letter, which needs a day first. A draft that is there already keeps its words; these stand below them as soon as
    its page is opened. So do older words than those that the same page could save since, unless they are among them.
    `ago` is how long before the sending it was written, by the phone's own clock alone; none at all tells nothing, for
    that clock may have been put back. Raises CannotOpen, NotUnderstood, and KeyIsOn: what came readable waits on the
    phone until its writer's own key is off.
    """
    require(by, Permission.DRAFT_KEEP)
    require(by, Permission.IN_OWN_NAME, author)
    written = at - min(max(ago, timedelta()), LATEST)
    with transaction.atomic():
        one_at_a_time(author)
        own_key = actions.stored_key(author, key)
        if Parcel.objects.filter(client_key=own_key).exists() or actions.sent_from(author, key):
            return
        own_keys.check(author, "", own_key=False)
        page = _opened(key, sealed, author)
        if page.has_words and (page.done or not actions.let_go(author, key)):
            _keep(page, key, written if ago >= timedelta(seconds=1) or page.done else None, author, by, at)
        Parcel.objects.create(author=author, client_key=own_key, came_at=at)


def _opened(key: str, sealed: str, author: User) -> _Page:
    try:
        found: dict[str, Any] = json.loads(box.open_parcel(b64decode(sealed, validate=True), key=key, person=author))
        kind, boxes = str(found["kind"]), {str(name): str(words) for name, words in found["boxes"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise NotUnderstood from None
    if kind not in KINDS:
        raise NotUnderstood
    known = BY_DRAFT[kind].boxes if kind in BY_DRAFT else ("text",)
    # Taps stand among the boxes of a form; one that is no answer of ours is left out, and the words are not.
    before: Before | Literal[""] = next((one for one in BEFORE if one == boxes.get("before")), "")
    after: After | Literal[""] = next((one for one in AFTER if one == boxes.get("after")), "")
    boxes = {name: words for name, words in boxes.items() if name in known}
    version = str(found.get("version") or "")
    number = int(version) if version.isascii() and version.isdigit() and len(version) < 19 else 0
    return _Page(kind, boxes, found.get("done") is True, number, before, after)


def _keep(page: _Page, key: str, written: datetime | None, author: User, by: Actor, at: datetime) -> None:
    newer = _saved_since(page, key, written, author)
    if newer is not None and not page.done and _among(page.boxes, boxes_in(newer, author)):
        return
    # Two drawings cannot stand on one sheet: one that was begun is an entry of its own.
    if page.done or page.boxes.get(DRAWING, "").strip():
        if newer is not None:
            # An entry takes the draft of its page with it. This draft says more, so it stays, as any page's.
            Draft.objects.filter(pk=newer.pk).update(page="")
        if _finished(page, key, written or at, author, by, at):
            return
    _as_draft(page, key, author, at, beside=newer is not None)


def _saved_since(page: _Page, key: str, written: datetime | None, author: User) -> Draft | None:
    """The draft that the same page saved after these words were put aside, or may have. None if they hold all of it."""
    draft = Draft.objects.filter(author=author, kind=page.kind, page=key).first()
    if draft is None or _among(boxes_in(draft, author), page.boxes):
        return None
    # The button was pressed after everything else on that page, unless its writer went back there.
    surely = timedelta() if page.done else SURELY
    return draft if written is None or written < draft.saved_at + surely else None


def _among(boxes: dict[str, str], others: dict[str, str]) -> bool:
    """Whether everything in these boxes stands in the others too, however its lines are broken."""
    return all(_is_in(words, others.get(name, ""), drawn=name == DRAWING) for name, words in boxes.items())


def _is_in(words: str, other: str, *, drawn: bool) -> bool:
    if drawn:
        try:
            mine, theirs = strokes.read(words), strokes.read(other)
        except strokes.NoDrawing:
            return words == other
        return theirs[: len(mine)] == mine
    return " ".join(words.split()) in " ".join(other.split())


def _finished(page: _Page, key: str, written: datetime, author: User, by: Actor, at: datetime) -> bool:
    """True once it is an entry. Too many words for one, or a drawing that cannot be drawn: it stays a draft."""
    kind = BY_DRAFT.get(page.kind)
    if kind is None:
        return False
    try:
        actions.write_entry(
            text=bodies.body_of(page.boxes),
            practice=kind.practice.id if kind.practice else "",
            client_key=key,
            author=author,
            by=by,
            at=at,
            kind=kind,
            felt=Felt(own_day(written, author.zone), page.before, page.after),
            written=written,
            draft=page.version,
        )
    except Invalid:
        return False
    if page.done and kind.keeps:
        # Where there is no room for them they stay in the entry; nobody is there to be told.
        add_phrases(text=page.boxes.get(kind.keeps, ""), client_key=key, author=author, by=by, at=at)
    return True


def _as_draft(page: _Page, key: str, author: User, at: datetime, *, beside: bool) -> None:
    """Into the draft that this page goes on with. Else beside it: the next page that is filled from it has both."""
    draft = Draft.objects.filter(author=author, kind=page.kind).first()
    if beside or draft is None or not (draft.page == key or draft.version == page.version):
        draft = Draft(author=author, kind=f"{page.kind} {new_code()}")
    body = json.dumps(page.boxes, ensure_ascii=False)
    draft.sealed_body = seals.DRAFT.seal(body, code=draft.code, holder=author)
    draft.version = max(draft.version + 1, milliseconds(at))
    draft.page, draft.saved_at = key, at
    draft.save()
