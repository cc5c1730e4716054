"""What stands in a group's report in words and written numbers: the same on the page and on paper."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kindcircle.doors.web.shared.figure_words import Figure, digits_for, number, percents, points, said, share, signed
from kindcircle.rooms.research.figures import USUAL_ICC
from kindcircle.rooms.research.report import CohortReport, Outcome
from kindcircle.spec.trials import Pooled
from kindcircle.stats.before_after import BeforeAfter
from kindcircle.stats.change import ReliableChange
from kindcircle.stats.disclosure import Suppressed
from kindcircle.stats.results import Undefined
from kindcircle.stats.sentences import ENOUGH_TO_TELL, RESEARCHERS_ONLY


def attendance(found: CohortReport) -> list[Figure]:
    """Seats taken, meetings per person, meetings made up for, and who completed."""
    attended = found.attendance
    rows = []
    if not isinstance(attended, Undefined):
        interval = None if isinstance(attended.by_member, Undefined) else attended.by_member.interval_within_range()
        rows.append(
            Figure(
                _("Seats taken, of all seats offered"),
                share(attended.sessions),
                percents(interval),
                _("%(count)s of %(n)s") % {"count": attended.sessions.count, "n": attended.sessions.n},
                _("One person's meetings go together; the interval allows for that."),
            )
        )
        low, high = attended.range_attended
        rows.append(
            Figure(
                _("Meetings per person"),
                _("%(middle)s in the middle") % {"middle": number(attended.median_attended)},
                _("from %(low)s to %(high)s") % {"low": low, "high": high},
                _("%(n)s people") % {"n": attended.members},
            )
        )
    if found.caught_up.n:
        rows.append(
            Figure(
                _("Caught up later, of the meetings missed"),
                share(found.caught_up),
                "",
                _("%(count)s of %(n)s") % {"count": found.caught_up.count, "n": found.caught_up.n},
                _("Counted apart: not as having been there, and not towards completion."),
            )
        )
    rows.append(
        Figure(
            _("Completed"),
            share(found.completed),
            percents(found.completed.interval()),
            _("%(count)s of %(n)s") % {"count": found.completed.count, "n": found.completed.n},
            _("%(rule)s Everyone who started is counted, also those who left.") % {"rule": found.rule.words},
        )
    )
    return rows


def shown(outcome: Outcome) -> dict[str, Any]:
    """One measure, ready for the page."""
    found = outcome.result
    if isinstance(found, Suppressed):
        return {"outcome": outcome, "shown": False, "shorter": _shorter(outcome)}
    digits = digits_for(outcome.ends)
    meanings = dict(zip(("better", "same", "worse"), kinds(found), strict=True))
    lines: list[dict[str, Any]] = [
        {"meaning": meanings[line.moved], "label": _("Person %(n)s") % {"n": n}, "raw": line, "change": line.moved}
        | {"before": number(line.before, digits), "after": number(line.after, digits)}
        | {"difference": signed(line.after - line.before, digits)}
        for n, line in enumerate(outcome.lines, start=1)
    ]
    return {
        "outcome": outcome,
        "shown": True,
        "shorter": _shorter(outcome),
        "sentence": said(found.sentence),
        "kinds": kinds(found),
        "warnings": _said(found, researchers=False),
        "more_warnings": _said(found, researchers=True),
        "lines": lines,
        "picture": [
            {"label": line["label"], "before": line["raw"].before, "after": line["raw"].after, "change": line["change"]}
            for line in lines
        ],
        "figures": _figures(found, digits),
        "reliable": _reliable(found, digits),
        "effects": _effects(found),
        "missing": found.pairs.dropped,
        # Everyone who started, one mark each.
        "marks": ["both"] * found.pairs.n + ["missing"] * found.pairs.dropped,
        "apart": _apart(outcome, digits),
        "pairs": found.pairs,
        "direction": _("Higher is better here.") if outcome.higher_is_better else _("Lower is better here."),
    }


def _shorter(outcome: Outcome) -> str:
    """That a form was asked instead of another, and is never counted as that one."""
    if not outcome.stands_for:
        return ""
    return _(
        "Asked in place of %(longer)s at hours when nobody could have talked about each answer the same day. It has a "
        "scale of its own, so the two are never put together. Whoever answered one of each is counted in neither."
    ) % {"longer": outcome.stands_for}


def said_of_all(outcomes: list[dict[str, Any]]) -> list[str]:
    """What holds for every measure is said once, and taken out of each."""
    shown = [one for one in outcomes if one["shown"]]
    shared = [
        words for words in (shown[0]["warnings"] if shown else []) if all(words in one["warnings"] for one in shown)
    ]
    for one in shown:
        one["warnings"] = [words for words in one["warnings"] if words not in shared]
    return shared


def _said(found: BeforeAfter, *, researchers: bool) -> list[str]:
    kept = [warning for warning in found.warnings if (warning.key in RESEARCHERS_ONLY) == researchers]
    return [said(warning) for warning in kept]


def kinds(found: BeforeAfter) -> tuple[str, str, str]:
    """What the three kinds of line mean. Where nobody knows how much a score moves by itself, only the way it went."""
    if isinstance(found.reliable, ReliableChange):
        return _("clearly better"), _("within usual ups and downs"), _("clearly worse")
    return _("the hoped-for way"), _("the same"), _("the other way")


def _figures(found: BeforeAfter, digits: int) -> list[Figure]:
    if isinstance(found.summary, Undefined) or isinstance(found.change, Undefined):
        return []
    both = _("%(n)s people with both") % {"n": found.pairs.n}
    summary, interval = found.summary, found.change.interval()
    return [
        Figure(
            _("Mean before"),
            number(summary.mean_before, digits),
            _("SD %(sd)s") % {"sd": number(summary.sd_before, digits)},
            both,
        ),
        Figure(
            _("Mean after"),
            number(summary.mean_after, digits),
            _("SD %(sd)s") % {"sd": number(summary.sd_after, digits)},
            both,
        ),
        Figure(_("Mean change, in points"), signed(found.change.estimate, digits), points(interval, digits), both),
    ]


def _effects(found: BeforeAfter) -> list[Figure]:
    """Standardised effects, for readers who compare studies. Every one with its interval, n and convention."""
    rows = []
    for label in ("g_raw", "g_av"):
        effect = found.effects[label]
        if isinstance(effect, Undefined):
            rows.append(Figure(f"Hedges' g, {label}", _("not defined"), str(effect.reason), ""))
            continue
        rows.append(
            Figure(
                f"Hedges' g, {label}",
                signed(effect.estimate, 2),
                points(effect.interval(), 2),
                _("n = %(n)s, %(dropped)s left out") % {"n": effect.n, "dropped": effect.dropped},
                f"{effect.convention} {effect.source}",
            )
        )
    return rows


def _apart(outcome: Outcome, digits: int) -> str:
    """That people of one group grow alike, and what it does to the interval."""
    if outcome.apart is None:
        return ""
    return _(
        "They sat in one group, and people of one group grow alike. As alike as is usual (ICC %(icc)s), that interval "
        "would be %(low)s to %(high)s. One group cannot show how alike they really are."
    ) % {
        "icc": USUAL_ICC,
        "low": signed(outcome.apart.low, digits),
        "high": signed(outcome.apart.high, digits),
    }


def trials_rows(found: CohortReport) -> list[Figure]:
    """What controlled trials found for what our measures ask about, each with its source and year."""
    return [
        Figure(
            _("%(name)s: %(authors)s, %(year)s")
            % {"name": outcome.name, "authors": one.review.authors, "year": one.review.year},
            f"{one.effect} = {number(one.estimate, 2)}",
            _("95 %% interval %(low)s to %(high)s") % {"low": number(one.low, 2), "high": number(one.high, 2)},
            _trials_from(one),
        )
        for outcome in found.outcomes
        for one in outcome.trials
    ]


def trials_drawn(found: CohortReport) -> list[dict[str, Any]]:
    """The same, ready to be drawn as a line each."""
    return [
        {"label": f"{outcome.name}: {one.review.authors.split(' and ')[0].split(',')[0]} {one.review.year}"}
        | {"estimate": one.estimate, "low": one.low, "high": one.high}
        for outcome in found.outcomes
        for one in outcome.trials
    ]


def _trials_from(one: Pooled) -> str:
    review = one.review
    if one.trials:
        return _("%(n)s trials; %(source)s") % {"n": one.trials, "source": review.source}
    return _("a review of %(n)s trials; %(source)s") % {"n": review.trials, "source": review.source}


def trials_lead(found: CohortReport) -> str:
    """How to read those figures, or that there are none."""
    if not any(one.trials for one in found.outcomes):
        return _("We know of no review of trials for what this programme asks before and after, so there is none here.")
    return _(
        "These are from other programmes, and another kind of figure: people in a programme beside people who were not "
        "in it. A group without such others usually shows a larger one, so the two cannot be compared. They say what "
        "may be hoped for."
    )


def cautions(found: CohortReport) -> list[str]:
    """What the authors of those reviews add themselves, each once."""
    reviews = dict.fromkeys(one.review for outcome in found.outcomes for one in outcome.trials)
    return [f"{review.authors}, {review.year}: {_(review.caution)}" for review in reviews]


def _reliable(found: BeforeAfter, digits: int) -> dict[str, Any] | None:
    change = found.reliable
    if change is None or isinstance(change, Undefined):
        return None
    counts = change.counts
    return {
        # Worse first: it must never be the line one overlooks.
        "rows": [
            (_("Clearly worse"), counts.deteriorated),
            (_("Within usual ups and downs"), counts.unchanged),
            (_("Clearly better"), counts.reliably_improved),
        ],
        "n": change.pairs.n,
        "without": change.pairs.dropped,
        "line": number(change.smallest_reliable_change, digits),
        "could_not": change.could_not_improve,
    }


def effect_row(outcome: Outcome) -> Mapping[str, Any]:
    """The standardised effect, turned so that the hoped-for way is to the right."""
    if isinstance(outcome.result, Suppressed):
        return {"label": outcome.name, "instead": _("fewer than five people with both")}
    if outcome.result.pairs.n < ENOUGH_TO_TELL:
        return {"label": outcome.name, "instead": _("fewer than twelve people with both")}
    effect = outcome.result.g_raw
    interval = effect if isinstance(effect, Undefined) else effect.interval()
    if isinstance(effect, Undefined) or isinstance(interval, Undefined):
        return {"label": outcome.name, "instead": _("not defined")}
    turn = 1 if outcome.higher_is_better else -1
    low, high = sorted((turn * interval.low, turn * interval.high))
    return {"label": f"{outcome.name} (n = {effect.n})", "estimate": turn * effect.estimate, "low": low, "high": high}


def unwanted(found: CohortReport) -> list[str]:
    """What was unwanted, in sentences; with none seen, how many that still allows for."""
    harms = found.harms
    said = [
        ngettext(
            "%(people)s of %(n)s people had something unwanted written down (%(interval)s), %(events)s event in all.",
            "%(people)s of %(n)s people had something unwanted written down (%(interval)s), %(events)s events in all.",
            harms.events,
        )
        % {
            "people": harms.people.count,
            "n": harms.people.n,
            "events": harms.events,
            "interval": percents(harms.people.exact_interval()),
        }
    ]
    if harms.events:
        said.append(
            _("Possibly or surely because of the programme: %(related)s. Still open: %(open)s.")
            % {"related": harms.related, "open": harms.open}
        )
    limit = harms.people.upper_limit_if_zero()
    if not isinstance(limit, Undefined):
        said.append(
            _("None in %(n)s people still allows for up to %(limit)s %% of people like these (one-sided 95 %% limit).")
            % {"n": harms.people.n, "limit": round(100 * limit)}
        )
    said.append(
        _("After meetings we heard back %(answered)s of the %(asked)s times that we asked. Silence is not safety.")
        % {"asked": harms.asked, "answered": harms.answered}
    )
    if harms.alerts:
        said.append(
            _("Asked for a person, or seemed to need one: %(alerts)s times. Closed with a reason: %(closed)s.")
            % {"alerts": harms.alerts, "closed": harms.alerts_closed}
        )
    else:
        said.append(_("Nobody asked for a person through this site."))
    return said
