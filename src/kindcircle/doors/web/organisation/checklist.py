"""What this house goes through in the talk: its own list, in versions."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import KindError
from kindcircle.base.people.models import Organisation
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.rooms.intake.actions.checklists import checklist_of, keep_checklist


@page(Permission.CHECKLIST_KEEP, methods=("GET", "POST"))
def checklist(request: HttpRequest) -> HttpResponse:
    """The list, one line each. A change makes a new list; what was decided keeps the one it was decided by."""
    house = Organisation.objects.get(pk=request.actor.organisation_id)  # type: ignore[attr-defined]
    number, lines = checklist_of(house)
    text, error, status = "\n".join(words for _name, words in lines), "", 200
    if request.method == "POST":
        text, seen = request.POST.get("lines", "").replace("\0", ""), request.POST.get("seen", "")
        try:
            keep_checklist(
                organisation=house,
                lines=text.splitlines(),
                seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 6 else -1,
                by=request.actor,  # type: ignore[attr-defined]
                at=clock.now(),
            )
        except KindError as one:
            error, status = one.sentence, one.status
        else:
            messages.success(request, _("The list is kept. It is used from the next answer on."))
            return on_to("organisation:checklist")
    context = {"text": text, "number": number, "error": error, "rows": max(len(lines) + 2, 8)}
    return render(request, "organisation/checklist.html", context, status=status)
