"""The group that meets today: week two of four, one alert long settled, one still waiting."""

from datetime import datetime, timedelta

from kindcircle.base.access import SYSTEM
from kindcircle.base.lib import codes
from kindcircle.base.outbox.wishes import Wish, keep_wish
from kindcircle.base.people.models import User
from kindcircle.doors.cli.demo_world import agreed, consent, heart, landed, shared, talked
from kindcircle.doors.cli.demo_world.answers import answers_for
from kindcircle.doors.cli.demo_world.finished import ON_PAPER
from kindcircle.doors.cli.demo_world.house import House
from kindcircle.doors.cli.demo_world.meetings import After, hold
from kindcircle.doors.cli.demo_world.steadied import it_was_a_lot, somebody_rang
from kindcircle.rooms.groups.actions.gatherings import StepNote
from kindcircle.rooms.groups.models import Gathering, Group, Invitation
from kindcircle.rooms.groups.queries import gatherings_of
from kindcircle.rooms.measures import asking
from kindcircle.rooms.measures.models import Assignment
from kindcircle.rooms.practice import actions as practice
from kindcircle.rooms.safety import actions as safety
from kindcircle.rooms.safety.models import Alert
from kindcircle.rooms.writing import actions as writing
from kindcircle.rooms.writing.delivery import deliver_due
from kindcircle.rooms.writing.models import Letter
from kindcircle.spec.practices import newest_practice

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
NAME = "Alder circle"
NAMES = ("Amara", "Benedikt", "Chiyo", "Dilnoza", "Emeka", "Fionnuala", "Gaurav", "Hina")
WRITES, ASKED, WAITING, AWAY = "Amara", "Dilnoza", "Emeka", "Hina"
Occasion = Assignment.Occasion

# Points at the start, by instrument: somebody to whom each figure could belong.
BEFORE = {
    "gad-7": (8, 12, 6, 14, 11, 7, 9, 13),
    "phq-9": (9, 11, 7, 13, 12, 8, 10, 12),
    "who-5": (11, 9, 13, 7, 8, 12, 10, 8),
    "scs-sf-12": (31, 28, 35, 25, 27, 33, 30, 26),
    "wcc-6": (12, 10, 14, 8, 9, 13, 11, 9),
    "illness-burden": (6, 7, 5, 8, 7, 5, 6, 8),
}

FIRST = After(
    note="Eight chairs, seven people, a lot of relief. We said three times that passing is a full way of taking part.",
    reminder="Next week we look at the difference between pain and the fight with it. A blanket is welcome.",
    steps={"practice-b": StepNote("adapted", "Sitting instead of lying, because the floor was cold.")},
    lines={
        ASKED: "Asked to be contacted. Phoned her the same day; a plan is agreed.",
        "Gaurav": "Would like the words in larger print.",
    },
    saw="People breathed out when we said that nobody has to speak.",
    change="Put the chairs nearer to the heater before anybody comes.",
)

LETTER = """Dear me,

You went, even though your hands hurt and the bus was late. Nobody looked at you strangely.
When you read this, perhaps put the kettle on, and be as kind to these hands as you would be to Mum's.

With love from a good evening"""

LETTER_TO_COME = """Dear me,

By now the four weeks are over. I hope you kept the pause at the sink. If not, it is still there."""

LETTER_FOR_NEED = """Dear me, I know this kind of day.

It is no wonder that you are worn out. Warm water over the hands first, then the sofa.
My sister would rather be rung than not."""

ENTRY = """Hard: the pharmacy queue.
I told myself: of course this is tiring, you have been standing for twenty minutes.
What helped: leaning on the trolley, and a text from my sister."""


def live_through(house: House, *, today_at: datetime, at: datetime) -> Group:
    """Everything up to this moment. `today_at`: when the second gathering starts."""
    first_at = today_at - 7 * DAY
    group = house.start_group(NAME, first_at=first_at, at=first_at - 16 * DAY)
    # Put each on the wall clock as the group's own plan has it: a change of the clock in between moves one of them.
    first, second = list(gatherings_of(group))[:2]
    for gathering, starts_at in ((first, first_at), (second, today_at)):
        Gathering.objects.filter(pk=gathering.pk).update(starts_at=starts_at)
        gathering.starts_at = starts_at
    members = {
        name: house.welcome(
            name, role=Invitation.Role.MEMBER, group=group, at=first_at - 14 * DAY + timedelta(hours=2 * number)
        )
        for number, name in enumerate(NAMES)
    }
    consent.make_ready(house, members, at=first_at - 9 * DAY)
    asking.assign_for_group(group=group, occasion=Occasion.BASELINE, at=first_at - 6 * DAY)
    _baseline(house, group, members, at=first_at - 4 * DAY)
    _letters_written(house, members[WRITES], at=first_at - 2 * DAY)
    present = {name: user for name, user in members.items() if name != AWAY}
    home = members["Chiyo"]
    hold(
        house, first, present, after=FIRST, left_early={"Chiyo": 9}, asked=ASKED, less_well={"Gaurav": {"fit": 4}},
        meanwhile=lambda one: it_was_a_lot(house, one, back=members["Benedikt"], home=home),
    )  # fmt: skip
    somebody_rang(house, first, home=home)
    talked.tell_group(house, first)
    _settle(house, members[ASKED], first)
    _agree(house, group, members, at=first.ends_at)
    _at_home(house, group, members, since=first.ends_at)
    shared.let_others_read(house, group, members, at=first.ends_at + 2 * DAY)
    landed.it_was_a_lot_twice(house, group, members["Fionnuala"], at=first.ends_at + 4 * DAY)
    nudged, wish = members["Benedikt"], Wish(nudges=True, hour=9, most_nudges=2)
    keep_wish(wish, user=nudged, zone=nudged.zone, by=house.acting(nudged), at=first.ends_at + HOUR)
    _weekly(house, group, present, at=first.ends_at + 4 * DAY)
    _ask_for_somebody(house, group, members[WAITING], at=at - 25 * MINUTE)
    return group


