"""What an owner asks of a house before the words of a questionnaire come in, and the number that shows it."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.lib.errors import Invalid
from kindcircle.base.people.models import Organisation
from kindcircle.rooms.measures.errors import WordsDoNotFit
from kindcircle.rooms.measures.models_licence import LicenceNumber
from kindcircle.spec.definition import Definition
from kindcircle.spec.slots import slot

ASKS_FOR_A_NUMBER = ("registration_id", "licence_number")
LONGEST = 80


class NotANumber(Invalid):
    """Nothing was written, or far too much."""

    def __init__(self) -> None:
        super().__init__(_("Please write the number as the owner gave it to you, in at most 80 characters."))


class NoNumberNeeded(Invalid):
    def __init__(self) -> None:
        super().__init__(_("This questionnaire asks for no number."))


def needs_number(one: Definition) -> bool:
    """Whether its owner gives leave to each house by itself. What is known to be sold or restricted always does,
    whatever a definition that a house wrote itself says of it.
    """
    known = slot(one.id)
    sold = known is not None and known.reason in ("restricted", "paid")
    return one.licence.wording == "import" and (sold or one.licence.evidence in ASKS_FOR_A_NUMBER)


def numbers(organisation: Organisation) -> Mapping[str, LicenceNumber]:
    """The numbers this house wrote down, by questionnaire."""
    rows = LicenceNumber.objects.filter(organisation=organisation).select_related("written_by")
    return {row.instrument: row for row in rows}


def write_number(*, organisation: Organisation, definition: Definition, number: str, by: Actor, at: datetime) -> None:
    """Keep the number; a later one takes its place. Raises NotANumber or NoNumberNeeded."""
    require(by, Permission.WORDING_IMPORT, organisation)
    written = " ".join(number.split())
    if not needs_number(definition):
        raise NoNumberNeeded
    if not written or len(written) > LONGEST or "\0" in written:
        raise NotANumber
    with transaction.atomic():
        Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
        LicenceNumber.objects.update_or_create(
            organisation=organisation,
            instrument=definition.id,
            defaults={"number": written, "written_by_id": by.user_id, "written_at": at},  # type: ignore[misc]
        )
        about = log.Ref("organisation", organisation.code)
        log.record(Event.LICENCE_NUMBER_WRITTEN, by=by, about=about, at=at, chain=organisation.code)


def check_leave(organisation: Organisation, one: Definition) -> None:
    """Refuse words that the owner lets in only with a number, while this house has none. Raises WordsDoNotFit."""
    if one.licence.wording != "import":
        raise WordsDoNotFit(_("This questionnaire does not take words from a file."))
    if needs_number(one) and one.id not in numbers(organisation):
        raise WordsDoNotFit(
            _(
                "The owner of %(name)s gives leave to each house by itself. Please write your number on its page under "
                "“All questionnaires” first."
            )
            % {"name": one.name}
        )
