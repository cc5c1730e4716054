"""How far a score moves by itself in this house: the one way to it for report, own course and watch.

The reliability comes from a study that somebody read. The spread does too, until enough people of this house have
answered the same form before their first meeting: from then on it is theirs.
"""

from dataclasses import dataclass
from statistics import stdev

from django.utils.translation import gettext as _

from kindcircle.base.people.models import Organisation
from kindcircle.rooms.measures.models import Assignment, Score
from kindcircle.spec.definition import Definition
from kindcircle.spec.norms import Fact, is_validated, may_be_used, with_error
from kindcircle.stats.change import ENOUGH_FOR_OWN_SD, Norms
from kindcircle.stats.own_course import AtLeast, Usual


@dataclass(frozen=True, slots=True)
class Spread:
    """How far apart the people of one house were before their first meeting."""

    people: int
    sd: float


@dataclass(frozen=True, slots=True)
class Known:
    """How far a score moves by itself and how we know. fact: the study, or None where its authors only name a step."""

    usual: Usual
    fact: Fact | None
    own: Spread | None
    source: str

    @property
    def norms(self) -> Norms | None:
        """For the statistics of a group, which need the figures behind a step."""
        return self.usual if isinstance(self.usual, Norms) else None


def known_of(house: Organisation, one: Definition, score: str, *, language: str | None = None) -> Known | None:
    """What may be said about the ups and downs of this score here; None where nobody knows, and for our own forms."""
    if not is_validated(one):
        return None
    firm = next((fact for fact in may_be_used(one, score, language=language) if fact.reliability is not None), None)
    own = spread_here(house, one, score) if firm else None
    if firm and own:
        usual = Norms(reliability=firm.reliability, sd_before=own.sd, source=firm.source)
        told = _("spread of %(people)s people of this house before they began; how firm the score is: %(source)s")
        return Known(usual, firm, own, told % {"people": own.people, "source": firm.source})
    fact = with_error(one, score, language=language)
    if fact:
        usual = Norms(reliability=fact.reliability, sd_before=fact.sd, source=fact.source)
        return Known(usual, fact, None, f"{fact.source}; {fact.population}")
    step = next((change for change in one.change if change.kind == "published" and change.score == score), None)
    return Known(AtLeast(float(step.value)), None, None, step.source) if step and step.value is not None else None


def spread_here(house: Organisation, one: Definition, score: str) -> Spread | None:
    """The spread of this house's people before they began, once there are enough of them; each counts once.

    It is worked out anew only when there are twice as many: members read it, and a spread that moved with each new
    person would tell how far that person lies from the middle.
    """
    rows = (
        Score.objects.filter(
            response__assignment__group__organisation=house,
            response__assignment__occasion=Assignment.Occasion.BASELINE,
            scale=score,
            rule=one.rule,
            value__isnull=False,
        )
        .order_by("response__submitted_at", "pk")
        .values_list("response__assignment__member_id", "value")
    )
    first: dict[int, float] = {}
    for person, value in rows:
        if value is not None:
            first.setdefault(person, value)
    values = list(first.values())[: stands_for(len(first))]
    sd = stdev(values) if values else 0.0
    return Spread(len(values), sd) if sd > 0 else None


def stands_for(people: int) -> int:
    """How many people a spread rests on that so many could be asked for: 0, or enough, twice, four times as many."""
    steps = people // ENOUGH_FOR_OWN_SD
    return ENOUGH_FOR_OWN_SD * 2 ** (steps.bit_length() - 1) if steps else 0
