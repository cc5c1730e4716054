"""After practices at home: mostly fine, now and then a lot, some say nothing; and one who agreed that it is heard."""

from datetime import datetime, timedelta

from kindcircle.base.lib import codes
from kindcircle.base.people.models import User
from kindcircle.doors.cli.demo_world.house import House
from kindcircle.rooms.backdraft import actions as backdraft
from kindcircle.rooms.backdraft.models import Landing
from kindcircle.rooms.groups.models import Group
from kindcircle.rooms.practice import actions as practice
from kindcircle.spec.practices import newest_practice
from kindcircle.spec.scoring import Answer

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
PAUSE, CONTACT = "p01-three-part-pause", "p03-comforting-contact"

Said = dict[str, Answer]
FINE: Said = {"how": 0}
OPENED: Said = {"how": 1, "lasting": 0, "in_the_way": 0}
CLOSED: Said = {"how": 2, "lasting": 0, "in_the_way": 1}
STAYED: Said = {"how": 1, "lasting": 1, "in_the_way": 1}

WEEKS: tuple[tuple[str, tuple[Said | None, ...]], ...] = (
    (PAUSE, (FINE, FINE, OPENED, FINE, FINE, None, FINE, CLOSED)),
    (CONTACT, (FINE, OPENED, FINE, STAYED, CLOSED, FINE, None)),
    (PAUSE, (FINE, FINE, FINE, None, FINE, FINE, OPENED)),
)
"""What each said after the first weeks, in order; None said nothing. One left before the second."""


def week_at_home(house: House, group: Group, members: list[User], *, week: int, since: datetime) -> None:
    """The week after a meeting, counted from 1, in a group that is over: so the house sees how practices land."""
    name, answers = WEEKS[week - 1]
    for seat, said in enumerate(answers):
        at = since + DAY + seat * 20 * MINUTE
        row = _asked(house, group, members[seat], name, at=at)
        if said is not None:
            _say(house, row, said, at=at + 4 * MINUTE)
        if said is STAYED:
            over = Landing.Over.LONGER
            backdraft.say_over(landing=row, over=over, by=house.acting(members[seat]), at=at + 2 * DAY)


def it_was_a_lot_twice(house: House, group: Group, member: User, *, at: datetime) -> None:
    """It opened a lot, and the next time somebody closed up; they agreed that those who lead hear of it."""
    backdraft.set_may_tell(member=member, yes=True, by=house.acting(member), at=at)
    for day, said in ((0, OPENED), (1, CLOSED)):
        row = _asked(house, group, member, PAUSE, at=at + day * DAY)
        _say(house, row, said, at=at + day * DAY + 4 * MINUTE)


def _asked(house: House, group: Group, member: User, name: str, *, at: datetime) -> Landing:
    by, words = house.acting(member), newest_practice(name)
    play = practice.start_play(
        practice=words, seconds=words.shortest.seconds, client_key=codes.new_code(), member=member, group=group,
        by=by, at=at,
    )  # fmt: skip
    ended = at + timedelta(seconds=words.shortest.seconds)
    practice.record_played(play=play, seconds=words.shortest.seconds, by=by, at=ended)
    row = backdraft.ask_at_home(play=play, by=by, at=ended)
    assert row is not None  # each of these can stir people up
    return row


def _say(house: House, row: Landing, said: Said, *, at: datetime) -> None:
    backdraft.say_how(landing=row, answers=said, by=house.acting(row.member), at=at)
