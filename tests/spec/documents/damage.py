"""Real files, damaged on purpose: what goes wrong on the way from one program to another, and what an attacker sends.

Made anew at each run from the reference files, and never stored.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

from tests.spec.documents.reference import INTEROP, real

Json = dict[str, Any]
Damaged = dict[str, tuple[str, dict[str, bytes]]]
"""By what is wrong: the file to name, and all files of its folder."""

LOINC = "fhir/lforms-phq9-loinc.r4.json"
SDC = "fhir/sdc-phq9-questionnaire.r4.json"
RESPONSE = "fhir/sdc-phq9-response.r4.json"
SCORE = "fhir/mii-phq9-total-observation.r4.json"
SURVEY = "limesurvey/survey-one-question-two-languages.lss"
DICTIONARY = "redcap/bridge2ai-phq9-gad7.dictionary.csv"
SAV = "spss/sample_missing.sav"
MANY = [{"valueInteger": number} for number in range(600)]
LAUGHS = (
    b"<!DOCTYPE x [<!ENTITY a 'ha'>"
    + b"".join(b"<!ENTITY a%d '%s'>" % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12)).replace(b"&a0;", b"&a;")
    + b"]>"
)


def _changed(name: str, change: Callable[[Json], object]) -> bytes:
    found = json.loads(real(name))
    change(found)
    return json.dumps(found).encode()


def _put(where: Json | list[Any], key: Any, value: object) -> None:
    where[key] = value


def _weigh(value: object) -> Callable[[Json], object]:
    """The second answer of the first question gets another number."""
    return lambda q: _put(q["item"][0]["answerOption"][1]["extension"][1], "valueDecimal", value)


def _answer(value: object) -> Callable[[Json], object]:
    """The first question is answered with something else."""
    return lambda r: _put(r["item"][0]["item"][0], "answer", value)


def _twice_in_set(questions: Json) -> None:
    listed = questions["contained"][0]["expansion"]["contains"]
    listed.append(listed[1])


def _display(number: int) -> Json:
    return {"linkId": str(number), "type": "display"}


def fhir() -> Damaged:
    changes: dict[str, tuple[str, Callable[[Json], object]]] = {
        "another resource": (LOINC, lambda q: _put(q, "resourceType", "Patient")),
        "no resource type": (LOINC, lambda q: q.pop("resourceType")),
        "no items": (LOINC, lambda q: q.pop("item")),
        "items are no list": (LOINC, lambda q: _put(q, "item", {"linkId": "1"})),
        "an item is words": (LOINC, lambda q: _put(q["item"], 2, "words")),
        "no linkId": (LOINC, lambda q: q["item"][3].pop("linkId")),
        "linkId is a number": (LOINC, lambda q: _put(q["item"][3], "linkId", 4)),
        "linkId twice": (LOINC, lambda q: _put(q["item"][3], "linkId", q["item"][2]["linkId"])),
        "no type": (LOINC, lambda q: q["item"][0].pop("type")),
        "answers are no list": (LOINC, lambda q: _put(q["item"][0], "answerOption", "0,1,2,3")),
        "an answer without a value": (LOINC, lambda q: q["item"][0]["answerOption"][1].pop("valueCoding")),
        "an answer without code and words": (LOINC, lambda q: _put(q["item"][0]["answerOption"][1], "valueCoding", {})),
        "an answer twice": (LOINC, lambda q: q["item"][0]["answerOption"].append(q["item"][0]["answerOption"][0])),
        "a number in words": (LOINC, _weigh("one")),
        "a number beyond all": (LOINC, _weigh(1e300)),
        "a number that is a list": (LOINC, _weigh([1])),
        "extension is no list": (LOINC, lambda q: _put(q["item"][0]["answerOption"][1], "extension", 3)),
        "code is no list": (LOINC, lambda q: _put(q, "code", "44249-1")),
        "contained is no list": (SDC, lambda q: _put(q, "contained", q["contained"][0])),
        "expansion is a list": (SDC, lambda q: _put(q["contained"][0], "expansion", [])),
        "compose is words": (SDC, lambda q: _put(q["contained"][0], "compose", "all")),
        "an answer in a set twice": (SDC, _twice_in_set),
        "groups without end": (SDC, lambda q: _put(q, "item", _nested(14))),
        "thousands of items": (LOINC, lambda q: _put(q, "item", list(map(_display, range(2_100))))),
        "hundreds of answers": (LOINC, lambda q: _put(q["item"][0], "answerOption", MANY)),
        "response without linkId": (RESPONSE, lambda r: r["item"][0]["item"][0].pop("linkId")),
        "response answered twice": (RESPONSE, lambda r: r["item"][0]["item"].append(r["item"][0]["item"][0])),
        "response without a value": (RESPONSE, _answer([{}])),
        "response value is a list": (RESPONSE, _answer([{"valueInteger": [1]}])),
        "response value is true": (RESPONSE, _answer([{"valueDecimal": True}])),
        "response coding is words": (RESPONSE, _answer([{"valueCoding": "a"}])),
        "response answer is no list": (RESPONSE, _answer({})),
        "response to unknown questions": (RESPONSE, lambda r: _put(r, "questionnaire", "http://elsewhere.test/q")),
        "response in groups without end": (RESPONSE, lambda r: _put(r, "item", _nested(14))),
        "score without a code": (SCORE, lambda o: o.pop("code")),
        "score without a value": (SCORE, lambda o: o.pop("valueQuantity")),
        "score in words": (SCORE, lambda o: _put(o["valueQuantity"], "value", "27")),
        "score code is words": (SCORE, lambda o: _put(o, "code", "44249-1")),
        "a bundle with nothing in it": (SCORE, lambda o: _put(o, "resourceType", "Bundle")),
    }  # fmt: skip
    found: Damaged = {}
    for what, (name, change) in changes.items():
        found[what] = ("file.json", {"file.json": _changed(name, change), "q.json": real(SDC)})
    whole = real(LOINC)
    for what, data in {
        "JSON cut in the middle": whole[: len(whole) // 2],
        "JSON without its end": whole.rstrip()[:-1],
        "JSON with a comma too many": whole.replace(b'"status": "draft",', b'"status": "draft",,'),
        "JSON in UTF-16": whole.decode().encode("utf-16"),
        "JSON in Latin-1": whole.replace(b"Little", b"L\xe9ttle"),
        "JSON as a list": b"[" + whole + b"]",
        "JSON with a name twice": whole.replace(b'"status": "draft",', b'"status": "draft", "status": "active",'),
        "JSON with NaN": whole.replace(b'"valueDecimal": 3', b'"valueDecimal": NaN'),
        "JSON with an endless number": whole.replace(b'"valueDecimal": 3', b'"valueDecimal": ' + b"9" * 5_000),
        "JSON too deep": b'{"resourceType": "Questionnaire", "item": ' + b"[" * 100_000,
        "JSON too large": whole + b" " * 10_000_000,
    }.items():
        found[what] = ("file.json", {"file.json": data})
    return found


def _nested(levels: int) -> list[Json]:
    items: list[Json] = [{"linkId": "0", "type": "display", "text": "deep"}]
    for level in range(1, levels):
        items = [{"linkId": str(level), "type": "group", "item": items}]
    return items


def limesurvey() -> Damaged:
    whole = real(SURVEY)
    head, body = whole.split(b"\n", 1)
    variants = {
        "survey cut in the middle": whole[: len(whole) // 2],
        "survey with a tag left open": whole.replace(b"</groups>", b""),
        "survey with words that unfold": head + LAUGHS + body.replace(b"<![CDATA[Q1]]>", b"&a11;"),
        "survey that reads a file": head
        + b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
        + body.replace(b"<![CDATA[Q1]]>", b"&a;"),
        "survey that fetches its grammar": head + b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">' + body,
        "survey of another kind": whole.replace(b"<LimeSurveyDocType>Survey", b"<LimeSurveyDocType>Label set"),
        "survey too deep": b"<document>" + b"<a>" * 500_000,
        "a web page": b"<html><body><p>Please sign in</p></body></html>",
        "survey without questions": whole.replace(b"<questions>", b"<before>").replace(b"</questions>", b"</before>"),
        "survey without its group": whole.replace(b"<gid><![CDATA[641]]></gid>", b"<gid><![CDATA[7]]></gid>", 1),
        "survey question without a code": whole.replace(b"<title><![CDATA[Q1]]></title>", b"<title/>"),
        "survey question without a type": whole.replace(b"<type><![CDATA[T]]></type>", b"<type/>"),
        "survey with an order in words": whole.replace(
            b"<question_order><![CDATA[1]]>", b"<question_order><![CDATA[first]]>"
        ),
        "survey in bytes that are no text": whole.replace(b"Q1", b"Q\xff"),
        "survey in an unknown alphabet": whole.replace(b"UTF-8", b"UTF-99"),
    }
    return {what: ("file.lss", {"file.lss": data}) for what, data in variants.items()}


def reproschema() -> Damaged:
    folder = INTEROP / "reproschema" / "PHQ-9"
    files = {one.relative_to(folder).as_posix(): one.read_bytes() for one in folder.rglob("*") if one.is_file()}
    name = "PHQ9_schema"

    def activity(change: Callable[[Json], object]) -> dict[str, bytes]:
        found = json.loads(files[name])
        change(found)
        return files | {name: json.dumps(found).encode()}

    def item(change: Callable[[Json], object]) -> dict[str, bytes]:
        found = json.loads(files["items/phq9_10"])
        change(found)
        return files | {"items/phq9_10": json.dumps(found).encode()}

    variants = {
        "activity without its answers": {path: data for path, data in files.items() if path != "valueConstraints"},
        "activity without an item": {path: data for path, data in files.items() if path != "items/phq9_4"},
        "activity alone": {name: files[name]},
        "activity without items": activity(lambda a: a.pop("ui")),
        "activity whose order is words": activity(lambda a: _put(a["ui"], "order", "items/phq9_1")),
        "activity whose order holds numbers": activity(lambda a: _put(a["ui"], "order", [1, 2])),
        "activity with an item from the web": activity(lambda a: _put(a["ui"]["order"], 0, "https://elsewhere.test/i")),
        "activity that climbs out": activity(lambda a: _put(a["ui"]["order"], 0, "../../../etc/passwd")),
        "activity with one item twice": activity(lambda a: _put(a["ui"]["addProperties"][1], "variableName", "phq9_1")),
        "activity whose sum is words": activity(lambda a: _put(a, "compute", "phq9_1 + phq9_2")),
        "activity whose preamble is a number": activity(lambda a: _put(a, "preamble", 7)),
        "item that is none": item(lambda i: _put(i, "category", "Protocol")),
        "item whose answers are a number": item(lambda i: _put(i, "responseOptions", 3)),
        "item whose choices are words": item(lambda i: _put(i["responseOptions"], "choices", "0-3")),
        "item with one value twice": item(lambda i: _put(i["responseOptions"]["choices"][1], "value", 0)),
        "item with a value that is true": item(lambda i: _put(i["responseOptions"]["choices"][1], "value", True)),
        "item cut off": files | {"items/phq9_10": files["items/phq9_10"][:900]},
    }
    return {what: (name, inside) for what, inside in variants.items()}


def zips() -> Damaged:
    dictionary = real(DICTIONARY)
    whole = zipped({"instrument.csv": dictionary, "OriginID.txt": b"x"})
    twice = io.BytesIO()
    with zipfile.ZipFile(twice, "w") as archive:
        archive.writestr("instrument.csv", dictionary)
        archive.writestr("instrument.csv/../instrument.csv", dictionary)
    locked = bytearray(whole)
    locked[6] |= 1  # "locked with a password", as a zip says of each file, in both places
    locked[whole.index(b"PK\x01\x02") + 8] |= 1
    variants = {
        "zip that is a bomb": zipped({"instrument.csv": b"0" * 60_000_000}),
        "zip in parts that are a bomb": zipped({f"{n}.csv": b"0" * 2_000_000 for n in range(8)}),
        "zip that climbs out": zipped({"../instrument.csv": dictionary}),
        "zip with a path from the root": zipped({"/instrument.csv": dictionary}),
        "zip with a drive letter": zipped({"C:/instrument.csv": dictionary}),
        "zip with a file in a file": twice.getvalue(),
        "zip of thousands": zipped({f"{n}.txt": b"" for n in range(600)}),
        "zip of nothing": zipped({}),
        "zip without an instrument": zipped({"readme.txt": b"hello"}),
        "zip with two instruments": zipped({"a/instrument.csv": dictionary, "b/instrument.csv": dictionary}),
        "zip in a zip": zipped({"instrument.csv": whole}),
        "zip cut off": whole[: len(whole) // 2],
        "zip with bytes changed": whole[:200] + bytes(40) + whole[240:],
        "zip with a password": bytes(locked),
        "zip with a broken dictionary": zipped({"instrument.csv": dictionary.replace(b"Field Type", b"Kind")}),
    }
    return {what: ("file.zip", {"file.zip": data}) for what, data in variants.items()}


def zipped(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in files.items():
            archive.writestr(path, data)
    return made.getvalue()


def sheets() -> Damaged:
    whole = real(DICTIONARY)
    data = real("redcap/redcapr-survey.data.csv")
    variants = {
        "dictionary in UTF-16": whole.decode("utf-8-sig").encode("utf-16"),
        "dictionary without its heading": whole.split(b"\n", 1)[1],
        "dictionary with an open quotation mark": whole + b'last,form,,text,"Words\n',
        "dictionary with a field twice": whole + b"no_interest,q_generic_patient_health_questionnaire9,,text,Words\n",
        "dictionary with answers without numbers": whole + b"last,form,,radio,Words,Never | Often\n",
        "dictionary without fields": whole.splitlines()[0] + b"\n",
        "answers without rows": data.splitlines()[0] + b"\n",
        "answers with cells too many": data + b"9" + b"," * 90 + b"\n",
        "typed list without words": b"number,text,answers\n1,,\n",
        "typed list with a broken answer": b'number,text,answers\n1,Bird,"0, No | Yes"\n',
        "typed list with a number twice": b'number,text,answers\n1,Bird,"0, No"\n1,Tree,"0, No"\n',
        "nothing": b"",
        "only spaces": b" \n \n",
    }
    return {what: ("file.csv", {"file.csv": data}) for what, data in variants.items()}


def spss() -> Damaged:
    whole = real(SAV)
    variants = {
        "sav cut in its head": whole[:100],
        "sav cut in its variables": whole[:300],
        "sav with another beginning": b"$FL9" + whole[4:],
        "sav with numbers from elsewhere": whole[:64] + b"\xff" * 16 + whole[80:],
        "sav with nothing behind its name": b"$FL2@(#)",
    }
    return {what: ("file.sav", {"file.sav": data}) for what, data in variants.items()}


def everything() -> Damaged:
    return fhir() | limesurvey() | reproschema() | zips() | sheets() | spss()
