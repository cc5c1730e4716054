"""The work behind `kindcircle measures import`: show what a file holds, and keep it only with consent."""

import hashlib
from gettext import gettext as _
from pathlib import Path

import click

from kindcircle.base.access import SYSTEM
from kindcircle.base.lib import clock
from kindcircle.base.people.models import Organisation
from kindcircle.doors.cli.measures import Unusable
from kindcircle.rooms.measures import importing
from kindcircle.rooms.measures.actions import import_wording
from kindcircle.rooms.measures.errors import WordsDoNotFit
from kindcircle.rooms.measures.importing import Proposal


def bring_in(
    file: Path,
    *,
    wanted: frozenset[str],
    confirmed: frozenset[str],
    instruction: str,
    accept_terms: bool,
    language: str,
    house_code: str,
) -> None:
    """Show every questionnaire found in the file; keep those that are wanted when the terms are accepted."""
    house = the_house(house_code)
    try:
        data = file.read_bytes()
        read = importing.read_file(data, language=language)
    except OSError:
        raise Unusable(_("There is no file called {file} that can be read.").format(file=file)) from None
    except WordsDoNotFit as error:
        raise Unusable(_("{file} cannot be used. {why}").format(file=file, why=error.sentence)) from None
    found = [one for one in read.proposals if not wanted or one.definition.id in wanted]
    if not found:
        raise Unusable(_("No questionnaire that we know was found in {file}. Nothing was changed.").format(file=file))
    for warning in read.dictionary.warnings:
        click.echo(f"  {warning.text}")
    for proposal in found:
        _show(proposal, confirmed)
    if not accept_terms:
        click.echo(
            _("Nothing was kept. Add --accept-terms, and --confirm POINT for each open point, to bring them in.")
        )
        return
    spoken = read.dictionary.language or language or "en"
    digest = hashlib.sha256(data).hexdigest()
    for proposal in found:
        try:
            words = importing.accept(
                proposal,
                confirmed=confirmed,
                language=spoken,
                file=file.name,
                digest=digest,
                instruction=instruction,
            )
            import_wording(
                organisation=house,
                definition=proposal.definition,
                wording=words,
                source_name=file.name,
                source_bytes=data,
                by=SYSTEM,
                at=clock.now(),
            )
        except WordsDoNotFit as error:
            raise Unusable(f"{proposal.definition.name}: {error.sentence}") from None
        click.echo(
            _("{name} is here now, in language {language}.").format(name=proposal.definition.name, language=spoken)
        )


def _show(proposal: Proposal, confirmed: frozenset[str]) -> None:
    mapping = proposal.mapping
    click.echo(f"\n{proposal.definition.name} ({proposal.definition.id}) <- {mapping.form}")
    for pair in mapping.items:
        click.echo(f"  {pair.number:>3}  {pair.field}  ({pair.why})")
    for answer in mapping.answers:
        click.echo(f"  {answer.their_value:>3} -> {answer.value}")
    for remark in mapping.remarks:
        mark = _("looked at") if remark.name in confirmed else _("OPEN") if remark.weight == "confirm" else _("note")
        click.echo(f"  [{mark}] {remark.name}: {remark.text}")


def the_house(code: str) -> Organisation:
    """The one organisation that is meant. Unusable when there is none, or more than one and none was named."""
    houses = Organisation.objects.filter(code=code) if code else Organisation.objects.all()
    found = list(houses[:2])
    if not found:
        raise Unusable(_("There is no such organisation here. Run kindcircle init first, or check --organisation."))
    if len(found) > 1:
        raise Unusable(_("This site has several organisations. Please say which with --organisation CODE."))
    return found[0]
