"""Keeping how a house's pages speak and look."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.lib.errors import Invalid
from kindcircle.base.people.models import HeaderFor, Organisation, Palette
from kindcircle.base.people.terms import FacilitatorWord, GroupWord, MeetingWord, MemberWord


@dataclass(frozen=True, slots=True)
class Chosen:
    """Everything a house chooses about its pages. `header_name` is "" for the usual name at the top."""

    says_group: str
    says_facilitator: str
    says_member: str
    says_meeting: str
    palette: str
    header_name: str = ""
    header_for: str = HeaderFor.INSIDE


class OneMeaningOfClass(Invalid):
    def __init__(self) -> None:
        super().__init__(
            _("“Class” cannot mean both the people and the time they meet. Please choose another for one.")
        )


class NotOffered(Invalid):
    """A word or a palette that is not among the checked ones."""

    def __init__(self) -> None:
        super().__init__(_("Please choose one of the words and colours on this page."))


OFFERED = {
    "says_group": GroupWord,
    "says_facilitator": FacilitatorWord,
    "says_member": MemberWord,
    "says_meeting": MeetingWord,
    "palette": Palette,
    "header_for": HeaderFor,
}


def keep_look(*, organisation: Organisation, chosen: Chosen, by: Actor, at: datetime) -> Organisation:
    """From the next page on, the house speaks and looks like this. Raises OneMeaningOfClass, NotOffered."""
    require(by, Permission.LOOK_KEEP, organisation)
    wanted = asdict(chosen)
    if any(wanted[name] not in words.values for name, words in OFFERED.items()):
        raise NotOffered
    if chosen.says_group == chosen.says_meeting == GroupWord.CLASS:
        raise OneMeaningOfClass
    with transaction.atomic():
        house = Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
        for name, value in wanted.items():
            setattr(house, name, value)
        house.save(update_fields=list(wanted))
        about = log.Ref("organisation", house.code)
        log.record(Event.LOOK_CHANGED, by=by, about=about, at=at, chain=house.code)
    return house
