"""What I bring as somebody who leads: my own list, kept by me and seen by the house."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.access.gate import fetch
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import KindError
from kindcircle.base.people.models import User
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.papers import PaperForm
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.rooms.team import credentials
from kindcircle.rooms.team.models import Credential

PAPERS = Credential.objects.select_related("person__organisation")


@page(Permission.OWN_CARE_SEE, methods=("GET", "POST"))
def papers(request: HttpRequest) -> HttpResponse:
    """The list with what is there, what ends soon and what is missing; and a form."""
    by, at = request.actor, clock.now()  # type: ignore[attr-defined]
    me = User.objects.select_related("organisation").get(code=by.code)
    do = request.POST.get("do", "") if request.method == "POST" else ""
    form = PaperForm(me.organisation, request.POST if do == "keep" else None)
    if do == "keep" and form.is_valid():
        try:
            credentials.keep(person=me, by=by, at=at, **form.cleaned_data)
        except KindError as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, _("Kept."))
            return on_to("facilitator:papers")
    if do == "away":
        row = fetch(PAPERS, request.POST.get("paper", ""), by=by, to=Permission.CREDENTIAL_KEEP)
        credentials.take_away(credential=row, by=by, at=at)
        messages.success(request, _("Taken away."))
        return on_to("facilitator:papers")
    context = {"form": form, "held": credentials.held_by(me, by=by, at=at), "may_see": False}
    return render(request, "facilitator/papers.html", context, status=422 if do else 200)
