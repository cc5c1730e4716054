"""Accepting an invitation: a name to be called by, an address for sign-in codes, and one is in."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import Conflict
from kindcircle.base.vault import seals
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sign_in.sessions import sign_in
from kindcircle.doors.web.shared.tries import count_wrong, stop_guessing
from kindcircle.rooms.groups import actions
from kindcircle.rooms.groups.errors import InvitationGone
from kindcircle.rooms.groups.models import Invitation


class AcceptForm(forms.Form):
    """What we need to make a place for somebody, and no more."""

    name = forms.CharField(
        label=gettext_lazy("What shall we call you?"),
        help_text=gettext_lazy("The people in your group see this name. A first name or any name you like is enough."),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        help_text=gettext_lazy("We send sign-in codes there. Our mails never say what this is about."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
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
    name = seals.INVITED.open(invitation.sealed_name, code=invitation.code, holder=invitation.organisation)
    form = AcceptForm(request.POST or None, initial={"name": name})
    if request.method == "POST" and form.is_valid():
        try:
            user = actions.accept_invitation(secret=secret, at=now, **form.cleaned_data)
        except Conflict as error:
            form.add_error("email", error.sentence)
        else:
            sign_in(request, user)
            staff = invitation.role != Invitation.Role.MEMBER
            return redirect("mfa_index" if staff else "home")
    return render(
        request, "doors/invitation.html", {"form": form, "invitation": invitation}, status=422 if form.errors else 200
    )
