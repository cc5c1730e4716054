"""The public page of what is offered: what it is, when and where, what happens next, and a short form to ask."""

from datetime import datetime, timedelta

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.access.gate import can
from kindcircle.base.lib import clock, codes
from kindcircle.base.lib.errors import NotFound, TooMany
from kindcircle.doors.web.shared.coming_form import ComingForm
from kindcircle.doors.web.shared.errors import words_back
from kindcircle.doors.web.shared.markdown import as_html
from kindcircle.doors.web.shared.meanwhile import PAGES, PRACTICES
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import SeeOther, key_of
from kindcircle.doors.web.shared.sign_in.sessions import sign_in
from kindcircle.doors.web.shared.tries import count_wrong, stop_guessing
from kindcircle.rooms.groups.actions.coming import ask_again, ask_to_come, asked_with
from kindcircle.rooms.groups.errors import UnknownProgramme
from kindcircle.rooms.intake.errors import AskedBefore, NotOpenNow
from kindcircle.rooms.intake.models import Application, Intake
from kindcircle.rooms.intake.queries import takes_requests
from kindcircle.spec.library import load_library
from kindcircle.spec.practices import newest_practice
from kindcircle.spec.programmes import Programme, load_programme
from kindcircle.spec.texts import ContentError, pinned_handout

HANDOUT = "what-happens-here@2"
STILL_THE_SAME_VISIT = timedelta(minutes=15)
"""The same form sent again brings its sender in again for this long: an answer may get lost on the way."""


@page(Permission.DOOR_USE, methods=("GET", "POST"))
def come(request: HttpRequest, code: str) -> HttpResponse:
    """The whole page. Those who are entrusted with it see it as others do, without the form."""
    intake, at, actor = _found(request, code), clock.now(), request.actor  # type: ignore[attr-defined]
    keeps = can(actor, Permission.INTAKE_KEEP, intake)
    has_account = actor.signed_in and actor.only_gathering is None
    form = ComingForm(intake, request.POST or None, at=at, has_account=has_account)
    if request.method == "POST" and not keeps and actor.only_gathering is None:
        answer = _asked(request, intake, form, at)
        if answer is not None:
            return answer
    mine = Application.objects.filter(intake=intake, person_id=actor.user_id or 0, withdrawn_at=None).exists()
    status = 200 if not form.errors else 429 if form.has_error(NON_FIELD_ERRORS, "often") else 422
    plan = _programme(intake)
    context = {
        "intake": intake,
        "plan": plan,
        "takes": takes_requests(intake, at=at),
        "keeps": keeps,
        "mine": mine,
        "has_account": has_account,
        "visiting": actor.only_gathering is not None,
        "form": form,
        "key": request.POST.get("key") or codes.new_code(),
        "handout": as_html(pinned_handout(HANDOUT).text, deeper=1),
        "most": plan.size.online_max if intake.online else plan.size.max,
    }
    return _shown(request, intake, "doors/come.html", context, status=status)


@page(Permission.DOOR_USE)
def thank_you(request: HttpRequest, code: str) -> HttpResponse:
    """What comes next, and something kind to do until then. It knows nothing about who looks at it."""
    intake, actor = _found(request, code), request.actor  # type: ignore[attr-defined]
    rows = Application.objects.filter(intake=intake, person_id=actor.user_id or 0, withdrawn_at=None)
    context: dict[str, object] = {
        "intake": intake,
        "mine": rows.first() if actor.signed_in and actor.only_gathering is None else None,
        "practices": [newest_practice(name) for name in PRACTICES],
        "pages": [load_library(name) for name in PAGES],
    }
    return _shown(request, intake, "doors/come_thanks.html", context)


def _asked(request: HttpRequest, intake: Intake, form: ComingForm, at: datetime) -> HttpResponse | None:
    """Take the form, or None where the page has to be shown again with what was typed."""
    user, key = request.user, key_of(request)
    has_account = "name" not in form.fields
    sent = None if has_account else asked_with(intake=intake, key=key)
    valid = form.is_valid()
    if sent is None and not takes_requests(intake, at=at):
        # Closed while it was being filled in.
        words = [text for text in map(str, request.POST.values()) if len(text.split()) > 1]
        return words_back(request, words, why=NotOpenNow().sentence, status=409)
    if form.too_young:
        return _shown(request, intake, "doors/come_young.html", {"intake": intake})
    if sent is None and not valid:
        return None
    try:
        if sent is None:
            stop_guessing(request, "come", _("Many people asked from here just now. Please try again in an hour."))
        if has_account:
            ask_again(
                intake=intake, person=user, answers=form.answers, slots=form.slots, key=key,  # type: ignore[arg-type]
                by=request.actor, at=at,  # type: ignore[attr-defined]
            )  # fmt: skip
        else:
            sent = sent or ask_to_come(
                intake=intake, name=form.cleaned_data["name"], email=form.cleaned_data["email"],
                answers=form.answers, slots=form.slots, key=key, at=at,
            )  # fmt: skip
    except AskedBefore:
        pass  # it still stands, and the next page says so
    except TooMany as error:
        form.add_error(None, ValidationError(error.sentence, code="often"))
        return None
    else:
        count_wrong(request, "come")
    if sent is not None and at - sent.applied_at < STILL_THE_SAME_VISIT:
        sign_in(request, sent.person)
    return SeeOther(reverse("come-thanks", args=[intake.code]))


def _found(request: HttpRequest, code: str) -> Intake:
    """An intake with a public page: open, or closed so that its page says so. Its keepers see it before that too."""
    intake = Intake.objects.select_related("organisation").filter(code=code).first()
    if intake is None:
        raise NotFound
    out = intake.public and intake.state != Intake.State.DRAFT
    if not out and not can(request.actor, Permission.INTAKE_KEEP, intake):  # type: ignore[attr-defined]
        raise NotFound
    return intake


def _programme(intake: Intake) -> Programme:
    try:
        return load_programme(intake.programme, intake.programme_version)
    except ContentError:
        raise UnknownProgramme from None


def _shown(
    request: HttpRequest, intake: Intake, template: str, context: dict[str, object], *, status: int = 200
) -> HttpResponse:
    """Search engines pass it by unless the house wants it found."""
    listed = intake.listed and intake.state == Intake.State.OPEN
    response = render(request, template, context | {"listed": listed}, status=status)
    if not listed:
        response.headers["X-Robots-Tag"] = "noindex"
    return response
