"""The part of a programme's report that a plan opens, in words: groups together, what goes along, what lies between."""

from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from kindcircle.doors.web.organisation.evidence_words import axis_of, drawn, turned
from kindcircle.doors.web.shared.figure_words import Figure, digits_for, number, points, said, signed
from kindcircle.rooms.research.programme import Measure, ProgrammeReport
from kindcircle.rooms.research.programme_plan import Beyond
from kindcircle.stats.cohorts import FEWEST_TO_TELL_RANGE, Line, Together, Way
from kindcircle.stats.mediation import CAUTION, FEWEST_GROUPS
from kindcircle.stats.meta import FEWEST_FOR_A_TEST
from kindcircle.stats.results import Undefined
from kindcircle.stats.sentences import TEXTS, Message, say


def planned(found: ProgrammeReport) -> list[str]:
    """What was planned, when, and how much could be seen by then."""
    plan = found.plan
    if plan is None:
        return []
    names = {one.key: one.name for one in found.measures}
    lines = [
        _("Main measure, named by the programme before the start: %(name)s.")
        % {"name": names.get(plan.primary, plan.primary)}
    ]
    if plan.between:
        lines.append(_("Looked at in between: %(name)s.") % {"name": names.get(plan.between, plan.between)})
    lines.append(
        _("Said on %(day)s, when %(seen)s groups could be seen side by side on this page.")
        % {"day": date_format(localtime(plan.made_at), "j F Y"), "seen": plan.seen}
    )
    return lines


def shown(found: ProgrammeReport) -> dict[str, Any] | None:
    """Everything of this part, ready for the page and for paper; None without a plan."""
    part, main = (
        found.beyond,
        next((one for one in found.measures if found.plan and one.key == found.plan.primary), None),
    )
    if part is None or main is None:
        return None
    digits = digits_for(main.ends)
    forest = _forest(main, part)
    return {
        "name": main.name,
        "plan": planned(found),
        "sentence": _sentence(part, digits),
        "pooled": _pooled(part, digits),
        "forest": forest,
        "axis": axis_of(forest),
        "pooled_words": _pooled_words(part),
        "funnel": _funnel(main, part),
        "along": _along(part, digits),
        "along_words": _along_words(part),
        "way": _way(part, digits),
        "way_words": _way_words(part),
    }


def _sentence(part: Beyond, digits: int) -> str:
    if part.sentence is None:
        return _("Below two groups there is nothing to put together.")
    return say(part.sentence, translate=_, number=lambda value: number(value, digits))


def _forest(main: Measure, part: Beyond) -> list[dict[str, Any]]:
    """The lines of the groups, then their mean, then where one more may lie."""
    rows: list[dict[str, Any]] = [{"kind": "one", **row} for row in drawn(main)]
    whole = part.together
    if isinstance(whole, Undefined):
        return rows
    interval = whole.careful or whole.pooled.interval()
    name = _("All %(k)s together") % {"k": whole.pooled.k}
    rows.append({"label": name, "kind": "mean", **turned(whole.pooled.estimate, interval, main)})
    if not isinstance(whole.range, Undefined):
        ends = turned(whole.pooled.estimate, whole.range, main)
        rows.append({"label": _("One more such group"), "kind": "range", "low": ends["low"], "high": ends["high"]})
    return rows


def _pooled(part: Beyond, digits: int) -> list[Figure]:
    whole = part.together
    if isinstance(whole, Undefined):
        return []
    pooled = whole.pooled
    groups = _("%(k)s groups") % {"k": pooled.k}
    rows = [
        Figure(
            _("Mean change over groups, in points"),
            signed(pooled.estimate, digits),
            points(pooled.interval(), digits),
            groups,
            pooled.convention,
        )
    ]
    if whole.careful:
        rows.append(
            Figure(
                _("The same, never narrower than usual"),
                signed(pooled.estimate, digits),
                points(whole.careful, digits),
                groups,
                _("The groups differ less than chance alone would have it, so this wider interval is the one to tell."),
            )
        )
    if not isinstance(whole.range, Undefined):
        rows.append(
            Figure(
                _("Where the mean of one more such group may lie"),
                "",
                points(whole.range, digits),
                groups,
                _("Prediction interval, %(method)s.") % {"method": whole.range.method},
            )
        )
    spread = pooled.heterogeneity
    if not isinstance(spread, Undefined):
        limits = spread.share_interval
        between = "" if isinstance(limits, Undefined) else _("95 %% interval %(low)s to %(high)s %%") % {
            "low": round(100 * limits.low), "high": round(100 * limits.high)
        }  # fmt: skip
        rows.append(
            Figure(
                _("Of what groups differ, more than chance (I²)"),
                f"{round(100 * spread.share)} %",
                between,
                groups,
                _("Spread of true means between groups (tau): %(tau)s points.")
                % {"tau": number(spread.tau2**0.5, digits)},
            )
        )
    lean = whole.lean
    if not isinstance(lean, Undefined) and not isinstance(lean.t, Undefined) and not isinstance(lean.p, Undefined):
        rows.append(
            Figure(
                _("Do small groups tell another story? (Egger)"),
                f"t({lean.df}) = {signed(lean.t, 2)}",
                f"p = {number(lean.p, 3)}",
                groups,
                _("It cannot say why. Groups of nearly the same size leave it little to go by."),
            )
        )
    return rows


