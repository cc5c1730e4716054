"""What has to be there before a group begins, and before its door opens for the first time."""

from datetime import datetime
from enum import StrEnum

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from kindcircle.base.people.models import Organisation, StaffRole, User
from kindcircle.rooms.groups.models import Gathering, Group, Membership
from kindcircle.rooms.groups.queries import present_places
from kindcircle.rooms.safety.duty import Rota
from kindcircle.rooms.safety.errors import EmergencyNumberNotDialled, NotYetReady
from kindcircle.rooms.safety.models import Helpline
from kindcircle.rooms.safety.queries import HELPLINE_LASTS, may_start_groups, staffed_hours
from kindcircle.rooms.safety.staffed import next_staffed


class Lack(StrEnum):
    """One thing that is missing. A closed list: the pages know words and a place to mend each."""

    EMERGENCY = "emergency"  # two people dialled the country's own number lately
    LINES = "lines"  # another number that was shown before has not been dialled anew
    HOURS = "hours"  # nobody is ever there
    ROTA = "rota"  # staffed hours of the next fortnight with nobody on duty
    OWNER = "owner"
    BACKUP = "backup"


SAYS = {
    Lack.EMERGENCY: _("two people dial the emergency number and say that it is right"),
    Lack.LINES: _("two people dial the help lines whose check has run out"),
    Lack.HOURS: _("your house says when somebody is there"),
    Lack.ROTA: _("somebody is on duty in all staffed hours of the next two weeks"),
    Lack.OWNER: _("somebody who works here answers for its alerts"),
    Lack.BACKUP: _("somebody else who works here sees its alerts next"),
}
"""What is to be done, as the end of a sentence."""


def lacking(organisation: Organisation, *, at: datetime, group: Group | None = None) -> list[Lack]:
    """Everything that is missing in this house, and for this group if one is given, in the order to mend it."""
    hours = staffed_hours(organisation)
    found = []
    if not may_start_groups(organisation, at=at):
        found.append(Lack.EMERGENCY)
    if _run_out(organisation, at=at):
        found.append(Lack.LINES)
    if next_staffed(hours, at) is None:
        found.append(Lack.HOURS)
    if Rota(organisation).gaps(hours, at=at):
        found.append(Lack.ROTA)
    if group is not None:
        if not _answers(group, group.alerts_owner):
            found.append(Lack.OWNER)
        if not _answers(group, group.alerts_backup):
            found.append(Lack.BACKUP)
    return found


def require_ready(organisation: Organisation, *, at: datetime, group: Group | None = None) -> None:
    """Go on only where nothing is missing. Raises EmergencyNumberNotDialled, NotYetReady with the list."""
    found = lacking(organisation, at=at, group=group)
    if found == [Lack.EMERGENCY]:
        raise EmergencyNumberNotDialled
    if found:
        raise NotYetReady("; ".join(str(SAYS[one]) for one in found) + ".")


def require_ready_to_open(gathering: Gathering, *, at: datetime) -> None:
    """The same, before the first door of a group opens. A group that has met goes on: its people are in the middle."""
    group = gathering.group
    if not Gathering.objects.filter(group=group, opened_at__isnull=False).exists():
        require_ready(group.organisation, at=at, group=group)


def _run_out(organisation: Organisation, *, at: datetime) -> bool:
    """Whether a number that two people had checked may not be shown any more. A new one that waits stops nobody."""
    fresh = Count("checks", filter=Q(checks__at__gt=at - HELPLINE_LASTS, checks__at__lte=at))
    others = Helpline.objects.filter(organisation=organisation, emergency=False)
    return others.annotate(all=Count("checks"), fresh=fresh).filter(all__gte=2, fresh__lt=2).exists()


def _answers(group: Group, person: User) -> bool:
    """Whether this person is there and may handle an alert of the group."""
    if not person.is_active:
        return False
    leads = present_places(group, Membership.Role.FACILITATOR).filter(user=person).exists()
    return leads or person.staff_roles.filter(role=StaffRole.Role.SAFETY_LEAD).exists()
