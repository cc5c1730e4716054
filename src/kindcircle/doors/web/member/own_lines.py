"""Lines of one's own on a page that may be open twice: nothing is written over unseen, and nothing typed is lost."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import KindError
from kindcircle.base.people.models import User
from kindcircle.rooms.preparing import actions
from kindcircle.rooms.preparing.errors import ChangedElsewhere
from kindcircle.rooms.preparing.parts import version_of
from kindcircle.rooms.preparing.plans import PlanKind


@dataclass(frozen=True, slots=True)
class Boxes:
    """What stands in the boxes of such a page, and why it came back, if it did.

    newer  what was kept on another page meanwhile, for each line where it is not what was typed
    seen   the version of the words that whoever looks at this page has seen
    """

    words: Mapping[str, str]
    seen: str
    newer: Mapping[str, str] = field(default_factory=dict)
    error: str = ""
    status: int = 200


def as_kept(lines: Mapping[str, str]) -> Boxes:
    """The page as it is opened."""
    return Boxes(lines, version_of(lines))


def come_back(request: HttpRequest, typed: Mapping[str, str], why: KindError) -> Boxes:
    """The page with everything that was typed. What was kept meanwhile stands in empty boxes, and beside full ones."""
    if not isinstance(why, ChangedElsewhere):
        return Boxes(typed, request.POST.get("seen", ""), error=why.sentence, status=why.status)
    there = {name: why.newer.get(name, "") for name in typed}
    words = {name: text if text.strip() else there[name] for name, text in typed.items()}
    newer = {name: there[name] for name, text in words.items() if text.strip() != there[name]}
    return Boxes(words, version_of(why.newer), newer, why.sentence, why.status)


def keep_lines(request: HttpRequest, person: User, kind: PlanKind, typed: Mapping[str, str]) -> bool:
    """Keep what stands on the page, whichever of its buttons was pressed. Whether anything is kept.

    Taken back is at once, whatever comes of the words. Shared is only what is kept.
    """
    by, at, do = request.actor, clock.now(), request.POST.get("do", "")  # type: ignore[attr-defined]
    if do == "take-back":
        actions.take_plan_back(person=person, by=by, at=at, kind=kind)
        messages.success(request, _("It is yours alone again."))
    with transaction.atomic():
        kept = not typed or actions.keep_plan(
            person=person, lines=typed, by=by, at=at, kind=kind, seen=request.POST.get("seen")
        )
        if do == "share":
            actions.share_plan(person=person, by=by, at=at, kind=kind)
    return bool(kept)


def typed_in(request: HttpRequest, names: tuple[str, ...]) -> dict[str, str]:
    """What stands in the boxes of the page that was sent; nothing for a page without them."""
    if not any(name in request.POST for name in names):
        return {}
    return {name: request.POST.get(name, "").replace("\0", "") for name in names}
