"""What goes wrong in ordinary life, and what nobody would type but a machine: a kind answer, and nothing lost.

`Visitor` itself refuses every answer of 500 and above, in this file and in all others.
"""

import itertools
import os
from datetime import timedelta
from pathlib import Path

import pytest

from kindcircle.base.lib import clock, codes
from kindcircle.rooms.groups.models import Gathering, Group
from kindcircle.rooms.live.models import Event
from kindcircle.rooms.measures.models import Response, Wording
from kindcircle.rooms.safety.models import Alert
from kindcircle.spec.instruments import load_instrument
from tests.rooms.measures.sheets import send, sheet
from tests.site import RunningSite
from tests.walks.visitor import Visitor
from tests.world import PROGRAMME, VERSION, World, make_world

REFERENCE = Path(os.environ.get("KINDCIRCLE_REFERENCE", Path(__file__).parents[3] / "shared" / "reference"))
DICTIONARY = REFERENCE / "interop" / "redcap" / "bridge2ai-phq9-gad7.dictionary.csv"
needs_reference = pytest.mark.skipif(not REFERENCE.is_dir(), reason="the folder with reference files is not here")

STRANGE = {
    "nothing": "",
    "a zero byte": "a\x00b",
    "very long": "x" * 20_000,
    "other writing": "\u202eדברים‏ 🫶🏽 \ufeff\u0000"[:-1],
    "below zero": "-1",
    "too large": "9" * 400,
    "no number": "１２٣",
    "no such day": "2026-02-31T25:61",
    "a tag": "<script>alert(1)</script>",
    "a command": "'; drop table groups_group; --",
}


@pytest.fixture
def world(running_site: RunningSite) -> World:
    return make_world(members=2, first_at=clock.now() + timedelta(minutes=5))


# --- letters and codes ---


def test_letters_that_are_wrong_or_used_are_answered_kindly_and_stay_typed(
    running_site: RunningSite, world: World
) -> None:
    door = Visitor(running_site).open("/join/").press("Go in", {"letters": "zzz zzz"})
    assert door.status == 422
    assert "We could not find a meeting with these letters." in door.text and "zzz zzz" in door.html
    ada = Visitor(running_site, world.facilitator).open(f"/desk/gatherings/{world.gathering.code}/lead/")
    ada.press("Open in person")
    short_code = str(Gathering.objects.get(pk=world.gathering.pk).short_code)
    for typed in ("", "a", "ABC DEF", "🫶" * 6, "x" * 13):
        door.open(f"/join/{short_code}/").press("Go in", {"letters": typed})
        assert door.status == 422, typed
        assert door.open(f"/gathering/{world.gathering.code}/").path == "/account/login/"


def test_too_many_tries_get_slower_with_a_sentence_that_says_what_to_do(running_site: RunningSite) -> None:
    door = Visitor(running_site)
    for number in range(25):
        door.open("/join/").press("Go in", {"letters": f"zzz{number:03}"})
    assert door.status == 429
    assert "Please wait ten minutes, or ask your facilitator." in door.text
    assert Visitor(running_site).open("/join/").press("Go in", {"letters": "zzz"}).status == 422, "nobody else waits"


# --- a programme that is not here ---


def test_a_programme_nobody_has_cannot_be_started(running_site: RunningSite, world: World) -> None:
    odile = Visitor(running_site, world.organisation_lead).open("/organisation/groups/start/")
    form, sent = odile.filled("See all dates", {"name": "Ghost circle", "place": "Room 1"})
    before = Group.objects.count()
    for programme in (f"{PROGRAMME}/99", "no-such-thing/1", "../../etc/passwd", ""):
        odile.post(form.action or odile.path, sent | {"programme": [programme]})
        assert odile.status == 422
        assert "Ghost circle" in odile.html, "what was typed is still there"
    assert Group.objects.count() == before


def test_a_group_whose_programme_version_is_gone_says_so_and_breaks_nothing_else(
    running_site: RunningSite, world: World
) -> None:
    """Somebody removed a folder of content. Help, letters and leaving must work all the same."""
    Group.objects.filter(pk=world.group.pk).update(programme_version="99")
    ada, ines = Visitor(running_site, world.facilitator), Visitor(running_site, world.member)
    gathering = f"/desk/gatherings/{world.gathering.code}"
    for path in ("/desk/", f"/desk/groups/{world.group.code}/", f"{gathering}/", f"{gathering}/lead/"):
        ada.open(path)
        if ada.status >= 400:
            assert "is not on this site right now" in ada.text, path
    for path in ("/today/", f"/gathering/{world.gathering.code}/"):
        ines.open(path)
        if ines.status >= 400:
            assert "is not on this site right now" in ines.text, path
    for path in ("/help/", "/letters/", "/journal/", "/hard-day/"):
        assert ines.open(path).status == 200, path
    assert ada.open("/desk/alerts/").status == 200
    # Whoever runs the site brings the folder back, and all is as it was.
    Group.objects.filter(pk=world.group.pk).update(programme_version=VERSION)
    assert "Tuesday circle" in ada.open("/desk/").text


# --- files that are no dictionary ---

