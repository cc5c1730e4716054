"""The side of whoever asked to come: how it stands, one thing to do next, the answer, and taking it back."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.doors.web.member.application_draw import Draw, draw_of, sheets_of_a_draw
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.rooms.groups.models import KeptPlace, Membership
from kindcircle.rooms.intake import actions
from kindcircle.rooms.intake.models import Application, Decision, ScreeningForm, TalkTime
from kindcircle.rooms.intake.queries import current_consent, latest_decision, screeners_of
from kindcircle.rooms.measures.queries import OpenSheet, open_assignments
from kindcircle.rooms.safety.queries import help_lines

APPLICATIONS = Application.objects.select_related("intake__organisation", "person")
DECISIONS = Decision.objects.select_related("application__intake__organisation", "application__person", "decided_by")
READ_INSTEAD = "not-now-and-what-else"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way in, and whether it is behind, now, or ahead."""

    words: str
    state: str


@dataclass(frozen=True, slots=True)
class Next:
    """The one thing to do now: in a sentence, and where. Without a page there is nothing to do."""

    words: str
    label: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Stand:
    """How one application stands."""

    application: Application
    steps: list[Step]
    next: Next
    talk: TalkTime | None
    decision: Decision | None
    may_book: bool
    draw: Draw | None


@page(Permission.ACCOUNT_USE)
def application(request: HttpRequest) -> HttpResponse:
    """Everything this person asked to come to, the latest first."""
    at = clock.now()
    person = User.objects.select_related("organisation").get(code=request.actor.code)  # type: ignore[attr-defined]
    rows = list(APPLICATIONS.filter(person=person).order_by("-applied_at", "-pk"))
    standing = [_stand(row, at) for row in rows if row.withdrawn_at is None]
    sheets = open_assignments(request.actor, at)  # type: ignore[attr-defined]
    context = {
        "standing": standing,
        "sheets": [sheet for sheet in sheets if _asked_before(sheet)],
        "compared": sheets_of_a_draw(sheets),
        "taken_back": [row for row in rows if row.withdrawn_at is not None],
        "zone": person.zone or person.organisation.zone,
    }
    return render(request, "member/application.html", context)


@page(Permission.APPLICATION_OWN, about=APPLICATIONS, methods=("GET", "POST"))
def take_back(request: HttpRequest, application: Application) -> HttpResponse:
    """Take it back, at any time and without a reason."""
    if request.method != "POST":
        return render(request, "member/application_back.html", {"application": application})
    actions.take_back(application=application, by=request.actor, at=clock.now())  # type: ignore[attr-defined]
    messages.success(request, _("It is taken back. Thank you for thinking of it; you may ask again at any time."))
    return on_to("application")


@page(Permission.APPLICATION_OWN, about=DECISIONS)
def answer(request: HttpRequest, decision: Decision) -> HttpResponse:
    """Our answer in writing. With a “later” or “other help”, people who are there in the meantime stand below it."""
    at = clock.now()
    person = decision.application.person
    # A HEAD has shown nobody anything.
    opened_at = at if request.method == "GET" else None
    letter = seals.DECISION.open(decision.sealed_letter, code=f"{decision.code}:letter", holder=person)
    if opened_at is not None:
        letter = actions.open_letter(decision=decision, by=request.actor, at=opened_at)  # type: ignore[attr-defined]
    plan = decision.sealed_plan
    elsewhere = not decision.opens_a_place
    context = {
        "decision": decision,
        "letter": letter,
        "plan": seals.DECISION.open(plan, code=f"{decision.code}:plan", holder=person) if plan else "",
        "who": seals.name_of(decision.decided_by),
        "elsewhere": elsewhere,
        "lines": help_lines(decision.application.intake.organisation, at=at) if elsewhere else [],
        "read": READ_INSTEAD,
        "holds": latest_decision(decision.application) == decision,
        "consented": current_consent(person) is not None,
    }
    return render(request, "member/application_answer.html", context)


def _asked_before(sheet: OpenSheet) -> bool:
    return sheet.occasion == "screening"


