"""A rule was corrected: the same answers are scored anew. Both numbers stay, the new one counts, and it is on record.

Answers are opened here by the machine alone and never changed. Whoever runs it sees which numbers moved, by sheet; no
name, no answer. Where a new number says what a sheet would have said on its day, those who lead hear of it now.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.people.models import Organisation
from kindcircle.rooms.measures import reaching_out, worsening
from kindcircle.rooms.measures.counting import as_score, with_correction
from kindcircle.rooms.measures.models import Response, Score
from kindcircle.rooms.measures.queries import given_in
from kindcircle.spec.definition import Definition
from kindcircle.spec.scoring import ScoreResult, score

BATCH = 200
ABOUT, SHEETS = "questionnaire", " sheets"
"""Of what an entry in the record is, and what stands behind its number of sheets."""


@dataclass(frozen=True, slots=True)
class Moved:
    """One number that is another one now. None: there was none, or there is none any more."""

    sheet: str
    scale: str
    before: float | None
    after: float | None
    was: str  # its state
    now: str


@dataclass(frozen=True, slots=True)
class Rescored:
    """What came of it. sheets: how many were scored anew; rule: by which version; empty when nothing is corrected."""

    rule: str
    sheets: int
    moved: tuple[Moved, ...]


def rescore(*, organisation: Organisation, instrument: str, keep: bool, by: Actor, at: datetime) -> Rescored:
    """Score every sheet of one questionnaire anew where its rule was corrected since. Twice changes nothing.

    keep  False: only say what would move.
    """
    require(by, Permission.MEASURE_RESCORE, organisation)
    done, rule, moved = 0, "", list[Moved]()
    for batch in _batches(organisation, instrument):
        with transaction.atomic():
            # One at a time in a house: two runs at once would both make the newer number.
            Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
            fresh = [one for row in batch if (one := _fresh(row)) is not None]
            others = list[Response]()
            for row, corrected, results in fresh:
                rule = corrected.rule
                found = _differences(row, results)
                moved += found
                if keep:
                    _keep(row, results)
                if found:
                    others.append(row)
            if keep and fresh:
                _write_down(organisation, rule, len(fresh), by=by, at=at)
                # After the record, as with a sheet that is sent: so the two wait for each other, and one of them asks.
                _look_again(others, at=at)
        done += len(fresh)
    return Rescored(rule, done, tuple(moved))


@dataclass(frozen=True, slots=True)
class ScoredAnew:
    """So many sheets of a questionnaire were scored anew on one day, by this version of its rule."""

    version: str
    on: date
    sheets: int


def scored_anew(organisation: Organisation, instrument: str) -> list[ScoredAnew]:
    """When sheets of this house were scored by a corrected rule, the newest day first; as the record says it."""
    rows = AuditEntry.objects.filter(
        chain=organisation.code,
        event=Event.SCORES_MADE_ANEW,
        about_kind=ABOUT,
        about_code__startswith=f"{instrument}@",
    )
    sums = Counter[tuple[date, str]]()
    for row in rows:
        on = row.at.astimezone(ZoneInfo(organisation.zone)).date()
        sums[on, row.about_code.partition("@")[2]] += int(row.reason.removesuffix(SHEETS))
    return [ScoredAnew(version, on, sheets) for (on, version), sheets in sorted(sums.items(), reverse=True)]


def _batches(organisation: Organisation, instrument: str) -> Iterator[list[Response]]:
    """Every sheet of this questionnaire in the house, of groups and of those who asked to come."""
    rows: QuerySet[Response] = Response.objects.filter(assignment__instrument=instrument)
    rows = (
        rows.filter(assignment__group__organisation=organisation)
        | rows.filter(assignment__intake__organisation=organisation)
    ).order_by("pk")
    pks = list(rows.values_list("pk", flat=True))
    for begin in range(0, len(pks), BATCH):
        lot = Response.objects.filter(pk__in=pks[begin : begin + BATCH]).select_related("assignment__member")
        yield list(lot.order_by("pk"))


def _fresh(row: Response) -> tuple[Response, Definition, tuple[ScoreResult, ...]] | None:
    """The sheet with its corrected scores; None when the rule that counts is the newest already."""
    one, corrected = with_correction(row.assignment.instrument, row.assignment.version)
    if corrected is one or Score.every.filter(response=row, rule=corrected.rule).exists():
        return None
    return row, corrected, score(corrected, given_in(row))


def _differences(row: Response, results: tuple[ScoreResult, ...]) -> list[Moved]:
    before = {one.scale: one for one in Score.objects.filter(response=row).order_by("pk")}
    after = {one.score: one for one in results}
    found = []
    for scale in dict.fromkeys((*before, *after)):
        old, new = before.get(scale), after.get(scale)
        was, now = old.state if old else "", str(new.state) if new else ""
        value, other = old.value if old else None, new.value if new else None
        if (value, was) != (other, now):
            found.append(Moved(row.assignment.code, scale, value, other, was, now))
    return found


def _keep(row: Response, results: tuple[ScoreResult, ...]) -> None:
    Score.objects.filter(response=row).update(current=False)
    Score.objects.bulk_create([as_score(row, one) for one in results])


def _look_again(rows: list[Response], *, at: datetime) -> None:
    """What is looked at with every sheet that is sent, for those that have another number now."""
    sheets = [row.assignment for row in rows]
    worsening.look_again(sheets, at=at)
    for sheet in sheets:
        reaching_out.look_again(sheet, at=at)


def _write_down(organisation: Organisation, rule: str, sheets: int, *, by: Actor, at: datetime) -> None:
    about = log.Ref(ABOUT, rule)
    log.record(Event.SCORES_MADE_ANEW, by=by, about=about, at=at, chain=organisation.code, reason=f"{sheets}{SHEETS}")
