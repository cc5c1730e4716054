"""Half-written words are kept while they are typed, sealed, so that an expired session or a closed lid loses none."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import KindError, NotFound
from kindcircle.doors.web.member.letter_kinds import KINDS as LETTERS
from kindcircle.doors.web.member.own_key import value_of
from kindcircle.doors.web.member.sending import version_of
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import key_of, on_to
from kindcircle.rooms.conversations.queries import member_places
from kindcircle.rooms.groups.models import Membership
from kindcircle.rooms.writing import actions, own_key, phrases
from kindcircle.rooms.writing.kinds import BY_DRAFT, KINDS, TEXT
from kindcircle.rooms.writing.queries import entries_of

BOXES: dict[str, tuple[str, ...]] = {
    phrases.DRAFT: (TEXT,),
    **dict.fromkeys(actions.LETTER_DRAFTS.values(), (TEXT,)),
}
"""The boxes of each kind of page that is the same everywhere. Those of the journal come from its practices."""

PAGES: dict[str, tuple[str, ...]] = {
    **{kind.draft: ("member:journal-write", kind.id) for kind in KINDS},
    **{kind.draft: (kind.url,) for kind in LETTERS},
    phrases.DRAFT: ("member:own-phrases",),
}
ADDED = "journal-added-"
"""Before the code of one's own entry: lines that are put under it later."""
MESSAGES = "message-"
"""Before the code of one's place: words begun for one group never turn up on the page of another."""


def kind_of_messages(place: Membership) -> str:
    """The kind of page on which a member writes to those who lead."""
    return f"{MESSAGES}{place.code}"


def _place(request: HttpRequest, kind: str) -> Membership | None:
    """Whose page this kind is, if it is one's own to write on."""
    if not kind.startswith(MESSAGES):
        return None
    mine = member_places().filter(user__code=request.actor.code, left_at=None)  # type: ignore[attr-defined]
    return mine.filter(code=kind.removeprefix(MESSAGES)).first()


def _entry(request: HttpRequest, kind: str) -> str:
    """The code of one's own entry to whose page this kind belongs; nothing for any other kind."""
    if not kind.startswith(ADDED):
        return ""
    mine = entries_of(request.actor)  # type: ignore[attr-defined]
    return mine.filter(code=kind.removeprefix(ADDED)).values_list("code", flat=True).first() or ""


def _boxes(request: HttpRequest, kind: str) -> tuple[str, ...]:
    """The boxes of this kind of page. Nothing else is kept."""
    if kind in BY_DRAFT:
        return BY_DRAFT[kind].boxes
    if _place(request, kind) or _entry(request, kind):
        return (TEXT,)
    return BOXES.get(kind, ())


@page(Permission.DRAFT_KEEP, methods=("POST",))
def draft(request: HttpRequest, kind: str) -> HttpResponse:
    """Keep one box, as static/js/draft.js sends it: 204 when it is safe, 409 when another open page was later."""
    boxes = _boxes(request, kind)
    value = value_of(request) if own_key.is_own(kind) and boxes else None
    box = own_key.BOXES if value is not None else next((name for name in boxes if name in request.POST), None)
    if box is None:
        raise NotFound
    try:
        actions.save_draft(
            kind=kind,
            box=box,
            text=value if value is not None else request.POST[box],
            own_key=value is not None,
            page=key_of(request),
            version=version_of(request),
            author=request.user,  # type: ignore[arg-type]
            by=request.actor,  # type: ignore[attr-defined]
            at=clock.now(),
        )
    except KindError as error:
        # A script reads only the status; the page has its own words for each.
        return HttpResponse(error.sentence, status=error.status, content_type="text/plain; charset=utf-8")
    return HttpResponse(status=204)


@page(Permission.DRAFT_KEEP, methods=("GET", "POST"))
def start_afresh(request: HttpRequest, kind: str) -> HttpResponse:
    """Let a draft go and begin with an empty page. The open page that asked for it saves no more."""
    place, entry = _place(request, kind), _entry(request, kind)
    if place is None and not entry and kind not in PAGES:
        raise NotFound
    back = ("member:conversation", place.code) if place else ("member:journal-entry", entry) if entry else PAGES[kind]
    if request.method != "POST":
        return redirect(*back)
    actions.drop_draft(
        kind=kind,
        page=key_of(request),
        author=request.user,  # type: ignore[arg-type]
        by=request.actor,  # type: ignore[attr-defined]
        at=clock.now(),
    )
    return on_to(*back)
