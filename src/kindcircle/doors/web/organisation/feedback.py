"""For the page of the house: how often feedback is talked about, and what nobody looks at. Counts over groups alone."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from kindcircle.base.access import Actor, Permission
from kindcircle.base.lib import clock
from kindcircle.base.people.models import Organisation
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import SeeOther, on_to
from kindcircle.doors.web.shared.talked import share_words
from kindcircle.rooms.feedback.looks import unseen_in_house
from kindcircle.rooms.feedback.rate import house_rate
from kindcircle.rooms.groups.models import Group
from kindcircle.rooms.measures.stopping import stop_asking

GROUPS = Group.objects.select_related("organisation")


@page(Permission.MEASURE_STOP, about=GROUPS, methods=("POST",))
def stop(request: HttpRequest, group: Group) -> SeeOther:
    """Yes, this group is no longer asked for it. Those who lead it can ask again."""
    instrument = request.POST.get("instrument", "")
    stop_asking(group=group, instrument=instrument, by=request.actor, at=clock.now())  # type: ignore[attr-defined]
    messages.success(request, _("It is not asked any more."))
    return on_to("organisation:home")


def of_house(house: Organisation, *, by: Actor, at: datetime) -> dict[str, Any]:
    """What the include on the page of the house shows."""
    counted = house_rate(house, by=by, at=at)
    return {"rate": counted, "share": share_words(counted.members.share), "unseen": unseen_in_house(house, by=by)}
