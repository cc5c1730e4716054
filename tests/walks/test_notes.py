"""After the meeting: Ada writes her notes, a name slips in, and each person's notes can leave the house alone.

And Ada is looked after too: how she was, what she took to supervision, and a kind word when it was hard three times.
"""

import io
from datetime import timedelta
from html import unescape

import pytest
from pypdf import PdfReader

from kindcircle.base.audit.events import Event
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib import clock
from kindcircle.rooms.care.models import OwnCheck, Supervision
from kindcircle.rooms.groups.models import Gathering, Membership
from kindcircle.rooms.live import actions as live
from tests.site import RunningSite
from tests.walks.visitor import Visitor
from tests.world import World, make_world

INSTEAD, FINE = "Write “a member” in its place", "It is no name"


@pytest.fixture
def world(running_site: RunningSite) -> World:
    """Three meetings of a group of four are over: Ines, Tomas, Wren and Oluwa."""
    begins = clock.now() - timedelta(days=15)
    world = make_world(at=begins, members=4, first_at=begins)
    by = world.actor(world.facilitator)
    for gathering in world.gatherings[:3]:
        at = gathering.starts_at
        live.open_gathering(gathering=gathering, online=False, by=by, at=at)
        gathering.refresh_from_db()
        for member in world.members[:3]:
            live.arrive(gathering=gathering, by=world.actor(member), at=at)
        live.start_step(gathering=gathering, step=0, by=by, at=at)
        live.start_step(gathering=gathering, step=1, by=by, at=at + timedelta(minutes=7))
        live.start_closing(gathering=gathering, by=by, at=at + timedelta(minutes=50))
        live.close(gathering=gathering, by=by, at=at + timedelta(minutes=60))
        gathering.refresh_from_db()
    return world


def place_of(world: World, member: int) -> Membership:
    return Membership.objects.get(group=world.group, user=world.members[member])


def printed(answer: bytes) -> str:
    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(answer)).pages)


def test_a_name_that_slips_in_is_seen_before_the_notes_leave_the_house(running_site: RunningSite, world: World) -> None:
    ines, tomas, _wren, _ = world.members
    gathering = world.gatherings[0]
    after = f"/desk/gatherings/{gathering.code}/after/"
    ada = Visitor(running_site, world.facilitator).open(after)
    shared = "Slow and warm. We spoke of wren's garden, and then of I. May was far off."
    ada.press(
        "Save these notes",
        {f"line-{ines.code}": "Sat beside Tomás. Quiet.", f"line-{tomas.code}": "Tomas was at ease.", "note": shared},
    )

    # Nothing is lost and nothing is refused: the page says where a name may stand, beside the box.
    assert "Saved. In 2 places there may be somebody else's name: they are marked below." in ada.text
    assert "wren's garden" in unescape(ada.html)
    assert "“Tomás” may be somebody's name. A note about one person names nobody else." in ada.text
    assert "“wren's”, “I.” may be somebody's name." in ada.text
    assert f"look-line-{tomas.code}" not in ada.html  # one's own name in one's own line is nobody else's

    # Ines's notes cannot go out yet. Her page says so and shows the way.
    notes = f"/desk/places/{place_of(world, 0).code}/notes"
    assert "Keep as PDF" not in ada.open(f"{notes}/").text
    assert ada.open(f"{notes}.pdf").path == f"{notes}/"
    assert "“wren's”, “I.”, “Tomás” may be somebody else's name." in ada.text
    ada.follow("Look at it")
    assert ada.path == after

    # One tap in Ines's line; what was typed meanwhile in another box is kept as well.
    ada.press(INSTEAD, {f"line-{tomas.code}": "Tomas was at ease, and laughed."})
    assert "In 1 place there may be somebody else's name" in ada.text
    assert "Sat beside a member. Quiet." in ada.html and "Tomas was at ease, and laughed." in ada.html
    # In the shared note one is a name and one is not; both taps are there.
    ada.press(INSTEAD, {"note": shared.replace("of I. May", "of ourselves. May")})
    assert "Saved. Thank you for today." in ada.text
    assert "We spoke of a member’s garden, and then of ourselves. May was far off." in ada.html

    # Something that only looks like a name stays when somebody has looked; the next change asks again.
    ada.press("Save these notes", {"note": "A wren sang outside."})
    ada.press(FINE)
    assert "Saved. Thank you for today." in ada.text and "A wren sang outside." in ada.html
    ada.press("Save these notes")
    assert "Saved. Thank you for today." in ada.text
    ada.press("Save these notes", {"note": "A wren sang outside. Wren smiled."})
    assert "In 1 place" in ada.text
    ada.press("Save these notes", {"note": "A wren sang outside."})
    assert "Saved. Thank you for today." in ada.text  # these very words were looked at before

    # Now each person's notes can leave the house: with their own lines, and nobody else's.
    ada.open(f"{notes}/").follow("Keep as PDF")
    assert ada.answer.headers["Content-Type"] == "application/pdf"
    assert "ines" not in ada.answer.headers["Content-Disposition"].lower()
    text = printed(ada.answer.content)
    for words in ("Ines", "Tuesday circle", "A wren sang outside.", "Sat beside a member. Quiet.", "60 minutes"):
        assert words in text, words
    for words in ("Tomas", "Tomás", "laughed", "Oluwa"):
        assert words not in text, words
    assert "not this time" in printed(ada.open(f"/desk/places/{place_of(world, 3).code}/notes.pdf").answer.content)
    seen = AuditEntry.objects.filter(concerns=ines.code, actor=world.facilitator.code)
    assert seen.filter(event=Event.MEMBER_NOTES_OPENED).exists()
    assert seen.filter(event=Event.MEMBER_NOTES_EXPORTED).count() == 1

    # No member can look, not even at their own: what is shared with them is their facilitators' to decide.
    assert Visitor(running_site, ines).open(f"{notes}/").status == 404


