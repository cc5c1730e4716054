"""The answers a FHIR questionnaire offers, and the number of each, wherever that number stands.

A number may stand on the option, on its coding, in a value set (its list or its expansion), or on the concept
of a code system; and under three names, one for each age of FHIR.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from kindcircle.spec.documents.bounded import Record, record_of, records_of, text_of
from kindcircle.spec.documents.errors import BrokenQuestions
from kindcircle.spec.documents.markup import plain_text
from kindcircle.spec.documents.shape import Choice, Notice

_BASE = "http://hl7.org/fhir/StructureDefinition/"
WEIGHTS = tuple(
    _BASE + name
    for name in (
        "itemWeight",
        "ordinalValue",
        "questionnaire-ordinalValue",
        "valueset-ordinalValue",
        "codesystem-ordinalValue",
    )
)
_PROPERTY = "http://hl7.org/fhir/5.0/StructureDefinition/extension-ValueSet.expansion.contains.property"
_PROPERTY_NAMES = ("itemWeight", "ordinalValue")
MOST = 500
"""Answers to one question."""


class Answers:
    """The value sets and code systems within reach: inside the questionnaire, and in files that came along."""

    def __init__(self, within: list[Record], beside: list[Record]) -> None:
        self.sets: dict[str, Record] = {}
        self.systems: dict[str, Record] = {}
        self.notices: list[Notice] = []
        for one in within:
            if name := text_of(one, "id"):
                self.sets.setdefault(f"#{name}", one)
        for one in (*within, *beside):
            kind, url = text_of(one, "resourceType"), text_of(one, "url")
            if kind == "ValueSet" and url:
                self.sets.setdefault(url, one)
            elif kind == "CodeSystem" and url:
                self.systems.setdefault(url, one)

    def of(self, item: Record, name: str) -> tuple[Choice, ...]:
        """The answers to one question, in the order of the file."""
        options = list(records_of(item, "answerOption"))
        address = text_of(item, "answerValueSet") or text_of(item, "options")
        if options:
            found = list(self._options(options, name))
        elif address:
            found = list(self._value_set(address, name))
        else:
            return ()
        if len(found) > MOST:
            raise BrokenQuestions(f"“{name[:60]}” has more than {MOST} answers.")
        codes = [one.code for one in found]
        for one in found:
            if one.code and codes.count(one.code) > 1:
                raise BrokenQuestions(f"The answer “{one.code[:40]}” of “{name[:60]}” is listed twice.")
        return tuple(found)

    def _options(self, options: list[Record], name: str) -> Iterator[Choice]:
        for option in options:
            if "valueCoding" in option:
                coding = record_of(option, "valueCoding")
                places = (option, coding, *self._concepts(text_of(coding, "system"), text_of(coding, "code")))
                yield self._choice(coding, places, name)
            else:
                yield self._plain(option, name)

    def _plain(self, option: Record, name: str) -> Choice:
        value = next(
            (option[key] for key in ("valueInteger", "valueString", "valueDate", "valueTime") if key in option), None
        )
        if isinstance(value, bool) or not isinstance(value, int | str) or value == "":
            raise BrokenQuestions(f"An answer to “{name[:60]}” has no value.")
        number = self._number((option,), name)
        return Choice(value=number or str(value), label=plain_text(str(value)), code=str(value))

    def _value_set(self, address: str, name: str) -> Iterator[Choice]:
        one = self.sets.get(address.split("|")[0])
        if one is None:
            text = f"The answers to “{name}” are kept elsewhere, at {address[:200]}. They are not in this file."
            self.notices.append(Notice("value_set_not_here", text))
            return
        listed = [
            concept | {"system": text_of(part, "system")}
            for part in records_of(record_of(one, "compose"), "include")
            for concept in records_of(part, "concept")
        ]
        expanded = list(records_of(record_of(one, "expansion"), "contains"))
        for concept in expanded or listed or self._whole_systems(one):
            system, code = text_of(concept, "system"), text_of(concept, "code")
            twins = [other for other in listed if text_of(other, "code").casefold() == code.casefold()]
            places = (concept, *twins, *self._concepts(system, code))
            yield self._choice(concept, places, name)

    def _whole_systems(self, one: Record) -> list[Record]:
        """What a value set holds that takes in a code system as a whole."""
        found = []
        for part in records_of(record_of(one, "compose"), "include"):
            url = text_of(part, "system")
            found += [concept | {"system": url} for concept in records_of(self.systems.get(url, {}), "concept")]
        return found

    def _concepts(self, system: str, code: str) -> list[Record]:
        """The concept of a code system within reach, under the very address that the answer names."""
        there = self.systems.get(system, {})
        return [one for one in records_of(there, "concept") if text_of(one, "code") == code]

    def _choice(self, coding: Record, places: tuple[Record, ...], name: str) -> Choice:
        code = text_of(coding, "code")
        label = plain_text(text_of(coding, "display"))
        if not code and not label:
            raise BrokenQuestions(f"An answer to “{name[:60]}” has neither a code nor words.")
        number = self._number(places, name)
        return Choice(value=number or code or label, label=label, code=code, system=text_of(coding, "system"))

    def _number(self, places: tuple[Record, ...], name: str) -> str:
        """The number of an answer as text, or nothing; two different numbers count as none, and are told."""
        numbers = list(dict.fromkeys(number for place in places for number in weights_of(place)))
        if len(numbers) > 1:
            text = f"The file gives one answer to “{name}” several numbers: {', '.join(numbers)}. None of them is used."
            self.notices.append(Notice("weights_disagree", text))
            return ""
        return numbers[0] if numbers else ""


def weights_of(place: Record) -> Iterator[str]:
    """Every number that stands at one place, as text without needless noughts."""
    for extension in records_of(place, "extension"):
        url = text_of(extension, "url")
        if url in WEIGHTS:
            yield from _value(extension)
        elif url == _PROPERTY:
            parts = {text_of(part, "url"): part for part in records_of(extension, "extension")}
            if text_of(parts.get("code", {}), "valueCode") in _PROPERTY_NAMES:
                yield from _value(parts.get("value[x]") or parts.get("value") or {})
    for part in records_of(place, "property"):
        if text_of(part, "code") in _PROPERTY_NAMES:
            yield from _value(part)


def _value(holder: Record) -> Iterator[str]:
    value = next((holder[key] for key in ("valueDecimal", "valueInteger") if key in holder), None)
    if value is None or isinstance(value, bool):
        return
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise BrokenQuestions(f"“{str(value)[:40]}” stands where the number of an answer should be.") from None
    if not number.is_finite() or abs(number) > 1_000_000 or (number and number.adjusted() < -9):
        raise BrokenQuestions(f"“{str(value)[:40]}” stands where the number of an answer should be.")
    yield format(number.normalize(), "f")
