"""Where my mail goes: another address counts once the code that was sent there is typed in here."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import KindError
from kindcircle.base.outbox.messages import MESSAGES
from kindcircle.base.outbox.wishes import is_returned
from kindcircle.base.vault import seals
from kindcircle.doors.web.mailing.wishes import me_of
from kindcircle.doors.web.shared.frame import base_for
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import SeeOther, on_to
from kindcircle.doors.web.shared.sign_in.adapter import send_at_once, send_code
from kindcircle.doors.web.shared.tries import stop_asking
from kindcircle.rooms.reminders import reaching


class AddressForm(forms.Form):
    """The new address."""

    address = forms.EmailField(
        label=gettext_lazy("My new e-mail address"),
        max_length=200,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": gettext_lazy("Please write an address."),
            "invalid": gettext_lazy("Please write an address such as name@example.org."),
        },
    )


class CodeForm(forms.Form):
    """The code from the mail."""

    code = forms.CharField(
        label=gettext_lazy("The code from the mail"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
        error_messages={"required": gettext_lazy("Please write the six numbers.")},
    )


@page(Permission.ADDRESS_CHANGE, methods=("GET", "POST"))
def address(request: HttpRequest) -> HttpResponse:
    """See where mail goes, and ask for a code to another address."""
    me, at, actor = me_of(request), clock.now(), request.actor  # type: ignore[attr-defined]
    form = AddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        stop_asking(request, "address", _("That was often in a short time. Please try again in an hour."), key=me.code)
        to = form.cleaned_data["address"]
        code = reaching.ask_for_address(user=me, address=to, by=actor, at=at)
        if code is not None:
            send_code(code, to=to)
        return on_to("mailing:address-code")
    return _show(request, "mailing/address.html", form)


@page(Permission.ADDRESS_CHANGE, methods=("GET", "POST"))
def code(request: HttpRequest) -> HttpResponse:
    """Type the code in; from then on mail goes there, and signing in asks for that address."""
    me, at, actor = me_of(request), clock.now(), request.actor  # type: ignore[attr-defined]
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            old = reaching.change_address(user=me, code=form.cleaned_data["code"], by=actor, at=at)
        except KindError as error:
            form.add_error("code", error.sentence)
        else:
            if old and me.wants_mail:
                _tell_the_old_one(old)
            messages.success(request, _("Done. Your mail goes there now. You sign in with this address, too."))
            return on_to("mailing:wishes")
    return _show(request, "mailing/address_code.html", form, asked_for=_hinted(reaching.asked_for(me, at=at)))


@page(Permission.ADDRESS_CHANGE, methods=("POST",))
def try_again(request: HttpRequest) -> SeeOther:
    """The address is right after all: the next message is tried."""
    me = me_of(request)
    reaching.try_again(user=me, by=request.actor, at=clock.now())  # type: ignore[attr-defined]
    messages.success(request, _("Good. The next message goes to the same address."))
    return on_to("mailing:wishes")


def _tell_the_old_one(old: str) -> None:
    """Whoever did not do this themselves can see that it was done."""
    words = MESSAGES["new-address"]
    send_at_once(str(words.subject), str(words.body).format(link=f"{settings.ORIGIN}/"), to=old)


def _hinted(address: str) -> str:
    """Enough to know one's own address by, and too little for somebody who looks over a shoulder."""
    name, _at, place = address.rpartition("@")
    return f"{name[:1]}…@{place}" if name else ""


def _show(request: HttpRequest, template: str, form: forms.Form, **more: object) -> HttpResponse:
    me = me_of(request)
    context = {
        "base": base_for(request.actor),  # type: ignore[attr-defined]
        "form": form,
        "now": _hinted(seals.address_of(me) or ""),
        "returned": is_returned(me),
    }
    return render(request, template, context | more, status=422 if form.errors else 200)
