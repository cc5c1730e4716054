"""A LimeSurvey structure file (.lss): tables of rows, with the words of newer versions in tables of their own."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from kindcircle.spec.documents.errors import (
    BrokenQuestions,
    DocumentError,
    DuplicateField,
    EmptyFile,
    NotXml,
    TooLarge,
    UnknownFile,
)
from kindcircle.spec.documents.markup import has_markup, plain_text
from kindcircle.spec.documents.shape import Choice, Dictionary, Field, Form, Notice
from kindcircle.spec.documents.table import LARGEST

MOST_ROWS = 50_000
DEEPEST = 30
"""Tags inside one another. Tables, rows and cells need five; themes of a survey a few more."""
Row = dict[str, str]

_LISTS = {"L": "radio", "!": "dropdown", "O": "radio"}
_ARRAYS = {"F": "radio", "H": "radio"}
_COUNTED = {"5": 5, "A": 5, "B": 10}
_FIXED_ARRAYS = ("A", "B")
_OTHERS = {
    "Y": "yesno", "M": "checkbox", "P": "checkbox", "X": "descriptive", "*": "calc", "|": "file",
    "T": "notes", "U": "notes", "S": "text", "N": "text", "D": "text", "K": "text", "Q": "text", "I": "text",
    "G": "text", "R": "text", "C": "text", "E": "text", "1": "text", ":": "text", ";": "text",
}  # fmt: skip


def parse_survey(data: bytes, *, language: str = "") -> Dictionary:
    """Read a survey in one language, or in its own main one. A DocumentError says why it cannot be used."""
    tables, languages = _tables(data)
    survey = next(iter(tables.get("surveys", [])), {})
    chosen = language or survey.get("language", "") or next(iter(languages), "")
    reader = _Reader(tables, chosen)
    fields = reader.fields()
    if not fields:
        raise EmptyFile("This survey has no questions.")
    notices = [
        Notice("unknown_field_type", f"“{one.name}” has the type “{one.kind[:20]}”, which we do not know.")
        for one in fields
        if one.kind not in {*_LISTS, *_ARRAYS, *_COUNTED, *_OTHERS}
    ]
    notices += [
        Notice("html_removed", f"“{one.name}” held HTML. Only its words are kept.") for one in fields if one.had_markup
    ]
    if chosen not in languages:
        listed = ", ".join(languages)
        notices.append(Notice("language_not_here", f"This survey is not in the language “{chosen}”. It has: {listed}."))
    titles = [row.get("surveyls_title", "") for row in tables.get("surveys_languagesettings", [])]
    names = dict.fromkeys(one.form for one in fields)
    return Dictionary(
        forms=tuple(
            Form(
                name=name,
                fields=tuple(one for one in fields if one.form == name),
                source="limesurvey_survey",
                titles=tuple(plain_text(title) for title in dict.fromkeys(titles) if title),
            )
            for name in names
        ),
        warnings=tuple(notices),
        columns=0,
        byte_order_mark=False,
        digest=hashlib.sha256(data).hexdigest(),
        source="limesurvey_survey",
        languages=languages,
        language=chosen,
        release=reader.release,
    )


def _tables(data: bytes) -> tuple[dict[str, list[Row]], tuple[str, ...]]:
    if len(data) > LARGEST:
        raise TooLarge(f"This file is larger than {LARGEST // 1_000_000} MB.")
    if not data.strip():
        raise EmptyFile("This file is empty.")
    try:
        root = _tree(data)
    except DefusedXmlException:
        raise NotXml("This file defines words of its own inside the XML. We do not open such files.") from None
    except ParseError as error:
        raise NotXml(
            "This file breaks off or holds a typing mistake: XML cannot be read here.", row=error.position[0]
        ) from None
    except DocumentError:
        raise
    except (ValueError, LookupError):
        raise NotXml("This file is not saved in UTF-8, or holds letters that XML does not know.") from None
    if root.tag != "document" or root.findtext("LimeSurveyDocType", "").strip() not in ("Survey", "Group", "Question"):
        raise UnknownFile("This is XML, but not a LimeSurvey structure file.")
    tables: dict[str, list[Row]] = {"": [{"version": root.findtext("DBVersion", "").strip()}]}
    rows = 0
    for table in root:
        tables[table.tag] = [_row(row) for row in table.iterfind("rows/row")]
        rows += len(tables[table.tag])
        if rows > MOST_ROWS:
            raise TooLarge(f"This file holds more than {MOST_ROWS} rows.")
    languages = tuple((one.text or "").strip() for one in root.iterfind("languages/language"))
    return tables, tuple(one for one in dict.fromkeys(languages) if one)


def _tree(data: bytes) -> Element:
    """The whole document, unless its tags stand deeper than any survey's."""
    depth = 0
    root: Element | None = None
    for event, element in iterparse(io.BytesIO(data), events=("start", "end"), forbid_dtd=True):
        depth += 1 if event == "start" else -1
        if depth > DEEPEST:
            raise TooLarge("Too many tags stand inside one another in this file.")
        root = element if root is None else root
    if root is None:
        raise EmptyFile("This file is empty.")
    return root


def _row(row: Element) -> Row:
    return {cell.tag: (cell.text or "").strip() for cell in row}


