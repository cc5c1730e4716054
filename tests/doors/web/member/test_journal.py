"""The journal's pages: three lines, kept for their writer alone, and never lost half-written."""

import re
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse

from kindcircle.base.lib import clock
from kindcircle.doors.web.member import journal_new
from kindcircle.rooms.groups.models import Membership
from kindcircle.rooms.writing import actions
from kindcircle.rooms.writing.models import Draft, JournalEntry
from kindcircle.spec.practices import newest_practice
from tests.doors.web.member.people import everybody_else, signed_in
from tests.world import World

LIST, NEW = "/journal/", "/journal/new/day/"


@pytest.fixture
def client(world: World) -> Client:
    return signed_in(world.member)


def keep(client: Client, **fields: str):
    return client.post(NEW, {"feelings": "CANARY-FEELING", "key": "one", "version": "0"} | fields)


def page_of(entry: JournalEntry) -> str:
    return reverse("member:journal-entry", args=[entry.code])


def save(client: Client, **fields: str):
    return client.post("/draft/journal/", {"key": "page-one", "version": "0"} | fields)


def test_each_box_says_who_can_read_it(client):
    said = client.get(NEW).content.decode()
    # The sheet to draw on lies in a box that nobody sees; the words beside it have a line of their own.
    assert said.count("<textarea") - 1 == said.count("Only you can read this. Nobody is watching this page.") == 5
    for box in ("feelings", "others", "kind", "tomorrow", "drawing_words"):
        assert f'name="{box}"' in said
        assert f'{box}-reader"' in said


def test_an_entry_is_kept_and_read_again(client):
    answer = keep(client, kind="Rest is allowed.", tomorrow="Tea first.")
    assert (answer.status_code, answer.headers["Location"]) == (303, LIST)
    entry = JournalEntry.objects.get()
    listed = client.get(LIST).content.decode()
    assert page_of(entry) in listed
    assert "CANARY" not in listed
    said = client.get(page_of(entry)).content.decode()
    assert "CANARY-FEELING" in said
    assert "Rest is allowed." in said
    assert "How did it feel?" in said
    assert "How might others know this too?" not in said


def test_nobody_else_finds_it(client, world):
    keep(client)
    entry = JournalEntry.objects.get()
    for who, other in everybody_else(world):
        assert other.get(page_of(entry)).status_code == 404, who
        assert entry.code not in other.get(LIST).content.decode(), who
    assert Client().get(page_of(entry)).status_code == 302


def test_a_visit_by_short_code_sees_no_journal(client, world):
    keep(client)
    visit = signed_in(world.member)
    session = visit.session
    session["only_gathering"] = world.gathering.pk
    session.save()
    for address in (LIST, NEW, page_of(JournalEntry.objects.get()), "/letters/", "/today/", "/hard-day/"):
        assert visit.get(address).status_code == 404, address


def test_an_empty_page_is_answered_kindly(client):
    answer = keep(client, feelings="  ")
    assert answer.status_code == 422
    assert b"no words here yet" in answer.content
    assert not JournalEntry.objects.exists()


def test_too_many_words_stay_on_the_page(client):
    answer = keep(client, kind="CANARY-LONG" + "a" * 20_000)
    assert answer.status_code == 422
    assert b"CANARY-LONG" in answer.content
    assert b"CANARY-FEELING" in answer.content


def test_pressing_twice_keeps_one(client):
    keep(client)
    keep(client)
    assert JournalEntry.objects.count() == 1


def test_an_entry_written_as_one_text_is_shown_too(client, world):
    author = world.member
    entry = actions.write_entry(
        text="just\n\nwords",
        practice="p09-three-line-day",
        client_key="k",
        author=author,
        by=world.actor(author),
        at=clock.now(),
    )
    assert "<p>just</p>" in client.get(page_of(entry)).content.decode()


def test_words_are_never_markup(client):
    keep(client, feelings="<img src=x onerror=alert(1)>")
    assert b"<img src=x" not in client.get(page_of(JournalEntry.objects.get())).content


def test_many_entries_are_turned_in_pages(client, world):
    author, by = world.member, world.actor(world.member)
    for number in range(31):
        actions.write_entry(
            text="x", practice="p09-three-line-day", client_key=str(number), author=author, by=by, at=clock.now()
        )
    assert client.get(LIST).content.decode().count("/journal/") > 30
    assert b"Newer" in client.get(f"{LIST}?page=2").content
    assert client.get(f"{LIST}?page=nonsense").status_code == 200


# --- drafts ---


def test_what_was_typed_is_there_after_signing_in_again(client, world):
    assert save(client, feelings="CANARY-DRAFT").status_code == 204
    assert save(client, others="others too").status_code == 204
    client.logout()
    said = signed_in(world.member).get(NEW).content.decode()
    assert "CANARY-DRAFT" in said
    assert "others too" in said
    assert "You began this before" in said


