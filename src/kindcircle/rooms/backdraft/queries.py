"""What somebody said after practices, what may be asked of them now, and whether they go more slowly."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F, Q, QuerySet

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.people.models import User
from kindcircle.rooms.backdraft.models import Landing, MayTell, SlowerPace
from kindcircle.rooms.measures.queries import definition
from kindcircle.rooms.practice.courses import Offer
from kindcircle.spec import backdraft
from kindcircle.spec.definition import Definition
from kindcircle.spec.practices import Practice, load_practice
from kindcircle.spec.slowing import stays_open


def landings() -> QuerySet[Landing]:
    """Answers with all that showing one needs."""
    return Landing.objects.select_related("member__organisation", "group__organisation", "gathering", "play")


def asked_with(landing: Landing) -> Definition:
    """The question in the version that was asked first, or its newest."""
    version = landing.rule.rpartition("@")[2] or None
    return definition(backdraft.INSTRUMENT, version)


def practice_of(landing: Landing) -> Practice:
    """The practice in the words in which it was met."""
    return load_practice(landing.practice, landing.practice_version)


def may_tell(member: User) -> bool | None:
    """Whether those who lead may hear that a practice was a lot; None while nobody asked."""
    return MayTell.objects.filter(member=member).values_list("yes", flat=True).first()


def hows_of(member: User, *, upto: Landing) -> Sequence[int | None]:
    """What somebody answered first, each time, newest first, up to this one."""
    rows = Landing.objects.filter(member=member, answered_at__lte=upto.answered_at, how__isnull=False)
    return list(rows.order_by("-answered_at", "-pk").values_list("how", flat=True)[: backdraft.IN_A_ROW])


def was_a_lot(landing: Landing) -> bool:
    """It opened, closed, or was said to be too much."""
    return bool(landing.how) or landing.too_much_at is not None


def asks_to_tell(landing: Landing) -> bool:
    """Whether to ask, right here and for the first time, if those who lead may hear of it."""
    return was_a_lot(landing) and landing.group_id is not None and may_tell(landing.member) is None


def asks_if_over(actor: Actor, *, at: datetime) -> Landing | None:
    """The practice that was still there some time ago and was not asked about again. Only a whole sign-in is asked."""
    return still_there(actor, at=at).order_by("answered_at", "pk").first()


def still_there(actor: Actor, *, at: datetime) -> QuerySet[Landing]:
    """All such practices of theirs."""
    if actor.only_gathering is not None or actor.user_id is None:
        return Landing.objects.none()
    return landings().filter(
        member=actor.user_id,
        how__gte=1,
        lasting=1,
        over_at=None,
        answered_at__lte=at - backdraft.FOLLOW_UP_AFTER,
        asked_at__gt=at - backdraft.FOLLOW_UP_UNTIL,
    )


def told(landing: Landing, *, by: Actor, at: datetime) -> Landing:
    """A note, opened by one of those who lead. It leaves a trace that the member can see."""
    require(by, Permission.LANDING_SEE, landing)
    log.record(
        Event.LANDING_OPENED,
        by=by,
        about=log.Ref("landing", landing.code),
        at=at,
        chain=landing.member.organisation.code,  # type: ignore[union-attr]
        concerns=landing.member.code,
    )
    return landing


def paces() -> QuerySet[SlowerPace]:
    """Proposals and decisions about one person's pace."""
    return SlowerPace.objects.select_related("place__user__organisation", "place__group__organisation", "decided_by")


def goes_slowly(member_id: int | None) -> SlowerPace | None:
    """The decision by which this person goes more slowly just now, or None."""
    return decided_slowly(member_id).order_by("decided_at").first()


def decided_slowly(member_id: int | None) -> QuerySet[SlowerPace]:
    """All such decisions, from every group this person is in."""
    return paces().filter(place__user=member_id, place__left_at=None, decision="taken", ended_at=None)


def paces_in(group_id: int) -> list[SlowerPace]:
    """What waits to be decided in a group, and who goes more slowly now."""
    going = Q(decision="") | Q(decision="taken", ended_at=None)
    rows = paces().filter(going, place__group=group_id, place__left_at=None)
    return list(rows.order_by(F("decided_at").asc(nulls_first=True), "raised_at", "pk"))


def rests(offer: Offer, pace: SlowerPace | None) -> bool:
    """Whether this practice waits until the person goes at the usual pace again."""
    return pace is not None and not stays_open(offer.practice)
