"""`kindcircle measures`: questionnaires from the command line."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from gettext import gettext as _
from gettext import ngettext
from pathlib import Path

import click

from kindcircle.spec import register
from kindcircle.spec.documents.errors import DocumentError
from kindcircle.spec.examples import check_examples as work_out
from kindcircle.spec.slots import slot
from kindcircle.spec.texts import ContentError


class Unusable(click.ClickException):
    """A file that cannot be used: one kind sentence, exit code 2, no traceback."""

    exit_code = 2


@contextmanager
def kindly(file: Path) -> Iterator[None]:
    """Say in one sentence why a file cannot be used, whatever is wrong with it."""
    try:
        yield
    except FileNotFoundError:
        raise Unusable(_("There is no file called {file}.").format(file=file)) from None
    except IsADirectoryError:
        raise Unusable(_("{file} is a folder. Please name a file.").format(file=file)) from None
    except OSError as error:
        raise Unusable(_("{file} cannot be read: {why}.").format(file=file, why=error.strerror)) from None
    except DocumentError as error:
        raise Unusable(_("{file} cannot be used. {why}").format(file=file, why=error)) from None
    except ContentError as error:
        raise Unusable(_("A questionnaire here cannot be used. {why}").format(why=error)) from None


@click.group()
def measures() -> None:
    """Questionnaires: their words and their arithmetic."""


@measures.command("list")
@click.option("--json", "as_json", is_flag=True, help="Say it for a program.")
@click.option(
    "--site",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="A folder with this site's own content.",
)
def every_one(as_json: bool, site: Path | None) -> None:
    """Every questionnaire: ours, those whose words you bring in, and those without a form, each with why."""
    with kindly(site or Path()):
        known = register.entries(site=site)
    if as_json:
        click.echo(json.dumps([one.facts() for one in known], ensure_ascii=False, indent=2))
        return
    for one in known:
        about = (
            ngettext("{n} question", "{n} questions", one.questions).format(n=one.questions) if one.questions else ""
        )
        needed = {"ours": _("ready to ask"), "words_needed": _("words to bring in"), "no_form": _("no form here")}
        said = ", ".join(filter(None, (about, needed[one.standing])))
        click.echo(f"{one.id:16} {one.name} · {one.measures} ({said})")
        if one.slot is not None:
            click.echo(f"{'':16} {one.slot.why}")


@measures.command("check-examples")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE.csv")
@click.option(
    "--site",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="A folder with this site's own content.",
)
def check_examples(file: Path, site: Path | None) -> None:
    """Work out every example in FILE.csv again and name each row that differs.

    Ends with 0 when all rows agree, with 1 when any differs, and with 2 when the file cannot be used.
    """
    with kindly(file):
        report = work_out(file.read_bytes(), site=site)
    for difference in report.differences:
        click.echo(str(difference))
    agree = ngettext("{agreeing} of {rows} example agrees.", "{agreeing} of {rows} examples agree.", report.rows)
    click.echo(agree.format(agreeing=report.agreeing, rows=report.rows))
    if report.differences:
        raise click.exceptions.Exit(1)


@measures.command("import")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--preview", is_flag=True, help="Only look at the file: no site is needed, and nothing is kept.")
@click.option("--json", "as_json", is_flag=True, help="With --preview: say it for a program.")
@click.option("--instrument", "wanted", multiple=True, help="Only these questionnaires, such as phq-9.")
@click.option(
    "--confirm", "confirmed", multiple=True, metavar="POINT", help="An open point you looked at, by its name."
)
@click.option("--instruction", default="", help="The words above the questions, for a file that has none.")
@click.option("--accept-terms", is_flag=True, help="You read the owner's terms and accept them for this site.")
@click.option("--language", default="", help="The language of the words in the file; of several, the one to read.")
@click.option("--organisation", "house_code", default="", help="Code of the organisation, when there are several.")
def import_words(
    file: Path,
    preview: bool,
    as_json: bool,
    wanted: tuple[str, ...],
    confirmed: tuple[str, ...],
    instruction: str,
    accept_terms: bool,
    language: str,
    house_code: str,
) -> None:
    """Bring the words of questionnaires to this site.

    FILE may be a REDCap data dictionary or instrument zip, a FHIR Questionnaire, a zip of a ReproSchema activity,
    a LimeSurvey .lss, or a plain CSV; for --preview also a folder, an SPSS .sav, or a file of answers.

    Without --accept-terms nothing is kept: you see what was found, line by line, and which points are open.
    """
    for name in wanted:
        if without_form := slot(name):
            raise Unusable(_("{name} cannot come in. {why}").format(name=without_form.name, why=without_form.why))
    if as_json and not preview:
        raise click.UsageError(_("Please use --json together with --preview."))
    if preview:
        from kindcircle.doors.cli import looking

        with kindly(file):
            looking.tell(looking.preview(file, language=language, site=None), as_json=as_json)
        return
    from kindcircle.doors.cli.home import open_database, open_home

    open_home()
    open_database()
    from kindcircle.doors.cli.wording import bring_in  # needs settings

    bring_in(
        file,
        wanted=frozenset(wanted),
        confirmed=frozenset(confirmed),
        instruction=instruction,
        accept_terms=accept_terms,
        language=language,
        house_code=house_code,
    )


@measures.command("read-responses")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option(
    "--questions", type=click.Path(path_type=Path), help="The file with the questions, when it does not lie beside."
)
@click.option("--json", "as_json", is_flag=True, help="Say it for a program.")
@click.option(
    "--site",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="A folder with this site's own content.",
)
def read_responses(file: Path, questions: Path | None, as_json: bool, site: Path | None) -> None:
    """Read the answers in FILE and score them again. Nothing is kept.

    FILE may be a FHIR QuestionnaireResponse, an Observation or a Bundle of them, a REDCap export of answers, or an
    SPSS .sav. A total that came along is compared with ours; the answers count.
    """
    from kindcircle.doors.cli import looking

    with kindly(file):
        looking.tell(looking.answers(file, questions, site=site), as_json=as_json)


@measures.command("rescore")
@click.argument("instrument")
@click.option("--keep", is_flag=True, help="Keep the new numbers. Without it you only see what would move.")
@click.option("--organisation", "house_code", default="", help="Code of the organisation, when there are several.")
def rescore(instrument: str, keep: bool, house_code: str) -> None:
    """Score the sheets of INSTRUMENT anew where a later version corrects its rule, such as 1.0.1 that of 1.0.0.

    Answers stay as they were given, and the earlier numbers stay beside the new ones. Running it twice changes nothing.
    """
    from kindcircle.doors.cli.home import open_database, open_home

    open_home()
    open_database()
    from kindcircle.doors.cli.rescoring import score_anew  # needs settings

    score_anew(instrument, keep=keep, house_code=house_code)
