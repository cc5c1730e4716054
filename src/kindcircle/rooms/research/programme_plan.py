"""What only a plan opens: groups put together, what goes along with coming often, and what lies in between.

Whoever wants it says first what they will look at. That stands in the report, with how much they could see by then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.lib.errors import Invalid
from kindcircle.base.people.models import Organisation, User
from kindcircle.rooms.research.cohorts import Cohort
from kindcircle.rooms.research.models_programme import ProgrammePlan
from kindcircle.stats.cohorts import Line, Together, Way, along_with, in_one, through, together
from kindcircle.stats.results import Undefined
from kindcircle.stats.sentences import Message

if TYPE_CHECKING:
    from kindcircle.rooms.research.programme import Measure


@dataclass(frozen=True, slots=True)
class Beyond:
    """The part for researchers.

    willing  people with both scores who said yes to research, of everybody with both scores in these groups
    way      None where the plan looks at nothing in between
    """

    together: Together | Undefined
    sentence: Message | None
    groups: tuple[str, ...]
    along: Line | Undefined
    willing: int
    both: int
    way: Way | Undefined | None


def plan_of(organisation: Organisation, programme: str) -> ProgrammePlan | None:
    """What was planned for this programme here, if anything was."""
    return ProgrammePlan.objects.filter(organisation=organisation, programme=programme).first()


def say_plan(
    *, organisation: Organisation, programme: str, measures: Sequence["Measure"], between: str, staff: User,
    by: Actor, at: datetime,
) -> ProgrammePlan:  # fmt: skip
    """Say what is looked at: the main measure, which the programme names, and perhaps one other. Said once.

    Raises Invalid where there is nothing to look at, or the other measure is not one of these.
    """
    require(by, Permission.PROGRAMME_REPORT_SEE, organisation)
    others = {key for key, _name in other_measures(measures)}
    main = next((one for one in measures if one.primary), None)
    if main is None or (between and between not in others):
        raise Invalid(_("Please choose one of the measures."))
    with transaction.atomic():
        made, new = ProgrammePlan.objects.get_or_create(
            organisation=organisation,
            programme=programme,
            defaults={
                "primary": main.key,
                "between": between,
                "seen": len(main.changes),
                "made_by": staff,
                "made_at": at,
            },
        )
        if new:
            about = log.Ref("organisation", organisation.code)
            log.record(
                Event.PROGRAMME_PLANNED, by=by, about=about, at=at, chain=organisation.code, reason=programme[:40]
            )  # fmt: skip
    return made


def beyond(plan: ProgrammePlan, found: Sequence[Cohort], measures: Sequence["Measure"]) -> Beyond | None:
    """What the plan opens; None where its main measure is asked no more."""
    main = next((one for one in measures if one.key == plan.primary), None)
    if main is None:
        return None
    pooled = together(main.changes)
    groups = [(one, score) for one in found for score in one.scores if score in main.alike]
    sums = [score.along for _one, score in groups if score.along is not None]
    ways = [sums for one, _score in groups for key, sums in one.through if key == plan.between]
    return Beyond(
        together=pooled,
        sentence=None if isinstance(pooled, Undefined) else in_one(pooled, main.better),
        groups=tuple(one.group.name for one, _score in groups),
        along=along_with(sums),
        willing=sum(one.n for one in sums),
        both=sum(one.n[0] for one in main.changes),
        way=through(ways, seed=plan.pk) if plan.between else None,
    )


def other_measures(measures: Sequence["Measure"]) -> list[tuple[str, str]]:
    """What may be named as lying in between: id and name."""
    return [(one.key, one.name) for one in measures if one.alike and not one.primary]
