"""The journal: three lines on a day, read by nobody but their writer."""

import json
from collections.abc import Mapping

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock, codes
from kindcircle.base.lib.errors import Conflict, Invalid
from kindcircle.doors.web.member.drafts import BOXES
from kindcircle.doors.web.member.own import person_of
from kindcircle.doors.web.member.own_key import answers_script, opening, value_of
from kindcircle.doors.web.member.sending import gives_words_back, version_of
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import key_of, on_to
from kindcircle.rooms.writing import actions, queries
from kindcircle.rooms.writing.errors import NothingWritten
from kindcircle.rooms.writing.models import JournalEntry
from kindcircle.spec.practices import Practice, newest_practice

ENTRIES = JournalEntry.objects.select_related("author")
PRACTICE = "p09-three-line-day"
A_PAGE = 30


@page(Permission.OWN_WRITING_SEE)
def journal(request: HttpRequest) -> HttpResponse:
    """One's own entries by their hour. None of them is opened here."""
    entries = Paginator(queries.entries_of(request.actor), A_PAGE)  # type: ignore[attr-defined]
    return render(request, "member/journal.html", {"entries": entries.get_page(request.GET.get("page"))})


@answers_script
@gives_words_back(*BOXES[actions.JOURNAL])
@page(Permission.JOURNAL_WRITE, methods=("GET", "POST"))
def new(request: HttpRequest) -> HttpResponse:
    """Three boxes and one more if wished. What was typed before and not finished stands there again."""
    if request.method == "POST":
        return _keep(request)
    kept = actions.open_draft(kind=actions.JOURNAL, author=request.user, by=request.actor)  # type: ignore[arg-type, attr-defined]
    return _ask(
        request, kept.boxes, key=codes.new_code(), version=kept.version, refilled=kept.begun, locked=kept.locked
    )


@page(Permission.JOURNAL_READ, about=ENTRIES)
def entry(request: HttpRequest, entry: JournalEntry) -> HttpResponse:
    """One entry, opened for its writer."""
    text = actions.open_entry(entry=entry, by=request.actor)  # type: ignore[attr-defined]
    asked = _asked(newest_practice(entry.practice))
    if entry.own_key:
        context = {"entry": entry, "locked": text, "questions": asked} | opening(request, person_of(request))
        return render(request, "member/journal_entry.html", context)
    lines = [(asked.get(name, ""), words) for name, words in _lines(text).items()]
    return render(request, "member/journal_entry.html", {"entry": entry, "lines": lines})


def asked_boxes() -> list[dict[str, object]]:
    """The three boxes and the one more, as any page shows them."""
    asked = [
        {"id": prompt.id, "ask": prompt.prompt, "help": prompt.help, "rows": 4}
        for prompt in newest_practice(PRACTICE).prompts
    ]
    return [*asked, {"id": "tomorrow", "ask": _("One small kind thing for tomorrow"), "rows": 2, "optional": True}]


def _keep(request: HttpRequest) -> HttpResponse:
    boxes = {name: request.POST.get(name, "").strip() for name in BOXES[actions.JOURNAL]}
    key, version, value = key_of(request), version_of(request), value_of(request)
    try:
        if value is None and not any(boxes.values()):
            raise NothingWritten
        actions.write_entry(
            text=value or json.dumps({name: words for name, words in boxes.items() if words}, ensure_ascii=False),
            own_key=value is not None,
            practice=PRACTICE,
            client_key=key,
            author=request.user,  # type: ignore[arg-type]
            by=request.actor,  # type: ignore[attr-defined]
            at=clock.now(),
            draft=version,
        )
    except (Invalid, Conflict) as error:
        if value is not None:
            raise  # the words are on the page that sent this, and stay there
        return _ask(request, boxes, key=key, version=version, error=error.sentence)
    messages.success(request, _("Saved. Only you can read it."))
    return on_to("member:journal")


def _ask(
    request: HttpRequest,
    boxes: Mapping[str, str],
    *,
    key: str,
    version: int,
    error: str = "",
    refilled: bool = False,
    locked: str = "",
) -> HttpResponse:
    context = {
        "boxes": [box | {"words": boxes.get(str(box["id"]), "")} for box in asked_boxes()],
        "key": key,
        "version": version,
        "error": error,
        "refilled": refilled,
        "locked": locked,
        **opening(request, person_of(request)),
    }
    return render(request, "member/journal_new.html", context, status=422 if error else 200)


def _asked(practice: Practice) -> dict[str, str]:
    """What each box of a written practice asks, by its name."""
    return {prompt.id: prompt.prompt for prompt in practice.prompts} | {
        "tomorrow": _("One small kind thing for tomorrow")
    }


def _lines(text: str) -> dict[str, str]:
    """An entry's boxes by name; an entry that was written as one text is one box without a question."""
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {"": text}
