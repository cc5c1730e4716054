"""How the earlier cohort was together after its second meeting: two guesses, words, a call, and two steps."""

from datetime import datetime, timedelta

from kindcircle.base.people.models import User
from kindcircle.doors.cli.demo_world.house import House
from kindcircle.rooms.alliance import actions as alliance
from kindcircle.rooms.alliance.levels import LEVELS, PULSE
from kindcircle.rooms.alliance.models import Step
from kindcircle.rooms.groups.models import Gathering, Group
from kindcircle.rooms.groups.queries import gatherings_of
from kindcircle.rooms.measures.models import Assignment
from kindcircle.spec.scoring import Answer

LINES = ("understood", "may_differ", "warmth", "learning", "fair", "frame", "belonging", "direction")
# Each person's two lines at each of the four levels. Close to those who lead, less so to one another.
SAID = {
    "Ilse": (8, 9, 4, 5, 8, 9, 5, 6),
    "Jomo": (7, 8, 3, 4, 9, 8, 4, 5),
    "Keiko": (9, 9, 4, 3, 8, 8, 6, 6),
    "Lucia": (5, 4, 3, 4, 6, 7, 4, 4),
    "Mirza": (8, 8, 5, 4, 9, 9, 6, 5),
    "Noa": (9, 8, 4, 4, 9, 8, 5, 6),
}
GUESSES = ((7, 7, 8, 6), (8, 6, 7, 5))


def answer(house: House, group: Group, members: dict[str, User], *, at: datetime) -> None:
    """Between the second meeting and the third: those who lead guess, and six answer."""
    sheets = Assignment.objects.filter(group=group, instrument=PULSE, member__in=[members[name] for name in SAID])
    names = {user.pk: name for name, user in members.items()}
    second = gatherings_of(group).get(number=2)
    for facilitator, points in zip(house.facilitators, GUESSES, strict=True):
        alliance.guess(
            gathering=second,
            points=dict(zip(LEVELS, points, strict=True)),
            staff=facilitator,
            by=house.acting(facilitator),
            at=at,
        )
    for number, sheet in enumerate(sheets.select_related("group__organisation", "member").order_by("pk")):
        answers: dict[str, Answer] = dict(zip(LINES, SAID[names[sheet.member_id]], strict=True))
        house.answer(sheet, answers, at=at + timedelta(hours=number), on_paper=False)
    alliance.call_due(at=at + timedelta(hours=12))


def do_something(house: House, group: Group, *, at: datetime) -> None:
    """On the day of the third meeting they bring it together, choose two things, and do one of them."""
    second = gatherings_of(group).get(number=2)
    alliance.read_now(gathering=second, by=house.guide, at=at)
    for what in ("more-pairs", "link-alike"):
        _choose(house, second, what, at=at)
    done = Step.objects.select_related("gathering__group__organisation").get(gathering=second, what="more-pairs")
    guide = house.facilitators[0]
    alliance.end_step(step=done, outcome="done", staff=guide, by=house.guide, at=at + timedelta(hours=5))


def _choose(house: House, meeting: Gathering, what: str, *, at: datetime) -> None:
    guide = house.facilitators[0]
    alliance.choose(gathering=meeting, level="member_member", what=what, staff=guide, by=house.guide, at=at)
