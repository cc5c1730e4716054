"""What happens in the town and when: who asks to come, who says yes, and what comes between."""

from collections.abc import Callable
from functools import partial

from kindcircle.base.people.models import User
from kindcircle.rooms.groups.models import Gathering, KeptPlace, Membership
from kindcircle.rooms.intake.models import Intake, TalkTime
from kindcircle.spec import dates
from tests.simulation import coming
from tests.simulation.town import DAY, HOUR, Town

TIMES = ("09:00", "11:00", "13:00", "15:00", "18:00")
OFFERS, FORMING = 3, 4 * 24 + 5  # hours after the beginning: Monday at nine, Friday at eleven
MIDDLE = 18 * 24 + 4  # the Friday before the clocks change
ZONES = ("America/New_York", "Asia/Kolkata")


class Story:
    """Acts by their hour. Each act is somebody at a browser."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.still_to_come: dict[int, list[Callable[[], None]]] = {}
        self._hour = 0
        self._pairs = [town.facilitators[n : n + 2] for n in range(0, len(town.facilitators), 2)]
        self._later: dict[int, int] = {}
        self.moved: set[int] = set()
        for number in range(len(self._pairs)):
            self._at(OFFERS, partial(self._offer, number))

    def go_on(self, hour: int) -> None:
        """Everything that is due in this hour, and the talks that are over."""
        self._hour = hour
        for act in self.still_to_come.pop(hour, ()):
            act()
        self._answer()

    def _at(self, hour: int, act: Callable[[], None]) -> None:
        self.still_to_come.setdefault(hour, []).append(act)

    def _offer(self, number: int) -> None:
        pair = self._pairs[number]
        intake = coming.offer(self.town, f"Offer {number + 1}", screeners=pair, hour=TIMES[number])
        for screener in pair:
            for days in (1, 2, 3):
                coming.offer_talks(self.town, intake, screener, self.town.now + days * DAY)
        for weekday in range(1, 5):
            for _ in range(coming.PER_SLOT):
                hour = self._hour + 1 + self.town.chance.randrange(9) + 24 * self.town.chance.randrange(2)
                self._at(hour, partial(self._ask, intake, next(self.town.unused), weekday))
        self._at(FORMING, partial(self._form, intake, pair))
        for hour, act in (
            (FORMING + 44, self._wish),
            (MIDDLE + number, self._move),
            (MIDDLE + 24 + number, self._withdraw),
            (MIDDLE + 30 + number, self._leave),
        ):
            self._at(hour, partial(act, intake))

    def _ask(self, intake: Intake, name: str, weekday: int) -> None:
        application = coming.ask(self.town, intake, name, weekday)
        if self.town.chance.randrange(3) == 0:
            self._at(self._hour + 1, partial(coming.fill_in, self.town, application))
        self._at(self._hour + 2, partial(coming.book, self.town, application))

    def _answer(self) -> None:
        """Half an hour after a talk its screener decides. The first of each time of the week hears "later"."""
        over = TalkTime.objects.filter(application__decisions=None, starts_at__lt=self.town.now - HOUR)
        for talk in over.exclude(application=None).select_related("application__intake", "screener"):
            assert talk.application is not None
            slot = talk.application.slots.get()
            first = self._later.setdefault(slot.pk, talk.application.pk) == talk.application.pk
            coming.answer(self.town, talk.application, talk.screener, "later" if first else "join")

    def _form(self, intake: Intake, pair: list[User]) -> None:
        groups = coming.form_groups(self.town, intake, pair)
        for kept in KeptPlace.objects.filter(group__in=groups).select_related("application__person"):
            self._at(self._hour + 1 + self.town.chance.randrange(30), partial(self._say_yes, kept))

    def _say_yes(self, kept: KeptPlace) -> None:
        coming.say_yes(self.town, kept.application.person)
        assert Membership.objects.filter(user=kept.application.person, group=kept.group, left_at=None).exists()

    def _wish(self, intake: Intake) -> None:
        """One wants no mail at all, and two live by other clocks."""
        nobody, *elsewhere = self._members(intake)[:3]
        self.town.browser(nobody).open("/mail/").press("Keep this", {"any_mail": "no"})
        for person, zone in zip(elsewhere, ZONES, strict=True):
            self.town.browser(person).open("/mail/").press("Keep this", {"zone": zone})

    def _move(self, intake: Intake) -> None:
        """The last meeting of one group goes two hours later, on the other side of the change of the clock."""
        last = Gathering.objects.filter(group__intake=intake, state="planned").order_by("starts_at").last()
        assert last is not None and last.guide is not None
        guide = self.town.browser(last.guide).open(f"/calendar/meetings/{last.code}/move/")
        wall = dates.wall_clock(last.starts_at, last.group.zone) + 2 * HOUR
        guide.press("See what would change", {"wall": wall.strftime("%Y-%m-%dT%H:%M"), "scope": "one"})
        guide.press("Yes, move it")
        before, last.starts_at = last.starts_at, Gathering.objects.get(pk=last.pk).starts_at
        assert last.starts_at - before == 2 * HOUR
        self.moved.add(last.pk)

    def _withdraw(self, intake: Intake) -> None:
        """Somebody takes their yes back, and is out of the group in the same moment."""
        person = self._members(intake)[3]
        self.town.browser(person).open("/consent/").follow("Take my yes back").press("Take my yes back")
        assert not Membership.objects.filter(user=person, left_at=None).exists()

    def _leave(self, intake: Intake) -> None:
        """Somebody says goodbye on their own page."""
        person = self._members(intake)[4]
        self.town.browser(person).open("/stop/").press("Leave the group", {"reason": "time"})
        assert not Membership.objects.filter(user=person, left_at=None).exists()

    def _members(self, intake: Intake) -> list[User]:
        rows = Membership.objects.filter(group__intake=intake, role=Membership.Role.MEMBER, left_at=None)
        return [place.user for place in rows.select_related("user").order_by("pk")]
