"""The pages about a key of one's own, as the site answers them; what the browser does is in test_sealed.py."""

import json
import secrets
from datetime import timedelta

import pytest
from django.test import Client

from kindcircle.base.lib import clock, codes
from kindcircle.base.people.sessions import FRESH, OPENED
from kindcircle.base.vault import seals
from kindcircle.doors.web.member.own_key import HALF, HEADER, PROOF
from kindcircle.rooms.writing import actions, own_key
from kindcircle.rooms.writing.models import Draft, JournalEntry, Letter
from kindcircle.rooms.writing.models_own_key import OwnKey
from tests.doors.web.member.people import mid_course, signed_in
from tests.own_key import lock_words, locked_twice, proof_of
from tests.rooms.writing.test_parcels import come
from tests.rooms.writing.test_parcels import page as phone_page
from tests.world import World

PAGE = "/my-words/own-key/"
SCRIPT = {f"HTTP_{HEADER.upper().replace('-', '_')}": "1"}
KEY = secrets.token_bytes(32)


@pytest.fixture
def group(db) -> World:
    return mid_course(clock.now())


@pytest.fixture
def client(group: World) -> Client:
    return signed_in(group.member)


def turn_on(client: Client, group: World):
    fields = {"code": codes.new_code(), "keys": locked_twice(KEY, person=group.member.code), "proof": proof_of(KEY)}
    return client.post(f"{PAGE}on/", fields, **SCRIPT)


def no_longer_fresh(client: Client) -> None:
    session = client.session
    session[OPENED] = int((clock.now() - FRESH - timedelta(minutes=1)).timestamp())
    session.save()


def locked(group: World, words: str, code: str, kind: str = "journal") -> str:
    return lock_words(KEY, words, kind=kind, code=code, person=group.member.code)


def test_what_can_get_lost_stands_there_before_anything_is_on(client, group):
    text = client.get(PAGE).content.decode()
    assert "Nobody can bring them back" in text
    assert "could send your browser other pages than these" in text
    assert "What it does not hide" in text
    assert client.get(f"{PAGE}off/").status_code == 303, "there is nothing to turn off"
    assert not OwnKey.objects.exists()


def test_turning_on_asks_for_a_fresh_sign_in_so_that_nobody_else_locks_somebodys_words(client, group):
    no_longer_fresh(client)
    assert "please sign in once more" in client.get(PAGE).content.decode()
    assert client.get(f"{PAGE}on/").headers["Location"] == PAGE
    turn_on(client, group)
    assert not OwnKey.objects.exists()


def test_on_is_said_and_gives_its_ways_back(client, group):
    assert turn_on(client, group).json() == {"next": PAGE}
    text = client.get(PAGE).content.decode()
    assert "It is on, since" in text and "None yet." in text
    assert client.get(f"{PAGE}on/").status_code == 303
    assert client.get(f"{PAGE}change/no-such-way/").status_code == 404
    answer = client.post(f"{PAGE}on/", {"code": codes.new_code(), "keys": "{}", "proof": "x"}, **SCRIPT)
    assert (answer.status_code, answer.content.decode()) == (422, own_key.NotLocked().sentence)


def test_a_page_to_write_on_has_no_box_that_could_be_sent(client, group):
    turn_on(client, group)
    for path in ("/journal/new/day/", "/journal/new/free/", "/letters/new/", "/letters/new/future/"):
        text = client.get(path).content.decode()
        form = text[text.index('data-own-key="') :].partition("</form>")[0]
        assert "<textarea" in form and "data-box=" in form
        assert not [one for one in form.split("<textarea")[1:] if " name=" in one.partition(">")[0]], path


def test_a_locked_entry_is_taken_and_readable_words_come_back_to_the_page(client, group):
    turn_on(client, group)
    code = codes.new_code()
    fields = {"key": code, "locked": locked(group, '{"feelings": "x"}', code), "version": "0"}
    assert client.post("/journal/new/day/", fields, **SCRIPT).json() == {"next": "/journal/"}
    assert JournalEntry.objects.get().code == code
    text = client.get(f"/journal/{code}/").content.decode()
    assert fields["locked"] in text

    answer = client.post("/journal/new/day/", {"key": codes.new_code(), "feelings": "CANARY-PLAIN"})
    assert answer.status_code == 422
    assert "CANARY-PLAIN" in answer.content.decode() and "Your own key is on now" in answer.content.decode()
    assert JournalEntry.objects.count() == 1

    other = fields | {"locked": "CANARY-NOT-LOCKED", "key": codes.new_code()}
    refused = client.post("/journal/new/day/", other, **SCRIPT)
    assert refused.status_code == 422 and refused.headers["Content-Type"].startswith("text/plain")
    assert "CANARY" not in refused.content.decode()


