"""The work behind `measures import --preview` and `measures read-responses`: look at a file, keep nothing."""

import json
from gettext import gettext as _
from pathlib import Path

import click

from kindcircle.doors.cli.beside import around, dictionary_for, inside, questions_for, systems_for
from kindcircle.spec.documents.errors import UnknownFile
from kindcircle.spec.documents.reading import holds_answers, read_answers, read_questions
from kindcircle.spec.documents.shape import Dictionary
from kindcircle.spec.documents.spss import is_spss, parse_spss
from kindcircle.spec.documents.table import LARGEST
from kindcircle.spec.instruments import all_instruments
from kindcircle.spec.previewing import Report, answers_report, questions_report, variables_report


def preview(file: Path, *, language: str, site: Path | None) -> Report:
    """What a file or a folder holds. A file of answers is read as such, so that any file can be looked at."""
    known = all_instruments(site=site)
    if file.is_dir():
        there = inside(file)
        if not there.path:
            raise UnknownFile("This folder does not hold one ReproSchema activity.")
        return questions_report(known, read_questions(there.files[there.path], language=language, beside=there))
    data = contents(file)
    if is_spss(data):
        return variables_report(known, parse_spss(data))
    if holds_answers(data):
        return answers(file, None, site=site)
    return questions_report(known, read_questions(data, language=language, beside=around(file)))


def answers(file: Path, questions_file: Path | None, *, site: Path | None) -> Report:
    """The answers in a file, scored again. The questions come from the named file, or from one that lies beside."""
    data = contents(file)
    if is_spss(data):
        return variables_report(all_instruments(site=site), parse_spss(data))
    filled = read_answers(data)
    there = around(file)
    questions: Dictionary | None
    if questions_file is not None:
        questions = read_questions(contents(questions_file), beside=around(questions_file))
    elif filled.source == "fhir":
        questions = questions_for({sheet.of for sheet in filled.sheets}, there)
    else:
        questions = dictionary_for(file, there)
    return answers_report(all_instruments(site=site), filled, questions, systems_for(questions, there))


def contents(file: Path) -> bytes:
    """The bytes of a file, never more than can be read."""
    with file.open("rb") as opened:
        return opened.read(LARGEST + 1)


def tell(report: Report, *, as_json: bool) -> None:
    """Write a report for a program, or the heart of it for a person."""
    if as_json:
        click.echo(json.dumps(report, ensure_ascii=False, indent=2, allow_nan=False))
        return
    click.echo(_("Read as {format}.").format(format=report["format"]))
    for notice in report["notices"]:
        click.echo(f"  {notice['name']}: {notice['text']}")
    for one in report.get("proposals", []):
        click.echo(f"\n{one['name']} ({one['instrument']}) <- {one['form']}")
        for item in one["items"]:
            click.echo(f"  {item['number']:>3}  {item['field']}  ({item['why']})")
        for answer in one["answers"]:
            click.echo(f"  {answer['their_value']:>3} -> {answer['value']}")
        for remark in (*one["to_confirm"], *one["remarks"]):
            click.echo(f"  [{remark['weight']}] {remark['name']}: {remark['text']}")
    for one in report.get("responses", []):
        values = " ".join("-" if value is None else str(value) for value in one["items"])
        click.echo(f"\n{one['instrument']}, {one['record']}: {values}")
        click.echo(_("  total {total} ({state})").format(total=one["total"], state=one["state"]))
        for notice in one["notices"]:
            click.echo(f"  {notice['name']}: {notice['text']}")
        for remark in one["to_confirm"]:
            click.echo(f"  [{remark['weight']}] {remark['name']}: {remark['text']}")
        for flag in one["flags"]:
            click.echo(f"  {flag}")
