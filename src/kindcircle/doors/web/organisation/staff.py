"""Who works here: roles, second key, the month of the last sign-in; and ending a role or all of them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import Conflict, NotFound
from kindcircle.base.people.models import StaffRole, User
from kindcircle.doors.web.organisation.house import house_of
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.rooms.groups.models import Invitation
from kindcircle.rooms.safety import staff as actions

ROLES = {
    StaffRole.Role.FACILITATOR: gettext_lazy("leads groups"),
    StaffRole.Role.SAFETY_LEAD: gettext_lazy("answers for safety in the whole house"),
    StaffRole.Role.ORGANISATION_LEAD: gettext_lazy("leads this organisation"),
    StaffRole.Role.OPERATOR: gettext_lazy("runs the machine"),
}
PEOPLE = User.objects.select_related("organisation").filter(is_active=True, staff_roles__isnull=False).distinct()


@page(Permission.STAFF_SEE)
def staff(request: HttpRequest) -> HttpResponse:
    """Everybody who works here, and invitations that still wait."""
    house, at = house_of(request), clock.now()
    found = actions.staff_of(house, by=request.actor)  # type: ignore[attr-defined]
    waiting = Invitation.objects.filter(
        organisation=house, person=None, used_at=None, expires_at__gt=at, role__in=StaffRole.Role.values
    )
    context = {
        "people": [(one, [ROLES[StaffRole.Role(role)] for role in one.roles]) for one in found],
        "waiting": [(ROLES[StaffRole.Role(one.role)], one.expires_at) for one in waiting.order_by("expires_at")],
    }
    return render(request, "organisation/staff.html", context)


@page(Permission.STAFF_END, about=PEOPLE, methods=("GET", "POST"))
def colleague(request: HttpRequest, person: User) -> HttpResponse:
    """One person: what ends if you end it, and ending it."""
    by, at = request.actor, clock.now()  # type: ignore[attr-defined]
    problem = ""
    if request.method == "POST":
        try:
            if request.POST.get("do") == "all":
                actions.end_access(person=person, by=by, at=at)
                messages.success(request, _("Done. They are signed out everywhere."))
            else:
                actions.end_role(person=person, role=request.POST.get("role", ""), by=by, at=at)
                messages.success(request, _("Done. This role has ended, and they are signed out everywhere."))
            # Whoever ended their own way in here has no such page any more.
            return on_to("home") if person.pk == by.user_id else on_to("organisation:staff")
        except Conflict as error:
            problem = error.sentence
    one = next((c for c in actions.staff_of(person.organisation, by=by) if c.person.pk == person.pk), None)
    if one is None:
        raise NotFound
    context = {
        "one": one,
        "roles": [(role, ROLES[StaffRole.Role(role)], role == StaffRole.Role.FACILITATOR) for role in one.roles],
        "problem": problem,
    }
    return render(request, "organisation/staff_one.html", context, status=409 if problem else 200)
