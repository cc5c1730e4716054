"""Something became worse: everybody is asked, a person writes it down, and what is serious is decided within a day.

Nothing is written down by a machine, nobody who was not asked counts as fine, and a board outside gets codes only.
"""

import csv
import io
import json
import zipfile
from datetime import datetime, timedelta

import pytest

from kindcircle.base.audit.events import Event
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib import clock
from kindcircle.base.outbox.models import Delivery
from kindcircle.base.people.models import StaffRole
from kindcircle.base.vault import seals
from kindcircle.rooms.groups.models import Attendance, Gathering, Membership
from kindcircle.rooms.measures.asking import assign_due, assign_for_group
from kindcircle.rooms.measures.harm_check import HARM_CHECK
from kindcircle.rooms.measures.models import Assignment
from kindcircle.rooms.research.unwanted import CODEBOOK, figures
from kindcircle.rooms.safety.models import AdverseEvent
from kindcircle.rooms.safety.models_unwanted import StopReview
from kindcircle.rooms.safety.stopping import pass_on_due
from kindcircle.rooms.tasks.models import Task
from tests.rooms.measures.sheets import send
from tests.site import RunningSite
from tests.walks.visitor import Visitor
from tests.world import World, make_staff, make_world

DAY = timedelta(days=1)


@pytest.fixture
def world(running_site: RunningSite) -> World:
    """Two of four meetings are over, the second since an hour ago."""
    begun = clock.now() - timedelta(days=7, hours=2)
    world = make_world(members=5, at=begun - DAY, first_at=begun)
    for gathering in world.gatherings[:2]:
        close(gathering, gathering.ends_at)
    return world


def close(gathering: Gathering, at: datetime) -> None:
    Gathering.objects.filter(pk=gathering.pk).update(state="closed", opened_at=gathering.starts_at, closed_at=at)
    gathering.refresh_from_db()


def harm_sheet(world: World, seat: int) -> Assignment:
    return Assignment.objects.get(group=world.group, member=world.members[seat], instrument=HARM_CHECK)


def written(world: World) -> list[AdverseEvent]:
    return list(AdverseEvent.objects.filter(group=world.group).order_by("pk"))


def write_down(visitor: Visitor, world: World, **more: str | bool) -> AdverseEvent:
    """Somebody opens the group's page and writes something down."""
    filled = {
        "member": world.member.code, "category": "distress", "severity": "4", "related": "probable",
        "happened_on": clock.now().date().isoformat(), "what": "Three hard days",
    }  # fmt: skip
    visitor.open(f"/desk/groups/{world.group.code}/unwanted/").press("Save", filled | more, which={})
    return written(world)[-1]


def test_all_are_asked_halfway_and_a_yes_waits_for_a_person(running_site: RunningSite, world: World) -> None:
    assign_for_group(group=world.group, occasion="weekly", at=clock.now())
    assert Assignment.objects.filter(group=world.group, instrument=HARM_CHECK).count() == 5
    # On her own page Ines says yes, a little, and ticks two ways.
    sheet = harm_sheet(world, 0)
    send(world, sheet, {"worse": 1, "sleep": 1, "pain_or_body": 1, "how_long": 2, "daily": 1, "because": 1,
                        "to_know": "I lie awake"}, at=clock.now())  # fmt: skip
    send(world, harm_sheet(world, 1), {"worse": 0}, at=clock.now())
    assert not written(world), "nothing is written down by itself"
    [task] = Task.objects.filter(kind="write-down", group=world.group)
    assert task.concerns == world.member and task.owner is None

    ada = Visitor(running_site, world.facilitator).open("/desk/tasks/")
    ada.follow("Write down what became worse").follow("See what they said")
    assert "I sleep less well" in ada.text and "I lie awake" in ada.text and "a week or more" in ada.text
    assert "0 events were written down from this" in ada.text
    # It is filled in as far as it was said; how hard it was, and why, she decides.
    ada.press("Save")
    assert ada.status == 422 and "Please choose one." in ada.text and not written(world)
    ada.press("Save", {"severity": "2", "related": "possible"})
    [event] = written(world)
    assert (event.category, event.duration, event.impact, event.told_code) == ("sleep", "week", 1, sheet.code)
    assert not Task.objects.filter(pk=task.pk, done_at=None).exists()
    # Somebody else's sheet is never taken for hers, and only this group's people open it.
    other = harm_sheet(world, 1)
    assert Visitor(running_site, world.safety_lead).open(f"/desk/unwanted/told/{sheet.code}/").status == 404
    ada.open(f"/desk/unwanted/told/{other.code}/")
    assert "Nothing became worse, they say." in ada.text
    _form, sent = ada.filled("Save", {"member": world.member.code, "severity": "1", "related": "no"})
    ada.post(f"/desk/groups/{world.group.code}/unwanted/", sent)
    assert written(world)[-1].told_code == ""