def _stand(row: Application, at: datetime) -> Stand:
    decision = latest_decision(row)
    talk = TalkTime.objects.filter(application=row).select_related("screener").first()
    talked = decision is not None or row.talks.filter(took_place=True).exists()
    placed = Membership.objects.filter(admission__application=row, left_at=None).exists()
    joins = decision is not None and decision.opens_a_place
    steps = [(_("You asked to come"), True), (_("The form before the talk"), row.form_done_at is not None)]
    steps += [(_("A talk"), talked), (_("Our answer"), decision is not None)]
    if decision is None or joins:
        steps += [(_("Your yes in writing"), joins and current_consent(row.person) is not None)]
        steps += [(_("Your place"), placed)]
    first = next((place for place, (_words, done) in enumerate(steps) if not done), len(steps))
    shown = [
        Step(words, "past" if done else "now" if place == first else "ahead")
        for place, (words, done) in enumerate(steps)
    ]
    again = row.forms.filter(sent_at=None, kind=ScreeningForm.Kind.AGAIN).exists()
    # A form that was never sent does not stand in the way of a decision that was taken without it.
    may_book = talk is None and (decision is None or again) and _times(row, at)
    draw = draw_of(row, at) if joins else None
    following = _next(row, decision, talk, talked, placed, again, may_book, draw)
    return Stand(row, shown, following, talk, decision, may_book, draw)


def _times(row: Application, at: datetime) -> bool:
    return TalkTime.objects.filter(intake=row.intake, application=None, starts_at__gt=at).exists()


def _next(
    row: Application,
    decision: Decision | None,
    talk: TalkTime | None,
    talked: bool,
    placed: bool,
    again: bool,
    may_book: bool,
    draw: Draw | None,
) -> Next:
    form = reverse("application-form", args=[row.code])
    if decision is not None and decision.letter_opened_at is None:
        return Next(_("Our answer is here for you."), _("Read our answer"), _answer(decision))
    if again:
        words = _("Some weeks have passed since we talked. We would like to know if anything has changed.")
        return Next(words, _("Tell us in a few lines"), form)
    if decision is not None and not decision.opens_a_place:
        return Next(_("You have our answer. You can read it again at any time."), _("Read it again"), _answer(decision))
    if decision is not None and draw is not None and not placed and (draw.waits or draw.begins_later):
        return _around_a_draw(row, draw)
    if decision is not None:
        return _after_yes(row, placed)
    if talk is not None and row.form_done_at is None:
        return Next(_("Your time is kept. If you like, fill in the form before we talk."), _("Fill in the form"), form)
    if talk is not None:
        return Next(_("Your time is kept. There is nothing more to do before it."))
    if talked:
        return Next(_("We have talked. We think about it with care and write to you. There is nothing to do now."))
    if row.form_done_at is None:
        return Next(
            _("The next step is a form, in small parts. You can stop at any time."), _("Fill in the form"), form
        )
    if may_book:
        talks = reverse("application-talk", args=[row.code])
        return Next(_("Please choose a time for the talk. It takes 20 to 30 minutes."), _("Choose a time"), talks)
    names = " · ".join(seals.names_of(screeners_of(row.intake)).values())
    words = _("We have your form. As soon as there are times for a talk, we send you a short mail.")
    with_whom = _("You talk with: %(names)s") % {"names": names}
    return Next(f"{words} {with_whom}" if names else words)


def _answer(decision: Decision) -> str:
    return reverse("application-answer", args=[decision.code])


def _around_a_draw(row: Application, draw: Draw) -> Next:
    page, day = reverse("application-draw", args=[row.code]), date_format(draw.trial.later_on, "j F Y")
    match draw.stands:
        case "asked":
            words = _(
                "You may join. More people would like to come than there are seats, so chance decides who is first."
            )
            return Next(words, _("Read about it, and choose"), page)
        case "sheet":
            return Next(_("You said yes to the draw. A few questions are still open."), _("See what is open"), page)
        case "ready":
            return Next(
                _("You are in the draw. We write to you as soon as it is made."), _("Read about it again"), page
            )
        case "no":
            words = _("You are not in the draw. Your group starts on %(day)s or soon after.") % {"day": day}
            return Next(words, _("Read about it again"), page)
    if KeptPlace.objects.filter(application=row, given_up_at=None).exists():
        return _after_yes(row, placed=False)
    return Next(
        _("Your group starts on %(day)s or soon after. You need not do anything for it.") % {"day": day},
        _("See how it was drawn"),
        page,
    )


def _after_yes(row: Application, placed: bool) -> Next:
    if placed:
        return Next(_("You have a place."), _("Go to my page"), reverse("member:today"))
    if current_consent(row.person) is None:
        words = _("Next is a text to read in peace, and the place to say yes in writing.")
        return Next(words, _("Read it, and say yes"), reverse("member:consent"))
    if KeptPlace.objects.filter(application=row, given_up_at=None, taken_at=None).exists():
        return Next(_("Your place is being kept."))
    return Next(_("You said yes. We are putting the group together and write as soon as the day is known."))
