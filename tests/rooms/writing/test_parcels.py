"""What was written where there was no line comes once, beside what is there, and opens for nobody else."""

import json
import secrets
from base64 import b64decode, b64encode
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from kindcircle.base.lib.errors import NotFound
from kindcircle.base.people.models import User
from kindcircle.base.vault import box
from kindcircle.base.vault.errors import CannotOpen
from kindcircle.rooms.ending.taking import take_writing
from kindcircle.rooms.writing import actions, journal, parcels, phrases
from kindcircle.rooms.writing.errors import NotUnderstood
from kindcircle.rooms.writing.models import Draft, JournalEntry, Parcel
from kindcircle.spec.resting import Felt
from tests.world import World

AT = datetime(2026, 5, 4, 21, 47, 31, tzinfo=UTC)
PRACTICE = "p09-three-line-day"


def sealed(person: User, text: str, *, key: str, box_code: str = "") -> str:
    """As a phone does it (static/live/box-seal.js), in other code."""
    there = box.box_of(person)
    public = b64decode(there.public)
    once = ec.generate_private_key(ec.SECP256R1())
    point = once.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = once.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public))
    code = box_code or there.code
    info = f"kindcircle box 1|{code}|{key}".encode()
    derived = HKDF(hashes.SHA256(), 32, salt=point + public, info=info).derive(shared)
    raw, nonce = text.encode(), secrets.token_bytes(12)
    body = len(raw).to_bytes(4, "big") + raw
    body += bytes(-len(body) % 256)
    return b64encode(b"\x01" + code.encode() + point + nonce + AESGCM(derived).encrypt(nonce, body, info)).decode()


def page(kind: str, done: bool = False, /, **boxes: str) -> str:
    return json.dumps({"kind": kind, "boxes": boxes, "done": done})


def come(world: World, key: str, text: str, *, person: User | None = None, ago: float = 0, **more: Any) -> None:
    author = person or world.member
    parcels.take_in(
        key=key, sealed=more.get("sealed") or sealed(author, text, key=key), ago=timedelta(seconds=ago),
        author=author, by=world.actor(author), at=more.get("at", AT),
    )  # fmt: skip


def draft(world: World, kind: str) -> dict[str, str]:
    return actions.open_draft(kind=kind, author=world.member, by=world.actor(world.member)).boxes


def words(world: World) -> list[str]:
    by = world.actor(world.member)
    return [actions.open_entry(entry=one, by=by) for one in JournalEntry.objects.order_by("written_at", "pk")]


def test_a_finished_page_becomes_an_entry_of_the_hour_in_which_it_was_written(world):
    come(world, "one", page("journal", True, feelings="Tired", kind=" "), ago=3 * 3600)
    entry = JournalEntry.objects.get()
    assert json.loads(words(world)[0]) == {"feelings": "Tired"}
    assert (entry.practice, entry.written_at) == (PRACTICE, AT.replace(hour=18, minute=0, second=0))
    assert not Draft.objects.exists()


@pytest.mark.parametrize(("ago", "back"), [(-9e6, timedelta()), (9e9, timedelta(days=90))])
def test_a_phone_whose_clock_is_wrong_moves_nothing_far(world, ago, back):
    come(world, "one", page("journal", True, feelings="Tired"), ago=ago)
    assert JournalEntry.objects.get().written_at == (AT - back).replace(minute=0, second=0)


def test_the_same_parcel_comes_once_also_after_its_entry_is_gone(world):
    for _ in range(3):
        come(world, "one", page("journal", True, feelings="Tired"))
    assert JournalEntry.objects.count() == 1
    JournalEntry.objects.all().delete()
    come(world, "one", page("journal", True, feelings="Tired"))
    assert (JournalEntry.objects.count(), Parcel.objects.count()) == (0, 1)


def test_a_form_whose_answer_was_lost_on_the_way_comes_once(world):
    by, author = world.actor(world.member), world.member
    actions.write_entry(text="Tired", practice=PRACTICE, client_key="form", author=author, by=by, at=AT)
    come(world, "form", page("journal", True, feelings="Tired"))
    assert words(world) == ["Tired"]


def test_what_was_not_finished_becomes_the_draft(world):
    come(world, "one", page("letter", text="Dear me"))
    assert draft(world, "letter") == {"text": "Dear me"}
    come(world, "empty", page("journal", feelings="  "))
    assert draft(world, "journal") == {}


def test_a_finished_letter_waits_for_its_day_as_a_draft(world):
    come(world, "one", page("letter", True, text="Dear me"))
    assert draft(world, "letter") == {"text": "Dear me"}


