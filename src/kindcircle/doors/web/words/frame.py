"""What every page of the words shares: the house it is shown in."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kindcircle.base.access import Permission
from kindcircle.base.access.gate import can
from kindcircle.doors.web.shared.frame import base_for


def show(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A page in the house of whoever asks: a facilitator's desk, the organisation's pages or a member's own."""
    actor = request.actor  # type: ignore[attr-defined]
    frame = {"base": base_for(actor), "reads_words": can(actor, Permission.WORDS_SEE)}
    return render(request, template, frame | context, status=status)