NO_DICTIONARY = {
    "an empty file": b"",
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8,
    "a letter": b"Dear house,\nhere are the questions.\n",
    "another table": b"name,age\nAnn,41\nBen,twelve\n",
    "only a heading": b'"Variable / Field Name","Form Name","Field Type","Field Label"\n',
    "a half quote": b'"Variable / Field Name","Form Name","Field Type","Field Label\nphq_1,phq,radio,"x',
    "two bytes a letter": "Variable / Field Name,Form Name\na,b\n".encode("utf-16"),
    "a zero byte": b"Variable / Field Name,Form Name,Field Type,Field Label\na\x00b,phq,radio,x\n",
    "a web page": b"<!doctype html><html><body><h1>Not found</h1></body></html>",
    "a very wide row": b"a," * 50_000 + b"\n",
}


@pytest.mark.parametrize("what", NO_DICTIONARY)
def test_a_file_that_is_no_dictionary_is_answered_with_what_to_do(
    running_site: RunningSite, world: World, what: str
) -> None:
    odile = Visitor(running_site, world.organisation_lead).open("/organisation/wordings/")
    odile.hand_in("Show me what is in it", "file", ("dictionary.csv", NO_DICTIONARY[what]))
    assert odile.status == 422
    assert "Bring in a file" in odile.text, "the form is still there"
    assert not Wording.objects.filter(organisation=world.organisation).exists()