def test_a_draft_from_elsewhere_keeps_its_words_and_these_stand_below(world):
    actions.save_draft(
        kind="journal", box="feelings", text="At the desk", page="desk", version=0, author=world.member,
        by=world.actor(world.member), at=AT,
    )  # fmt: skip
    come(world, "one", page("journal", feelings="On the train", kind="Sat down"))
    come(world, "two", page("journal", feelings="In bed"))
    assert draft(world, "journal") == {"feelings": "At the desk\n\nOn the train\n\nIn bed", "kind": "Sat down"}


def test_the_page_that_saved_a_draft_itself_goes_on_where_it_was(world):
    actions.save_draft(
        kind="journal", box="feelings", text="At", page="one", version=0, author=world.member,
        by=world.actor(world.member), at=AT,
    )  # fmt: skip
    come(world, "one", page("journal", feelings="At the desk"))
    assert draft(world, "journal") == {"feelings": "At the desk"}
    come(world, "later", page("journal", True, feelings="Other"))
    assert draft(world, "journal") == {"feelings": "At the desk"}, "another page's sending takes no draft away"


@pytest.mark.parametrize("done", [False, True])
def test_a_page_that_was_filled_from_a_draft_takes_its_place(world, done):
    by, author = world.actor(world.member), world.member
    actions.save_draft(
        kind="journal", box="feelings", text="Begun", page="desk", version=0, author=author, by=by, at=AT
    )  # fmt: skip
    version = actions.open_draft(kind="journal", author=author, by=by).version
    filled = {"kind": "journal", "boxes": {"feelings": "Begun, and on"}, "done": done, "version": str(version)}
    come(world, "one", json.dumps(filled))
    assert draft(world, "journal") == ({} if done else {"feelings": "Begun, and on"})
    assert [json.loads(one) for one in words(world)] == ([{"feelings": "Begun, and on"}] if done else [])


def test_too_many_words_for_an_entry_stay_as_a_draft(world):
    long = "word " * 5000
    come(world, "one", page("journal", True, feelings=long))
    assert draft(world, "journal") == {"feelings": long}


def test_nobody_else_can_send_it_and_it_opens_under_no_other_name(world):
    mine = sealed(world.member, page("journal", True, feelings="Tired"), key="one")
    for who, key in ((world.members[1], "one"), (world.member, "two")):
        with pytest.raises(CannotOpen):
            come(world, key, "", person=who, sealed=mine)
    with pytest.raises(NotFound):
        come(world, "one", page("journal", True, feelings="Tired"), person=world.stranger())
    assert not JournalEntry.objects.exists() and not Parcel.objects.exists()


@pytest.mark.parametrize(
    "text", ["[]", "{}", "null", '{"kind": "other", "boxes": {"a": "b"}}', '{"kind": "journal", "boxes": 3}']
)
def test_what_cannot_be_understood_is_refused_and_noted_nowhere(world, text):
    with pytest.raises(NotUnderstood):
        come(world, "one", text)
    assert not Parcel.objects.exists()


def test_a_changed_or_shortened_parcel_does_not_open(world):
    raw = b64decode(sealed(world.member, page("journal", feelings="Tired"), key="one"))
    for wrong in (
        raw[:50],
        raw[:-1],
        raw[:-1] + bytes([raw[-1] ^ 1]),
        b"\x02" + raw[1:],
        raw[:23] + bytes(65) + raw[88:],
    ):
        with pytest.raises((CannotOpen, NotUnderstood)):
            come(world, "one", "", sealed=b64encode(wrong).decode())


def test_erasing_takes_what_other_phones_still_hold(world):
    waits = sealed(world.member, page("journal", True, feelings="Tired"), key="one")
    before = box.box_of(world.member)
    take_writing(world.member)
    assert box.box_of(world.member) != before
    with pytest.raises(CannotOpen):
        come(world, "one", "", sealed=waits)
    come(world, "two", page("journal", True, feelings="Anew"))
    assert json.loads(words(world)[0]) == {"feelings": "Anew"}


def save(world: World, text: str, *, at: datetime = AT, page: str = "one", kind: str = "letter", box: str = "text"):
    actions.save_draft(
        kind=kind, box=box, text=text, page=page, version=0, author=world.member, by=world.actor(world.member), at=at
    )


def put_aside(world: World, text: str, *, ago: float, after: float, kind: str = "letter", done: bool = False) -> None:
    """From the page "one", so long ago; it comes so long after its page saved last."""
    box = "text" if kind == "letter" else "feelings"
    come(world, "one", page(kind, done, **{box: text}), ago=ago, at=AT + timedelta(seconds=after))


def test_words_put_aside_before_the_page_saved_again_do_not_take_the_place_of_the_newer_ones(world):
    save(world, "Dear me, I am tired. It will pass.")
    put_aside(world, "Dear me,\r\nI am tired.", ago=60, after=10)
    assert draft(world, "letter") == {"text": "Dear me, I am tired. It will pass."}


def test_older_words_that_the_newer_draft_has_no_more_stand_below_it(world):
    save(world, "Dear me, it will pass.")
    put_aside(world, "Dear me, I am tired.", ago=60, after=10)
    assert draft(world, "letter") == {"text": "Dear me, it will pass.\n\nDear me, I am tired."}


