"""An evening that runs late: Ada shortens, her line goes, Bo carries on at once, and everybody is home in time.

By pages without script and by sockets, as the server sees it. Nothing here waits for anybody.
"""

from datetime import timedelta

import pytest
from django.urls import reverse

from kindcircle.base.lib import clock
from kindcircle.rooms.groups.models import Gathering, Group
from kindcircle.rooms.live import queries
from kindcircle.rooms.live.models import Event, Presence
from kindcircle.spec.practices import cues, load_practice
from tests.site import RunningSite
from tests.walks.device import Device
from tests.walks.visitor import Visitor
from tests.world import World, make_world

MINUTE = timedelta(minutes=1)


@pytest.fixture
def world(running_site: RunningSite) -> World:
    """Ada guides, Bo holds. The hour: 4 to arrive, 10 check-in, 10 teaching, 10 practice, 12 sharing, 6, 4, 4."""
    world = make_world(members=2, first_at=clock.now() + 3 * MINUTE)
    ada, bo = world.facilitators
    Gathering.objects.filter(group=world.group).update(guide=ada, holder=bo)
    return world


def lead(world: World) -> str:
    return f"/desk/gatherings/{world.gathering.code}/lead/"


def earlier(world: World, minutes: float) -> None:
    """Time goes by: all that was noted so far lies so many minutes further back."""
    back = timedelta(minutes=minutes)
    gathering = Gathering.objects.get(pk=world.gathering.pk)
    gathering.starts_at -= back
    gathering.opened_at = gathering.opened_at and gathering.opened_at - back
    gathering.save()
    for event in Event.objects.filter(gathering=gathering):
        event.at_ms -= round(back.total_seconds() * 1000)
        event.save()


def quiet_for(world: World, seconds: float, user: int) -> None:
    """Nothing was heard of somebody's page for so long."""
    at = clock.now() - timedelta(seconds=seconds)
    Presence.objects.filter(gathering=world.gathering, user_id=user).update(last_at=at)


def plan(world: World) -> list[int]:
    return Event.objects.filter(gathering=world.gathering, kind="plan_set").order_by("n").last().data["minutes"]  # type: ignore[union-attr]


def test_a_meeting_that_runs_late_ends_in_time_and_its_closing_keeps_its_minutes(
    running_site: RunningSite, world: World
) -> None:
    # Before the meeting Ada looks at the core version, and goes back to the whole.
    ada = Visitor(running_site, world.facilitators[0]).open(lead(world))
    assert "Today: the whole, 60 minutes." in ada.text
    ada.press("Core version, 45 minutes")
    assert "Today: 45 minutes in all." in ada.text and "5 minutes instead of 12" in ada.text
    ada.press("Back to the whole plan")
    assert plan(world) == [4, 10, 10, 10, 12, 6, 4, 4]

    # The check-in takes fourteen minutes longer than it should. One sentence, one tap.
    ada.press("Open in person")
    assert "You guide." in ada.text
    ada.press("Next: Arriving together")
    earlier(world, 3)
    ada.open(lead(world)).press("Next: Names and how we treat each other")
    earlier(world, 24)
    ada.open(lead(world))
    assert "Now heading for" in ada.text
    assert "Cut “What did you notice?” by 7 minutes; the closing keeps its 4." in ada.text
    ada.press("Do that")
    assert plan(world) == [4, 10, 10, 10, 5, 6, 4, 4]
    assert "What did you notice?, 5 min" in ada.text

    # More by hand: the teaching is left out; the practice cannot be shorter than itself; the closing always stays.
    ada.press("Leave it out", which={"step": "2"})
    assert plan(world)[2] == 0 and "left out today" in ada.text
    ada.press("Give it these", {"minutes": "6"}, which={"step": "3"})
    assert "needs 10 minutes, or its practice would be cut" in ada.text
    ada.post(f"{lead(world)}do/", {**_token(ada), "do": ["minutes"], "step": ["7"], "minutes": ["0"]})
    assert "always has its place" in ada.text
    # Next is the practice: what was left out is not in the way.
    ada.press("Next: Friend and self")
    assert queries.placed(world.gathering, at=clock.now()).step.index == 3  # type: ignore[union-attr]


