"""The journal: the list of one's own entries, one of them opened, lines added to it later, and its end."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock, codes
from kindcircle.base.lib.errors import Conflict, Invalid
from kindcircle.doors.web.member.comforts import GROUNDING
from kindcircle.doors.web.member.drawing_sheet import sheet
from kindcircle.doors.web.member.journal_words import asked, felt_in_words, in_words, shown, title_of
from kindcircle.doors.web.member.own import person_of
from kindcircle.doors.web.member.own_key import answers_script, opening, value_of
from kindcircle.doors.web.member.sending import gives_words_back, version_of
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import key_of, on_to
from kindcircle.rooms.ending.own_words import refuse_if_held
from kindcircle.rooms.writing import actions, journal, queries
from kindcircle.rooms.writing.kinds import BY_ID, DRAWING_WORDS, KINDS, TEXT
from kindcircle.rooms.writing.models import JournalEntry
from kindcircle.rooms.writing.phrases import open_phrases
from kindcircle.spec.practices import Practice, newest_practice
from kindcircle.spec.texts import ContentError

ENTRIES = JournalEntry.objects.select_related("author__organisation")
A_PAGE = 30


@page(Permission.OWN_WRITING_SEE)
def entries(request: HttpRequest) -> HttpResponse:
    """One's own entries by their day and kind. None of them is opened here; one's own phrases are, to be met again."""
    actor, user = request.actor, request.user  # type: ignore[attr-defined]
    rows = queries.entries_of(actor)
    here = queries.kinds_in(actor)
    chosen = request.GET.get("kind", "")
    if chosen in here:
        rows = rows.filter(kind=chosen)
    found = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "entries": found,
        "listed": [{"entry": one, "title": title_of(one.kind)} for one in found],
        "kinds": [in_words(kind) for kind in KINDS if kind.id in here] if len(here) > 1 else [],
        "chosen": chosen if chosen in here else "",
        "phrases": open_phrases(author=user, by=actor).lines,  # type: ignore[arg-type]
        "grounding": GROUNDING,
        "rests": journal.rests_now(author=user, by=actor, at=clock.now()),  # type: ignore[arg-type]
    }
    return render(request, "member/journal.html", context)


@answers_script
@gives_words_back(TEXT)
@page(Permission.JOURNAL_READ, about=ENTRIES, methods=("GET", "POST"))
def entry(request: HttpRequest, entry: JournalEntry) -> HttpResponse:
    """One entry, opened for its writer, with room for lines from today under it."""
    if request.method == "POST":
        return _add(request, entry)
    if not request.actor.member_of:  # type: ignore[attr-defined]
        return _show(request, entry)
    kept = actions.open_draft(kind=journal.draft_of(entry), author=request.user, by=request.actor)  # type: ignore[arg-type, attr-defined]
    return _show(
        request,
        entry,
        text=kept.boxes.get(TEXT, ""),
        version=kept.version,
        refilled=kept.begun,
        locked_draft=kept.locked,
    )


@page(Permission.JOURNAL_ERASE, about=ENTRIES, methods=("GET", "POST"))
def erase(request: HttpRequest, entry: JournalEntry) -> HttpResponse:
    """Asks once more, then lets an entry go for good."""
    if request.method != "POST":
        return render(request, "member/journal_erase.html", {"entry": entry, "title": title_of(entry.kind)})
    by, at = request.actor, clock.now()  # type: ignore[attr-defined]
    refuse_if_held(entry.author, by=by, at=at)
    journal.erase_entry(entry=entry, by=by, at=at)
    messages.success(request, _("It is gone. The rest of your journal is as it was."))
    return on_to("member:journal")


def _add(request: HttpRequest, entry: JournalEntry) -> HttpResponse:
    text, key, version, value = request.POST.get(TEXT, ""), key_of(request), version_of(request), value_of(request)
    try:
        journal.add_later(
            entry=entry,
            text=text if value is None else value,
            own_key=value is not None,
            client_key=key,
            by=request.actor,  # type: ignore[attr-defined]
            at=clock.now(),
            draft=version,
        )
    except (Invalid, Conflict) as error:
        if value is not None:
            raise  # the words are on the page that sent this, and stay there
        return _show(request, entry, text=text, key=key, version=version, error=error.sentence)
    messages.success(request, _("Added. What stood there before is as it was."))
    return on_to("member:journal-entry", entry.code)


def _show(
    request: HttpRequest,
    entry: JournalEntry,
    *,
    text: str = "",
    key: str = "",
    version: int = 0,
    error: str = "",
    refilled: bool = False,
    locked_draft: str = "",
) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    body = actions.open_entry(entry=entry, by=actor)
    kind, practice = BY_ID.get(entry.kind), _practice(entry)
    context = {
        "entry": entry,
        "title": title_of(entry.kind),
        "shown": None if entry.own_key else shown(body, kind=kind, practice=practice),
        "felt": felt_in_words(journal.open_felt(entry=entry, by=actor)),
        "added": journal.open_added(entry=entry, by=actor),
        "draft": journal.draft_of(entry),
        "box": {"id": TEXT, "ask": _("Lines from today"), "words": text, "rows": 4},
        "key": key or codes.new_code(),
        "version": version,
        "error": error,
        "refilled": refilled,
        "locked": locked_draft,
        "body": body if entry.own_key else "",
        "questions": {name: ask for name, (ask, _help) in asked(kind, practice).items() if name != DRAWING_WORDS},
        "sheet": sheet(),
        **opening(request, person_of(request)),
    }
    return render(request, "member/journal_entry.html", context, status=422 if error else 200)


def _practice(entry: JournalEntry) -> Practice | None:
    """The practice that an entry follows; none where its page is no longer offered."""
    try:
        return newest_practice(entry.practice) if entry.practice else None
    except ContentError:
        return None
