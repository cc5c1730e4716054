"""Accepting an invitation: a name to be called by, an address for sign-in codes, and one is in."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import Conflict
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sign_in.sessions import sign_in
from kindcircle.doors.web.shared.tries import count_wrong, stop_guessing
from kindcircle.rooms.groups import actions
from kindcircle.rooms.groups.errors import InvitationGone
from kindcircle.rooms.groups.models import Invitation


class AcceptForm(forms.Form):
    """What we need to make an account for somebody who will work here, and no more."""

    name = forms.CharField(
        label=gettext_lazy("What shall we call you?"),
        help_text=gettext_lazy("The people here see this name. A first name or any name you like is enough."),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        help_text=gettext_lazy("We send sign-in codes there. Our mails never say what this is about."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class ComeInForm(AcceptForm):
    """The same for somebody who asked to come: who has no safe address comes in by a link from a person each time."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].required = False
        self.fields["email"].help_text = _(
            "If you have one that is safe: we send codes there to come back in. Our mails never say what this is about."
        )


@page(Permission.DOOR_USE, methods=("GET", "POST"))
def accept(request: HttpRequest, secret: str) -> HttpResponse:
    """One page, one use. A link that is used, old or wrong gets the same kind answer."""
    stop_guessing(request, "invitation", _("That was many tries in a short time. Please come back in an hour."))
    now = clock.now()
    try:
        invitation = actions.open_invitation(secret, at=now)
    except InvitationGone:
        count_wrong(request, "invitation")
        raise
    by = request.actor  # type: ignore[attr-defined]
    if actions.may_take(invitation, by):
        return _take(request, invitation, secret)
    name = seals.INVITED.open(invitation.sealed_name, code=invitation.code, holder=invitation.organisation)
    staff, taken = invitation.role != Invitation.Role.MEMBER, False
    form = (AcceptForm if staff else ComeInForm)(request.POST or None, initial={"name": name})
    if request.method == "POST" and form.is_valid():
        try:
            user = actions.accept_invitation(secret=secret, at=now, **form.cleaned_data)
        except Conflict as error:
            form.add_error("email", error.sentence)
            taken = staff
        else:
            sign_in(request, user)
            return redirect("mfa_index" if staff else "home")
    context = {"form": form, "invitation": invitation, "taken": taken}
    return render(request, "doors/invitation.html", context, status=422 if form.errors else 200)


def _take(request: HttpRequest, invitation: Invitation, secret: str) -> HttpResponse:
    """Somebody of this house is signed in: the role goes to the account they have, if they say so."""
    by = request.actor  # type: ignore[attr-defined]
    if request.method == "POST":
        actions.take_role(secret=secret, by=by, at=clock.now())
        messages.success(request, _("Done. Your account has this role from now on."))
        return redirect("home" if by.strong else "mfa_index")
    name = seals.name_of(User.objects.get(pk=by.user_id))
    context = {"name": name, "role": invitation.role}
    return render(request, "doors/invitation_take.html", context)