def test_a_draft_is_nobody_elses(client, world):
    save(client, feelings="CANARY-DRAFT")
    for who, other in everybody_else(world):
        assert b"CANARY" not in other.get(NEW).content, who
        other.post("/draft/journal/afresh/")
    assert Draft.objects.get().author == world.member


def test_the_second_tab_is_told_and_its_words_can_still_be_kept(client):
    save(client, feelings="first tab")
    assert save(client, feelings="second tab", key="page-two").status_code == 409
    assert keep(client, feelings="second tab", key="page-two").status_code == 303
    assert "first tab" in client.get(NEW).content.decode()


def test_a_draft_goes_with_the_page_that_saved_it(client):
    save(client, feelings="x")
    keep(client, key="page-one")
    assert not Draft.objects.exists()
    # The browser's last save, on leaving the page, may come after the form.
    assert save(client, feelings="x").status_code == 204
    assert not Draft.objects.exists()


def test_beginning_with_an_empty_page(client):
    save(client, feelings="CANARY-DRAFT")
    assert client.get("/draft/journal/afresh/").status_code == 302
    assert Draft.objects.exists()
    answer = client.post("/draft/journal/afresh/")
    assert (answer.status_code, answer.headers["Location"]) == (303, NEW)
    assert b"CANARY" not in client.get(NEW).content


def afresh_form(client: Client, path: str) -> dict[str, str]:
    """What "Begin with an empty page" sends, and where."""
    said = client.get(path).content.decode()
    form = re.search(r'<form method="post" action="(/draft/[^"]+/afresh/)">.*?</form>', said, re.S)
    assert form, f"{path} does not say that it was begun before"
    keys = re.findall(r'name="key" value="([^"]+)"', said)
    assert len(keys) == 2 and len(set(keys)) == 1, "it is known as the page whose words it lets go"
    assert f'value="{keys[0]}"' in form[0]
    return {"action": form[1], "key": keys[0]}


@pytest.mark.parametrize(
    "kind", ["journal", "journal-free", "letter", "letter-hard", "own-phrases", "added", "message"]
)
def test_words_of_a_page_that_was_let_go_do_not_come_back_with_its_last_save(client, world, kind):
    """Typed within the last second, or on the second tab: the browser sends them while the page closes."""
    kind, path = where(client, world, kind)
    box = "feelings" if kind == "journal" else "text"
    client.post(f"/draft/{kind}/", {box: "CANARY-DRAFT", "key": "page-one", "version": "0"})
    sent = afresh_form(client, path)
    client.post(sent["action"], {"key": sent["key"]})
    version = str(10**12)
    late = client.post(f"/draft/{kind}/", {box: "CANARY-DRAFT and on", "key": sent["key"], "version": version})
    assert late.status_code == 409, "and a page that somebody went back to does not say that it is kept"
    assert not Draft.objects.exists()
    assert b"CANARY-DRAFT" not in client.get(path).content


def where(client: Client, world: World, kind: str) -> tuple[str, str]:
    if kind == "added":
        keep(client)
        entry = JournalEntry.objects.get()
        return f"journal-added-{entry.code}", page_of(entry)
    if kind == "message":
        place = Membership.objects.get(user=world.member)
        return f"message-{place.code}", reverse("member:conversation", args=[place.code])
    return kind, {
        "journal": NEW, "journal-free": "/journal/new/free/", "letter": "/letters/new/",
        "letter-hard": "/letters/new/hard-day/", "own-phrases": reverse("member:own-phrases"),
    }[kind]  # fmt: skip


def test_a_page_that_was_let_go_can_still_be_saved_by_its_button(client):
    save(client, feelings="CANARY-DRAFT")
    sent = afresh_form(client, NEW)
    client.post(sent["action"], {"key": sent["key"]})
    keep(client, key=sent["key"])
    assert b"CANARY-FEELING" in client.get(page_of(JournalEntry.objects.get())).content


@pytest.mark.parametrize(
    ("address", "fields", "status"),
    [
        ("/draft/journal/", {}, 404),
        ("/draft/journal/", {"text": "x"}, 404),
        ("/draft/unknown/", {"feelings": "x"}, 404),
        ("/draft/unknown/afresh/", {}, 404),
        ("/draft/journal/", {"feelings": "a" * 20_001}, 422),
        ("/draft/journal/", {"feelings": "x", "version": "-1"}, 204),
        ("/draft/journal/", {"feelings": "x", "version": "9" * 40}, 204),
        ("/draft/journal/", {"feelings": "x", "version": "²"}, 204),
    ],
)
def test_odd_requests_get_plain_answers(client, address, fields, status):
    assert client.post(address, fields).status_code == status