def test_what_is_serious_is_decided_within_a_day(running_site: RunningSite, world: World) -> None:
    second = make_staff(world.organisation, "Sami", StaffRole.Role.SAFETY_LEAD, at=world.at)
    ada, selma = (Visitor(running_site, who) for who in (world.facilitator, world.safety_lead))
    mild = write_down(ada, world, severity="3")
    assert not StopReview.objects.filter(event=mild).exists()
    event = write_down(ada, world)
    review = StopReview.objects.get(event=event)
    assert review.owner == world.safety_lead and review.due_at - review.begun_at == timedelta(hours=24)
    about = Delivery.objects.filter(about_kind="adverse-event", about_code=event.code)
    assert {row.user for row in about} == {world.safety_lead, second}
    # Those who lead see that it waits, and cannot decide it.
    ada.open(f"/desk/unwanted/{event.code}/")
    assert "Does the group go on?" in ada.text and "This is decided" not in ada.text
    token = ada.filled("Save")[1]["csrfmiddlewaretoken"]
    sent = {"csrfmiddlewaretoken": token, "outcome": ["go-on"], "why": ["x"]}
    assert ada.post(f"/desk/unwanted/{event.code}/decide/", sent).status == 404

    # A day passes: all who could decide, and those who lead, are told once, however often the worker goes round.
    # Walks share one database, and other houses have decisions due as well: only this house's rows are counted.
    late = about.filter(once_key__endswith=":late")
    pass_on_due(at=review.due_at - timedelta(minutes=1))
    assert not late.exists()
    pass_on_due(at=review.due_at)
    pass_on_due(at=review.due_at + DAY)
    assert {row.user for row in late} == {world.safety_lead, second, *world.facilitators}
    assert AuditEntry.objects.filter(about_code=event.code, event=Event.STOP_REVIEW_LATE).count() == 1

    selma.open("/desk/alerts/").follow("What was unwanted in this house")
    assert "distress for more than a day" in selma.text and seals.name_of(world.member) not in selma.text
    selma.open(f"/desk/unwanted/{event.code}/").press("This is decided", {"outcome": "change", "why": " "})
    assert selma.status == 422 and "One sentence is enough." in selma.text
    selma.press("This is decided", {"outcome": "change", "why": "Shorter practices, and I come along."})
    assert "Go on with a change" in selma.text and "Shorter practices" in selma.text
    review.refresh_from_db()
    assert (review.outcome, review.decided_by) == ("change", world.safety_lead)
    assert b"Shorter" not in bytes(review.sealed_why)
    assert {row.user for row in about.filter(once_key__endswith=":decided")} == set(world.facilitators)
    assert "Shorter practices" in ada.open(f"/desk/unwanted/{event.code}/").text
    # The second lead comes too late, and is told.
    sami = Visitor(running_site, second).open(f"/desk/unwanted/{mild.code}/")
    sent = {"csrfmiddlewaretoken": sami.filled("Save")[1]["csrfmiddlewaretoken"], "outcome": ["go-on"], "why": ["Fine"]}
    sami.post(f"/desk/unwanted/{event.code}/decide/", sent)
    assert sami.status == 409
    # What turns out to be serious later begins its own clock.
    ada.open(f"/desk/unwanted/{mild.code}/").press("Save", {"severity": "5", "done": "urgent", "outcome": "lasting"})
    assert StopReview.objects.filter(event=mild, decided_at=None).count() == 1
    mild.refresh_from_db()
    assert (mild.severity, mild.done, mild.outcome) == (5, "urgent", "lasting")


def test_it_is_judged_by_name_and_words_that_do_not_fit_are_asked_about(
    running_site: RunningSite, world: World
) -> None:
    ada, selma = (Visitor(running_site, who) for who in (world.facilitator, world.safety_lead))
    event = write_down(ada, world, severity="2")
    selma.open(f"/desk/unwanted/{event.code}/")
    selma.press("Keep this judgement", {"term": "adverse-reaction", "related": "no", "expected": "no"})
    assert selma.status == 422 and "nothing to do with it" in selma.text
    selma.press("Keep this judgement", {"term": "adverse-reaction", "related": "definite", "expected": "yes"})
    event.refresh_from_db()
    assert (event.term, event.related, event.expected) == ("adverse-reaction", "definite", "yes")
    assert event.reviewed_by == world.safety_lead and event.reviewed_at is not None
    assert "adverse reaction" in ada.open(f"/desk/unwanted/{event.code}/").text
    for strange in ("", "x" * 9000, "a\x00b", "<b>"):
        for where, fields in (("judge", ("term", "related", "expected")), ("decide", ("outcome", "why"))):
            token = selma.open(f"/desk/unwanted/{event.code}/").filled("Keep this")[1]["csrfmiddlewaretoken"]
            sent = {"csrfmiddlewaretoken": token, **{name: [strange] for name in fields}}
            selma.post(f"/desk/unwanted/{event.code}/{where}/", sent)
            assert selma.status == 422, (where, strange)
        ada.open(f"/desk/unwanted/{event.code}/")
        _form, sent = ada.filled("Save")
        ada.post(ada.path, sent | {name: [strange] for name in ("severity", "duration", "impact", "done")})
        assert ada.status == 422
    event.refresh_from_db()
    assert event.term == "adverse-reaction" and event.severity == 2


