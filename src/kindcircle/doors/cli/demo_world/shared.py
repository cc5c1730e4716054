"""A few things that people let others read: with those who lead, by name, and a handful without names."""

from datetime import datetime, timedelta

from kindcircle.base.audit.log import Ref
from kindcircle.base.lib import codes
from kindcircle.base.people.models import User
from kindcircle.doors.cli.demo_world.house import House
from kindcircle.rooms.groups.models import Group
from kindcircle.rooms.sharing import actions, handfuls, looking, warmth
from kindcircle.rooms.sharing.models import Share
from kindcircle.rooms.writing.models import JournalEntry
from kindcircle.spec.ladder import Step

DAY, HOUR = timedelta(days=1), timedelta(hours=1)

TO_LEADERS = "What helped: leaning on the trolley. I would not have thought of it as kindness."
BY_NAME = "On Sunday I rested before I had to, for the first time in years. The world went on."
UNNAMED = (
    "I was short with my daughter, and said sorry to her. Then to myself.",
    "The scan is on Friday. I hold my own hand in the waiting room.",
    "I cried in the car and it was all right.",
    "Today it hurt less, and I was afraid to be glad.",
)
WAITING = "I have not told anybody at work."


def let_others_read(house: House, group: Group, members: dict[str, User], *, at: datetime) -> None:
    """Some days ago, so that the ten minutes are over and a morning has come."""
    amara, chiyo, gaurav = members["Amara"], members["Chiyo"], members["Gaurav"]
    entry = JournalEntry.objects.filter(author=amara).first()
    _put(house, group, amara, Step.LEADERS, TO_LEADERS, at=at, source=entry.code if entry else "")
    named = _put(house, group, chiyo, Step.NAMED, BY_NAME, at=at + HOUR)
    for name, words in zip(("Benedikt", "Dilnoza", "Fionnuala", "Amara"), UNNAMED, strict=True):
        _put(house, group, members[name], Step.UNNAMED, words, at=at + 2 * HOUR)
    handfuls.gather_due(at=at + 2 * DAY)
    _put(house, group, gaurav, Step.UNNAMED, WAITING, at=at + 2 * DAY)
    for who, sign in ((amara, "with-you"), (gaurav, "thank-you")):
        warmth.send(group=group, share=named.code, sign=sign, by=house.acting(who), at=at + 3 * DAY)


def _put(house: House, group: Group, who: User, step: Step, words: str, *, at: datetime, source: str = "") -> Share:
    key = codes.new_code()
    return actions.share(
        words=words,
        step=step,
        source=Ref("journal", source or codes.new_code()),
        group=group,
        author=who,
        client_key=key,
        looked=looking.proof(words=words, step=step, group=group, author=who, key=key, at=at),
        by=house.acting(who),
        at=at,
    )
