"""What every page of the words shares: the house it is shown in, and patience with what is not written yet."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kindcircle.base.access import Permission
from kindcircle.base.access.gate import can
from kindcircle.doors.web.shared.frame import base_for
from kindcircle.spec.texts import ContentError

FoundT = TypeVar("FoundT")


def show(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A page in the house of whoever asks: a facilitator's desk, the organisation's pages or a member's own."""
    actor = request.actor  # type: ignore[attr-defined]
    frame = {"base": base_for(actor), "reads_words": can(actor, Permission.WORDS_SEE)}
    return render(request, template, frame | context, status=status)


def found(load: Callable[[str], FoundT], name: str) -> FoundT | None:
    """What a page names; None where a draft of the site names what is not there."""
    try:
        return load(name)
    except ContentError:
        return None
