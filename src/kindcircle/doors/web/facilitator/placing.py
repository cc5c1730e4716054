"""A place for one person, in a group that is there already: kept for them, or for somebody else after all."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import KindError, NotFound
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import SeeOther, on_to
from kindcircle.rooms.groups import actions
from kindcircle.rooms.groups.models import Group, KeptPlace
from kindcircle.rooms.intake.models import Application
from kindcircle.rooms.intake.queries import latest_decision

APPLICATIONS = Application.objects.select_related("intake__organisation", "person")


@page(Permission.APPLICATION_DECIDE, about=APPLICATIONS, methods=("POST",))
def place(request: HttpRequest, application: Application) -> SeeOther:
    """Keep a place in this group, or give up the one that waits for their yes."""
    by, at = request.actor, clock.now()  # type: ignore[attr-defined]
    try:
        if request.POST.get("do") == "give-up":
            kept = kept_for(application)
            if kept is not None:
                actions.give_up_place(kept=kept, by=by, at=at)
            messages.success(request, _("The place is free again."))
        else:
            code = request.POST.get("group", "").replace("\0", "")
            group = Group.objects.filter(intake=application.intake_id, code=code).first()
            if group is None:
                raise NotFound
            actions.keep_place(application=application, group=group, by=by, at=at)
            messages.success(request, _("A place is kept. It is theirs with their yes in writing."))
    except KindError as error:
        if isinstance(error, NotFound):
            raise
        messages.warning(request, error.sentence)
    return on_to("facilitator:applicant", application.code)


def kept_for(application: Application) -> KeptPlace | None:
    """The place that waits for this person's yes."""
    rows = KeptPlace.objects.filter(application=application, taken_at=None, given_up_at=None)
    return rows.select_related("group__organisation", "application__person", "application__intake").first()


def about_place(application: Application) -> dict[str, Any]:
    """What the page of one person says about a place: the one that is kept, or the groups with room for them."""
    decision = latest_decision(application)
    comes = decision is not None and decision.opens_a_place and application.withdrawn_at is None
    if not comes or actions.has_place(application):
        return {}
    kept = kept_for(application)
    return {"kept": kept, "room": [] if kept else actions.groups_with_room(application), "comes": True}
