"""Who may open a socket, and who may keep it. Asked before the socket is accepted and again all the while."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.db.models import Value
from django.utils.crypto import constant_time_compare
from starlette.datastructures import Headers

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import can
from kindcircle.base.lib import clock
from kindcircle.base.people.models import StaffRole, User
from kindcircle.base.people.sessions import is_over, is_strong
from kindcircle.rooms.groups.models import Gathering, Group, Membership
from kindcircle.rooms.groups.queries import actor_for
from kindcircle.rooms.groups.queries_actors import Known, known
from kindcircle.rooms.groups.standing_in import holding
from kindcircle.rooms.live import queries
from kindcircle.rooms.live.queries import Newest

AT_ONCE = 400  # session keys in one question: SQLite limits how many values one may name


@dataclass(frozen=True, slots=True)
class Asking:
    """Somebody at the door: with which session, for which gathering, and whether it is the projector."""

    session_key: str
    code: str
    to_wall: bool


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

    def asking(self) -> Asking:
        """What they would say at the door if they came anew."""
        return Asking(self.session_key, self.code, self.leads and not self.confided)

    def actor(self) -> Actor:
        """Who this is now, from the rows as they stand."""
        user = User.objects.filter(pk=self.user_id).first()
        return actor_for(user, strong=self.strong, only_gathering=self.only_gathering, at=clock.now())


@dataclass(frozen=True, slots=True)
class Met:
    """Who asks is signed in, and there is such a gathering. Whether they belong there is the next question."""

    asking: Asking
    session: SessionBase
    gathering: Gathering
    person: Known


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


def admit_all(asking: Sequence[Asking]) -> list[Visitor | None]:
    """The person of each of these sessions, if they may be in that gathering; None for every kind of no.

    Two questions however many ask: what they name, and who they are. A third where somebody whom the house lets lead
    groups has no facilitator's place in this one: they may be standing in.
    """
    at = clock.now()
    sessions, gatherings = _named(asking, at=at)
    people = known({int(session[SESSION_KEY]) for session in sessions.values() if SESSION_KEY in session})
    met = [_meet(one, sessions, gatherings, people) for one in asking]
    stand_ins = _stand_ins([one for one in met if one is not None], at=at)
    return [None if one is None else _let_in(one, stand_ins=stand_ins, at=at) for one in met]


def _named(asking: Sequence[Asking], *, at: datetime) -> tuple[dict[str, SessionBase], dict[str, Gathering]]:
    """The sessions that hold and the gatherings, by key and code. One question, though they have nothing in common."""
    keys = {one.session_key for one in asking if _could_be(one.session_key)}
    codes = {one.code for one in asking if _could_be(one.code)}
    none = Value(0)
    live = Session.objects.filter(session_key__in=keys, expire_date__gt=at)
    there = Gathering.objects.filter(code__in=codes)
    rows = live.values_list("session_key", "session_data", none, none, none).union(
        there.values_list("code", "state", "pk", "group_id", "group__organisation_id"), all=True
    )
    sessions: dict[str, SessionBase] = {}
    gatherings: dict[str, Gathering] = {}
    store = import_module(settings.SESSION_ENGINE).SessionStore
    for name, text, pk, group, organisation in rows:
        if pk:
            held = Group(pk=group, organisation_id=organisation)
            gatherings[name] = Gathering(pk=pk, code=name, state=text, group=held)
        else:
            sessions[name] = store()
            sessions[name].update(sessions[name].decode(text))
    return sessions, gatherings


def _meet(
    one: Asking, sessions: Mapping[str, SessionBase], gatherings: Mapping[str, Gathering], people: Mapping[int, Known]
) -> Met | None:
    session, gathering = sessions.get(one.session_key), gatherings.get(one.code)
    if session is None or gathering is None or SESSION_KEY not in session:
        return None
    person = people.get(int(session[SESSION_KEY]))
    return Met(one, session, gathering, person) if person is not None and _is_theirs(session, person) else None


def _could_be(name: str) -> bool:
    """Whether it could be a key or a code of ours. PostgreSQL takes not every text, not even to look for it."""
    return name.isascii() and name.isprintable()


def _is_theirs(session: SessionBase, person: Known) -> bool:
    """Whether the session is a sign-in of this person that still holds, as `django.contrib.auth.get_user` asks it."""
    signed = session.get(HASH_SESSION_KEY, "")
    hashes = (person.user.get_session_auth_hash(), *person.user.get_session_auth_fallback_hash())
    return session.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS and any(
        constant_time_compare(signed, own) for own in hashes
    )


def _stand_ins(met: Collection[Met], *, at: datetime) -> set[tuple[int, int]]:
    """Group and person of whoever leads one of these groups just now without a place in it."""
    groups = {
        one.gathering.group_id
        for one in met
        if StaffRole.Role.FACILITATOR in one.person.roles and not one.person.leads(one.gathering.group_id)
    }
    return {(row.gathering.group_id, row.user_id) for row in holding(at=at, groups=groups)} if groups else set()


def _let_in(met: Met, *, stand_ins: Collection[tuple[int, int]], at: datetime) -> Visitor | None:
    session, gathering, user = met.session, met.gathering, met.person.user
    strong, only = is_strong(session), session.get("only_gathering")
    stands_in = {gathering.group_id} if (gathering.group_id, user.pk) in stand_ins else set()
    actor = met.person.actor(strong=strong, only_gathering=only, stands_in=stands_in)
    if is_over(session, user, staff=bool(actor.facilitates or actor.roles), at=at):
        return None
    if not can(actor, Permission.GATHERING_JOIN, gathering):
        return None
    leads = can(actor, Permission.GATHERING_LEAD, gathering)
    return Visitor(
        user_id=user.pk,
        session_key=met.asking.session_key,
        gathering_id=gathering.pk,
        group_id=gathering.group_id,
        code=gathering.code,
        leads=leads,
        confided=leads and not met.asking.to_wall,
        strong=strong,
        only_gathering=only,
        lent="tablet" in session,
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
