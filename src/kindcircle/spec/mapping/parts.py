"""What a proposal is made of: pairs, remarks, and whether they are whole."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from kindcircle.spec.documents.shape import Source

Weight = Literal["note", "confirm", "stop"]
"""`note`: good to know. `confirm`: a person says yes to it before the words are used. `stop`: the file
does not fit and has to be changed, or another one chosen."""


class WordingError(ValueError):
    """The words cannot be used as they are. `names` lists the points still open, or what is missing."""

    def __init__(self, message: str, names: Iterable[str] = ()) -> None:
        self.names = tuple(names)
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Remark:
    """One warning about a proposal: a name for programs, a sentence for people, the fields it is about."""

    name: str
    weight: Weight
    text: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemPair:
    """Our item and their field, with the words, and why we think they are the same."""

    number: int
    item_id: str
    text_key: str
    field: str
    row: int
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class AnswerPair:
    """Our answer value and their stored value, with the label, and why."""

    response: str
    value: int
    label_key: str
    their_value: str
    label: str
    why: str


@dataclass(frozen=True, slots=True)
class Mapping:
    """A proposal for one form of a file. Nothing is used until `apply_mapping` is called with consent."""

    instrument: str
    version: str
    form: str
    items: tuple[ItemPair, ...]
    answers: tuple[AnswerPair, ...]
    instruction: str
    ignored: tuple[str, ...]
    remarks: tuple[Remark, ...]
    scored_items: int
    source: Source = "redcap_dictionary"

    @property
    def complete(self) -> bool:
        """Whether every scored item has its field and nothing stops the import."""
        return not self.stops and len(self.items) >= self.scored_items

    @property
    def stops(self) -> tuple[str, ...]:
        return tuple(remark.name for remark in self.remarks if remark.weight == "stop")

    @property
    def to_confirm(self) -> tuple[str, ...]:
        return tuple(remark.name for remark in self.remarks if remark.weight == "confirm")


def listed(names: Iterable[object]) -> str:
    return ", ".join(str(name) for name in names)