def _baseline(house: House, group: Group, members: dict[str, User], *, at: datetime) -> None:
    seats = {user.pk: number for number, user in enumerate(members.values())}
    sheets = Assignment.objects.filter(group=group, occasion=Occasion.BASELINE)
    for number, sheet in enumerate(sheets.select_related("group__organisation", "member").order_by("pk")):
        points = BEFORE[sheet.instrument][seats[sheet.member_id]]
        answers = answers_for(sheet.instrument, points, chance=house.chance)
        house.answer(sheet, answers, at=at + number * MINUTE, on_paper=sheet.instrument in ON_PAPER)


def _settle(house: House, member: User, gathering: Gathering) -> None:
    """The alert from the end of the first gathering: seen, acted on and closed before the day was over."""
    alert = Alert.objects.get(member=member, gathering=gathering)
    by, ends = house.guide, gathering.ends_at
    safety.mark_delivered(alert=alert, at=ends + MINUTE)
    safety.see(alert=alert, by=by, at=ends + 15 * MINUTE)
    safety.act(alert=alert, by=by, at=ends + 20 * MINUTE, note="I phone her this afternoon.")
    safety.contacted(
        alert=alert, by=by, at=ends + 2 * HOUR, note="Twenty minutes on the phone. The scan felt too close."
    )
    safety.close(
        alert=alert,
        by=by,
        at=ends + 2 * HOUR + 10 * MINUTE,
        reason="plan-agreed",
        note="She keeps her eyes open and uses the feet practice. We speak again before the next meeting.",
    )


def _letters_written(house: House, member: User, *, at: datetime) -> None:
    by = house.acting(member)
    kinds = Letter.Kind
    letters = (
        (LETTER, 6, kinds.FRIEND),
        (LETTER_TO_COME, 30, kinds.FUTURE),
        (LETTER_FOR_NEED, None, kinds.HARD_DAY),
    )
    for text, days, kind in letters:
        writing.write_letter(
            text=text,
            deliver_on=(at + days * DAY).date() if days else None,
            kind=kind,
            client_key=codes.new_code(),
            author=member,
            by=by,
            at=at,
        )


def _agree(house: House, group: Group, members: dict[str, User], *, at: datetime) -> None:
    """Most said yes to the list, one would like to talk, and two proposals reached the facilitators since."""
    yes = [members[name] for name in ("Benedikt", "Chiyo", ASKED, "Fionnuala")]
    agreed.agree(house, group, agreed=yes, talk=[members[WAITING]], at=at)
    agreed.propose(house, group, members["Chiyo"], text=agreed.PROPOSED, at=at + DAY)
    agreed.propose(house, group, members["Gaurav"], text=agreed.LOUDER, line="mind-the-time", at=at + 2 * DAY)


def _at_home(house: House, group: Group, members: dict[str, User], *, since: datetime) -> None:
    """A week at home: some practice, a few lines written, one letter that came back."""
    pause = newest_practice("p01-three-part-pause")
    for number, member in enumerate(members.values()):
        for day in range(1, 7):
            if house.chance.random() > 0.25 + 0.08 * number:
                by, at = house.acting(member), since + day * DAY + number * 11 * MINUTE
                seconds = 180 if day % 3 else 60
                play = practice.start_play(
                    practice=pause,
                    seconds=seconds,
                    client_key=codes.new_code(),
                    member=member,
                    group=group,
                    by=by,
                    at=at,
                )
                practice.record_played(play=play, seconds=seconds, by=by, at=at + timedelta(seconds=seconds))
    writer = members[WRITES]
    writing.write_entry(
        text=ENTRY,
        practice="p09-three-line-day",
        client_key=codes.new_code(),
        author=writer,
        by=house.acting(writer),
        at=since + 2 * DAY,
    )
    heart.sit(house, writer, pause.id, at=since + 3 * DAY)
    deliver_due(at=since + 5 * DAY)


def _weekly(house: House, group: Group, present: dict[str, User], *, at: datetime) -> None:
    asking.assign_for_group(group=group, occasion=Occasion.WEEKLY, at=at)
    wanted = list(present.values())[:5]  # the other two still have it waiting
    sheets = Assignment.objects.filter(group=group, occasion=Occasion.WEEKLY, member__in=wanted)
    for number, sheet in enumerate(sheets.select_related("group__organisation", "member").order_by("pk")):
        answers = answers_for(sheet.instrument, 10 + 2 * number, chance=house.chance)
        house.answer(sheet, answers, at=at + number * HOUR, on_paper=False)


def _ask_for_somebody(house: House, group: Group, member: User, *, at: datetime) -> None:
    """A little while ago a practice at home was a lot for somebody, who would like to hear from a person."""
    sheet = asking.assign(
        member=member,
        group=group,
        instrument="settling",
        occasion=Occasion.SETTLING,
        opens_at=at - 5 * MINUTE,
        closes_at=at + DAY,
        by=SYSTEM,
    )
    house.answer(sheet, {"how_left": 2, "contact": 1}, at=at, on_paper=False)
