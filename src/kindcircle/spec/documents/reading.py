"""One way into every kind of file: what is it, and what does it hold?"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from kindcircle.spec.documents.bounded import Record, read_json, text_of
from kindcircle.spec.documents.bundle import Files, is_zip, unpack
from kindcircle.spec.documents.errors import DocumentError, EmptyFile, UnknownFile
from kindcircle.spec.documents.fhir import questionnaire
from kindcircle.spec.documents.fhir_responses import ANSWERS, responses
from kindcircle.spec.documents.given import Filled
from kindcircle.spec.documents.limesurvey import parse_survey
from kindcircle.spec.documents.plain import is_plain, parse_plain
from kindcircle.spec.documents.records import is_records, parse_records
from kindcircle.spec.documents.redcap import is_dictionary, parse_dictionary, parse_instrument_zip
from kindcircle.spec.documents.reproschema import find_activities, is_activity, parse_activity
from kindcircle.spec.documents.shape import Dictionary
from kindcircle.spec.documents.table import read_sheet

KINDS = "a REDCap dictionary or instrument, a FHIR Questionnaire, a ReproSchema activity, a LimeSurvey file or a CSV"


@dataclass(frozen=True, slots=True)
class Beside:
    """Files that lie next to the one that was named: `files` by path, and the path of the named one."""

    files: Mapping[str, bytes]
    path: str

    def resources(self) -> list[Record]:
        """FHIR resources among them; what is no JSON is passed over."""
        found = []
        for path, data in self.files.items():
            if path != self.path and path.endswith(".json") and b"resourceType" in data[:2_000_000]:
                try:
                    found.append(read_json(data))
                except DocumentError:
                    continue
        return found


def read_questions(data: bytes, *, language: str = "", beside: Beside | None = None) -> Dictionary:
    """The questions in a file of any kind we read. A DocumentError says why there are none.

    `language`: which of several to read; without it a survey's own main language, and English elsewhere.
    """
    if not data.strip():
        raise EmptyFile("This file is empty.")
    if is_zip(data):
        return _from_zip(data, language)
    start = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start == b"<":
        return parse_survey(data, language=language)
    if start in (b"{", b"["):
        return _from_json(data, language, beside)
    sheet = read_sheet(data)
    if is_plain(sheet) and not is_dictionary(sheet):
        return parse_plain(data)
    if is_records(sheet) and not is_dictionary(sheet):
        raise UnknownFile("This CSV holds answers and no questions.")
    return parse_dictionary(data)


def read_answers(data: bytes) -> Filled:
    """The answers in a file of any kind we read. A DocumentError says why there are none."""
    if not data.strip():
        raise EmptyFile("This file is empty.")
    start = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start in (b"{", b"["):
        return responses(read_json(data), hashlib.sha256(data).hexdigest())
    if start == b"<" or is_zip(data):
        raise UnknownFile("This file holds questions and no answers.")
    return parse_records(data)


def holds_answers(data: bytes) -> bool:
    """Whether a file holds answers rather than questions, as far as one can see at its door."""
    try:
        if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
            return text_of(read_json(data), "resourceType") in ANSWERS
        sheet = read_sheet(data)
    except DocumentError:
        return False
    return is_records(sheet) and not is_dictionary(sheet)


def _from_json(data: bytes, language: str, beside: Beside | None) -> Dictionary:
    record = read_json(data)
    kind = text_of(record, "resourceType")
    if kind == "Questionnaire":
        others = beside.resources() if beside else []
        return questionnaire(record, hashlib.sha256(data).hexdigest(), beside=others)
    if kind in ANSWERS:
        raise UnknownFile("This file holds answers and no questions.")
    if kind:
        raise UnknownFile(f"This is a FHIR {kind[:60]}. The Questionnaire that uses it is needed.")
    if is_activity(data):
        files: Files = dict(beside.files) if beside else {"activity": data}
        return parse_activity(files, beside.path if beside else "activity", language=language or "en")
    raise UnknownFile(f"We do not know this kind of file. We read {KINDS}.")


def _from_zip(data: bytes, language: str) -> Dictionary:
    files = unpack(data)
    activities = find_activities(files)
    if len(activities) > 1:
        raise UnknownFile("This zip holds several activities. Please bring one at a time.")
    if activities:
        return parse_activity(files, activities[0], language=language or "en")
    return parse_instrument_zip(files, hashlib.sha256(data).hexdigest())
