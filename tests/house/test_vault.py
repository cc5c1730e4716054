"""A sealed text opens for its own row, kind and person and in no other way: `CannotOpen`, never a guess (TRUST T3)."""

import base64
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.test import Client

from kindcircle.base.lib import clock, codes, keyfiles
from kindcircle.base.people.models import User
from kindcircle.base.vault import keys, seals
from kindcircle.base.vault.errors import CannotOpen
from kindcircle.base.vault.keys import SITE
from kindcircle.base.vault.models import DataKey
from kindcircle.base.vault.seals import Seal
from kindcircle.rooms.writing.models import JournalEntry
from tests.world import World, make_world

WORDS = "My own words: canary, ünïcödé 🌱\n" * 3
SEALS = [one for one in vars(seals).values() if isinstance(one, Seal)]


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    """Keys that an earlier test opened belong to rows that are gone."""
    keys.forget_opened()
    yield
    keys.forget_opened()
    keyfiles.read.cache_clear()


@pytest.fixture
def root(settings, tmp_path: Path) -> Path:
    """A root key file of this test's own."""
    file = tmp_path / "root.key"
    file.write_bytes(settings.ROOT_KEY_FILE.read_bytes())
    settings.ROOT_KEY_FILE = file
    keyfiles.read.cache_clear()
    return file


def refused(seal: Seal, value: bytes, *, code: str, holder: object) -> None:
    """It does not open, and the refusal holds nothing of what was inside or of how it was stored."""
    with pytest.raises(CannotOpen) as caught:
        seal.open(value, code=code, holder=holder)  # type: ignore[arg-type]
    said = f"{caught.value} {caught.value.args} {caught.value.sentence}"
    assert "canary" not in said
    assert len(value) < 45 or value.hex()[60:90] not in said
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("seal", SEALS, ids=lambda seal: seal.kind)
def test_every_kind_opens_where_it_was_sealed(world: World, seal: Seal) -> None:
    for holder in (world.member, world.organisation, SITE):
        code = codes.new_code()
        assert seal.open(seal.seal(WORDS, code=code, holder=holder), code=code, holder=holder) == WORDS


def test_no_two_kinds_share_a_name() -> None:
    assert len({seal.kind for seal in SEALS}) == len(SEALS) >= 13


def test_a_value_moved_to_another_row_kind_or_person_is_refused(world: World) -> None:
    one, other = world.members[0], world.members[1]
    code, elsewhere = codes.new_code(), codes.new_code()
    for seal in SEALS:
        value = seal.seal(WORDS, code=code, holder=one)
        refused(seal, value, code=elsewhere, holder=one)
        for kind in SEALS:
            if kind != seal:
                refused(kind, value, code=code, holder=one)
        for holder in (other, world.organisation, SITE):
            refused(seal, value, code=code, holder=holder)


def test_a_value_moved_to_another_person_is_refused_even_under_that_persons_key_code(world: World) -> None:
    one, other = world.members[:2]
    code = codes.new_code()
    mine = seals.JOURNAL.seal(WORDS, code=code, holder=one)
    theirs = seals.JOURNAL.seal(WORDS, code=code, holder=other)
    refused(seals.JOURNAL, theirs[:23] + mine[23:], code=code, holder=other)


def test_every_flipped_bit_is_refused(world: World) -> None:
    code = codes.new_code()
    value = seals.LETTER.seal("Dear me, canary", code=code, holder=world.member)
    for place in range(len(value)):
        for bit in range(8):
            flipped = value[:place] + bytes([value[place] ^ (1 << bit)]) + value[place + 1 :]
            refused(seals.LETTER, flipped, code=code, holder=world.member)
    print(f"\n{len(value) * 8} flipped bits refused")


def test_every_shortened_and_lengthened_value_is_refused(world: World) -> None:
    code = codes.new_code()
    value = seals.LETTER.seal(WORDS, code=code, holder=world.member)
    for length in range(len(value)):
        refused(seals.LETTER, value[:length], code=code, holder=world.member)
    for more in (b"\0", value, b"x" * 256):
        refused(seals.LETTER, value + more, code=code, holder=world.member)


def test_plain_text_put_in_its_place_is_refused(world: World) -> None:
    """The packaged field handed it back as if it had been sealed."""
    for planted in (b"", b"canary in clear", WORDS.encode() * 20):
        refused(seals.LETTER, planted, code="x" * 22, holder=world.member)


def test_a_value_of_an_earlier_format_is_refused(world: World) -> None:
    code = codes.new_code()
    value = seals.LETTER.seal(WORDS, code=code, holder=world.member)
    for version in (0, 2, 255):
        refused(seals.LETTER, bytes([version]) + value[1:], code=code, holder=world.member)


def test_an_earlier_value_put_back_after_the_key_was_destroyed_is_refused(world: World) -> None:
    """Restoring old rows does not bring back what was erased: the person's new key is another one."""
    code = codes.new_code()
    value = seals.JOURNAL.seal(WORDS, code=code, holder=world.member)
    keys.destroy_key(world.member)
    refused(seals.JOURNAL, value, code=code, holder=world.member)
    again = seals.JOURNAL.seal(WORDS, code=code, holder=world.member)
    assert seals.JOURNAL.open(again, code=code, holder=world.member) == WORDS
    refused(seals.JOURNAL, value, code=code, holder=world.member)