@needs_reference
def test_half_a_dictionary_brings_nothing_in(running_site: RunningSite, world: World) -> None:
    whole = DICTIONARY.read_bytes()
    odile = Visitor(running_site, world.organisation_lead)
    for data in (whole[: len(whole) // 3], whole.replace(b"radio", b"notes"), whole[5_000:]):
        odile.open("/organisation/wordings/")
        odile.hand_in("Show me what is in it", "file", ("dictionary.csv", data))
        assert odile.status in (200, 422)
    # A preview whose hidden parts were changed on the way is refused, and the terms are asked for again.
    odile.open("/organisation/wordings/")
    odile.hand_in("Show me what is in it", "file", ("dictionary.csv", whole))
    form, sent = odile.filled("Bring in PHQ-9")
    for wrong in ({}, {"data": ["%%%"]}, {"chosen": ["phq-9:other"]}, {"data": [""]}, {"language": ["x" * 400]}):
        odile.post(form.action, sent | wrong)
        assert odile.status in (404, 422), wrong
    assert not Wording.objects.filter(organisation=world.organisation).exists()


# --- sheets ---


def test_answers_that_nobody_could_have_given_keep_the_rest_as_it_was(running_site: RunningSite, world: World) -> None:
    phone = Visitor(running_site, world.member)
    one = sheet(world, "after-session", member=world.member)
    _, sent = phone.open(f"/check/{one.code}/").filled("Send", {"to_know": "The Zaunkoenig sang."})
    for value in ("11", "-1", "3.5", "NaN", "twelve", "1e1", "5" * 300):
        phone.post(f"/check/{one.code}/", sent | {"ease": [value]})
        assert phone.status == 422, value
        assert "Nothing is sent yet." in phone.text and "The Zaunkoenig sang." in phone.html
    assert not Response.objects.filter(assignment=one).exists()
    sent |= {"ease": ["5"], "asked": ["yes"]}
    phone.post(f"/check/{one.code}/", sent | {"key": ["short"]})
    assert phone.status in (409, 422) and not Response.objects.filter(assignment=one).exists()
    phone.post(f"/check/{one.code}/", sent | {"key": [codes.new_code()]})
    assert phone.path.endswith("/done/")


def test_a_sheet_that_has_closed_says_so_and_where_to_turn(running_site: RunningSite, world: World) -> None:
    phone = Visitor(running_site, world.member)
    one = sheet(world, "after-session", member=world.member)
    _, sent = phone.open(f"/check/{one.code}/").filled("Send", {"contact": True})
    one.closes_at = clock.now()
    one.save(update_fields=["closes_at"])
    phone.post(f"/check/{one.code}/", sent)
    assert phone.status == 409
    assert "These answers were not kept" in phone.text
    assert "We heard them all the same" in phone.text
    assert Alert.objects.filter(group=world.group).count() == 1
    assert phone.open(f"/check/{one.code}/").status == 409


# --- groups of nobody, of one, and of people who all answer alike ---


@pytest.mark.parametrize("members", [0, 1])
def test_a_group_of_nobody_or_one_can_meet_and_be_reported(running_site: RunningSite, members: int) -> None:
    world = make_world(members=members, first_at=clock.now())
    gathering = world.gathering.code
    ada = Visitor(running_site, world.facilitator)
    for path in ("/desk/", f"/desk/groups/{world.group.code}/", f"/desk/groups/{world.group.code}/report/"):
        assert ada.open(path).status == 200
    assert "We show no figure, so that no one person can be picked out." in ada.text
    ada.open(f"/desk/gatherings/{gathering}/lead/").press("Open in person")
    ada.press("Next: Arriving together").press("Next: Names").press("Start the round")
    assert "Nobody is marked as here yet." in ada.text
    if members:
        phone = Visitor(running_site, world.member).open(f"/gathering/{gathering}/")
        ada.open(f"/desk/gatherings/{gathering}/lead/").press("Start the round")
        phone.open(phone.path).press("Come back to me")
        assert "the piece waits here" in phone.text
        phone.press("Pass")
    ada.open(f"/desk/gatherings/{gathering}/lead/").press("Begin the closing").press("Close the meeting")
    ada.open(f"/desk/gatherings/{gathering}/after/").press("Save these notes")
    assert "Saved. Thank you for today." in ada.text
    assert f"{members} of {members} were here." in ada.text


def test_a_report_of_people_who_all_answer_alike(running_site: RunningSite) -> None:
    """No spread, so nothing can be divided by it: the page says what can be said and leaves out the rest."""
    world = make_world(at=clock.now() - timedelta(weeks=6))
    items = [item.id for item in load_instrument("gad-7").scored_items]
    for member, occasion in itertools.product(world.members, ("baseline", "after")):
        send(world, sheet(world, "gad-7", member=member, occasion=occasion), dict.fromkeys(items, 1))
    Group.objects.filter(pk=world.group.pk).update(state=Group.State.FINISHED)
    Gathering.objects.filter(group=world.group).update(
        state=Gathering.State.CLOSED, opened_at=world.at, closed_at=world.at
    )
    ada = Visitor(running_site, world.facilitator).open(f"/desk/groups/{world.group.code}/report/")
    assert ada.status == 200
    assert "8 of 8 people have both scores." in ada.text
    for never in ("nan", "inf", "-inf"):
        assert never not in ada.text.split()


# --- every form of every role, filled in by somebody strange ---


def pages_of(world: World) -> dict[str, list[str]]:
    """The pages with forms, by whose they are."""
    gathering, group = world.gathering.code, world.group.code
    one = sheet(world, "after-session", member=world.member)
    return {
        "visitor": ["/join/", "/account/login/"],
        "member": [
            f"/check/{one.code}/", f"/gathering/{gathering}/", "/today/", "/journal/new/day/", "/letters/new/",
        ],
        "facilitator": [
            f"/desk/groups/{group}/invite/", f"/desk/gatherings/{gathering}/lead/", "/account/factors/app/",
        ],
        "organisation lead": [
            "/organisation/staff/invite/", "/organisation/groups/start/", "/organisation/help-lines/",
            "/organisation/wordings/",
        ],
    }  # fmt: skip


@pytest.mark.parametrize("role", ["visitor", "member", "facilitator", "organisation lead"])
def test_no_form_breaks_whatever_is_in_it(running_site: RunningSite, world: World, role: str) -> None:
    """One strange value at a time in each field of each form. Leaving and signing out are for other tests."""
    lead = Visitor(running_site, world.facilitator).open(f"/desk/gatherings/{world.gathering.code}/lead/")
    lead.press("Open in person")
    lead.press("Next: Arriving together").press("Next: Names")
    user = {"member": world.member, "facilitator": world.facilitators[1], "organisation lead": world.organisation_lead}
    sent_forms = 0
    for path in pages_of(world)[role]:
        visitor = Visitor(running_site, user.get(role))
        assert visitor.open(path).status == 200, path
        for form, (name, words) in itertools.product(visitor.page.forms, STRANGE.items()):
            if form.method != "post" or any(part in form.action for part in ("logout", "leave", "lock")):
                continue
            for field in sorted(form.names - {"csrfmiddlewaretoken", ""}):
                sent: dict[str, list[str]] = {}
                for other, value in form.fields:
                    sent.setdefault(other, []).append(value)
                action = str(visitor.answer.url.join(form.action)) if form.action else path
                answer = visitor.client.post(
                    action, data=sent | {field: [words]}, headers={"Origin": running_site.url}, follow_redirects=False
                )
                sent_forms += 1
                assert answer.status_code < 500, f"{field} with {name} on {path}"
                assert "<script>alert" not in answer.text
    assert sent_forms >= len(STRANGE)
    assert Event.objects.filter(gathering=world.gathering, kind="opened").count() == 1
    assert Visitor(running_site, world.member).open("/today/").status == 200


@pytest.mark.parametrize("role", ["visitor", "member", "facilitator", "organisation lead"])
def test_addresses_that_lead_nowhere(running_site: RunningSite, world: World, role: str) -> None:
    user = {"member": world.member, "facilitator": world.facilitator, "organisation lead": world.organisation_lead}
    visitor = Visitor(running_site, user.get(role))
    ends = ("x", codes.new_code(), "%00", "%2e%2e%2f", "🫶", "a" * 500, "-1", "%ff%fe")
    starts = (
        "check", "gathering", "journal", "letters", "practice", "draft", "join", "invitation", "desk/groups",
        "desk/gatherings", "desk/alerts", "demo/enter", "setup", "gallery",
    )  # fmt: skip
    for start, end in itertools.product(starts, ends):
        visitor.open(f"/{start}/{end}/")
        assert visitor.status in (200, 400, 404, 405, 429), (start, end, visitor.status)
        if visitor.status == 200:
            assert visitor.path == "/account/login/", f"{start}/{end} is not a page"
