"""`kindcircle measures`: questionnaires from the command line."""

from gettext import gettext as _
from gettext import ngettext
from pathlib import Path

import click

from kindcircle.spec.documents.errors import DocumentError
from kindcircle.spec.examples import check_examples as work_out
from kindcircle.spec.texts import ContentError


class Unusable(click.ClickException):
    """A file that cannot be used: one kind sentence, exit code 2, no traceback."""

    exit_code = 2


@click.group()
def measures() -> None:
    """Questionnaires: their words and their arithmetic."""


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
    try:
        report = work_out(file.read_bytes(), site=site)
    except FileNotFoundError:
        raise Unusable(_("There is no file called {file}.").format(file=file)) from None
    except IsADirectoryError:
        raise Unusable(_("{file} is a folder. Please name a CSV file.").format(file=file)) from None
    except OSError as error:
        raise Unusable(_("{file} cannot be read: {why}.").format(file=file, why=error.strerror)) from None
    except DocumentError as error:
        raise Unusable(_("{file} cannot be used. {why}").format(file=file, why=error)) from None
    except ContentError as error:
        raise Unusable(_("A questionnaire here cannot be used. {why}").format(why=error)) from None
    for difference in report.differences:
        click.echo(str(difference))
    agree = ngettext("{agreeing} of {rows} example agrees.", "{agreeing} of {rows} examples agree.", report.rows)
    click.echo(agree.format(agreeing=report.agreeing, rows=report.rows))
    if report.differences:
        raise click.exceptions.Exit(1)


@measures.command("import")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE.csv")
@click.option("--instrument", "wanted", multiple=True, help="Only these questionnaires, such as phq-9.")
@click.option(
    "--confirm", "confirmed", multiple=True, metavar="POINT", help="An open point you looked at, by its name."
)
@click.option("--accept-terms", is_flag=True, help="You read the owner's terms and accept them for this site.")
@click.option("--language", default="en", show_default=True, help="The language of the words in the file.")
@click.option("--organisation", "house_code", default="", help="Code of the organisation, when there are several.")
def import_words(
    file: Path,
    wanted: tuple[str, ...],
    confirmed: tuple[str, ...],
    accept_terms: bool,
    language: str,
    house_code: str,
) -> None:
    """Bring the words of questionnaires from a REDCap data dictionary to this site.

    Without --accept-terms nothing is kept: you see what was found, line by line, and which points are open.
    """
    from kindcircle.doors.cli.home import open_database, open_home

    open_home()
    open_database()
    from kindcircle.doors.cli.wording import bring_in  # needs settings

    bring_in(
        file,
        wanted=frozenset(wanted),
        confirmed=frozenset(confirmed),
        accept_terms=accept_terms,
        language=language,
        house_code=house_code,
    )
