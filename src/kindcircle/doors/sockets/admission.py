"""Who may open a socket, and who may keep it. Asked before the socket is accepted and again all the while."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from starlette.datastructures import Headers

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import can, fetch
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.people.models import User
from kindcircle.base.people.sessions import is_over, is_strong
from kindcircle.rooms.groups.models import Gathering, Membership
from kindcircle.rooms.groups.queries import actor_for
from kindcircle.rooms.groups.standing_in import holding
from kindcircle.rooms.live import queries
from kindcircle.rooms.live.queries import Newest

AT_ONCE = 400  # session keys in one question: SQLite limits how many values one may name


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody let in: who, by which session, to which gathering.

    leads     has a facilitator's place in the group
    confided  is told who is here and who tapped: facilitators, but not the projector they have logged in
    lent      has the shared tablet in their hands for a moment: it tells nothing of where they are afterwards
    """

    user_id: int
    session_key: str
    gathering_id: int
    group_id: int
    code: str
    leads: bool
    confided: bool
    strong: bool
    only_gathering: int | None
    lent: bool
    ended_from: datetime | None  # the person's `sessions_valid_from` as it stood when they were let in

    def actor(self) -> Actor:
        """Who this is now, from the rows as they stand."""
        user = User.objects.filter(pk=self.user_id).first()
        return actor_for(user, strong=self.strong, only_gathering=self.only_gathering, at=clock.now())


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand for all open sockets of this process: live sessions, places by group and person, newest.

    A place is a role and the person's `sessions_valid_from`.
    """

    sessions: frozenset[str]
    places: Mapping[tuple[int, int], tuple[str, datetime | None]]
    newest: Mapping[int, Newest]

    def holds(self, visitor: Visitor) -> bool:
        """Whether this visitor is still signed in and still has the role they were let in with.

        Somebody who ended sessions meanwhile comes in again by the door, which asks everything.
        """
        role = Membership.Role.FACILITATOR if visitor.leads else Membership.Role.MEMBER
        place = self.places.get((visitor.group_id, visitor.user_id))
        return visitor.session_key in self.sessions and place == (role, visitor.ended_from)


def is_our_page(headers: Headers) -> bool:
    """Whether the page that opens the socket is one of ours. A browser always says; silence is a refusal."""
    origin = headers.get("origin", "")
    if origin == settings.ORIGIN:
        return True
    parts = urlsplit(origin)
    return (
        parts.scheme == urlsplit(settings.ORIGIN).scheme
        and parts.hostname in settings.ALLOWED_HOSTS
        and parts.netloc == headers.get("host")
    )


def admit(session_key: str, code: str, *, to_wall: bool) -> Visitor | None:
    """The person of this session, if they may be in this gathering; None for every kind of no."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    request = HttpRequest()
    request.session = store(session_key)
    user = get_user(request)
    if not isinstance(user, User):
        return None
    strong, only = is_strong(request.session), request.session.get("only_gathering")
    actor = actor_for(user, strong=strong, only_gathering=only, at=clock.now())
    if is_over(request.session, user, staff=bool(actor.facilitates or actor.roles), at=clock.now()):
        return None
    try:
        rows = Gathering.objects.select_related("group")
        gathering = fetch(rows, code, by=actor, to=Permission.GATHERING_JOIN)
    except NotFound:
        return None
    leads = can(actor, Permission.GATHERING_LEAD, gathering)
    return Visitor(
        user_id=user.pk,
        session_key=session_key,
        gathering_id=gathering.pk,
        group_id=gathering.group_id,
        code=gathering.code,
        leads=leads,
        confided=leads and not to_wall,
        strong=strong,
        only_gathering=only,
        lent="tablet" in request.session,
        ended_from=user.sessions_valid_from,
    )


def standing(group_ids: Collection[int], session_keys: Collection[str], gathering_ids: Collection[int]) -> Standing:
    """Everything that decides whether sockets stay open, in a handful of queries however many there are."""
    keys = list(session_keys)
    live: set[str] = set()
    for start in range(0, len(keys), AT_ONCE):
        named = Session.objects.filter(session_key__in=keys[start : start + AT_ONCE], expire_date__gt=clock.now())
        live.update(named.values_list("session_key", flat=True))
    rows = Membership.objects.filter(group_id__in=group_ids, left_at=None, user__is_active=True)
    told = rows.values_list("group_id", "user_id", "role", "user__sessions_valid_from")
    # A stand-in leads without a place; somebody who is a member there too is let in as whoever leads.
    places: dict[tuple[int, int], tuple[str, datetime | None]] = {
        (row.gathering.group_id, row.user_id): (Membership.Role.FACILITATOR, row.user.sessions_valid_from)
        for row in holding(at=clock.now(), groups=group_ids)
    }
    places |= {(group, user): (role, ended_from) for group, user, role, ended_from in told}
    return Standing(frozenset(live), places, queries.newest(gathering_ids))
