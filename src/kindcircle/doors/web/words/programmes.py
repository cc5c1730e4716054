"""Programmes as staff read them before a group starts: the frame, each session whole, and the manual on paper."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from kindcircle.base.access import Permission
from kindcircle.base.lib.errors import NotFound
from kindcircle.doors.web.shared.markdown import as_html
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.printed import paper
from kindcircle.doors.web.shared.sheet import sheet_of
from kindcircle.doors.web.words.frame import show
from kindcircle.paper import words
from kindcircle.spec.asking import MOST_A_WEEK, Week, sets_of, weeks_of
from kindcircle.spec.catalogue import missing_from, offers, programme_is_released
from kindcircle.spec.gate import Finding, check
from kindcircle.spec.programmes import Programme, Session, load_programme
from kindcircle.spec.texts import ContentError


@page(Permission.WORDS_SEE)
def programmes(request: HttpRequest) -> HttpResponse:
    """Every programme in its newest version, the older ones that groups may still follow, and the site's drafts."""
    all_offers = offers()
    ready = [one for one in all_offers if one.released and one.programme]
    newest = {one.id: one.programme for one in ready}
    shown = [(plan, words.facts(plan)[:-1]) for plan in newest.values() if plan]
    older = [one.programme for one in ready if one.programme is not newest[one.id]]
    drafts = [one for one in all_offers if not one.released or not one.programme]
    return show(request, "words/programmes.html", {"programmes": shown, "older": older, "drafts": drafts})


@page(Permission.WORDS_SEE)
def programme(request: HttpRequest, name: str, version: str) -> HttpResponse:
    """The frame of a programme and its sessions."""
    plan = _programme(name, version)
    sessions = [(words.name_of(one), one) for one in plan.sessions]
    draft = not programme_is_released(name, version)
    about = {
        "draft": draft,
        **(_still_to_do(plan) if draft else {}),
        "facts": words.facts(plan),
        "asked": [words.asked(time, plan) for time in plan.measures],
        **_minutes(plan),
    }
    return show(request, "words/programme.html", {"plan": plan, "sessions": sessions, **about})


def _minutes(plan: Programme) -> dict[str, object]:
    """How long the questions take, week by week: equal weeks in one line."""
    kinds: dict[tuple[object, object], list[Week]] = {}
    for week in weeks_of(plan, site=settings.SITE_CONTENT):
        kinds.setdefault((week.in_the_meeting, week.at_home), []).append(week)
    alike = [([one.number for one in weeks], weeks[0]) for weeks in kinds.values() if weeks[0].minutes]
    return {
        "question_weeks": alike,
        "question_sets": sets_of(plan, site=settings.SITE_CONTENT),
        "most_minutes": MOST_A_WEEK,
        "much": any(week.is_much for _numbers, week in alike),
    }


@page(Permission.WORDS_SEE)
def session(request: HttpRequest, name: str, version: str, number: int) -> HttpResponse:
    """One session as it would be led, minute by minute, with its talk and handout."""
    plan = _programme(name, version)
    one = _session(plan, number)
    try:
        sheet = sheet_of(one)
    except (ContentError, LookupError) as error:
        return _lacking(request, plan, error)
    context = {
        "plan": plan,
        "session": one,
        "name": words.name_of(one),
        "sheet": sheet,
        "talk": as_html(one.talk.script, deeper=1),
        "handout": as_html(one.talk.handout, deeper=1),
        "before": number - 1 or None,
        "after": number + 1 if number < len(plan.sessions) else None,
    }
    return show(request, "words/session.html", context)


@page(Permission.WORDS_SEE)
def manual(request: HttpRequest, name: str, version: str) -> HttpResponse:
    """The facilitator manual as PDF."""
    plan = _programme(name, version)
    try:
        said = words.manual(plan)
    except (ContentError, LookupError) as error:
        return _lacking(request, plan, error)
    return paper("manual", said, f"{plan.title} {plan.version}")


@page(Permission.WORDS_SEE)
def handout(request: HttpRequest, name: str, version: str, number: int) -> HttpResponse:
    """One session's handout as PDF, to print or send."""
    plan = _programme(name, version)
    one = _session(plan, number)
    return paper("handout", words.session_handout(plan, one), one.talk.handout_title)


def _lacking(request: HttpRequest, plan: Programme, error: Exception) -> HttpResponse:
    """A draft may name what is not written yet; whoever writes it is told what. Anything else is a fault of ours."""
    lacking = missing_from(plan)
    if not lacking:
        raise error
    return show(request, "words/lacking.html", {"plan": plan, "lacking": lacking}, status=409)


def _still_to_do(plan: Programme) -> dict[str, list[Finding]]:
    """What stands between a draft and its release: what the gate finds, and words that are still to be written."""
    shelf = next(one.shelf for one in offers() if (one.id, one.version) == (plan.id, plan.version))
    found = check(shelf, only=f"programmes/{plan.id}/{plan.version}/")
    return {
        "findings": [one for one in found if one.level == "error"],
        "to_write": [one for one in found if one.rule == "text.draft"],
    }


def _programme(name: str, version: str) -> Programme:
    try:
        return load_programme(name, version)
    except ContentError:
        raise NotFound from None


def _session(plan: Programme, number: int) -> Session:
    try:
        return plan.session(number)
    except LookupError:
        raise NotFound from None
