"""What every page of the words shares: the house it is shown in, and a file to keep or print."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import slugify

from kindcircle.base.access import Permission
from kindcircle.base.access.gate import can
from kindcircle.doors.web.shared.frame import base_for
from kindcircle.paper.setting import pdf


def show(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A page in the house of whoever asks: a facilitator's desk, the organisation's pages or a member's own."""
    actor = request.actor  # type: ignore[attr-defined]
    frame = {"base": base_for(actor), "reads_words": can(actor, Permission.WORDS_SEE)}
    return render(request, template, frame | context, status=status)


def paper(shape: str, words: dict[str, object], name: str) -> HttpResponse:
    """A PDF, shown in the browser under a plain file name."""
    response = HttpResponse(pdf(shape, words), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{slugify(name)}.pdf"'
    return response