def test_the_wrong_root_key_opens_nothing(world: World, root: Path) -> None:
    code = codes.new_code()
    value = seals.JOURNAL.seal(WORDS, code=code, holder=world.member)
    _write(root, secrets.token_bytes(32))
    refused(seals.JOURNAL, value, code=code, holder=world.member)


def test_without_the_key_file_nothing_opens_and_no_new_key_is_made(world: World, root: Path) -> None:
    code = codes.new_code()
    value = seals.JOURNAL.seal(WORDS, code=code, holder=world.member)
    before = DataKey.objects.count()
    root.unlink()
    _forget()
    with pytest.raises(keyfiles.KeyMissing) as caught:
        seals.JOURNAL.open(value, code=code, holder=world.member)
    assert str(root.parent) not in str(caught.value)
    with pytest.raises(keyfiles.KeyMissing):
        seals.JOURNAL.seal(WORDS, code=code, holder=world.stranger())
    assert DataKey.objects.count() == before


def test_a_person_key_moved_to_another_person_is_refused(world: World) -> None:
    one, other = world.members[:2]
    code = codes.new_code()
    value = seals.JOURNAL.seal(WORDS, code=code, holder=one)
    rows = {name: DataKey.objects.get(holder=keys.holder_name(user)) for name, user in (("one", one), ("other", other))}
    DataKey.objects.filter(pk=rows["other"].pk).update(wrapped=rows["one"].wrapped)
    keys.forget_opened()
    refused(seals.JOURNAL, value, code=code, holder=other)
    for place in range(0, len(rows["one"].wrapped), 7):
        wrapped = bytearray(rows["one"].wrapped)
        wrapped[place] ^= 1
        DataKey.objects.filter(pk=rows["one"].pk).update(wrapped=bytes(wrapped))
        keys.forget_opened()
        refused(seals.JOURNAL, value, code=code, holder=one)


def test_a_new_root_key_in_the_first_line_leaves_everything_readable(world: World, root: Path) -> None:
    code, people = codes.new_code(), [world.member, world.facilitator, world.organisation]
    sealed = [(holder, seals.JOURNAL.seal(WORDS, code=code, holder=holder)) for holder in people]
    old = keyfiles.read(root)[0]
    _write(root, secrets.token_bytes(32), old)
    for holder, value in sealed:
        assert seals.JOURNAL.open(value, code=code, holder=holder) == WORDS
    # Of a house that is new, so that its wrapping key is new too.
    newcomer = make_world(at=clock.now()).member
    name = seals.name_of(newcomer)
    # What was made since hangs on the new line alone; what was there before, on the old one.
    _write(root, keyfiles.read(root)[0])
    assert seals.name_of(newcomer) == name
    with pytest.raises(CannotOpen):
        seals.name_of(world.member)


def test_the_length_says_less_than_the_text(world: World) -> None:
    lengths = {len(seals.JOURNAL.seal("a" * n, code="x" * 22, holder=world.member)) for n in (0, 1, 10, 100, 200, 252)}
    assert len(lengths) == 1
    one_more = len(seals.JOURNAL.seal("a" * 253, code="x" * 22, holder=world.member))
    assert one_more - lengths.pop() == 256


def test_the_same_words_never_look_the_same_twice(world: World) -> None:
    sealed = [seals.JOURNAL.seal(WORDS, code="x" * 22, holder=world.member) for _ in range(200)]
    assert len({value[23:35] for value in sealed}) == 200
    assert len(set(sealed)) == 200


def test_an_honest_cipher_says_the_same(world: World) -> None:
    """What is stored is AES-256-GCM and nothing of our own making: opened here by hand, from the key file up."""
    code = codes.new_code()
    value = seals.JOURNAL.seal(WORDS, code=code, holder=world.member)
    [key, *_] = [base64.b64decode(line) for line in _root_file().read_text().split()]
    for holder in (f"house:{world.organisation.code}", f"person:{world.member.code}"):
        row = DataKey.objects.get(holder=holder)
        wrapped = bytes(row.wrapped)
        key = AESGCM(key).decrypt(wrapped[:12], wrapped[12:], f"{row.code}|{row.holder}".encode())
    bound = f"1|journal|{code}|person:{world.member.code}".encode()
    plain = AESGCM(key).decrypt(value[23:35], value[35:], bound)
    assert plain[4 : 4 + int.from_bytes(plain[:4], "big")].decode() == WORDS


def test_a_text_that_does_not_open_becomes_a_kind_page_without_a_word_of_it(client: Client, world: World) -> None:
    entry = JournalEntry(author=world.member, practice="p09-three-line-day", client_key="k", written_at=clock.now())
    entry.sealed_body = seals.JOURNAL.seal(WORDS, code=codes.new_code(), holder=world.member)  # of another row
    entry.save()
    sign_in(client, world.member)
    page = client.get(f"/journal/{entry.code}/")
    text = page.content.decode()
    assert page.status_code == 500
    assert "could not open this text safely" in text
    assert "Help now" in text
    assert "canary" not in text
    assert bytes(entry.sealed_body).hex()[60:90] not in text


def sign_in(client: Client, user: User) -> None:
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")


def _root_file() -> Path:
    from django.conf import settings

    return settings.ROOT_KEY_FILE


def _write(file: Path, *lines: bytes) -> None:
    file.write_text("".join(base64.b64encode(line).decode() + "\n" for line in lines))
    _forget()


def _forget() -> None:
    keyfiles.read.cache_clear()
    keys.forget_opened()
