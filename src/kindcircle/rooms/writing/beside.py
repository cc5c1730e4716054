"""What came from a phone waits beside the draft of its page, as "letter <code>", and comes into it below."""

import json

from django.db import transaction
from django.db.models import QuerySet

from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.rooms.writing.bodies import words_of
from kindcircle.rooms.writing.models import Draft


def boxes_in(draft: Draft | None, author: User) -> dict[str, str]:
    """What a draft holds, opened."""
    if draft is None:
        return {}
    boxes: dict[str, str] = json.loads(seals.DRAFT.open(draft.sealed_body, code=draft.code, holder=author))
    return boxes


def one_at_a_time(author: User) -> User:
    """Hold this person's row, so that two requests of theirs never decide at once. They as they are now.

    For one transaction.
    """
    return User.objects.select_for_update(no_key=True).get(pk=author.pk)


def put_below(author: User, kind: str) -> None:
    """What came from a phone beside this draft comes into it, below what stands there.

    Only when a page is filled, or all pages are locked: a page that was open already would not know of it, and leave it
    there twice. Words cannot come into a draft that its writer's own key locks; they stay beside it.
    """
    if not _beside(author, kind).exists():
        return
    with transaction.atomic():
        one_at_a_time(author)
        if Draft.objects.filter(author=author, kind=kind, own_key=True).exists():
            return
        for came in _beside(author, kind):
            draft = Draft.objects.filter(author=author, kind=kind).first()
            new, there = boxes_in(came, author), boxes_in(draft, author)
            came.delete()
            draft = draft or Draft(author=author, kind=kind)
            names = [*there, *(name for name in new if name not in there)]
            boxes = {name: _below(there.get(name, ""), new.get(name, "")) for name in names}
            draft.sealed_body = seals.DRAFT.seal(json.dumps(boxes, ensure_ascii=False), code=draft.code, holder=author)
            draft.version, draft.page = max(draft.version + 1, came.version), ""
            draft.saved_at = max(came.saved_at, draft.saved_at or came.saved_at)
            draft.save()


def put_all_below(author: User) -> None:
    """The same for every page of this writer."""
    waiting = Draft.objects.filter(author=author, kind__contains=" ", own_key=False).values_list("kind", flat=True)
    for kind in {base_of(one) for one in waiting}:
        put_below(author, kind)


def words_beside(author: User, kind: str) -> tuple[str, ...]:
    """What waits beside a draft, to be read."""
    return tuple(words_of(json.dumps(boxes_in(came, author))) for came in _beside(author, kind))


def base_of(kind: str) -> str:
    """The kind of the page beside whose draft this one waits; a page's own draft is its own."""
    return kind.partition(" ")[0]


def _beside(author: User, kind: str) -> QuerySet[Draft]:
    return Draft.objects.filter(author=author, kind__startswith=f"{kind} ", own_key=False).order_by("pk")


def _below(there: str, new: str) -> str:
    return f"{there.rstrip()}\n\n{new}" if there.strip() and new.strip() else there or new
