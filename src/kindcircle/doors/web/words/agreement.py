"""What a group agreed on, as PDF to print or keep: for its members and for those who lead it."""

from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.printed import paper
from kindcircle.paper import words
from kindcircle.rooms.groups.agreements import STARTER, agreement_of
from kindcircle.rooms.groups.models import Group
from kindcircle.spec.texts import pinned_handout

GROUPS = Group.objects.select_related("organisation")


@page(Permission.AGREEMENT_READ, about=GROUPS)
def paper_of(request: HttpRequest, group: Group) -> HttpResponse:
    """The list as it stands, with its number and date."""
    now, handout = agreement_of(group, by=request.actor), pinned_handout(STARTER)  # type: ignore[attr-defined]
    edition = _("A list to start from")
    if now.confirmed_at:
        day = date_format(now.confirmed_at, "j F Y")
        edition = _("Version %(n)s, %(day)s") % {"n": now.number, "day": day}
    lines = [line.text for line in now.lines]
    return paper("handout", words.agreement(handout.title, lines, edition, handout.text), handout.title)
