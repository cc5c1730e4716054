"""How the people of the town come to their meetings, and what the two who lead do around them, page by page."""

import re
from datetime import timedelta

from kindcircle.base.people.models import User
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.groups.models_absence import Absence
from kindcircle.rooms.groups.queries import present_places
from kindcircle.rooms.tasks.models import Task
from tests.simulation.town import HOUR, Town
from tests.walks.visitor import Visitor

# What is settled by a call; everything else settles itself by being done.
CALLS = ("two-misses", "miss-after-low", "leaving", "consent-withdrawn")
# How often, of a hundred: who stays away, who answers at the end, and whose notes wait until the next day.
STAYS_AWAY, ANSWERS, NOTES_NEXT_DAY = 22, 70, 30
STEADY = (2, 4, 5, 6, 7, 8, 9)


def hold_those_due(town: Town) -> None:
    """Every meeting that begins within this hour takes place, from the open door to the last of the notes."""
    rows = Gathering.objects.filter(
        state=Gathering.State.PLANNED, starts_at__gte=town.now, starts_at__lt=town.now + HOUR
    )
    for gathering in rows.select_related("group__organisation", "guide", "holder").order_by("pk"):
        hold(town, gathering)


def hold(town: Town, gathering: Gathering) -> None:
    """Opened by the guide, joined by most, closed, with the leaving questions answered by many."""
    began, guide, page = town.now, _leader(gathering), f"/gathering/{gathering.code}/"
    lead = f"/desk/gatherings/{gathering.code}/lead/"
    town.move(gathering.starts_at - timedelta(minutes=5))
    town.browser(guide).open(lead).press("Open in person")
    town.move(gathering.starts_at)
    came = [place.user for place in present_places(gathering.group) if town.chance.randrange(100) >= STAYS_AWAY]
    for person in came:
        phone = town.browser(person).open(page)
        assert phone.status == 200, phone.text
    town.move(gathering.ends_at - timedelta(minutes=4))
    town.browser(guide).open(lead).press("Begin the closing")
    for person in came:
        if town.chance.randrange(100) < ANSWERS:
            _leave(town, town.browser(person).open(page))
    town.move(gathering.ends_at)
    town.browser(guide).open(lead).press("Close the meeting")
    if town.chance.randrange(100) >= NOTES_NEXT_DAY:
        write_notes(town, gathering)
    town.move(began)


def write_notes(town: Town, gathering: Gathering) -> None:
    """The two minutes after: everything stands there, and is saved."""
    page = town.browser(_leader(gathering)).open(f"/desk/gatherings/{gathering.code}/after/")
    page.press("Save these notes", {"note": "A quiet evening."})


def write_what_waits(town: Town) -> None:
    """In office hours: notes of yesterday, drafts to those who were away, and what else is on the list."""
    if not 8 <= town.now.hour < 16 or town.now.isoweekday() > 5:
        return
    late = Gathering.objects.filter(state=Gathering.State.CLOSED, recorded_at=None, closed_at__lt=town.now - 12 * HOUR)
    for gathering in late.select_related("group", "guide"):
        write_notes(town, gathering)
    drafts = Absence.objects.filter(
        holds=True, told_before=False, sent_at=None, let_be_at=None, place__left_at=None,
        noticed_at__lt=town.now - 3 * HOUR,
    )  # fmt: skip
    for absence in drafts.select_related("gathering__group__alerts_owner", "gathering__guide"):
        guide = town.browser(absence.gathering.group.alerts_owner)
        form, sent = guide.open(f"/desk/absences/{absence.code}/").filled("Send it")
        sent["text"] = [re.sub(r"\[[^]]*]", "Thursday at four", sent["text"][0])]  # gaps that only a person can fill
        guide.post(str(guide.answer.url.join(form.action)), sent)
        assert guide.status == 200, guide.text
    for task in Task.objects.filter(done_at=None, kind__in=CALLS, raised_at__lt=town.now - 6 * HOUR):
        owner = task.owner or (task.group and task.group.alerts_owner) or town.lead
        page = town.browser(owner).open(
            f"/desk/tasks/{task.code}/" if task.group_id or task.owner_id else "/desk/tasks/"
        )
        page.press("Off the list", {"outcome": "reached"})


def _leave(town: Town, phone: Visitor) -> None:
    phone.follow("How was today for you?")
    phone.press("Send", {"ease": "7", "fit": "7", "steadiness": str(town.chance.choice(STEADY))})
    assert "Saved" in phone.text


def _leader(gathering: Gathering) -> User:
    return gathering.guide or gathering.group.alerts_owner
