"""A member's course as it stands: what was met so far, what comes next, and what may be practised at home."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Prefetch

from kindcircle.base.access import Actor
from kindcircle.base.people.models import Organisation
from kindcircle.rooms.groups.models import Gathering, Group
from kindcircle.rooms.groups.queries import session_for
from kindcircle.spec.practices import Practice, newest_practice
from kindcircle.spec.programmes import PracticeUse, Programme, Session, load_programme
from kindcircle.spec.texts import ContentError

State = Gathering.State

ALWAYS = (
    "p22-soles-of-the-feet",
    "p21-five-sense-landing",
    "p03-comforting-contact",
    "p27-something-i-love",
    "p12-human-too",
)
"""Practices that are open to every member from the first day: grounding, comfort, and the lightest reminder."""

STILL_MEETING = timedelta(hours=3)
"""A meeting that nobody opened is taken to be off when this much time has passed since its planned end."""


@dataclass(frozen=True, slots=True)
class Course:
    """One group of a member, with its meetings in order. programme: None when its words are not on this site."""

    group: Group
    gatherings: tuple[Gathering, ...]
    programme: Programme | None

    @property
    def coming(self) -> Gathering | None:
        """The meeting that is open, or else the first that was not held yet."""
        waiting = [one for one in self.gatherings if one.state != State.CLOSED]
        return next((one for one in waiting if one.state != State.PLANNED), waiting[0] if waiting else None)

    @property
    def finished(self) -> bool:
        """Every meeting is behind us."""
        return self.group.state == Group.State.FINISHED or (bool(self.gatherings) and self.coming is None)

    @property
    def held(self) -> Session | None:
        """The session that was held last; its home practice is this week's. None before the first."""
        closed = [one.number for one in self.gatherings if one.state == State.CLOSED]
        return session_for(self.programme, closed[-1]) if closed and self.programme else None

    @property
    def sessions(self) -> tuple[Session, ...]:
        """Every session that was begun."""
        begun = {one.number for one in self.gatherings if one.state != State.PLANNED}
        return tuple(one for one in self.programme.sessions if one.number in begun) if self.programme else ()

    def soon(self, at: datetime, within: timedelta = timedelta(hours=12)) -> Gathering | None:
        """The coming meeting if it is open or starts within this time."""
        coming = self.coming
        if coming is None or coming.state != State.PLANNED:
            return coming
        return coming if coming.starts_at - within <= at <= coming.ends_at + STILL_MEETING else None


@dataclass(frozen=True, slots=True)
class Offer:
    """A practice that this member may open at home, in which lengths (seconds, short to long), and for which group."""

    practice: Practice
    lengths: tuple[int, ...]
    usual: int
    group: Group | None


def courses_of(actor: Actor) -> list[Course]:
    """The groups somebody is a member of: running ones first, the newest first. Two queries."""
    in_order = Prefetch("gatherings", Gathering.objects.order_by("number"))
    rows = Group.objects.filter(pk__in=actor.member_of).select_related("organisation").prefetch_related(in_order)
    groups = sorted(rows.order_by("-created_at", "-pk"), key=lambda group: group.state == Group.State.FINISHED)
    return [Course(group, tuple(group.gatherings.all()), _programme(group)) for group in groups]


def offered(courses: list[Course], practice_id: str) -> Offer | None:
    """This practice as these courses offer it, or None.

    What the group has not come to yet stays closed, and no length is longer than the group has met or taken home:
    practices that can stir people up come in their own time, and short first. The lightest are always open, whole.
    """
    for course in courses:
        uses = [use for session in course.sessions for use in _uses(session) if use.practice == practice_id]
        if uses:
            practice = uses[-1].load()
            longest = max(use.seconds for use in uses)
            whole = practice_id in ALWAYS
            lengths = tuple(one.seconds for one in practice.durations if whole or one.seconds <= longest)
            return Offer(practice, lengths, uses[-1].seconds, course.group)
    if practice_id not in ALWAYS:
        return None
    practice = newest_practice(practice_id)
    lengths = tuple(one.seconds for one in practice.durations)
    return Offer(practice, lengths, lengths[0], courses[0].group if courses else None)


def open_to(courses: list[Course]) -> list[Practice]:
    """Every practice that is open in these courses: the always open, then the others in the order they came."""
    came = [use.practice for course in courses for session in course.sessions for use in _uses(session)]
    offers = (offered(courses, name) for name in dict.fromkeys([*ALWAYS, *came]))
    return [offer.practice for offer in offers if offer is not None]


def in_use(organisation: Organisation) -> list[Practice]:
    """Every practice that a group of this house meets in, in the words that the group is pinned to."""
    running = Group.objects.filter(organisation=organisation).exclude(state=Group.State.FINISHED)
    programmes = {(group.programme, group.programme_version): _programme(group) for group in running}
    uses = [use for one in programmes.values() if one for session in one.sessions for use in _uses(session)]
    found = [use.load() for use in uses]
    return list({(one.id, one.version): one for one in found}.values())


def _programme(group: Group) -> Programme | None:
    try:
        return load_programme(group.programme, group.programme_version)
    except ContentError:
        return None  # the page says so; meetings, journal and letters are there all the same


def _uses(session: Session) -> list[PracticeUse]:
    """Every practice of a session, those for home last, so that the last one found is the one for home."""
    met = [use for slot in session.agenda for use in slot.uses]
    home = session.home
    taken = [home.at_need] if home.at_need else []
    return [*met, *taken, home.minimum.practice, *(option.practice for option in home.usual)]
