"""Sealing and opening a copy. What has no name has a seal of its own: one is never taken for the other."""

from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.base.vault.seals import Seal
from kindcircle.rooms.sharing.models import Share


def seal_words(row: Share, words: str) -> None:
    """Put these words into the row, under its writer's key, as its step asks."""
    row.sealed_words = seal_of_copy(row).seal(words, code=row.code, holder=row.author)


def words_of(row: Share, author: User) -> str:
    """What somebody shares. For the room's own code: who may read it is asked before."""
    return seal_of_copy(row).open(row.sealed_words, code=row.code, holder=author)


def seal_of_copy(row: Share) -> Seal:
    """Which seal a copy has at its step."""
    return seals.SHARED_UNNAMED if row.step == Share.Step.UNNAMED else seals.SHARED