def test_not_asked_is_not_none_and_a_board_gets_codes(running_site: RunningSite, world: World) -> None:
    ada, selma = (Visitor(running_site, who) for who in (world.facilitator, world.safety_lead))
    # Three were asked halfway; for the two who came later nobody did. One says yes, one no, one nothing.
    late = world.members[3:]
    Membership.objects.filter(group=world.group, user__in=late).update(left_at=clock.now())
    assign_for_group(group=world.group, occasion="weekly", at=clock.now())
    Membership.objects.filter(group=world.group, user__in=late).update(left_at=None)
    send(world, harm_sheet(world, 0), {"worse": 2}, at=clock.now())
    send(world, harm_sheet(world, 1), {"worse": 0}, at=clock.now())
    for seat in range(4):
        for gathering in world.gatherings[:2]:
            Attendance.objects.create(gathering=gathering, user=world.members[seat], arrived_at=gathering.starts_at)
    event = write_down(ada, world, severity="2", practice="p47-arriving-together")
    write_down(ada, world, severity="1", category="sleep")
    found = figures(world.organisation, by=world.actor(world.safety_lead))
    mid = found.mid
    assert (mid.due, mid.not_asked, mid.asked, mid.silent, mid.none, mid.yes) == (5, 2, 3, 1, 1, 1)
    assert (found.end.due, found.end.asked) == (0, 0), "the end has not come"
    assert (found.people.count, found.people.n, found.events) == (1, 5, 2)
    assert found.per_attendance.per(100) == 25 and found.per_person.per() == pytest.approx(0.4)

    selma.open("/desk/unwanted/")
    assert "Halfway 5 2 1 1 1" in selma.text and "At the end 0 0 0 0 0" in selma.text
    assert "1 of 5 (plausible: 1 to 72 in a hundred)" in selma.text
    assert "25.00 (plausible: 3.03 to 90.31)" in selma.text
    selma.press("Take the file")
    archive = zipfile.ZipFile(io.BytesIO(selma.answer.content))
    assert sorted(archive.namelist()) == ["codebook.csv", "events.csv", "events.json"]
    rows = list(csv.DictReader(io.StringIO(archive.read("events.csv").decode())))
    whole = json.loads(archive.read("events.json"))
    assert [row["category"] for row in rows] == ["distress", "sleep"]
    assert len({row["person"] for row in rows}) == 1 and rows[0]["practice"] == "p47-arriving-together"
    assert whole["about"]["asked_at_mid"] == {
        "due": 5, "not_asked": 2, "asked": 3, "no_answer": 1, "answered_no": 1, "answered_yes": 1,
    }  # fmt: skip
    assert list(rows[0]) == [name for name, _means in CODEBOOK] == [one["name"] for one in whole["codebook"]]
    inside = b"".join(archive.read(name) for name in archive.namelist()).decode()
    for secret in (world.member.code, event.code, world.group.code, world.group.name, "Three hard days"):
        assert secret not in inside
    entry = AuditEntry.objects.get(event=Event.ADVERSE_EVENTS_EXPORTED, about_code=world.organisation.code)
    assert entry.actor == world.safety_lead.code
    # Only who answers for safety; each of their own house.
    for who in (world.facilitator, world.organisation_lead, world.member):
        visitor = Visitor(running_site, who)
        assert visitor.open("/desk/unwanted/").status == 404
    other = Visitor(running_site, make_world(members=1).safety_lead).open("/desk/unwanted/")
    assert "Halfway 0 0 0 0 0" in other.text and "Not judged yet All are judged." in other.text


def test_at_the_end_all_are_asked_once_more(running_site: RunningSite, world: World) -> None:
    world.group.memberships.update(joined_at=clock.now() - 30 * DAY)
    for gathering, days in zip(world.gatherings, (22, 15, 8, 1), strict=True):
        Gathering.objects.filter(pk=gathering.pk).update(
            starts_at=clock.now() - days * DAY, opened_at=None, state="planned", closed_at=None
        )
        gathering.refresh_from_db()
        close(gathering, gathering.ends_at)
    assign_for_group(group=world.group, occasion="after", at=clock.now())
    rows = Assignment.objects.filter(group=world.group, instrument=HARM_CHECK)
    assert {row.occasion for row in rows} == {"after"} and rows.count() == 5
    assign_due(at=clock.now())
    assert rows.count() == 5
    found = figures(world.organisation, by=world.actor(world.safety_lead))
    # Halfway nobody was asked: five people of whom nothing is known, not five who were fine.
    assert (found.mid.due, found.mid.not_asked, found.mid.none) == (5, 5, 0)
    assert (found.end.due, found.end.silent) == (5, 5)