def _pooled_words(part: Beyond) -> list[str]:
    """What is printed with the forest plot, and what is not offered and why."""
    whole: Together | Undefined = part.together
    lines = [_(TEXTS["W10"])]
    if isinstance(whole, Undefined):
        return [*lines, _(whole.text)]
    if whole.pooled.k == 2:
        lines.append(said(Message("W14.two_groups")))
    if isinstance(whole.range, Undefined):
        lines.append(said(Message("W14.one_more", {"enough": FEWEST_TO_TELL_RANGE})))
    if isinstance(whole.lean, Undefined):
        lines.append(said(Message("W14.funnel", {"enough": FEWEST_FOR_A_TEST})))
    return lines


def _funnel(main: Measure, part: Beyond) -> list[tuple[str, float, float]]:
    """Name, mean change and standard error of each group; nothing below ten groups."""
    if isinstance(part.together, Undefined) or part.together.pooled.k < FEWEST_FOR_A_TEST:
        return []
    turn = 1 if main.better == "higher" else -1
    rows = [(row.name, row.score) for row in main.rows if row.score in main.alike]
    changes = [(name, score.change) for name, score in rows if score and score.change]
    return [(name, turn * one.estimate, one.se) for name, one in changes if one.se > 0]


def _along(part: Beyond, digits: int) -> list[Figure]:
    if isinstance(part.along, Undefined):
        return []
    line: Line = part.along
    return [
        Figure(
            _("Change for one meeting more, in points"),
            signed(line.slope, digits + 1),
            points(line.interval, digits + 1),
            _("%(n)s people, %(k)s groups") % {"n": line.n, "k": line.groups},
            _("Compared within groups only: one slope, a level for each group (%(method)s).")
            % {"method": line.interval.method},
        )
    ]


def _along_words(part: Beyond) -> list[str]:
    lines = [said(Message("W18.along")), _consent(part)]
    return lines if not isinstance(part.along, Undefined) else [*lines, _(part.along.text)]


def _consent(part: Beyond) -> str:
    return _(
        "It rests on the %(willing)s of %(both)s people with both scores who said yes to research; groups with fewer "
        "than five of them are left out."
    ) % {"willing": part.willing, "both": part.both}


def _way(part: Beyond, digits: int) -> list[Figure]:
    if part.way is None or isinstance(part.way, Undefined):
        return []
    way: Way = part.way
    who = _("%(n)s people, %(k)s groups") % {"n": way.n, "k": way.groups}
    return [
        Figure(
            _("By way of the change in between, for one meeting more"),
            signed(way.indirect, digits + 1),
            points(way.indirect_limits, digits + 1),
            who,
            _("%(method)s; seed %(seed)s.") % {"method": way.indirect_limits.method, "seed": way.seed},
        ),
        Figure(
            _("All that is left, for one meeting more"),
            signed(way.direct, digits + 1),
            points(way.direct_limits, digits + 1),
            who,
        ),
    ]


def _way_words(part: Beyond) -> list[str]:
    if part.way is None:
        return [_("The plan names no change to look at in between.")]
    if isinstance(part.way, Undefined):
        return [
            _(
                "Not offered: whole groups have to be drawn again and again for it, and that says nothing below "
                "%(enough)s groups with enough people who said yes to research. %(why)s"
            )
            % {"enough": FEWEST_GROUPS, "why": _(part.way.text)}
        ]
    return [
        _(CAUTION),
        _("Both changes were measured over the same weeks. Turned round, the order may fit as well."),
        _consent(part),
    ]
