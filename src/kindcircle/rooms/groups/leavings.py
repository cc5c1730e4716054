"""Reading about those who left: what the others may hear, and whether there is still a way back."""

import re
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.vault import seals
from kindcircle.rooms.groups.errors import NoWayBack
from kindcircle.rooms.groups.models import Group, Membership
from kindcircle.rooms.groups.models_absence import WAY_BACK, Leaving
from kindcircle.rooms.groups.queries import present_places
from kindcircle.rooms.intake.models import Application
from kindcircle.spec.texts import pinned_handout

ASKED, TOLD, LETTER = "goodbye-ask@1", "goodbye-told@1", "closing-letter-to-one@1"
GAPS = re.compile(r"[\s_]+$")


def leavings() -> QuerySet[Leaving]:
    """Leavings with all that showing one needs."""
    return Leaving.objects.select_related(
        "place__group__organisation", "place__user", "place__consent", "written_by", "group_told_by", "undone_by"
    )


def has_left(actor: Actor) -> bool:
    """Whether this person was in a group, is in none now, and has not asked to come to another."""
    places = Membership.objects.filter(user__code=actor.code, role=Membership.Role.MEMBER)
    over = (Application.State.PLACED, Application.State.WITHDRAWN)
    asks = Application.objects.filter(person__code=actor.code).exclude(state__in=over)
    return places.exists() and not places.filter(left_at=None).exists() and not asks.exists()


def lines_to_choose() -> list[tuple[str, str]]:
    """What the others may hear, each as a line to choose; and nothing at all."""
    known = {item.id: GAPS.sub("", item.text) for item in pinned_handout(ASKED).items}
    lines = [(str(value), known[value]) for value in Leaving.Telling.values if value in known]
    return [*lines, (str(Leaving.Telling.NOTHING), _("Nothing at all. They will see that the seat is free."))]


def words_for_group(leaving: Leaving, *, by: Actor, at: datetime) -> str:
    """Their own words for the group, opened; empty where they gave none. Theirs, and those who lead read them out.

    Whoever wrote them sees who opened them.
    """
    own = by.user_id == leaving.place.user_id
    require(by, Permission.PLACE_LEAVE if own else Permission.LEAVING_KEEP, leaving)
    if not own and leaving.sealed_words:
        about, chain = log.Ref("leaving", leaving.code), leaving.place.group.organisation.code
        log.record(Event.GOODBYE_OPENED, by=by, about=about, at=at, chain=chain, concerns=leaving.place.user.code)
    return _words(leaving)


def _words(leaving: Leaving) -> str:
    if not leaving.sealed_words:
        return ""
    return seals.GOODBYE.open(leaving.sealed_words, code=leaving.code, holder=leaving.place.user)


def to_tell(group: Group, *, by: Actor, at: datetime) -> list[tuple[Leaving, str]]:
    """Who has left and the others do not know it yet, with the words to read out: no more than they may hear."""
    rows = leavings().filter(place__group=group, group_told_at=None, undone_at=None)
    found = []
    for row in rows.exclude(telling=Leaving.Telling.NOTHING).order_by("left_at"):
        words = words_for_group(row, by=by, at=at)
        if row.telling == Leaving.Telling.WITH_A_WISH:
            words = _("They wish you well.")
        text = pinned_handout(TOLD).fill({"first_name": seals.name_of(row.place.user), "their_words": words})
        found.append((row, re.sub(r"\n{3,}", "\n\n", text)))
    return found


def letter_to(leaving: Leaving, *, by: Actor) -> str:
    """A letter to whoever left, for a person to finish: what only a person knows stands in brackets."""
    require(by, Permission.LEAVING_KEEP, leaving)
    leading = [place.user for place in present_places(leaving.place.group, Membership.Role.FACILITATOR)]
    told = _words(leaving) or dict(lines_to_choose())[leaving.telling]
    return pinned_handout(LETTER).fill(
        {
            "first_name": seals.name_of(leaving.place.user),
            "thanks_for": _("[what you thank them for]"),
            "other_help": _("[what might suit them better for now]"),
            "told_to_group": told,
            "forms": _("[which forms may still come, if any]"),
            "reach_us": _("[how they can reach you]"),
            "guides": ", ".join(seals.names_of(leading).values()),
        }
    )


def way_back_closed(leaving: Leaving, *, free: int, at: datetime) -> NoWayBack | None:
    """Why this leaving can no longer be undone; None as long as it can."""
    place = leaving.place
    if at > leaving.left_at + WAY_BACK:
        return NoWayBack(_("More than seven days have passed. If they would like to come back, please talk with them."))
    if place.group.state == Group.State.FINISHED:
        return NoWayBack(_("This group has ended."))
    if place.left_at != leaving.left_at:
        return NoWayBack(_("They came back in another way, or left once more."))
    stands = place.consent is not None and place.consent.withdrawn_at is None and place.admission_id is not None
    if not (stands or place.before_the_rule):
        return NoWayBack(_("They took back their consent. To come back they need to give it anew."))
    if free < 1:
        return NoWayBack(_("Their seat is taken by now."))
    return None
