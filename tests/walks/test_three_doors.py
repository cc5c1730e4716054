"""Item 9 of the PHQ-9, answered above zero at three doors: a person's own link, a tablet handed round, a card typed in.

Whichever door it came through, it is the same alert with the same clock, in the same words.
"""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from kindcircle.base.lib import clock
from kindcircle.base.outbox.models import Delivery
from kindcircle.doors.worker.loop import tick
from kindcircle.rooms.groups.models import Membership
from kindcircle.rooms.measures.models import Assignment, Response, Score
from kindcircle.rooms.safety.models import Alert
from kindcircle.rooms.safety.queries import staffed_hours
from kindcircle.rooms.safety.staffed import end_of_next_shift, staffed_deadline
from tests.rooms.measures.sheets import sheet as give
from tests.site import RunningSite
from tests.walks.visitor import Visitor
from tests.world import World, make_world

REFERENCE = Path(os.environ.get("KINDCIRCLE_REFERENCE", Path(__file__).parents[3] / "shared" / "reference"))
DICTIONARY = REFERENCE / "interop" / "redcap" / "bridge2ai-phq9-gad7.dictionary.csv"
ANSWERS = {f"phq9_{number}": "2" if number == 9 else "1" for number in range(1, 10)}


@pytest.fixture
def world(running_site: RunningSite) -> World:
    return make_world(members=3, first_at=clock.now() + timedelta(minutes=5))


def bring_words(site: RunningSite, world: World) -> None:
    """The real words, from the file that a house would have."""
    lead = Visitor(site, world.organisation_lead).open("/organisation/wordings/")
    lead.hand_in("Show me what is in it", "file", (DICTIONARY.name, DICTIONARY.read_bytes()))
    form, sent = lead.filled("Bring in PHQ-9", {"terms": True})
    lead.post(form.action, sent | {"confirmed": ["order_taken_from_file", "safety_item_to_check"]})
    assert "PHQ-9 is here now." in lead.text


def test_three_doors_one_alert_one_clock(running_site: RunningSite, world: World) -> None:
    bring_words(running_site, world)
    ines, tomas, wren = world.members
    gathering = world.gathering
    ada = Visitor(running_site, world.facilitators[0])
    desk = f"/desk/gatherings/{gathering.code}"
    ada.open(f"{desk}/lead/").press("Open in person")
    sheets = {person.pk: give(world, "phq-9", member=person, gathering=gathering) for person in world.members}

    # Ines, by her own link.
    phone = Visitor(running_site, ines).open(f"/check/{sheets[ines.pk].code}/")
    phone.press("Send", ANSWERS)
    assert "Thank you for being so open." in phone.text and "Help now" in phone.text

    # Tomas, on the tablet that goes round.
    seat = Membership.objects.get(group=world.group, user=tomas).code
    ada.open(f"{desk}/lead/").press("Is here", which={"member": seat})
    ada.open(f"{desk}/tablet/").press("Show letters for a tablet")
    letters = ada.text.partition("Then these letters:")[2].split()[0]
    gathering.refresh_from_db()
    tablet = Visitor(running_site).open(f"/join/{gathering.short_code}/").press("Go in", {"letters": letters})
    tablet.press("Tomas")
    tablet.open(f"/check/{sheets[tomas.pk].code}/").press("Send", ANSWERS)
    assert "Thank you for being so open." in tablet.text

    # Wren, on a card. Ada types it in; Bo types it in again, and nothing is told twice.
    # Whoever types it in stands before the alert at once, and has seen it: the clock of that step is not needed there.
    ada.open(f"/desk/paper/{sheets[wren.pk].code}/").press("Save this card", ANSWERS)
    heard = Alert.objects.get(group=world.group, member=wren)
    assert ada.path == f"/desk/alerts/{heard.code}/" and heard.state == "seen"
    bo = Visitor(running_site, world.facilitators[1]).open(f"/desk/paper/{sheets[wren.pk].code}/")
    bo.press("Save this card", ANSWERS)

    alerts = {alert.member_id: alert for alert in Alert.objects.filter(group=world.group)}
    assert set(alerts) == {ines.pk, tomas.pk, wren.pk}
    assert alerts[wren.pk].pk == heard.pk
    scores = Score.objects.filter(response__assignment__in=sheets.values(), scale="total")
    assert [score.value for score in scores] == [10.0] * 3
    assert Response.objects.filter(assignment__in=sheets.values()).count() == 3

    # The same alert ...
    for person, alert in alerts.items():
        [row] = alert.answers.all()
        assert (row.source_kind, row.source_code, row.rule, row.instrument.partition("@")[0]) == (
            "assignment", sheets[person].code, "item_9", "phq-9",
        )  # fmt: skip
        assert (alert.level, alert.rules, alert.gathering, alert.with_person) == (
            "concern", "item_9", gathering, "owner",
        )  # fmt: skip
        told = Delivery.objects.filter(about_kind="alert", about_code=alert.code)
        assert list(told.values_list("user", flat=True)) == [world.facilitator.pk]
    # ... the same clock ...
    hours = staffed_hours(world.organisation)
    by_now = {"owner": world.facilitator, "backup": world.facilitators[1]}
    for alert in alerts.values():
        latest = end_of_next_shift(hours, alert.raised_at)
        to_see = min(staffed_deadline(hours, alert.raised_at, timedelta(hours=2)), latest)
        assert alert.escalate_at == (latest if alert.pk == heard.pk else to_see)
    tick(at=clock.now())
    states = dict(Alert.objects.filter(group=world.group).values_list("member", "state"))
    assert states == {ines.pk: "delivered", tomas.pk: "delivered", wren.pk: "seen"}
    tick(at=max(alert.escalate_at for alert in alerts.values() if alert.pk != heard.pk and alert.escalate_at))
    for alert in Alert.objects.filter(group=world.group):
        people = set(Delivery.objects.filter(about_kind="alert", about_code=alert.code).values_list("user", flat=True))
        told = ["owner"] if alert.pk == heard.pk else ["owner", "backup"]
        assert (alert.with_person, people) == (told[-1], {by_now[one].pk for one in told})
    # Whoever is not reached: at the same hour everybody is told once more, whatever the door.
    tick(at=max(end_of_next_shift(hours, alert.raised_at) for alert in alerts.values()) + timedelta(minutes=1))
    assert set(Alert.objects.filter(group=world.group).values_list("with_person", flat=True)) == {"everyone"}
    # ... and the same words.
    said, ada = set(), Visitor(running_site, world.facilitators[0])
    for alert in alerts.values():
        page = ada.open(f"/desk/alerts/{alert.code}/").text
        said.add(page.partition("What was said")[2].partition("Your next step")[0])
        assert "A question about thoughts of death or self-harm was answered above zero." in page
    assert len(said) == 1


def test_the_reference_file_says_what_item_nine_asks(running_site: RunningSite, world: World) -> None:
    """The words people read are those of the file, whichever door they come by."""
    bring_words(running_site, world)
    asked = give(world, "phq-9", member=world.member, gathering=world.gathering)
    assert Assignment.objects.get(pk=asked.pk).instrument == "phq-9"
    line = next(row for row in DICTIONARY.read_text(encoding="utf-8").splitlines() if "better off dead" in row)
    words = "better off dead"
    assert words in line
    assert words in Visitor(running_site, world.member).open(f"/check/{asked.code}/").text
    assert words in Visitor(running_site, world.facilitator).open(f"/desk/paper/{asked.code}/").text
