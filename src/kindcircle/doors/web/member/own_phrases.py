"""One's own phrases: found once, kept to be met again on a hard day, and changed whenever their owner likes."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock, codes
from kindcircle.base.lib.errors import Invalid
from kindcircle.doors.web.member.sending import gives_words_back, version_of
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import key_of, on_to
from kindcircle.rooms.writing import actions, own_key, phrases
from kindcircle.rooms.writing.errors import OpenElsewhere
from kindcircle.rooms.writing.kinds import TEXT


@gives_words_back(TEXT)
@page(Permission.JOURNAL_WRITE, methods=("GET", "POST"))
def own_phrases(request: HttpRequest) -> HttpResponse:
    """The lines as they are kept, one below the other, in one box to change them in."""
    if request.method == "POST":
        return _keep(request)
    user, actor = request.user, request.actor  # type: ignore[attr-defined]
    now = phrases.open_phrases(author=user, by=actor)  # type: ignore[arg-type]
    kept = actions.open_draft(kind=phrases.DRAFT, author=user, by=actor)  # type: ignore[arg-type]
    text = kept.boxes.get(TEXT, now.text)
    return _ask(request, text, key=codes.new_code(), version=kept.version, of=now.version, refilled=bool(kept.boxes))


def _keep(request: HttpRequest) -> HttpResponse:
    text, key, version = request.POST.get(TEXT, ""), key_of(request), version_of(request)
    of = request.POST.get("of", "")
    seen = int(of) if of.isascii() and of.isdigit() and len(of) < 19 else 0
    try:
        phrases.keep_phrases(
            text=text,
            version=seen,
            client_key=key,
            author=request.user,  # type: ignore[arg-type]
            by=request.actor,  # type: ignore[attr-defined]
            at=clock.now(),
            draft=version,
        )
    except Invalid as error:
        return _ask(request, text, key=key, version=version, of=seen, error=error.sentence)
    except OpenElsewhere:
        # Both are shown. Saving once more then keeps what stands in the box.
        now = phrases.open_phrases(author=request.user, by=request.actor)  # type: ignore[arg-type, attr-defined]
        return _ask(request, text, key=key, version=version, of=now.version, newer=now.lines, elsewhere=True)
    messages.success(request, _("Kept. They stand on top of your journal, and on the page for a hard day."))
    return on_to("member:journal")


def _ask(
    request: HttpRequest,
    text: str,
    *,
    key: str,
    version: int,
    of: int,
    error: str = "",
    refilled: bool = False,
    newer: tuple[str, ...] = (),
    elsewhere: bool = False,
) -> HttpResponse:
    box = {
        "id": TEXT,
        "ask": _("My own lines"),
        "help": _("One on each line. Wishes are enough; nothing has to be true yet."),
        "words": text,
        "rows": 6,
    }
    context = {
        "box": box,
        "draft": phrases.DRAFT,
        "key": key,
        "version": version,
        "of": of,
        "error": error,
        "refilled": refilled,
        "newer": newer,
        "elsewhere": elsewhere,
        # They are to stand on other pages too, so they are not among what somebody's own key locks.
        "has_own_key": own_key.key_of(request.user) is not None,  # type: ignore[arg-type]
    }
    status = 409 if elsewhere else 422 if error else 200
    return render(request, "member/own_phrases.html", context, status=status)
