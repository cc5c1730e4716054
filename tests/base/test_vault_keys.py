"""What a process remembers of keys may be out of date. Nothing is sealed with a key that is not in the database."""

from collections.abc import Iterator

import pytest
from django.db import transaction

from kindcircle.base.lib import codes
from kindcircle.base.people.models import Organisation
from kindcircle.base.vault import keys, seals
from kindcircle.base.vault.models import DataKey
from tests.world import World


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    keys.forget_opened()
    yield
    keys.forget_opened()


def seal_and_undo(house: Organisation) -> None:
    """Make the house's first key in a transaction that does not come to its end."""
    with pytest.raises(RuntimeError), transaction.atomic():
        seals.GROUP_NOTE.seal("lost with its row", code=codes.new_code(), holder=house)
        raise RuntimeError
    assert not DataKey.objects.filter(holder=keys.holder_name(house)).exists()


def test_words_sealed_after_an_undone_transaction_can_be_opened(world: World) -> None:
    code, house = codes.new_code(), world.organisation
    seal_and_undo(house)
    sealed = seals.GROUP_NOTE.seal("a note", code=code, holder=house)
    keys.forget_opened()  # as after a minute, or in another process
    assert seals.GROUP_NOTE.open(sealed, code=code, holder=house) == "a note"


def test_words_that_another_process_sealed_open_at_once(world: World) -> None:
    code, house = codes.new_code(), world.organisation
    seal_and_undo(house)
    remembered = dict(keys._opened)
    keys.forget_opened()
    sealed = seals.GROUP_NOTE.seal("a note", code=code, holder=house)
    keys._opened.update(remembered)
    assert seals.GROUP_NOTE.open(sealed, code=code, holder=house) == "a note"


def test_nothing_is_sealed_under_a_key_that_was_destroyed_elsewhere(world: World) -> None:
    code, member = codes.new_code(), world.member
    seals.name_of(member)
    DataKey.objects.filter(holder=keys.holder_name(member)).delete()
    sealed = seals.JOURNAL.seal("still here", code=code, holder=member)
    keys.forget_opened()
    assert seals.JOURNAL.open(sealed, code=code, holder=member) == "still here"
