"""A questionnaire's items ready to be asked on a page, and what was sent, read back as answers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from kindcircle.rooms.measures.actions import sentence_for
from kindcircle.spec.definition import Definition
from kindcircle.spec.instruments import read_answer
from kindcircle.spec.parts import Item, Likert, Scale, Text, Tick
from kindcircle.spec.scoring import Answer
from kindcircle.spec.wording import Wording


@dataclass(frozen=True, slots=True)
class Question:
    """One item, ready to be asked. value: what was typed or chosen before; blank: it was left blank on purpose."""

    id: str
    kind: str
    ask: str
    note: str
    value: str
    error: str
    options: tuple[tuple[int | str, str], ...] = ()
    low: int = 0
    high: int = 0
    low_words: str = ""
    high_words: str = ""
    blank: bool = False

    @property
    def is_line(self) -> bool:
        """Whether it is answered by one mark or one of a few words, and so counts as a line of the sheet."""
        return self.kind in ("likert", "scale")

    @property
    def said(self) -> str:
        """What was typed or chosen before, as it reads on the page."""
        if self.kind == "tick":
            return _("ticked") if self.value in ("1", "on") else _("not ticked")
        if self.blank:
            return _("left blank")
        return next((words for value, words in self.options if str(value) == self.value), self.value)


def read(one: Definition, typed: Mapping[str, str]) -> tuple[dict[str, Answer], dict[str, str]]:
    """What was sent, as answers; and one kind sentence for each that cannot be kept.

    A line left blank on purpose is None; one that was not reached, and a box without words, is not there.
    """
    answers: dict[str, Answer] = {}
    errors: dict[str, str] = {}
    for item in one.items:
        kind = one.response(item)
        text = typed.get(item.id, "0" if isinstance(kind, Tick) else None)
        if text is None or (isinstance(kind, Text) and not text.strip()):
            continue
        try:
            answers[item.id] = read_answer(one, item.id, text)
        except ValueError:
            reason = "too_long" if isinstance(kind, Text) and len(text.strip()) > kind.longest else "not_an_answer"
            errors[item.id] = sentence_for(one, item.id, reason)
    return answers, errors


def question(
    one: Definition, item: Item, words: Wording, typed: Mapping[str, str], errors: Mapping[str, str]
) -> Question:
    """One item with its words, and with what was typed before."""
    asked = Question(
        id=item.id,
        kind=one.response(item).type,
        ask=words.items[item.text_key],
        note=words.notes.get(item.note_key or "", ""),
        value=typed.get(item.id, ""),
        blank=typed.get(item.id) == "",
        error=errors.get(item.id, ""),
    )
    kind = one.response(item)
    if isinstance(kind, Likert):
        options: list[tuple[int | str, str]] = [
            (anchor.value, words.labels.get(anchor.label_key, str(anchor.value))) for anchor in kind.values
        ]
        if kind.not_applicable:
            options.append((kind.not_applicable.code, words.labels[kind.not_applicable.label_key]))
        return replace(asked, options=tuple(options))
    if isinstance(kind, Scale):
        marks = {str(number) for number in range(kind.low, kind.high + 1)}
        return replace(
            asked,
            value=asked.value if asked.value in marks else "",
            low=kind.low,
            high=kind.high,
            low_words=_without_number(words.labels[kind.low_key], kind.low),
            high_words=_without_number(words.labels[kind.high_key], kind.high),
        )
    return asked


def _without_number(label: str, number: int) -> str:
    """The words of an end without the number in front, which the marks already show."""
    return label.removeprefix(f"{number}:").strip()