def test_when_the_line_of_the_guide_goes_the_practice_runs_on_and_the_holder_carries_on(
    running_site: RunningSite, world: World
) -> None:
    ada, bo = world.facilitators
    guide = Visitor(running_site, ada).open(lead(world)).press("Open in person")
    phone = Visitor(running_site, world.member).open(f"/gathering/{world.gathering.code}/")
    holder = Visitor(running_site, bo).open(lead(world))
    assert "Ada guides." in holder.text
    with Device(phone, world.gathering.code) as ines, Device(holder, world.gathering.code) as bos:
        with Device(guide, world.gathering.code) as adas:
            guide.press("Next: Arriving together").press("Start for everyone: Arriving together")
            started = ines.hears("practice_started")
            assert adas.hears("practice_started") == bos.hears("practice_started") == started
        # Ada's socket is cut. Nothing is said about it to anybody, and the practice goes on for everybody else.
        earlier(world, 1)
        quiet_for(world, 41, ada.pk)
        there = queries.placed(world.gathering, at=clock.now()).practice
        assert there is not None and there.running and there.position_ms > 50_000
        assert "Arriving together" in phone.open(phone.path).text

        # Bo sees it and carries on with one tap. Neither page had to be told by the other.
        holder.open(lead(world))
        assert "Ada’s line has been quiet for 4" in holder.text and "You can carry on." in holder.text
        holder.press("I guide from here")
        assert ines.hears("lead_moved")["data"] == {"to": bo.code}
        assert "You guide." in holder.text
        holder.press("Ease off: Arriving together")
        assert ines.hears("practice_started")["data"]["practice"] == "p47-arriving-together"
        holder.press("End it")
        assert ines.hears("practice_ended")

    # Ada is back: she sees who guides, and either of them may hand it on.
    quiet_for(world, 1, bo.pk)
    guide.open(lead(world))
    assert "Bo guides." in guide.text
    holder.open(lead(world)).press("Hand over to Ada")
    assert "You guide." in guide.open(lead(world)).text


def test_another_practice_of_the_library_begins_for_everybody(running_site: RunningSite, world: World) -> None:
    ada = Visitor(running_site, world.facilitators[0]).open(lead(world)).press("Open in person")
    phone = Visitor(running_site, world.member).open(f"/gathering/{world.gathering.code}/")
    with Device(phone, world.gathering.code) as ines, Device(ada, world.gathering.code):
        ada.press("Next: Arriving together")
        ada.follow("Look through the library")
        ada.open(f"{ada.path}?minutes=5&text=ordinary")
        assert "Ordinary minute" in ada.text and "gentle" in ada.text
        ada.press("Start 3 minutes", which={"practice": "p46-ordinary-minute"})
        assert ada.path == lead(world)
        data = ines.hears("practice_started")["data"]
        assert (data["practice"], data["variant"], data["version"]) == ("p46-ordinary-minute", "180", "1")
        # The words are there for a page that did not bring them.
        facts = phone.client.get(reverse("member:facts", args=[world.gathering.code])).json()
        whole = cues(load_practice("p46-ordinary-minute"), 180)
        assert [one["text"] for one in facts["practices"]["p46-ordinary-minute"]["180"]] == [
            one["text"] for one in whole
        ]
        assert facts["titles"]["p46-ordinary-minute"] in phone.open(phone.path).text

    # What this programme does not do is not offered, and cannot be forced.
    ada.follow("Look through the library")
    assert "Letter from a wise friend" not in ada.text
    forced = {"do": ["practice"], "practice": ["p06-letter-from-a-wise-friend"], "seconds": ["480"], "sure": ["yes"]}
    ada.open(lead(world)).post(f"{lead(world)}do/", {**_token(ada), **forced})
    assert "comes later in this programme" in ada.text


def test_what_stirs_more_is_started_by_clinicians_who_look_twice(running_site: RunningSite, world: World) -> None:
    Group.objects.filter(pk=world.group.pk).update(programme="compassionate-mind-group", programme_version="1")
    ada = Visitor(running_site, world.facilitators[0]).open(lead(world)).press("Open in person")
    ada.follow("Look through the library").open(f"{ada.path}?text=breath+as+home")
    assert "This touches people more than anything planned for today." in ada.text
    ada.press("We are sure: start 3 minutes")
    assert Event.objects.filter(gathering=world.gathering, kind="practice_started").count() == 1


def test_afterwards_the_notes_know_what_was_done_changed_and_left_out(running_site: RunningSite, world: World) -> None:
    ada = Visitor(running_site, world.facilitators[0]).open(lead(world)).press("Open in person")
    ada.press("Next: Arriving together")
    ada.press("A third less", which={"step": "1"})
    earlier(world, 4)
    ada.open(lead(world)).press("Next: Names and how we treat each other")
    earlier(world, 7)
    ada.open(lead(world)).press("Begin the closing").press("Close the meeting")
    ada.open(f"/desk/gatherings/{world.gathering.code}/after/")
    agenda = queries.session_of(world.gathering).agenda
    form, _button = ada.form("Save")
    chosen = dict(form.fields)
    told = [chosen[f"step-{slot.id}"] for slot in agenda]
    assert told == ["done", "adapted", *["skipped"] * 5, "done"]
    assert chosen[f"why-{agenda[1].id}"] == "shorter"


def _token(visitor: Visitor) -> dict[str, list[str]]:
    return {"csrfmiddlewaretoken": [dict(visitor.page.forms[0].fields)["csrfmiddlewaretoken"]]}
