"""Taking a yes back: first what would happen, plainly; then it happens at once."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.people.models import User
from kindcircle.doors.web.member.own import person_of
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.rooms.groups import actions as groups
from kindcircle.rooms.groups.consents import about_person
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.intake import actions as intake
from kindcircle.rooms.intake.consent_texts import newest_facts
from kindcircle.rooms.intake.models import Consent
from kindcircle.rooms.intake.queries import current_consent
from kindcircle.rooms.preparing import actions as preparing
from kindcircle.rooms.preparing import queries as prepared
from kindcircle.rooms.writing import queries as writing


@page(Permission.ACCOUNT_USE, methods=("GET", "POST"))
def withdraw(request: HttpRequest) -> HttpResponse:
    """What stops, what stays and why, what may go too: then one button, and no question why."""
    person = person_of(request)
    yes = current_consent(person)
    if yes is None:  # sent twice, it is done; never given, there is nothing to take back
        return on_to("member:consent")
    research = current_consent(person, Consent.Kind.RESEARCH)
    if request.method == "GET":
        return render(request, "member/consent_withdraw.html", _effects(request, person, research))
    by, at = request.actor, clock.now()  # type: ignore[attr-defined]
    with transaction.atomic():
        left = groups.take_back_yes(consent=yes, by=by, at=at)
        if "research" in request.POST and research is not None:
            intake.withdraw(consent=research, by=by, at=at)
        if "plan" in request.POST:
            preparing.keep_plan(person=person, lines={}, by=by, at=at)
            preparing.keep_contact(person=person, lines={}, by=by, at=at)
    gone = _("Your yes is taken back. You are out of the group from this moment.")
    messages.success(request, gone if left else _("Your yes is taken back."))
    return on_to("member:consent")


def _effects(request: HttpRequest, person: User, research: Consent | None) -> dict[str, Any]:
    by = request.actor  # type: ignore[attr-defined]
    mine = about_person(person).groups
    facts = newest_facts(person.organisation)
    return {
        "groups": mine,
        "meeting": Gathering.objects.filter(
            group__in=mine, state__in=(Gathering.State.OPEN, Gathering.State.CLOSING)
        ).exists(),
        "keep_for": facts.facts.get("keep_for", "") if facts else "",
        "contact": facts.facts.get("contact", "") if facts else "",
        "research": research,
        "prepared": bool(prepared.own_plan(person, by=by).lines or prepared.own_contact(person, by=by).lines),
        "writing": writing.entries_of(by).exists() or writing.letters_of(by).exists(),
    }
