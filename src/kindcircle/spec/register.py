"""Every questionnaire known here, with or without a form: what it measures, what it needs, what is not claimed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from kindcircle.spec.definition import Definition
from kindcircle.spec.instruments import all_instruments, versions_of
from kindcircle.spec.readability import grade
from kindcircle.spec.slots import Slot, load_slots

Standing = Literal["ours", "words_needed", "no_form"]
Must = Literal["nothing", "confirm_terms", "registration_id", "licence_number", "no_form"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One questionnaire. Either `definition` or `slot` is there.

    minutes   how long it takes; None where there is no form
    must      what a house does before it may ask it
    languages languages that come with it; those that a house brought in are known to the house only
    grade     year of schooling that our own English words ask for; None for words of others
    """

    id: str
    name: str
    measures: str
    areas: tuple[str, ...]
    standing: Standing
    questions: int | None
    minutes: float | None
    licence: str
    must: Must
    versions: tuple[str, ...]
    languages: tuple[str, ...]
    grade: int | None
    unconfirmed: tuple[str, ...]
    definition: Definition | None = None
    slot: Slot | None = None

    def facts(self) -> dict[str, object]:
        """For a program: everything that is said on the page of all questionnaires."""
        said: dict[str, object] = {
            name: getattr(self, name)
            for name in (
                "id", "name", "measures", "areas", "standing", "questions", "minutes", "licence", "must", "versions",
                "languages", "grade", "unconfirmed",
            )
        }  # fmt: skip
        if self.slot is not None:
            said |= {"why": self.slot.why, "could": self.slot.could, "instead": self.slot.instead}
        return said


def entries(*, site: Path | None = None) -> tuple[Entry, ...]:
    """All of them: our own first, then those whose words are brought in, then those without a form; each by name."""
    known = [_of(one, site) for one in all_instruments(site=site)]
    there = {one.id for one in known}
    known += [_without_form(one) for one in load_slots().slots if one.id not in there]
    order: tuple[Standing, ...] = ("ours", "words_needed", "no_form")
    return tuple(sorted(known, key=lambda one: (order.index(one.standing), one.name.casefold())))


def entry(instrument: str, *, site: Path | None = None) -> Entry | None:
    """One of them, or None when nothing is known of it."""
    return next((one for one in entries(site=site) if one.id == instrument), None)


def _of(one: Definition, site: Path | None) -> Entry:
    own = bool(one.wording.languages)
    forbidden = one.licence.wording == "forbidden"
    must: Must = "no_form" if forbidden else "nothing" if one.licence.evidence == "none" else one.licence.evidence
    english = one.wording.languages.get("en")
    # Answers of a word or two would make any sheet look easy.
    said = "\n\n".join((english.instruction, *english.items.values(), *english.notes.values())) if english else ""
    return Entry(
        id=one.id,
        name=one.name,
        measures=one.measures,
        areas=one.outcome_areas,
        standing="ours" if own else "no_form" if forbidden else "words_needed",
        questions=one.asked,
        minutes=one.administration.minutes,
        licence=one.licence.kind,
        must=must,
        versions=versions_of(one.id, site=site),
        languages=tuple(sorted(one.wording.languages)),
        grade=max(1, round(grade(said))) if said else None,
        unconfirmed=one.provenance.unconfirmed,
        definition=one,
    )


def _without_form(one: Slot) -> Entry:
    return Entry(
        id=one.id,
        name=one.name,
        measures=one.measures,
        areas=one.outcome_areas,
        standing="no_form",
        questions=one.items,
        minutes=None,
        licence=one.reason,
        must="no_form",
        versions=(),
        languages=(),
        grade=None,
        unconfirmed=one.unconfirmed,
        slot=one,
    )