def test_words_taken_out_after_the_last_save_stay_out(world):
    save(world, "Dear me, I am tired.")
    put_aside(world, "Dear me,", ago=60, after=300)
    assert draft(world, "letter") == {"text": "Dear me,"}


@pytest.mark.parametrize(
    ("ago", "after"), [(0, 300), (-7200, 300), (290, 300)], ids=["no time told", "put back", "a slow line"]
)
def test_where_the_times_cannot_tell_which_is_newer_nothing_is_lost(world, ago, after):
    save(world, "Dear me, it will pass.")
    put_aside(world, "Dear me, I am tired.", ago=ago, after=after)
    assert draft(world, "letter") == {"text": "Dear me, it will pass.\n\nDear me, I am tired."}


def test_a_page_that_was_finished_before_it_saved_again_leaves_the_newer_words(world):
    save(world, "Tired, and then I slept", kind="journal", box="feelings")
    put_aside(world, "Tired, and awake", ago=60, after=10, kind="journal", done=True)
    assert [json.loads(one) for one in words(world)] == [{"feelings": "Tired, and awake"}]
    assert draft(world, "journal") == {"feelings": "Tired, and then I slept"}


LINE, MORE = "[0, 0, 0, 10, 10, 20, 20]", "[0, 0, 0, 10, 10, 20, 20, 30, 30]"


@pytest.mark.parametrize("newer", [f"[{LINE}, {MORE}]", f"[{MORE}]"], ids=["drawn on", "drawn anew"])
def test_half_a_drawing_does_not_take_the_whole_one_away(world, newer):
    save(world, newer, kind="journal", box="drawing")
    come(world, "one", page("journal", drawing=f"[{LINE}]"), ago=60, at=AT + timedelta(seconds=10))
    assert draft(world, "journal") == {"drawing": newer}
    assert JournalEntry.objects.count() == (0 if LINE in newer else 1), "the older one is whole in the newer"


@pytest.mark.parametrize("done", [False, True])
def test_what_waits_of_a_page_that_was_let_go_comes_only_if_its_button_was_pressed(world, done):
    save(world, "Tired", kind="journal", box="feelings")
    actions.drop_draft(kind="journal", page="one", author=world.member, by=world.actor(world.member), at=AT)
    put_aside(world, "Tired, and awake", ago=60, after=10, kind="journal", done=done)
    assert draft(world, "journal") == {}
    assert len(words(world)) == int(done)


def felt(world: World) -> list[Felt | None]:
    by = world.actor(world.member)
    return [journal.open_felt(entry=one, by=by) for one in JournalEntry.objects.order_by("written_at", "pk")]


def test_how_it_was_comes_along_with_the_day_on_which_it_was_said(world):
    long_ago = 20 * 3600
    come(world, "one", page("journal", True, feelings="Tired", before="wobbly", after="harder"), ago=long_ago)
    assert felt(world) == [Felt(date(2026, 5, 3), "wobbly", "harder")]
    assert json.loads(words(world)[0]) == {"feelings": "Tired"}


@pytest.mark.parametrize(
    ("before", "after", "kept"), [("", "easier", ("", "easier")), ("fine", "harder", ("", "harder")), ("x", "", None)]
)
def test_what_was_not_asked_is_dropped_and_the_words_are_not(world, before, after, kept):
    come(world, "one", page("journal", True, feelings="Tired", before=before, after=after))
    assert felt(world) == [Felt(date(2026, 5, 4), *kept) if kept else None]
    assert len(words(world)) == 1


def test_three_harder_evenings_without_a_line_bring_the_offer_to_rest(world):
    for n in range(3):
        harder = page("journal", True, feelings="Tired", after="harder")
        come(world, str(n), harder, ago=n * 24 * 3600)
    assert journal.rests_now(author=world.member, by=world.actor(world.member), at=AT)


def lines(world: World) -> tuple[str, ...]:
    return phrases.open_phrases(author=world.member, by=world.actor(world.member)).lines


def test_lines_to_meet_again_are_kept_as_from_the_page_itself(world):
    come(world, "one", page("journal-words", True, need="Rest", keep="May I rest.\r\nI may be slow."))
    assert lines(world) == ("May I rest.", "I may be slow.")
    come(world, "two", page("journal-words", True, keep="\n".join(f"Line {n}" for n in range(12))))
    assert len(lines(world)) == 2, "there is no room for all of them"
    assert len(words(world)) == 2, "and they stay in the entry"


def test_lines_of_a_page_that_was_not_finished_are_not_kept_yet(world):
    come(world, "one", page("journal-words", keep="May I rest."))
    come(world, "two", page("journal-words", drawing=f"[{LINE}]", keep="May I rest."))
    assert lines(world) == ()