def test_words_sent_after_the_session_ended_are_given_back(client):
    answer = keep(Client(), others="CANARY <b>two</b>")
    assert answer.status_code == 401
    said = answer.content.decode()
    assert "Not saved yet. Here is what you wrote." in said
    assert "CANARY-FEELING" in said
    assert "CANARY &lt;b&gt;two&lt;/b&gt;" in said
    assert 'href="/journal/new/day/"' in said
    assert keep(Client(), feelings="").status_code == 302
    assert not JournalEntry.objects.exists()


def test_words_of_a_page_that_grew_stale_are_given_back_to_our_own_pages_only(world):
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(world.member)
    ours = {"HTTP_ORIGIN": "http://testserver"}
    fields = {"feelings": "CANARY words", "kind": "one", "key": "k", "csrfmiddlewaretoken": "stale"}
    answer = careful.post(NEW, fields, **ours)
    assert answer.status_code == 400
    assert b"CANARY words" in answer.content
    assert b'href="/journal/new/day/"' in answer.content
    assert b"CANARY" not in careful.post(NEW, fields, HTTP_ORIGIN="https://elsewhere.example").content
    assert b"CANARY" not in careful.post(NEW, fields).content
    assert not JournalEntry.objects.exists()


def test_a_draft_is_asked_for_by_post_only_and_after_signing_in(client):
    assert client.get("/draft/journal/").status_code == 405
    answer = Client().post("/draft/journal/", {"feelings": "x"})
    assert answer.status_code == 302
    assert not Draft.objects.exists()


# --- other kinds ---


def test_seven_kinds_are_offered_and_what_can_stir_up_waits_for_the_group(client):
    said = client.get("/journal/new/").content.decode()
    for kind in ("day", "free", "friend", "want", "words", "story"):
        assert f'href="/journal/new/{kind}/"' in said
    assert "Changing the critic&#x27;s tune" in said
    assert 'href="/journal/new/critic/"' not in said
    later = client.get("/journal/new/critic/").content.decode()
    assert "This one can stir things up." in later
    assert "<textarea" not in later
    assert client.get("/journal/new/nonsense/").status_code == 404


def test_the_critic_rests_with_whoever_goes_more_slowly_and_the_milder_ones_do_not(client, monkeypatch):
    human_too = SimpleNamespace(practice=newest_practice("p12-human-too"))
    monkeypatch.setattr(journal_new, "offered", lambda courses, practice_id: human_too)
    assert b"<textarea" in client.get("/journal/new/critic/").content
    monkeypatch.setattr(journal_new, "goes_slowly", lambda user_id: object())
    said = client.get("/journal/new/critic/").content.decode()
    assert "This one rests for a while." in said
    assert "<textarea" not in said
    assert "It rests while you go more slowly." in client.get("/journal/new/").content.decode()
    assert b"<textarea" in client.get(NEW).content


def test_a_longer_way_asks_more_and_words_of_another_length_stay_in_sight(client):
    first, both = client.get("/journal/new/story/").content, client.get("/journal/new/story/?seconds=1500").content
    assert b'name="rules"' in first
    assert b'name="rewritten"' not in first
    assert b'name="rules"' in both
    assert b'name="rewritten"' in both
    fields = {"key": "page-one", "version": "0", "rewritten": "CANARY-MINE"}
    assert client.post("/draft/journal-story/", fields).status_code == 204
    assert b"CANARY-MINE" in client.get("/journal/new/story/").content
    assert client.get("/journal/new/story/?seconds=nonsense").status_code == 200


def test_the_microphone_is_allowed_on_the_page_of_an_entry_and_nowhere_else(client):
    assert "microphone=(self)" in client.get(NEW).headers["Permissions-Policy"]
    for address in (LIST, "/journal/new/", "/journal/my-words/", "/letters/new/"):
        assert "microphone=()" in client.get(address).headers["Permissions-Policy"], address


def test_lines_for_somebody_elses_entry_are_nobodys(client, world):
    keep(client)
    entry = JournalEntry.objects.get()
    fields = {"key": "k", "version": "0", "text": "x"}
    assert client.post(f"/draft/journal-added-{entry.code}/", fields).status_code == 204
    other = signed_in(world.members[1])
    assert other.post(f"/draft/journal-added-{entry.code}/", fields).status_code == 404
    assert other.post(f"/draft/journal-added-{entry.code}/afresh/").status_code == 404
    assert client.post(f"/draft/journal-added-{entry.code}/afresh/").status_code == 303
    assert not Draft.objects.exists()


@pytest.mark.parametrize("way", ["before", "after"])
def test_an_answer_that_was_not_offered_is_no_answer(client, way):
    assert keep(client, **{way: "CANARY"}).status_code == 303
    assert bytes(JournalEntry.objects.get().sealed_felt) == b""
