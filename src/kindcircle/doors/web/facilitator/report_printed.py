"""A group's report on paper: the page's words and figures, with pictures that can be printed.

Below twelve people no standardised effect stands on paper at all: it is the figure that travels furthest from what
belongs to it. Above, each is one sentence with its interval and with what was missing.
"""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kindcircle.doors.web.facilitator.report_words import (
    attendance,
    cautions,
    effect_row,
    said_of_all,
    shown,
    trials_drawn,
    trials_lead,
    trials_rows,
    unwanted,
)
from kindcircle.doors.web.shared.figure_words import said
from kindcircle.doors.web.shared.printed_parts import drawn, figures
from kindcircle.figures import Person, Row, intervals, people
from kindcircle.paper.blocks import Block
from kindcircle.paper.cohort import cohort, heading, listed, marks, table, words
from kindcircle.rooms.research.report import CohortReport, Outcome
from kindcircle.rooms.research.report_record import effect_sentence, points_sentence
from kindcircle.stats.disclosure import Suppressed
from kindcircle.stats.results import Undefined
from kindcircle.stats.sentences import ENOUGH_TO_TELL


def printed(found: CohortReport, categories: Sequence[tuple[str, int]]) -> dict[str, object]:
    """All parts in the order of the page."""
    outcomes = [shown(one) for one in found.outcomes]
    for one in outcomes:
        # On paper nothing is folded away.
        if one["shown"]:
            one["warnings"] += one["more_warnings"]
    shared = said_of_all(outcomes)
    ordered = sorted(outcomes, key=lambda one: not one["outcome"].primary)
    facts = [
        (_("Programme"), found.title),
        (
            _("People"),
            _("%(started)s started, %(left)s left") % {"started": found.started, "left": found.left},
        ),
        (
            _("Meetings"),
            _("%(held)s of %(planned)s held") % {"held": found.sessions_held, "planned": found.sessions_planned},
        ),
        (_("Design"), _("one group before and after, with no comparison group")),
        (_("Printed"), date_format(timezone.localtime(found.at), "j F Y")),
    ]
    parts = [
        *_plainly(found, ordered),
        heading(_("Who came and who stayed")),
        *figures(attendance(found)),
        heading(_("What was unwanted")),
        *(words(line) for line in unwanted(found)),
        *([listed([f"{name}: {count}" for name, count in categories])] if categories else []),
        heading(_("Before and after")),
        *([heading(_("True of everything below"), 3), listed(shared)] if shared else []),
    ]
    for one in ordered:
        parts += _measure(one, found.started)
    parts += _side_by_side(found)
    return cohort(_("What we know about %(name)s") % {"name": found.group.name}, _("Group report"), facts, parts)


def _plainly(found: CohortReport, outcomes: list[dict[str, Any]]) -> list[Block]:
    parts = [heading(_("In one sentence"))]
    first = outcomes[0] if outcomes else None
    if first and first["shown"]:
        parts.append(words(first["sentence"], strong=True))
        parts.append(
            words(
                _("%(name)s, the main measure, named before the start. %(n)s of %(started)s people answered twice.")
                % {"name": first["outcome"].name, "n": first["pairs"].n, "started": found.started}
            )
        )
    else:
        parts.append(words(_private()))
    return [
        *parts,
        heading(_("What can be said")),
        listed([said(one) for one in found.sayable.can]),
        heading(_("What cannot be said")),
        listed([said(one) for one in found.sayable.cannot]),
    ]


def _private() -> str:
    return _(
        "Fewer than five people have answered both times. We show no figure, so that no one person can be picked out."
    )


def _measure(one: dict[str, Any], started: int) -> list[Block]:
    outcome: Outcome = one["outcome"]
    parts = [heading(outcome.name, 3), *([words(one["shorter"])] if one["shorter"] else [])]
    if not one["shown"]:
        return [*parts, words(_private())]
    both = _("%(n)s of %(started)s people have both scores. Missing one or both: %(missing)s.") % {
        "n": one["pairs"].n,
        "started": started,
        "missing": one["missing"],
    }
    parts += [words(one["sentence"]), marks(one["pairs"].n, one["missing"], both), words(both)]
    picture = people(
        [Person(line.before, line.after, line.moved) for line in outcome.lines],
        title=_("%(name)s: each person from before to after") % {"name": outcome.name},
        axis=one["direction"],
        ends=outcome.ends,
        before=_("before"),
        after=_("after"),
        words=(*one["kinds"], _("no second score")),
        note=_("There was no comparison group."),
    )
    parts += [
        drawn(picture),
        table(
            (_("Line"), _("Before"), _("After"), pgettext("difference", "Change"), _("Meaning")),
            [
                (str(n), line["before"], line["after"], line["difference"], line["meaning"])
                for n, line in enumerate(one["lines"], start=1)
            ],
        ),
    ]
    if one["reliable"]:
        found = one["reliable"]
        parts.append(
            words(
                _("A change of more than %(line)s points is more than usual ups and downs (%(source)s).")
                % {"line": found["line"], "source": outcome.norm_source}
            )
        )
        counts = [f"{name}: {count}" for name, count in found["rows"]]
        parts.append(listed([*counts, f"{_('Not both answers')}: {found['without']}"]))
    parts += figures(one["figures"])
    parts += [words(line) for line in _effects(outcome)]
    if one["apart"]:
        parts.append(words(one["apart"]))
    return [*parts, listed(one["warnings"])] if one["warnings"] else parts


def _effects(outcome: Outcome) -> list[str]:
    """Each effect in one sentence that holds its interval and what was missing."""
    found = outcome.result
    if isinstance(found, Suppressed) or isinstance(found.change, Undefined):
        return []
    lines = [points_sentence(outcome, found.change)]
    if found.pairs.n >= ENOUGH_TO_TELL:
        lines += [effect_sentence(outcome, one) for one in (found.g_raw, found.g_av) if not isinstance(one, Undefined)]
    return lines


def _side_by_side(found: CohortReport) -> list[Block]:
    rows = [effect_row(one) for one in found.outcomes]
    parts: list[Block] = []
    if any("low" in row for row in rows):
        picture = intervals(
            [Row(**row) for row in rows],
            title=_("All measures, the hoped-for way to the right"),
            axis=_("Hedges' g (change divided by the spread before)"),
            note=_("There was no comparison group. An interval that crosses the dashed line allows for no change."),
        )
        parts += [
            heading(_("All measures side by side, for researchers")),
            drawn(picture),
            table((_("Measure"), _("Estimate"), _("Lowest"), _("Highest")), picture.rows),
        ]
    parts += [heading(_("What trials with a comparison group found")), words(trials_lead(found))]
    trials = trials_drawn(found)
    if not trials:
        return parts
    picture = intervals(
        [Row(**row) for row in trials],
        title=_("People in a programme beside others, in reviews of trials"),
        axis=_("difference in spreads; to the right is the hoped-for way"),
        ends=(-0.2, 1.2),
        note=_("Not to be compared with a change in one group."),
    )
    return [*parts, drawn(picture), *figures(trials_rows(found)), listed(cautions(found))]
