"""Where I am signed in, ending that, and how soon a page covers itself."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.people import devices as rooms
from kindcircle.base.people.models import User
from kindcircle.base.people.models_sign_in import SignIn
from kindcircle.doors.web.privacy.home import frame_of, me_of
from kindcircle.doors.web.shared.context import idle_minutes
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import SeeOther, on_to

KINDS = {
    SignIn.Kind.PHONE: gettext_lazy("A phone"),
    SignIn.Kind.TABLET: gettext_lazy("A tablet"),
    SignIn.Kind.COMPUTER: gettext_lazy("A computer"),
    SignIn.Kind.UNKNOWN: gettext_lazy("A device"),
}
BROWSERS = {
    SignIn.Browser.CHROME: "Chrome",
    SignIn.Browser.EDGE: "Edge",
    SignIn.Browser.FIREFOX: "Firefox",
    SignIn.Browser.OPERA: "Opera",
    SignIn.Browser.SAFARI: "Safari",
    SignIn.Browser.SAMSUNG: "Samsung Internet",
}
SHORTER = (2, 5, 10, 15)


@page(Permission.OWN_PRIVACY_SEE)
def devices(request: HttpRequest) -> HttpResponse:
    """This device first, then the others; what each is in coarse words, and one button to end it."""
    me, by, at = me_of(request), request.actor, clock.now()  # type: ignore[attr-defined]
    staff = bool(by.facilitates or by.roles)
    found = rooms.devices_of(me, here=request.session.session_key, staff=staff, by=by, at=at)
    context = {
        "base": frame_of(request),
        "devices": [
            {"code": one.sign_in.code, "words": in_words(one.sign_in), "here": one.here, "visit": one.sign_in.visit,
             "used": when(one.heard, at), "is_new": one.sign_in.is_new and one.sign_in.looked_at is None}
            for one in found
        ],
        "others": sum(not one.here for one in found),
        "unseen": unseen_of(me),
        **idle_of(me, staff=staff),
    }  # fmt: skip
    return render(request, "privacy/devices.html", context)


@page(Permission.OWN_PRIVACY_SEE, methods=("POST",))
def end(request: HttpRequest) -> SeeOther:
    """One of them, or all others; or: it was me."""
    me, by, at = me_of(request), request.actor, clock.now()  # type: ignore[attr-defined]
    do = request.POST.get("do", "")
    if do == "others":
        rooms.end_others(user=me, here=request.session.session_key, by=by, at=at)
        messages.success(request, _("Done. You are signed in here only."))
    elif do == "was-me":
        rooms.was_me(user=me, by=by, at=at)
        messages.success(request, _("Good. We will not ask about it again."))
    else:
        row = SignIn.objects.filter(user=me, code=do).exclude(session_key=request.session.session_key).first()
        if row is not None:
            rooms.end(sign_in=row, by=by, at=at)
        messages.success(request, _("Done. That device is signed out."))
    return on_to("privacy:devices")


@page(Permission.OWN_PRIVACY_SEE, methods=("POST",))
def covers(request: HttpRequest) -> SeeOther:
    """After how many quiet minutes my pages cover themselves."""
    me = me_of(request)
    chosen = request.POST.get("minutes", "")
    if chosen.isascii() and chosen.isdecimal() and int(chosen) in SHORTER:
        User.objects.filter(pk=me.pk).update(idle_minutes=int(chosen))
        messages.success(request, _("Kept. Your words stay in the page while it is covered."))
    return on_to("privacy:devices")


def idle_of(me: User, *, staff: bool) -> dict[str, object]:
    """How soon a page covers itself now, and what else there is to choose: never longer than the site allows."""
    usual = idle_minutes(None, staff=staff)
    return {"minutes": idle_minutes(me, staff=staff), "choices": [one for one in SHORTER if one <= usual]}


def unseen_of(me: User) -> dict[str, object] | None:
    """The latest sign-in on a kind of device that was new, in words; None once they have looked."""
    row = rooms.unseen(me).first()
    return None if row is None else {"words": in_words(row), "at": timezone.localtime(row.at)}


def in_words(row: SignIn) -> str:
    """A phone, Firefox."""
    browser = BROWSERS.get(SignIn.Browser(row.browser), "")
    kind = str(KINDS[SignIn.Kind(row.kind)])
    return _("%(kind)s, %(browser)s") % {"kind": kind, "browser": browser} if browser else kind


def when(heard: datetime, at: datetime) -> str:
    """This morning, last night: near enough to know it again, and no minute of it."""
    then, now = timezone.localtime(heard), timezone.localtime(at)
    if (at - heard).total_seconds() < 15 * 60:
        return _("now")
    if then.date() == now.date():
        return (
            _("last night")
            if then.hour < 5
            else (_("this morning") if then.hour < 12 else _("this afternoon") if then.hour < 18 else _("this evening"))
        )
    return _("yesterday, in the day") if 5 <= then.hour < 18 else _("last night")