class _Reader:
    def __init__(self, tables: dict[str, list[Row]], language: str) -> None:
        self.tables, self.language = tables, language
        self.release = tables[""][0]["version"]
        self.words = {
            "question": self._texts("question_l10ns", "qid"),
            "answer": self._texts("answer_l10ns", "aid"),
            "group": self._texts("group_l10ns", "gid"),
        }

    def fields(self) -> list[Field]:
        questions = self._mine("questions")
        below = [
            one for one in (*questions, *self._mine("subquestions")) if one.get("parent_qid", "0") not in ("", "0")
        ]
        above = [one for one in questions if one.get("parent_qid", "0") in ("", "0")]
        groups = {one.get("gid", ""): one for one in self._mine("groups")}
        if groups and any(one.get("gid", "") not in groups for one in above):
            raise BrokenQuestions("A question belongs to a group that is not in this file.")
        above.sort(
            key=lambda one: (_order(groups.get(one.get("gid", ""), {}), "group_order"), _order(one, "question_order"))
        )
        found: dict[str, Field] = {}
        for one in above:
            parts = [part for part in below if part.get("parent_qid") == one.get("qid")]
            parts.sort(key=lambda part: (_order(part, "scale_id"), _order(part, "question_order")))
            form = self._group(groups.get(one.get("gid", ""), {}))
            for field in self._question(one, parts, form, len(found) + 1):
                if field.name in found:
                    raise DuplicateField(f"The question code “{field.name[:60]}” is used twice.")
                found[field.name] = field
        return list(found.values())

    def _question(self, one: Row, parts: list[Row], form: str, place: int) -> Iterator[Field]:
        kind, code, words = one.get("type", ""), one.get("title", ""), self._question_words(one)
        if not code or not kind:
            raise BrokenQuestions("A question has no code or no type.")
        choices = self._choices(one, kind)
        array = kind in _ARRAYS or kind in _FIXED_ARRAYS
        shape = "radio" if array or kind == "5" else _LISTS.get(kind) or _OTHERS.get(kind, "text")
        relevance = one.get("relevance", "")
        required = one.get("mandatory", "") in ("Y", "S")
        branching = "" if relevance in ("", "1") else " ".join(relevance.split())
        if not array:
            yield Field(
                code, form, shape, plain_text(words), place, choices=choices,
                formula=words if kind == "*" else "", had_markup=has_markup(words), kind=kind, required=required,
                branching=branching,
            )  # fmt: skip
            return
        for step, part in enumerate(parts):
            line = self._question_words(part)
            yield Field(
                f"{code}_{part.get('title', '')}", form, shape, plain_text(line), place + step,
                section=plain_text(words) if step == 0 else "", choices=choices, matrix=code,
                had_markup=has_markup(line) or (step == 0 and has_markup(words)), kind=kind, required=required,
                branching=branching,
            )  # fmt: skip

    def _choices(self, one: Row, kind: str) -> tuple[Choice, ...]:
        if kind in _COUNTED:
            return tuple(Choice(str(number), str(number)) for number in range(1, _COUNTED[kind] + 1))
        if kind == "Y":
            return (Choice("1", "Yes"), Choice("0", "No"))
        if kind not in _LISTS and kind not in _ARRAYS:
            return ()
        rows = [row for row in self._mine("answers") if row.get("qid") == one.get("qid")]
        rows.sort(key=lambda row: _order(row, "sortorder"))
        codes = [row.get("code", "") for row in rows]
        if len(set(codes)) != len(codes) or "" in codes:
            raise BrokenQuestions(f"An answer of “{one.get('title', '')[:60]}” has no code, or one that is used twice.")
        weights = [row.get("assessment_value", "") for row in rows]
        weighed = len(set(weights)) == len(weights) > 1 and all(weights)
        numbered = all(code.lstrip("-").isdigit() for code in codes)
        values = codes if numbered or not weighed else weights
        return tuple(
            Choice(value, plain_text(self._said("answer", row, "aid", "answer")), row["code"])
            for value, row in zip(values, rows, strict=True)
        )

    def _question_words(self, one: Row) -> str:
        return self._said("question", one, "qid", "question")

    def _group(self, one: Row) -> str:
        return self._said("group", one, "gid", "group_name") or one.get("gid", "") or "questions"

    def _said(self, table: str, row: Row, key: str, column: str) -> str:
        """Words from the table of words, or from the row itself as older versions keep them."""
        return self.words[table].get(row.get(key, ""), {}).get(column, "") or row.get(column, "")

    def _texts(self, table: str, key: str) -> dict[str, Row]:
        mine = [one for one in self.tables.get(table, []) if one.get("language") == self.language]
        return {one.get(key, ""): one for one in mine}

    def _mine(self, table: str) -> list[Row]:
        """Rows of a table, once each: older versions repeat every row for every language."""
        return [one for one in self.tables.get(table, []) if one.get("language", self.language) == self.language]


def _order(row: Row, name: str) -> int:
    text = row.get(name, "0") or "0"
    if not text.lstrip("-").isdigit() or len(text) > 9:
        raise BrokenQuestions(f"“{text[:20]}” stands where a place in the order should be.")
    return int(text)
