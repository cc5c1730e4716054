"""What must never happen to anybody in the town, looked at every hour; and what was counted on the way."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.core import mail
from django.db.models import Q

from kindcircle.base.lib import clock
from kindcircle.base.outbox.messages import MESSAGES, Occasion
from kindcircle.base.outbox.models import AS_THEY_COME, Delivery
from kindcircle.base.outbox.rule import day_of, is_quiet
from kindcircle.base.outbox.wishes import wish_of
from kindcircle.rooms.groups.models import Gathering, Group, Membership
from kindcircle.rooms.groups.models_absence import Absence
from kindcircle.rooms.safety.gate import lacking
from kindcircle.rooms.safety.models import Alert
from kindcircle.rooms.safety.trials import TRIAL
from kindcircle.rooms.tasks.models import Task
from kindcircle.spec import dates
from tests.simulation.town import DAY, HOUR, Town

MEMBER = Membership.Role.MEMBER
ALWAYS = {kind for kind, message in MESSAGES.items() if message.occasion in (Occasion.SAFETY, Occasion.ACCOUNT)}
CHANGES = {kind for kind, message in MESSAGES.items() if message.occasion == Occasion.CHANGE}
NUDGES = {kind for kind, message in MESSAGES.items() if message.occasion == Occasion.NUDGE}
# So long after its meeting a note to somebody who was away may wait for a person: a weekend lies between.
NOTE_WAITS = timedelta(days=4)


@dataclass
class Rules:
    """`look` raises AssertionError with what is wrong; `report` tells what was seen."""

    town: Town
    looked: Counter[str] = field(default_factory=Counter)
    _sent: set[int] = field(default_factory=set)

    def look(self) -> None:
        self.looked["hours"] += 1
        for rule in (self._mail_once, self._mail_when_wanted, self._nobody_forgotten, self._consent, self._rota):
            rule()

    def _mail_once(self) -> None:
        """As many mails left as messages say they were sent, one for each occasion."""
        # A trial asks the mail server whether it takes mail, and writes none.
        sent = Delivery.objects.filter(sent_at__isnull=False).exclude(about_kind=TRIAL)
        assert len(mail.outbox) == sent.count(), "a message was sent twice, or marked and never sent"
        keys = Counter((row.kind, row.user_id, row.about_code) for row in sent.exclude(kind__in=ALWAYS | CHANGES))
        twice = [key for key, count in keys.items() if count > 1]
        assert not twice, f"two messages about one thing: {twice}"
        self.looked["mails"] = len(mail.outbox)

    def _mail_when_wanted(self) -> None:
        """Nothing in quiet hours, never more in seven days than somebody wants, nothing for who wants none."""
        for row in Delivery.objects.filter(sent_at__isnull=False).exclude(pk__in=self._sent).select_related("user"):
            self._sent.add(row.pk)
            if row.kind in ALWAYS or row.kind in CHANGES:
                continue
            wish, sent_at = wish_of(row.user), row.sent_at
            assert wish.any_mail, "a mail to somebody who wants none"
            wall = dates.wall_clock(sent_at, row.user.zone).time()
            assert not is_quiet(wall, wish), f"a mail at {wall} in {row.user.zone}"
            week = Delivery.objects.filter(user=row.user, sent_at__gte=sent_at - 8 * DAY, sent_at__lte=sent_at)
            days = [day_of(one.sent_at, row.user.zone) for one in week.exclude(kind__in=ALWAYS | CHANGES | NUDGES)]
            today = day_of(sent_at, row.user.zone)
            if wish.most_messages != AS_THEY_COME:
                assert sum(today - day < 7 * DAY for day in days) <= wish.most_messages, "more than they want"
            self.looked["mails held against wishes"] += 1

    def _nobody_forgotten(self) -> None:
        """Each member has a reminder before each meeting; each who was away a note, or somebody who has to write it."""
        now = clock.now()
        soon = Gathering.objects.filter(state="planned", starts_at__gt=now + HOUR, starts_at__lte=now + 12 * HOUR)
        for gathering in soon.select_related("group"):
            rows = Membership.objects.filter(group=gathering.group, role=MEMBER, left_at=None, joined_at__lt=now - HOUR)
            told = set(
                Delivery.objects.filter(kind="next-meeting", about_code=gathering.code).values_list(
                    "user_id", flat=True
                )
            )
            missing = [place.user_id for place in rows if place.user_id not in told]
            assert not missing, f"no reminder for {missing}"
        late = Gathering.objects.filter(state="planned", starts_at__lt=now - HOUR)
        assert not late.exists(), "a meeting did not take place"
        closed = Gathering.objects.filter(state="closed", closed_at__lt=now - HOUR).select_related("group")
        for gathering in closed:
            present = set(gathering.attendances.values_list("user_id", flat=True))
            rows = Membership.objects.filter(group=gathering.group, role=MEMBER, joined_at__lte=gathering.starts_at)
            rows = rows.filter(Q(left_at=None) | Q(left_at__gt=gathering.closed_at))
            noticed = set(
                Absence.objects.filter(gathering=gathering, holds=True).values_list("place__user_id", flat=True)
            )
            away = {place.user_id for place in rows} - present
            assert noticed == away, f"away: {away}, noticed: {noticed}"
        waits = Absence.objects.filter(holds=True, told_before=False, sent_at=None, let_be_at=None, place__left_at=None)
        for absence in waits:
            assert Task.objects.filter(about_code=absence.code, done_at=None).exists(), "nobody has to write"
            assert now - absence.noticed_at < NOTE_WAITS, "a note waits too long"
        self.looked["absences"] = Absence.objects.filter(holds=True).count()
        self.looked["notes sent"] = Absence.objects.filter(sent_at__isnull=False).count()
        self._two_in_a_row()

    def _two_in_a_row(self) -> None:
        """Whoever missed two meetings running is rung by somebody."""
        rows = Absence.objects.filter(holds=True).select_related("gathering", "place")
        self.looked["two misses running"] = 0
        by_place: dict[int, set[int]] = {}
        codes: dict[tuple[int, int], Any] = {}
        for absence in rows:
            by_place.setdefault(absence.place_id, set()).add(absence.gathering.number)
            codes[absence.place_id, absence.gathering.number] = absence
        for place, numbers in by_place.items():
            for number in numbers:
                if number + 1 not in numbers:
                    continue
                pair = [codes[place, one].code for one in (number, number + 1)]
                left = codes[place, number].place.left_at
                told = Task.objects.filter(kind="two-misses", about_code__in=pair).exists()
                assert told or left is not None, "two misses in a row and nobody was asked to ring"
                self.looked["two misses running"] += 1

    def _consent(self) -> None:
        """No member without a signed decision to join and a consent that stands."""
        rows = Membership.objects.filter(role=MEMBER, left_at=None)
        fine = rows.filter(
            admission__outcome__in=("join", "join-with-plan"),
            consent__kind="taking-part",
            consent__withdrawn_at=None,
            consent__replaced_at=None,
        )
        assert rows.count() == fine.count(), "a member without a decision or a consent"
        self.looked["members"] = max(self.looked["members"], rows.count())

    def _rota(self) -> None:
        """No group is open without somebody who answers, somebody next, a rota, and numbers to call."""
        for group in Group.objects.filter(state=Group.State.RUNNING).select_related("organisation"):
            missing = lacking(group.organisation, at=clock.now(), group=group)
            assert not missing, f"open without {missing}"

    def report(self) -> str:
        """The figures of the month."""
        held = Gathering.objects.filter(state="closed").count()
        lines = {
            **self.looked,
            "groups": Group.objects.count(),
            "meetings held": held,
            "reminders sent": Delivery.objects.filter(kind="next-meeting", sent_at__isnull=False).count(),
            "alerts": Alert.objects.count(),
            "tasks": Task.objects.count(),
            "tasks still open": Task.objects.filter(done_at=None).count(),
            "messages that waited or were not sent": Delivery.objects.filter(sent_at=None).count(),
            "pages": self.town.site.pages,
        }
        return "\n".join(f"{words}: {count}" for words, count in lines.items())
