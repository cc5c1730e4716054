"""The one shape every file of questions is read into, whatever program wrote it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Source = Literal[
    "redcap_dictionary",
    "redcap_instrument_zip",
    "fhir_questionnaire",
    "reproschema_activity",
    "limesurvey_survey",
    "plain_csv",
    "spss_sav",
]
"""The kinds of files words may come from."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a person should know. `name` is for programs, `text` for people, `row` where it is."""

    name: str
    text: str
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer: the value that counts, as text, and its label in plain text.

    `code` and `system` name it in files that keep a code apart from the number.
    """

    value: str
    label: str
    code: str = ""
    system: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One question or text, with labels in plain text. `row`: its row in a sheet, else its place in the file.

    `type` is REDCap's word for the kind, whatever the file. `choices` is empty for fields without any.
    `formula` is the calculation of a calc field. `slider_labels` are the words under a slider, left to right.
    `codes` are pairs of system and code. `kind` is the file's own word for the type.
    """

    name: str
    form: str
    type: str
    label: str
    row: int
    section: str = ""
    note: str = ""
    choices: tuple[Choice, ...] = ()
    formula: str = ""
    slider_labels: tuple[str, ...] = ()
    validation: str = ""
    low: str = ""
    high: str = ""
    identifier: bool = False
    required: bool = False
    branching: str = ""
    matrix: str = ""
    action_tags: tuple[str, ...] = ()
    annotation: str = ""
    had_markup: bool = False
    codes: tuple[tuple[str, str], ...] = ()
    kind: str = ""

    @property
    def numeric_choices(self) -> tuple[int, ...] | None:
        """Stored values as whole numbers in the order of the file; None when one is none, or stands there twice."""
        if not self.choices or any(not re.fullmatch(r"-?\d{1,9}", one.value) for one in self.choices):
            return None
        numbers = tuple(int(choice.value) for choice in self.choices)
        return numbers if len(set(numbers)) == len(numbers) else None

    @property
    def pipes(self) -> bool:
        """Whether REDCap would fill something into the words, such as [first_name]."""
        words = (self.label, self.section, self.note, *(choice.label for choice in self.choices))
        return any(re.search(r"\[[a-z][a-z0-9_:\-]*\]|\{[a-z][a-z0-9_]*(:icons)?\}", text) for text in words)


@dataclass(frozen=True, slots=True)
class Form:
    """One form (REDCap says instrument): its name in the file and its fields in order.

    `source` is the kind of file. `titles` are other names the file gives it, `codes` pairs of system and code.
    """

    name: str
    fields: tuple[Field, ...]
    source: Source = "redcap_dictionary"
    titles: tuple[str, ...] = ()
    codes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Dictionary:
    """A whole file of questions. `digest` is the SHA-256 of the file, to say later where words came from.

    `columns` and `byte_order_mark` are about sheets. `languages` are those the file has words in; `language`
    is the one that was read. `release` is the version of the format, where a file tells.
    """

    forms: tuple[Form, ...]
    warnings: tuple[Notice, ...]
    columns: int
    byte_order_mark: bool
    digest: str
    source: Source = "redcap_dictionary"
    languages: tuple[str, ...] = ()
    language: str = ""
    release: str = ""

    @property
    def fields(self) -> tuple[Field, ...]:
        return tuple(field for form in self.forms for field in form.fields)

    def form(self, name: str) -> Form:
        """A form by its name. LookupError when there is none."""
        found = next((form for form in self.forms if form.name == name), None)
        if found is None:
            raise LookupError(f"There is no form called {name!r} in this file.")
        return found
