"""Looking first: who would read it, said by name, and a proof that this very page was seen.

Nothing reaches anybody in one act. The proof is bound to the words, the step and the readers; whoever shares without
having looked, or looked at something else, is asked to look.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.crypto import constant_time_compare, salted_hmac

from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.rooms.groups.models import Group, Membership
from kindcircle.rooms.groups.queries import present_places
from kindcircle.rooms.sharing.models import GroupSharing
from kindcircle.spec.ladder import Step

LOOKED_AT_MOST = timedelta(hours=2)
"""A page that was open longer is looked at anew."""


@dataclass(frozen=True, slots=True)
class Readers:
    """Who would read it, by the names they chose. `members` is empty where only those who lead would."""

    leaders: tuple[str, ...]
    members: tuple[str, ...]
    reviewed: bool
    mark: str


def reviews(group: Group) -> bool:
    """Whether those who lead read words before the group does."""
    return GroupSharing.objects.filter(group=group, reviews=True).exists()


def readers_of(step: str, group: Group, author: User) -> Readers:
    """Everybody who would read it now. The mark changes as soon as one of them does."""
    leading = [place.user for place in present_places(group, Membership.Role.FACILITATOR)]
    others = [place.user for place in present_places(group) if place.user_id != author.pk]
    members = [] if step == Step.LEADERS else others
    names = seals.names_of([*leading, *members])
    first = reviews(group) and step != Step.LEADERS
    codes = "|".join(sorted(one.code for one in (*leading, *members)))
    return Readers(
        tuple(names[one.pk] for one in leading), tuple(names[one.pk] for one in members), first, f"{first}|{codes}"
    )


def proof(*, words: str, step: str, group: Group, author: User, key: str, at: datetime) -> str:
    """What the page that was looked at carries on: for these words, this step, these readers and this form alone."""
    minute = int(at.timestamp()) // 60
    return f"{minute}.{_sign(minute, words, step, group, author, key)}"


def was_looked_at(given: str, *, words: str, step: str, group: Group, author: User, key: str, at: datetime) -> bool:
    """Whether this is such a proof, and not too old."""
    minute, _dot, _rest = given.partition(".")
    if not (minute.isascii() and minute.isdigit() and len(minute) < 12):
        return False
    age = at.timestamp() - int(minute) * 60
    if not -60 <= age <= LOOKED_AT_MOST.total_seconds():
        return False
    return constant_time_compare(given, f"{minute}.{_sign(int(minute), words, step, group, author, key)}")


def _sign(minute: int, words: str, step: str, group: Group, author: User, key: str) -> str:
    seen = hashlib.sha256(words.encode()).hexdigest()
    readers = readers_of(step, group, author).mark
    said = "\x1f".join((str(minute), author.code, group.code, step, key, seen, readers))
    return salted_hmac("kindcircle.sharing.looked", said, algorithm="sha256").hexdigest()
