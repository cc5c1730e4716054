"""Letters to oneself on their pages: written, sealed, taken back, arrived, and read by nobody else."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kindcircle.base.lib import clock
from kindcircle.doors.web.member import letter_writing
from kindcircle.doors.web.member.letter_writing import _months_on
from kindcircle.rooms.writing import actions, delivery
from kindcircle.rooms.writing.models import Draft, Letter
from tests.doors.web.member.people import everybody_else, signed_in
from tests.world import World

WORDS = "Dear me, CANARY-LETTER, you did what you could."
LIST, NEW = "/letters/", "/letters/new/"


@pytest.fixture
def client(world: World) -> Client:
    return signed_in(world.member)


def seal(client: Client, **fields: str):
    return client.post(NEW, {"text": WORDS, "when": "month", "day": "", "key": "one", "version": "0"} | fields)


def arrive(letter: Letter) -> Letter:
    delivery.deliver_due(at=clock.now() + timedelta(days=400))
    letter.refresh_from_db()
    return letter


def page_of(letter: Letter) -> str:
    return reverse("member:letter", args=[letter.code])


def test_the_page_asks_for_something_small_first_and_says_who_can_read(client):
    said = client.get(NEW).content.decode()
    assert said.index("3 out of 10") < said.index("<textarea")
    assert "Only you can read this" in said


def test_a_sealed_letter_is_on_its_way_and_shows_none_of_its_words(client):
    answer = seal(client)
    letter = Letter.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (303, page_of(letter) + "sealed/")
    said = client.get(page_of(letter) + "sealed/").content.decode()
    assert "Sealed. Your letter comes back on" in said and "CANARY" not in said
    said = client.get(LIST).content.decode()
    assert "CANARY" not in said
    assert "On their way" in said
    assert letter.deliver_on > timezone.localdate() + timedelta(days=27)
    assert client.get(page_of(letter)).status_code == 404


def test_on_its_day_its_writer_reads_it(client):
    seal(client)
    letter = arrive(Letter.objects.get())
    assert "has arrived" in client.get(LIST).content.decode()
    assert WORDS in client.get(page_of(letter)).content.decode()
    letter.refresh_from_db()
    assert letter.opened_at is not None
    assert "has arrived" not in client.get(LIST).content.decode()


def test_nobody_else_finds_it_before_or_after_its_day(client, world):
    seal(client)
    letter = Letter.objects.get()
    for state in ("on its way", "arrived"):
        for who, other in everybody_else(world):
            for address in (page_of(letter), page_of(letter) + "withdraw/"):
                assert other.get(address).status_code == 404, (state, who)
                assert b"CANARY" not in other.get(LIST).content
            assert other.post(page_of(letter) + "withdraw/").status_code == 404
        arrive(letter)
    assert Letter.objects.filter(opened_at=None).exists()


def test_a_visitor_is_asked_to_sign_in(client):
    seal(client)
    answer = Client().get(page_of(arrive(Letter.objects.get())))
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/account/login/")


def test_a_letter_sent_after_the_session_ended_is_given_back(db):
    answer = seal(Client())
    assert answer.status_code == 401
    assert WORDS in answer.content.decode()


def test_a_letter_is_taken_back_after_one_more_question(client):
    seal(client)
    withdraw = page_of(Letter.objects.get()) + "withdraw/"
    assert b"gone for good" in client.get(withdraw).content
    assert Letter.objects.exists()
    assert client.post(withdraw).status_code == 303
    assert not Letter.objects.exists()
    assert b"No letters yet" in client.get(LIST).content


def test_a_letter_that_arrived_cannot_be_taken_back(client):
    seal(client)
    letter = arrive(Letter.objects.get())
    assert client.post(page_of(letter) + "withdraw/").status_code == 404
    assert Letter.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"when": "", "day": ""},
        {"when": "own", "day": ""},
        {"when": "own", "day": "2020-01-01"},
        {"when": "own", "day": "2026-02-31"},
        {"when": "own", "day": "some day"},
        {"when": "own", "day": "9999-12-31"},
        {"when": "month", "day": "2026-12-24"},
        {"text": "  \n "},
        {"text": "CANARY-LETTER" + "a" * 20_000},
    ],
)
def test_what_cannot_be_sealed_is_answered_kindly_and_the_words_stay(client, fields):
    answer = seal(client, **fields)
    said = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="problem"' in said
    assert ("CANARY-LETTER" in said) == bool(fields.get("text", WORDS).strip())
    assert 'name="key" value="one"' in said
    assert not Letter.objects.exists()


def test_a_day_of_ones_own(client):
    on = timezone.localdate() + timedelta(days=9)
    assert seal(client, when="own", day=on.isoformat()).status_code == 303
    assert Letter.objects.get().deliver_on == on


def test_pressing_twice_seals_one_letter_and_a_form_without_a_key_still_works(client):
    seal(client)
    seal(client)
    assert Letter.objects.count() == 1
    seal(client, key="", text="Without a key.")
    seal(client, key="x" * 300, text="With one that is none.")
    assert Letter.objects.count() == 3


def test_the_same_key_from_somebody_else_is_another_letter(client, world):
    seal(client)
    assert seal(signed_in(world.members[1])).status_code == 303
    assert Letter.objects.count() == 2


def test_an_unfinished_letter_stands_there_again_and_goes_when_it_is_sealed(client, world):
    client.post("/draft/letter/", {"text": "CANARY-DRAFT", "key": "old", "version": "0"})
    page = client.get(NEW)
    assert "CANARY-DRAFT" in page.content.decode()
    assert "CANARY-DRAFT" not in signed_in(world.members[1]).get(NEW).content.decode()
    seal(client, key=page.context["key"], version=str(page.context["version"]))
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 9, 15), 3, date(2026, 12, 15)),
    ],
)
def test_so_many_months_on(day, months, later):
    assert _months_on(day, months) == later


def test_words_are_shown_as_they_were_written_and_never_as_markup(client, world):
    text = "Dear <b>me</b> & you\n\nsecond <script>alert(1)</script>"
    letter = actions.write_letter(
        text=text,
        deliver_on=timezone.localdate() + timedelta(days=2),
        client_key="k",
        author=world.member,
        by=world.actor(world.member),
        at=clock.now(),
    )
    said = client.get(page_of(arrive(letter))).content.decode()
    assert "Dear &lt;b&gt;me&lt;/b&gt; &amp; you" in said
    assert "<script>alert" not in said


KINDS = ["/letters/new/", "/letters/new/future/", "/letters/new/hard-day/"]


@pytest.mark.parametrize("address", KINDS)
def test_each_kind_is_led_by_its_own_practice_with_a_way_out_beside_it(client, address):
    said = client.get(address).content.decode()
    assert said.index("First, only think") < said.index("<textarea") < said.index("When may it come back?")
    # On a phone the card with the ways out stands below the form: the way to it stands above.
    assert said.index("Ways out, and an easier way") < said.index("<textarea") < said.index('id="gently-title"')
    assert said.index('href="/hard-day/"', said.index("<main")) < said.index("<textarea")
    assert "When I need it" in said
    # Nothing that is only done after the letter stands before the box, and nothing of the letter after it.
    assert said.index("<textarea") < said.index("Pen down")


def test_a_letter_for_a_hard_day_waits_unless_somebody_chooses_a_day(client):
    client.post(KINDS[2], {"text": WORDS, "when": "needed", "key": "waits"})
    client.post(KINDS[2], {"text": WORDS, "when": "month", "key": "comes"})
    assert list(Letter.objects.order_by("pk").values_list("kind", "when_needed")) == [
        ("hard-day", True),
        ("hard-day", False),
    ]


def test_a_day_beside_when_i_need_it_is_asked_about_and_the_words_stay(client):
    answer = client.post(KINDS[2], {"text": WORDS, "when": "needed", "day": "2099-01-01", "key": "both"})
    assert answer.status_code == 422 and "CANARY-LETTER" in answer.content.decode()
    assert not Letter.objects.exists()


def test_each_kind_finds_its_own_draft_again(client):
    for address, kind in zip(KINDS, ("letter", "letter-future", "letter-hard"), strict=True):
        assert client.post(f"/draft/{kind}/", {"text": f"begun {kind}", "key": kind, "version": "0"}).status_code == 204
        assert f">begun {kind}</textarea>" in client.get(address).content.decode()
    answer = client.post("/draft/letter-hard/afresh/")
    assert answer.headers["Location"] == KINDS[2]
    assert Draft.objects.count() == 2


def test_whoever_goes_more_slowly_is_shown_the_easier_way_first(client, monkeypatch):
    easier = "an easier way may suit you better today"
    assert all(easier not in client.get(address).content.decode() for address in KINDS)
    monkeypatch.setattr(letter_writing, "goes_slowly", lambda user_id: object())
    assert all(easier in client.get(address).content.decode() for address in KINDS)


def test_the_page_after_sealing_gives_way_once_the_letter_is_there(client):
    seal(client)
    letter = arrive(Letter.objects.get())
    answer = client.get(page_of(letter) + "sealed/")
    assert (answer.status_code, answer.headers["Location"]) == (303, LIST)


def test_a_line_of_a_letter_is_shown_as_written_and_never_as_markup(client, world):
    letter = actions.write_letter(
        text="<script>alert(1)</script> Rest. & more.",
        deliver_on=timezone.localdate() + timedelta(days=2),
        client_key="k",
        author=world.member,
        by=world.actor(world.member),
        at=clock.now(),
    )
    line = page_of(arrive(letter)) + "line/"
    assert "<script>alert" not in client.get(line).content.decode()
    assert client.post(line, {"line": "<script>alert(1)</script> Rest."}).status_code == 303
    said = client.get(LIST).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; Rest." in said and "<script>alert" not in said
