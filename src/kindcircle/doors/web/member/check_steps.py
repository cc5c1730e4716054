"""A sheet one question at a time, in large letters, with the voice of the device: for whoever wishes it so.

The wish is the person's own and goes with them to any device. On a visit by letters it lasts for that visit.
"""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kindcircle.rooms.measures.drafts import Kept
from kindcircle.rooms.practice.own_way import keep_own_way, own_way

WISH = "one_by_one"
LAST = "send"


def wanted(request: HttpRequest) -> bool:
    """Whether this person would like one question at a time."""
    actor = request.actor  # type: ignore[attr-defined]
    if actor.only_gathering is not None:
        return bool(request.session.get(WISH))
    return own_way(request.user, by=actor).one_by_one  # type: ignore[arg-type]


def wish(request: HttpRequest, *, one_by_one: bool) -> None:
    """Remember how this person would like to be asked."""
    actor, member = request.actor, request.user  # type: ignore[attr-defined]
    if actor.only_gathering is not None:
        request.session[WISH] = one_by_one
        return
    chosen = replace(own_way(member, by=actor), one_by_one=one_by_one)  # type: ignore[arg-type]
    keep_own_way(chosen, member=member, by=actor)  # type: ignore[arg-type]


def ask(request: HttpRequest, context: dict[str, Any], draft: Kept) -> HttpResponse:
    """The question that was asked for, or the first that is still open; after the last one the page to send from."""
    questions = context["questions"]
    number = _number(request.GET.get("line", ""), len(questions))
    if number is None:
        number = next((n for n, one in enumerate(questions, 1) if one.id not in draft.typed), len(questions) + 1)
    asked = questions[number - 1 : number]
    empty = sum(one.is_line and not one.value and not one.blank for one in questions)
    context |= {
        "line": number,
        "lines": len(questions),
        "asked": asked,
        "back": number - 1,
        "typed": draft.typed,
        "empty": empty,
        "told": "told" in request.GET,
    }
    return render(request, "member/check_steps.html", context)


def _number(text: str, lines: int) -> int | None:
    if text == LAST:
        return lines + 1
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0
    return number if 1 <= number <= lines + 1 else None
