"""What came of a trial on paper: the page's words and figures, each with what has to be known beside it."""

from datetime import datetime

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kindcircle.doors.web.organisation.trial_words import (
    Part,
    can_be_said,
    cannot_be_said,
    direction,
    finding,
    parts,
    picture,
    warnings,
)
from kindcircle.doors.web.organisation.trials import measure_words
from kindcircle.doors.web.shared.printed_parts import drawn
from kindcircle.paper.blocks import Block
from kindcircle.paper.cohort import cohort, heading, listed, table, words
from kindcircle.rooms.research import trials
from kindcircle.rooms.research.trial_flow import to_leave
from kindcircle.rooms.research.trial_results import Results
from kindcircle.spec.dates import wall_clock
from kindcircle.stats.partly_grouped import Arm, Comparison


def printed(found: Results, *, at: datetime) -> dict[str, object]:
    """All parts in the order of the page. The picture comes last, so that nobody reads counts before the answer."""
    trial = found.trial
    zone = trial.intake.zone
    facts = [
        (_("The one outcome"), measure_words(trial)),
        (
            _("Asked"),
            ngettext(
                "%(n)s week after the draw of %(day)s", "%(n)s weeks after the draw of %(day)s", trial.weeks
            ) % {"n": trial.weeks, "day": _day(trial.drawn_at, zone)},
        ),
        (_("A difference matters from, in points"), number_format(trial.margin)),
        (_("Design"), _("people drawn to start now or later; those who start now meet in groups")),
        (_("Opened first"), _day(trial.opened_at, zone)),
        (_("Printed"), _day(at, zone)),
        (_("Marks on record"), ", ".join(map(trials.short, (trial.plan_mark, trial.secret_mark, trial.result_mark)))),
    ]  # fmt: skip
    planned, done = parts(found)
    shown = picture(trial, to_leave(found.flow))
    blocks = [
        heading(_("In one sentence")),
        words(finding(found), strong=True),
        heading(_("What can be said")),
        listed(can_be_said(found)),
        heading(_("What cannot be said")),
        listed(cannot_be_said(found)),
        *_part(planned, direction(trial)),
        heading(_("To know beside it"), 3),
        listed(warnings(found)),
        *_part(done, direction(trial)),
        words(_("It stands beside the planned comparison and never instead of it.")),
        heading(_("How people went through it")),
        drawn(shown),
        table(shown.header, shown.rows),
    ]
    return cohort(_("What came of %(name)s") % {"name": trial.title}, _("Trial report"), facts, blocks)


def _part(part: Part, way: str) -> list[Block]:
    one = part.found.comparison
    blocks = [heading(part.title), words(part.words)]
    if isinstance(one, Comparison):
        said = _(
            "%(d)s points (from %(low)s to %(high)s, 95 in 100) between those who started now and those who waited,"
            " at the same score before."
        ) % {"d": _n(one.contrast.estimate), "low": _n(one.interval.low), "high": _n(one.interval.high)}
        blocks += [
            words(said, strong=True),
            words(way),
            *([words(part.alike)] if part.alike else []),
            table(
                (_("What"), _("Figure")),
                [
                    (_("Degrees of freedom"), f"{_n(one.contrast.df, 1)} ({one.contrast.method})"),
                    ("p", _n(one.contrast.p, 3) if one.contrast.p >= 0.001 else _("below %(n)s") % {"n": _n(0.001, 3)}),
                    (_("How alike people of one group were (ICC)"), _n(one.icc, 3)),
                    (_("Variance between groups"), _n(one.between)),
                    (_("Variance within groups"), _n(one.within_now)),
                    (_("Variance among those who waited"), _n(one.within_later)),
                    (_("People in each group"), part.groups),
                ],
            ),
        ]
    else:
        blocks.append(words(part.why))
    header = (_("Arm"), _("People"), _("Answered"), _("Mean before"), _("Mean after"), _("Spread after"))
    arms = [(_("Start now"), part.found.now), (_("Start later"), part.found.later)]
    return [*blocks, table(header, [_arm(name, arm) for name, arm in arms])]


def _arm(name: str, arm: Arm) -> tuple[str, ...]:
    return (name, str(arm.people), str(arm.scored), *map(_or_dot, (arm.mean_before, arm.mean_after, arm.sd_after)))


def _or_dot(figure: float | None) -> str:
    return "·" if figure is None else _n(figure)


def _n(figure: float, digits: int = 2) -> str:
    return number_format(figure, digits)


def _day(moment: datetime | None, zone: str) -> str:
    return date_format(wall_clock(moment, zone), "j F Y") if moment else ""
