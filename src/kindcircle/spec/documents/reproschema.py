"""A ReproSchema activity: one file that names its items, each a file of its own, with answers that items share.

Paths are followed within the files that came along, and nowhere else: nothing is fetched.
"""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Iterator
from typing import Any

from kindcircle.spec.documents.bounded import Record, read_json, record_of, records_of, text_of
from kindcircle.spec.documents.bundle import Files
from kindcircle.spec.documents.errors import BrokenQuestions, DocumentError, DuplicateField, EmptyFile, UnknownFile
from kindcircle.spec.documents.markup import has_markup, plain_text
from kindcircle.spec.documents.shape import Choice, Dictionary, Field, Form, Notice

MOST_ITEMS = 500
_TYPES = {
    "radio": "radio",
    "select": "dropdown",
    "slider": "radio",
    "text": "text",
    "number": "text",
    "static": "descriptive",
}


def find_activities(files: Files) -> tuple[str, ...]:
    """The paths of all activities among some files."""
    return tuple(path for path, data in sorted(files.items()) if is_activity(data))


def is_activity(data: bytes) -> bool:
    """Whether a file says of itself that it is an activity."""
    if len(data) > 1_000_000 or not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return False
    try:
        return _kind(read_json(data)) == "Activity"
    except DocumentError:
        return False


def parse_activity(files: Files, path: str, *, language: str = "en") -> Dictionary:
    """Read the activity at a path, with its words in one language. A DocumentError says why it cannot be used."""
    if path not in files:
        raise UnknownFile(f"There is no file called “{path[:60]}”.")
    activity = read_json(files[path])
    if _kind(activity) != "Activity":
        raise UnknownFile("This is not a ReproSchema activity.")
    return _Reader(files, path, activity, language).read()


def _kind(record: Record) -> str:
    kind = text_of(record, "category") or text_of(record, "@type")
    return kind.rpartition(":")[2]


class _Reader:
    def __init__(self, files: Files, path: str, activity: Record, language: str) -> None:
        self.files, self.path, self.activity, self.language = files, path, activity, language
        self.languages: set[str] = set()
        self.notices: list[Notice] = []
        self.seen = hashlib.sha256()
        self.name = text_of(activity, "id") or text_of(activity, "@id") or posixpath.basename(path)

    def read(self) -> Dictionary:
        self.seen.update(self.files[self.path])
        ui = record_of(self.activity, "ui")
        settings = {self._name(one): one for one in records_of(ui, "addProperties")}
        order = ui.get("order", [])
        if not isinstance(order, list) or not all(isinstance(one, str) and one for one in order):
            raise BrokenQuestions("The activity does not name its items in order.")
        computed = {
            text_of(one, "variableName"): text_of(one, "jsExpression") for one in records_of(self.activity, "compute")
        }
        paths = list(order) + [
            one for one in (text_of(part, "isAbout") for part in settings.values()) if one not in order
        ]
        if not paths:
            raise EmptyFile("This activity has no items.")
        if len(paths) > MOST_ITEMS:
            raise BrokenQuestions(f"This activity has more than {MOST_ITEMS} items.")
        by_path = {text_of(one, "isAbout"): one for one in settings.values()}
        fields: dict[str, Field] = {}
        preamble = self._words(self.activity, "preamble")
        for place, one in enumerate(paths, start=1):
            setting = by_path.get(one, {})
            name = self._name(setting) or posixpath.basename(one)
            if name in fields:
                raise DuplicateField(f"The item “{name[:60]}” is there twice.")
            field = self._field(name, one, setting, place, computed.get(name, ""), preamble if place == 1 else "")
            fields[name] = field
        for name in computed.keys() - fields.keys():
            fields[name] = Field(name, "", "calc", "", len(fields) + 1, formula=computed[name], kind="compute")
        if self.language not in self.languages:
            listed = ", ".join(sorted(self.languages))
            text = f"This file has no words in the language “{self.language}”. It has: {listed}."
            self.notices.append(Notice("language_not_here", text))
        title = self._words(self.activity, "prefLabel")
        form = Form(self.name, tuple(fields.values()), "reproschema_activity", tuple(filter(None, (title,))))
        return Dictionary(
            forms=(form,),
            warnings=tuple(self.notices),
            columns=0,
            byte_order_mark=False,
            digest=self.seen.hexdigest(),
            source="reproschema_activity",
            languages=tuple(sorted(self.languages)),
            language=self.language,
            release=text_of(self.activity, "schemaVersion"),
        )

    def _field(self, name: str, path: str, setting: Record, place: int, formula: str, section: str) -> Field:
        item, where = self._open(path, self.path)
        if _kind(item) not in ("Item", "Field"):
            raise UnknownFile(f"“{path[:60]}” is not an item.")
        options: Any = item.get("responseOptions", {})
        if isinstance(options, str):
            options, _ = self._open(options, where)
        if not isinstance(options, dict):
            raise BrokenQuestions(f"The answers of “{name[:60]}” cannot be read.")
        kind = text_of(record_of(item, "ui"), "inputType")
        label = self._words(item, "question") or (self._words(item, "prefLabel") if formula else "")
        choices = tuple(self._choices(options, name))
        shape = _TYPES.get(kind, "text")
        if options.get("multipleChoice") is True and choices:
            shape = "checkbox"
        shown = setting.get("isVis", True)
        return Field(
            name=name,
            form=self.name,
            type="calc" if formula else shape,
            label=plain_text(label),
            row=place,
            section=plain_text(section),
            choices=choices,
            formula=formula,
            low=str(options.get("minValue", "")),
            high=str(options.get("maxValue", "")),
            required=setting.get("valueRequired") is True,
            branching=" ".join(shown.split()) if isinstance(shown, str) else "",
            action_tags=("@HIDDEN",) if shown is False else (),
            had_markup=any(has_markup(words) for words in (label, section)),
            kind=kind,
        )

    def _choices(self, options: Record, name: str) -> Iterator[Choice]:
        seen: set[str] = set()
        for one in records_of(options, "choices"):
            value = one.get("value")
            label = plain_text(self._words(one, "name"))
            if value is None:
                yield Choice(label, label)
                continue
            if isinstance(value, bool) or not isinstance(value, int | float | str):
                raise BrokenQuestions(f"An answer of “{name[:60]}” has no value.")
            text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
            if text in seen:
                raise BrokenQuestions(f"The answer {text[:40]} of “{name[:60]}” is listed twice.")
            seen.add(text)
            yield Choice(text, label)

    def _words(self, record: Record, name: str) -> str:
        """The words in the language asked for. Another language is never put in their place."""
        value = record.get(name, "")
        if isinstance(value, str):
            return value.strip()
        if not isinstance(value, dict) or not all(isinstance(words, str) for words in value.values()):
            raise BrokenQuestions(f"The words under “{name}” cannot be read.")
        self.languages |= value.keys()
        return str(value.get(self.language, "")).strip()

    def _open(self, path: str, base: str) -> tuple[Record, str]:
        there = posixpath.normpath(posixpath.join(posixpath.dirname(base), path))
        if "://" in path or there not in self.files:
            raise BrokenQuestions(f"“{path[:80]}” belongs to this activity and did not come along.")
        self.seen.update(self.files[there])
        return read_json(self.files[there]), there

    @staticmethod
    def _name(setting: Record) -> str:
        return text_of(setting, "variableName")
