"""By which rule a sheet counts: the newest of its form. A corrected one counts before its sheets are scored anew."""

from django.conf import settings

from kindcircle.rooms.measures.errors import VersionUnknown
from kindcircle.rooms.measures.models import Response, Score
from kindcircle.rooms.measures.queries import definition, given_in
from kindcircle.spec.corrections import correction_of
from kindcircle.spec.definition import Definition
from kindcircle.spec.scoring import ScoreResult, score


def newest_rule(instrument: str, version: str) -> str:
    """By which rule a sheet of this version counts now, as a score names it."""
    return with_correction(instrument, version)[1].rule


def as_it_counts(row: Response, scale: str) -> Score | None:
    """One number of a sheet by the newest rule of its form; made here and not kept, where it was not scored anew yet.

    So two sheets are set side by side from the moment a corrected rule is there. It opens the answers for that: only
    where the machine alone compares, or for the person whose answers they are.
    """
    scores = list(row.scores.all())
    stands = next((one for one in scores if one.scale == scale), None)
    assignment = row.assignment
    try:
        one, corrected = with_correction(assignment.instrument, assignment.version)
    except VersionUnknown:
        return stands
    if corrected is one or any(kept.rule == corrected.rule for kept in scores):
        return stands
    return next((as_score(row, made) for made in score(corrected, given_in(row)) if made.score == scale), None)


def with_correction(instrument: str, version: str) -> tuple[Definition, Definition]:
    """A form as it was answered, and the version whose rule counts for it; twice the same where none was wrong."""
    one = definition(instrument, version)
    return one, correction_of(one, site=settings.SITE_CONTENT)


def as_score(row: Response, made: ScoreResult) -> Score:
    """What came of scoring as a row, not kept yet."""
    return Score(
        response=row,
        scale=made.score,
        value=made.value,
        state=made.state,
        answered=made.answered,
        of=made.of,
        rule=made.rule,
    )
