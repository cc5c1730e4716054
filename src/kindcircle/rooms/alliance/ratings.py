"""Members rate one another, for research alone: warm towards, understood by. Optional at every step, read by nobody.

Switched on for one group by its house. What is kept lies sealed under each rater's own key. It can leave only as rows
of codes, and only between two people who both said yes to research and have not taken that back.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.lib import erased
from kindcircle.base.people.models import User
from kindcircle.base.vault import keys, seals
from kindcircle.rooms.alliance.errors import RateInTens, RatingsOff, YesFirst
from kindcircle.rooms.alliance.models import Rating, RatingRound
from kindcircle.rooms.groups.models import Group, Membership
from kindcircle.rooms.groups.queries import present_places
from kindcircle.rooms.intake.models import Consent
from kindcircle.rooms.intake.queries import current_consent

ASKED = ("warm", "understood")
Values = dict[str, int | None]


@dataclass(frozen=True, slots=True)
class Row:
    """What one gave another, as `stats.round_robin` takes it: codes of the group and of two places, and numbers."""

    group: str
    rater: str
    target: str
    warm: int | None
    understood: int | None


def switch(*, group: Group, on: bool, staff: User, by: Actor, at: datetime) -> None:
    """Open these questions in one group, or close them. What was kept until then stays until the record goes."""
    require(by, Permission.RATINGS_SWITCH, group)
    require(by, Permission.IN_OWN_NAME, staff)
    with transaction.atomic():
        row, new = RatingRound.objects.get_or_create(
            group=group, defaults={"on": on, "changed_by": staff, "changed_at": at}
        )
        if not new and row.on == on:
            return
        row.on, row.changed_by, row.changed_at = on, staff, at
        row.save(update_fields=["on", "changed_by", "changed_at"])
        event = Event.RATINGS_ON if on else Event.RATINGS_OFF
        log.record(event, by=by, about=log.Ref("group", group.code), at=at, chain=group.organisation.code)


def is_on(group: Group) -> bool:
    """Whether these questions are open in this group now."""
    return group.state != Group.State.FINISHED and rounds_on(group).exists()


def rounds_on(group: Group) -> QuerySet[RatingRound]:
    """The switch of this group where it stands on, whether or not the group goes on."""
    return RatingRound.objects.filter(group=group, on=True)


def open_to(group: Group, member: User) -> bool:
    """Whether this member is asked: it is on, and they said yes to research in writing."""
    return is_on(group) and current_consent(member, Consent.Kind.RESEARCH) is not None


def others(group: Group, member: User) -> list[Membership]:
    """Everybody whom this member may rate, in seat order."""
    return [place for place in present_places(group) if place.user_id != member.pk]


def own_ratings(group: Group, *, member: User, by: Actor) -> dict[str, Values]:
    """What this member gave so far, by the code of each other's place. For themselves alone."""
    require(by, Permission.RATINGS_GIVE, group)
    require(by, Permission.IN_OWN_NAME, member)
    rows = Rating.objects.filter(rater__group=group, rater__user=member).select_related("target")
    return {row.target.code: _opened(row, member) for row in rows}


def rate(
    *, group: Group, given: Mapping[str, Mapping[str, int | None]], agreed: bool, member: User, by: Actor, at: datetime
) -> None:
    """Keep what somebody gave; sent again, the new takes the place of the old, and blank takes it away.

    given  by the code of the other's place: a number from 0 to 10, or None, for each of ASKED.
    Leaves no trace in the record: a line there would tell who did and who did not.
    Raises RatingsOff, YesFirst, RateInTens.
    """
    require(by, Permission.RATINGS_GIVE, group)
    require(by, Permission.IN_OWN_NAME, member)
    if not open_to(group, member):
        raise RatingsOff
    if not agreed:
        raise YesFirst
    targets = {place.code: place for place in others(group, member)}
    wanted = {code: {name: values.get(name) for name in ASKED} for code, values in given.items() if code in targets}
    if any(one is not None and not 0 <= one <= 10 for values in wanted.values() for one in values.values()):
        raise RateInTens
    rater = present_places(group).get(user=member)
    emptied = []
    with transaction.atomic():
        Membership.objects.select_for_update(no_key=True).get(pk=rater.pk)
        for code, values in wanted.items():
            row = Rating.objects.filter(rater=rater, target=targets[code]).first()
            if all(one is None for one in values.values()):
                if row is not None:
                    row.delete()
                    emptied.append(row.code)
                continue
            row = row or Rating(rater=rater, target=targets[code])
            row.sealed_values = seals.RATING.seal(json.dumps(values), code=row.code, holder=member)
            row.save()
        for code in emptied:
            erased.note(erased.ROW, label=Rating._meta.label, code=code, at=at)


def rows_for_research(group: Group, *, by: Actor) -> Iterator[Row]:
    """Every rating between two people who both still say yes to research. For what computes, and for no page."""
    require(by, Permission.RATINGS_EXPORT, group)
    willing = set(
        Consent.objects.filter(kind=Consent.Kind.RESEARCH, replaced_at=None, withdrawn_at=None).values_list(
            "person", flat=True
        )
    )
    found = Rating.objects.filter(rater__group=group, rater__user__in=willing, target__user__in=willing)
    rows = list(found.select_related("rater__user", "target").order_by("rater__code", "target__code"))
    keys.open_keys([row.rater.user for row in rows])
    for row in rows:
        values = _opened(row, row.rater.user)
        yield Row(group.code, row.rater.code, row.target.code, values["warm"], values["understood"])


def _opened(row: Rating, member: User) -> Values:
    values: Values = json.loads(seals.RATING.open(row.sealed_values, code=row.code, holder=member))
    return values