def test_whoever_leads_is_looked_after_too(running_site: RunningSite, world: World) -> None:
    ada = Visitor(running_site, world.facilitator)

    # After each meeting two minutes for herself. The minutes of each step filled themselves.
    for number, gathering in enumerate(world.gatherings[:3]):
        ada.open(f"/desk/gatherings/{gathering.code}/after/").follow("How am I?")
        assert "Arriving together" in ada.text and "The minutes we really gave" in ada.text
        ada.press("Save for me alone", {"how": str(4 - number), "pace": "3"} | ({"linking": "6"} if number else {}))
        assert "Saved, for you alone." in ada.text
        low = "Would you ring your supervisor, today or tomorrow?"
        assert (low in ada.text) == (number == 2)
    assert "Plan and pace" in ada.text and "Linking" in ada.text and "Warm tone" not in ada.text
    gathering = world.gatherings[0]
    ada.open(f"/desk/gatherings/{gathering.code}/own-check/")
    assert _table(ada.html)[:2] == [["4", "7"], ["10", "43"]]
    assert b"how" not in bytes(OwnCheck.objects.filter(gathering=gathering).get().sealed_answers)

    # Bo leads with her and sees nothing of it; he has his own page.
    bo = Visitor(running_site, world.facilitators[1])
    assert "ring your supervisor" not in bo.open("/desk/care/").text
    assert "checked" not in bo.open(f"/desk/gatherings/{gathering.code}/own-check/").html

    # She takes it to supervision and writes it down. A member's name slips in; one tap mends it.
    ada.open("/desk/").follow("Care for me").follow("Note supervision")
    ada.press("Save", {"minutes": "0", "with_whom": "Kim", "taken": "How Wren left."})
    assert ada.status == 422 and "How Wren left." in ada.html
    ada.press("Save", {"minutes": "45"})
    assert "Saved. A member may be named in it: please look below." in ada.text
    ada.press(INSTEAD)
    assert "Saved. It is good that you do not carry this alone." in ada.text
    assert "In the last twelve weeks: 3 meetings led. 45 minutes of supervision noted." in ada.text
    assert "One hour for each four meetings would be 45 minutes." in ada.text
    assert "How a member left." in ada.follow("Kim").html
    kept = Supervision.objects.get(facilitator=world.facilitator)
    assert b"Kim" not in bytes(kept.sealed_with)
    assert bo.open(f"/desk/care/supervision/{kept.code}/").status == 404

    # The organisation lead sees how much, and nothing of what or with whom.
    odile = Visitor(running_site, world.organisation_lead).open("/organisation/").follow("Supervision")
    assert "Ada 3 45 45" in odile.text and "Bo 3 0 45" in odile.text
    assert "Kim" not in odile.html and "left" not in odile.text.partition("Who")[2]
    assert odile.open(f"/desk/care/supervision/{kept.code}/").status == 404
    assert odile.open("/desk/care/").status == 404


def _table(html: str) -> list[list[str]]:
    """What was planned and given, row by row."""
    rows = html.partition("<tbody>")[2].split("<tr>")[1:]
    return [[cell.partition("</td>")[0] for cell in row.split("<td>")[1:3]] for row in rows]


def test_the_form_of_supervision_sent_twice_is_one_entry(running_site: RunningSite, world: World) -> None:
    ada = Visitor(running_site, world.facilitator).open("/desk/care/supervision/")
    form, sent = ada.filled("Save", {"with_whom": "Kim", "minutes": "30"})
    for _ in range(2):
        ada.post("/desk/care/supervision/", sent)
        assert "30 minutes of supervision noted" in ada.text
    assert Supervision.objects.filter(facilitator=world.facilitator).count() == 1
    assert form.method == "post"


def test_before_the_close_there_is_nothing_to_look_back_on(running_site: RunningSite, world: World) -> None:
    ada = Visitor(running_site, world.facilitator)
    planned = Gathering.objects.get(group=world.group, number=4)
    ada.open(f"/desk/gatherings/{planned.code}/own-check/")
    assert ada.status == 409 and "This opens when the meeting has been closed." in ada.text
