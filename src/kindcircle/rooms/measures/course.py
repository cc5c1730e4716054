"""A member's own course: each measure's values in the order in which they were asked, and what may be said of them.

Only the person whose answers these are ever asks for it. Occasions that went by stay as gaps.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.people.models import User
from kindcircle.rooms.groups.models import Membership
from kindcircle.rooms.measures.counting import as_it_counts
from kindcircle.rooms.measures.errors import VersionUnknown
from kindcircle.rooms.measures.models import Assignment, Score
from kindcircle.rooms.measures.norms import Known, known_of
from kindcircle.rooms.measures.queries import definition, words_for
from kindcircle.spec import parts
from kindcircle.spec.definition import Definition
from kindcircle.spec.norms import Fact, is_validated, with_spread
from kindcircle.stats.own_course import Band, Point, Word, band, stretches
from kindcircle.stats.own_course import words_for as words_of_line

# What is asked so that a person can look after somebody draws no line: it is talked about when it is said.
NO_COURSE = frozenset({"unwanted effects", "safety", "settling"})


@dataclass(frozen=True, slots=True)
class Step:
    """One occasion. value: None where nothing was sent, or too little of it was filled in."""

    occasion: str
    gathering: int | None
    on: datetime
    answered: bool
    value: float | None
    state: str
    filled: int
    of: int
    rule: str
    typed: bool  # by somebody who leads, from a card
    word: Word

    @property
    def point(self) -> Point:
        return Point(self.value, self.rule, answered=self.answered)


@dataclass(frozen=True, slots=True)
class Line:
    """One measure over time. known and band: None where nobody may say how far it moves by itself."""

    definition: Definition
    score: parts.Score
    title: str
    validated: bool
    steps: tuple[Step, ...]
    known: Known | None
    band: Band | None
    research: tuple[Fact, ...]

    @property
    def id(self) -> str:
        """What a page calls it: `gad-7.total`."""
        return f"{self.definition.id}.{self.score.id}"

    @property
    def ends(self) -> tuple[float, float]:
        """Lowest and highest value that can be reached."""
        assert self.score.range is not None  # a headline has two ends
        return float(self.score.range[0]), float(self.score.range[1])

    @property
    def joined(self) -> list[list[int]]:
        """Which steps a line may join."""
        return stretches([step.point for step in self.steps])

    @property
    def latest(self) -> Step:
        """The last sheet that was sent."""
        return next(step for step in reversed(self.steps) if step.answered)

    @property
    def first(self) -> Step | None:
        """The first that has a number: what all others are set beside."""
        return next((step for step in self.steps if step.value is not None), None)

    @property
    def no_room(self) -> bool:
        """Whether it began so near the good end that the form could not show a step that way."""
        if self.band is None or self.score.better == "neither":
            return False
        low, high = self.ends
        return self.band.low <= low if self.score.better == "lower" else self.band.high >= high


@dataclass(frozen=True, slots=True)
class OwnCourse:
    """What somebody answered in one group."""

    place: Membership
    lines: tuple[Line, ...]


def own_courses(member: User, *, by: Actor, at: datetime) -> list[OwnCourse]:
    """Everything of one's own, the newest group first; a group without any answer is left out."""
    require(by, Permission.OWN_COURSE_SEE)
    require(by, Permission.IN_OWN_NAME, member)
    places = Membership.objects.filter(user=member, role=Membership.Role.MEMBER)
    rows = places.select_related("user", "group__organisation").order_by("-joined_at", "-pk")
    return [found for place in rows if (found := own_course(place, by=by, at=at)).lines]


def own_course(place: Membership, *, by: Actor, at: datetime) -> OwnCourse:
    """The same for one group. Who has left may still look."""
    require(by, Permission.OWN_COURSE_OPEN, place)
    rows = asked_of(place.user).filter(group=place.group_id, opens_at__lte=at)
    return OwnCourse(
        place, tuple(_lines(place, [row for row in rows if hasattr(row, "response") or row.closes_at <= at]))
    )


def asked_of(member: User) -> QuerySet[Assignment]:
    """Everything this person was asked, in the order of the occasions, with what they sent and its scores."""
    rows = Assignment.objects.filter(member=member).select_related("response", "gathering", "group__organisation")
    return rows.prefetch_related("response__scores").order_by("opens_at", "pk")


def score_in(row: Assignment, scale: str) -> Score | None:
    """The score that counts of what was sent, if there is one on this scale; a corrected rule counts at once."""
    return as_it_counts(row.response, scale) if hasattr(row, "response") else None


def _lines(place: Membership, rows: list[Assignment]) -> Iterable[Line]:
    for instrument in dict.fromkeys(row.instrument for row in rows):
        asked = [row for row in rows if row.instrument == instrument]
        sent = [row for row in asked if hasattr(row, "response")]
        if not sent:
            continue
        try:
            one = definition(instrument, sent[-1].version)
        except VersionUnknown:
            continue
        if (one.respondent, one.about) != ("member", "self") or NO_COURSE & set(one.outcome_areas):
            continue
        words = words_for(place.group.organisation, one, place.user.language)
        for score in one.headlines:
            yield _line(place, one, score, asked, title=words.title if words else one.name)


def _line(place: Membership, one: Definition, score: parts.Score, asked: list[Assignment], *, title: str) -> Line:
    house, language = place.group.organisation, place.user.language
    validated = is_validated(one)
    known = known_of(house, one, score.id, language=language)
    usual = known.usual if known else None
    points = [_point(row, score.id) for row in asked]
    words = words_of_line(points, better=score.better, validated=validated, usual=usual)
    return Line(
        definition=one,
        score=score,
        title=title,
        validated=validated,
        steps=tuple(_step(row, score.id, word) for row, word in zip(asked, words, strict=True)),
        known=known,
        band=band(points, validated=validated, usual=usual),
        research=tuple(with_spread(one, score.id, kind="general", language=language)) if validated else (),
    )


def _point(row: Assignment, scale: str) -> Point:
    found = score_in(row, scale)
    return Point(found.value if found else None, found.rule if found else "", answered=hasattr(row, "response"))


def _step(row: Assignment, scale: str, word: Word) -> Step:
    found = score_in(row, scale)
    return Step(
        occasion=row.occasion,
        gathering=row.gathering.number if row.gathering else None,
        on=row.opens_at,
        answered=hasattr(row, "response"),
        value=found.value if found else None,
        state=found.state if found else "",
        filled=found.answered if found else 0,
        of=found.of if found else 0,
        rule=found.rule if found else "",
        typed=hasattr(row, "response") and row.response.by_staff_id is not None,
        word=word,
    )