def test_locked_words_come_to_nobody_whose_key_is_off_and_the_page_keeps_them(client, group):
    code = codes.new_code()
    fields = {"key": code, "locked": locked(group, "Dear me", code, "letter"), "when": "month", "version": "0"}
    answer = client.post("/letters/new/", fields, **SCRIPT)
    assert (answer.status_code, "copy them" in answer.content.decode()) == (409, True)
    assert not Letter.objects.exists()


def test_a_script_of_somebody_who_was_signed_out_is_told_so(client, group):
    turn_on(client, group)
    client.logout()
    answer = client.post("/journal/new/day/", {"key": "k", "locked": "kc1.x"}, **SCRIPT)
    assert answer.status_code == 401 and "signed out" in answer.content.decode()


def test_drafts_are_locked_as_a_whole(client, group):
    turn_on(client, group)
    value = locked(group, '{"feelings": "x"}', "journal", "draft")
    assert client.post("/draft/journal/", {"key": "page", "version": "0", "locked": value}, **SCRIPT).status_code == 204
    assert Draft.objects.get().own_key
    assert client.post("/draft/journal/", {"key": "page", "feelings": "CANARY"}).status_code == 409
    assert client.get("/journal/new/day/").content.decode().count(value) == 1


def test_pieces_name_what_is_there_and_readable_ones_are_given_to_an_open_key_alone(client, group):
    own = {"author": group.member, "by": group.actor(group.member), "at": clock.now()}
    entry = actions.write_entry(
        text=json.dumps({"feelings": "from before"}), practice="p09-three-line-day", client_key="old", **own
    )
    assert client.get(f"{PAGE}pieces/?which=open").status_code == 404, "without a key there is no such list"
    turn_on(client, group)
    [piece] = client.get(f"{PAGE}pieces/?which=open").json()["pieces"]
    assert (piece["kind"], piece["code"]) == ("journal", entry.code)
    assert "from before" not in json.dumps(piece)
    assert client.get(piece["url"], **SCRIPT).status_code == 409
    proof = {f"HTTP_{PROOF.upper().replace('-', '_')}": proof_of(KEY)}
    assert json.loads(client.get(piece["url"], **SCRIPT, **proof).json()["text"]) == {"feelings": "from before"}


def test_looking_at_the_pieces_changes_nothing_and_locking_begins_with_one_page_each(client, group):
    turn_on(client, group)
    beside = Draft(author=group.member, kind="letter 1", saved_at=clock.now())
    beside.sealed_body = seals.DRAFT.seal('{"text": "On the train"}', code=beside.code, holder=group.member)
    beside.save()
    assert "1 page is from before" in client.get(PAGE).content.decode()
    [piece] = client.get(f"{PAGE}pieces/?which=open").json()["pieces"]
    assert piece["code"] == "letter" and Draft.objects.get().kind == "letter 1"
    assert client.post(f"{PAGE}pieces/?which=open").json()["pieces"][0]["code"] == "letter"
    assert Draft.objects.get().kind == "letter"


def test_closing_it_here_takes_the_half_that_only_the_session_has(client, group):
    turn_on(client, group)
    client.get(PAGE)
    client.get("/journal/new/day/")
    first = client.session[HALF]
    client.post(f"{PAGE}close/")
    assert HALF not in client.session
    client.get("/journal/new/day/")
    assert client.session[HALF] != first


def test_beginning_anew_is_asked_once_more_and_takes_only_what_is_locked(client, group):
    turn_on(client, group)
    code = codes.new_code()
    fields = {"key": code, "locked": locked(group, '{"feelings": "x"}', code), "version": "0"}
    client.post("/journal/new/day/", fields, **SCRIPT)
    no_longer_fresh(client)
    client.post(f"{PAGE}anew/")
    assert OwnKey.objects.exists() and JournalEntry.objects.exists()
    client = signed_in(group.member)
    assert "for good" in client.get(f"{PAGE}anew/").content.decode()
    client.post(f"{PAGE}anew/")
    assert not OwnKey.objects.exists() and not JournalEntry.objects.exists()


@pytest.mark.parametrize(
    ("kind", "path", "box"), [("letter", "/letters/new/", "text"), ("journal", "/journal/new/day/", "feelings")]
)
def test_what_came_from_a_phone_beside_a_locked_draft_is_on_its_page(client, group, kind, path, box):
    come(group, "one", phone_page(kind, **{box: "CANARY-PHONE"}))
    turn_on(client, group)
    value = locked(group, "{}", kind, "draft")
    client.post(f"/draft/{kind}/", {"key": "page", "version": "0", "locked": value}, **SCRIPT)
    said = client.get(path).content.decode()
    assert "CANARY-PHONE" in said and "are not locked yet" in said
    actions.finish_draft(kind=kind, page="page", version=0, author=group.member, by=group.actor(group.member))
    said = client.get(path).content.decode()
    assert "CANARY-PHONE" in said and "are not locked yet" not in said
