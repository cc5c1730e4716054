"""How the first cohort said in the middle what it needs, parted, and is asked to meet once more; and an open circle."""

from datetime import datetime, timedelta

from kindcircle.base.lib import codes
from kindcircle.base.people.models import User
from kindcircle.doors.cli.demo_world.house import ZONE, House
from kindcircle.rooms.ending import circles, closing, finishing, reviews
from kindcircle.rooms.ending.models import CircleInvitation
from kindcircle.rooms.groups.models import Group, Membership
from kindcircle.rooms.groups.queries import present_places
from kindcircle.rooms.safety import cohorts

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
IN_THE_MIDDLE = (
    {"keep": "The quiet at the start."},
    {"need": "A little more time in the round.", "change": "The second practice was long for me."},
    {"keep": "That nobody gives advice.", "need": "A chair with arms."},
    {"change": "Please say when half of the silence is over."},
    {"keep": "Tea.", "need": "To hear that it is fine to lie down."},
)
DONE = (
    "The second practice is half as long from now on.",
    "We say once when half of a silence is over.",
    "There are two chairs with arms. Lying down is fine at any time.",
)
SAW = "We saw how you waited for each other, also on the days when waiting was hard."


def say_in_the_middle(house: House, group: Group, members: list[User], *, at: datetime) -> None:
    """Five of them write, all of it is mixed, and the facilitators answer."""
    for member, words in zip(members, IN_THE_MIDDLE, strict=False):
        reviews.write_note(group=group, words=words, practices={}, member=member, by=house.acting(member), at=at)
    reviews.gather(group=group, by=house.guide, at=at + HOUR)
    reviews.answer(group=group, lines=list(DONE), by=house.guide, at=at + DAY)


def part(house: House, group: Group, *, at: datetime) -> None:
    """The group is finished, a letter goes to all, a few words are left for one of them, and a date is set."""
    finishing.finish_group(group=group, by=house.guide, at=at)
    text = closing.draft_to_all(group, by=house.guide).replace(closing.gap(), SAW)
    closing.save_letter(group=group, to=None, text=text, give=True, by=house.guide, at=at + HOUR)
    first, second, *_others = present_places(group).select_related("user", "group__organisation")
    closing.say_receives(place=first, wish=True, by=house.acting(first.user), at=at + HOUR)
    _leave(house, first, "I can stop before I am empty.", author=first.user, at=at + HOUR)
    line = _leave(house, first, "Thank you for laughing with me about the tap.", author=second.user, at=at + DAY)
    closing.decide_line(line=line, give=True, by=house.guide, at=at + 2 * DAY)
    later = finishing.set_months_on(group=group, wall=finishing.proposed_date(group), by=house.guide, at=at + DAY)
    finishing.say_coming(gathering=later, comes=True, member=first.user, by=house.acting(first.user), at=at + 2 * DAY)


def open_a_circle(house: House, group: Group, *, first_at: datetime, at: datetime) -> Group:
    """An open circle starts; the people of the first cohort hear of it, and one of them would like to come."""
    owner, backup = house.facilitators
    lead = house.acting(house.lead)
    circle = cohorts.start_group(
        organisation=house.organisation,
        name="Lantern circle",
        programme="circle-of-practice",
        programme_version="1",
        zone=ZONE,
        first_at=first_at,
        owner=owner,
        backup=backup,
        room=house.venue("The garden room"),
        by=lead,
        at=at,
    )
    circles.invite(circle=circle, groups=[group], by=lead, at=at + HOUR)
    one = CircleInvitation.objects.select_related("circle__organisation", "person").filter(circle=circle).first()
    assert one is not None  # somebody stayed until the end
    circles.answer(invitation=one, yes=True, by=house.acting(one.person), at=at + DAY)
    return circle


def _leave(house: House, to: Membership, text: str, *, author: User, at: datetime):  # type: ignore[no-untyped-def]
    return closing.write_line(
        to=to, text=text, client_key=codes.new_code(), author=author, by=house.acting(author), at=at
    )
