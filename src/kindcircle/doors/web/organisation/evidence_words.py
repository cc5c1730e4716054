"""What stands in a programme's report in words and written numbers: the same on the page and on paper."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.formats import date_format
from django.utils.translation import get_language_info, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from kindcircle.doors.web.shared.figure_words import digits_for, number, percents, points, said, share, signed
from kindcircle.rooms.research.cohorts import Waiting
from kindcircle.rooms.research.programme import Measure, ProgrammeReport, Row, Side
from kindcircle.rooms.research.programme_alike import Alike, Kind
from kindcircle.stats.disclosure import SMALLEST_SHOWN, Suppressed
from kindcircle.stats.feasibility import Attendance, Proportion
from kindcircle.stats.results import MeanEstimate, Undefined
from kindcircle.stats.sentences import RESEARCHERS_ONLY

NOT_SHOWN: Final = gettext_lazy("not shown")
STEP: Final = 5

VIEWS: Final = {
    "met": gettext_lazy("How their group met"),
    "answered": gettext_lazy("How they answered"),
    "language": gettext_lazy("The language in which they read"),
}
KINDS: Final = {
    "in-person": gettext_lazy("in person"),
    "online": gettext_lazy("online"),
    "both": gettext_lazy("both in turn"),
    "screen": gettext_lazy("on a screen"),
    "paper": gettext_lazy("on paper, at least once"),
    "never": gettext_lazy("never"),
}


def came(found: ProgrammeReport) -> list[tuple[str, ...]]:
    """One row for each group: started, left, completed, came; at last all together, where it may be told."""
    rows = [_side(one) for one in found.sides]
    whole = found.in_all
    if whole.left is None and whole.attendance is None:
        return rows
    left = str(NOT_SHOWN) if whole.left is None else _over(_part(whole.left), whole.left_groups)
    seats = str(NOT_SHOWN)
    if whole.attendance is not None:
        seats = _over(_attended(whole.attendance, by_group=whole.attendance_groups > 1), whole.attendance_groups)
    return [*rows, (_("Together"), "–", left, "–", seats)]


def _over(text: str, groups: int) -> str:
    return ngettext("%(text)s, in %(n)s group", "%(text)s, in %(n)s groups", groups) % {"text": text, "n": groups}


CAME_HEADER: Final = (
    gettext_lazy("Group"),
    gettext_lazy("Started"),
    gettext_lazy("Left before the end"),
    gettext_lazy("Completed"),
    gettext_lazy("Seats taken"),
)


def _side(one: Side) -> tuple[str, ...]:
    return (
        one.name,
        str(NOT_SHOWN) if isinstance(one.started, Suppressed) else str(one.started),
        _part(one.left),
        _part(one.completed),
        str(NOT_SHOWN) if isinstance(one.attendance, Suppressed) else _attended(one.attendance),
    )


def _part(found: Proportion | Suppressed) -> str:
    if isinstance(found, Suppressed):
        return str(NOT_SHOWN)
    text = _("%(count)s of %(n)s") % {"count": found.count, "n": found.n}
    return f"{text} ({percents(found.interval())})"


def _attended(found: Attendance | Undefined, *, by_group: bool = False) -> str:
    if isinstance(found, Undefined):
        return "–"
    rate = found.by_group if by_group else found.by_member
    interval = None if isinstance(rate, Undefined) else rate.interval_within_range()
    seats = _("%(count)s of %(n)s") % {"count": found.sessions.count, "n": found.sessions.n}
    return f"{seats}, {share(found.sessions)} ({percents(interval)})"


def definitions(found: ProgrammeReport) -> list[str]:
    """What each word of that table means, and what is withheld."""
    return [
        _("Started: everybody who ever had a place. Nobody drops out of a figure by leaving."),
        _("Left: ended their place before the group's end, as it was noted."),
        *(_("Completed: %(rule)s") % {"rule": rule} for rule in found.rules),
        _("Seats taken: of one seat for everybody at every meeting that was held, also after somebody left."),
        _(
            "“Not shown” means that fewer than five people, or seats, stand on one side of a figure, or that it would "
            "give such a figure away. A sum over groups is told when no hidden group comes out of it, so it may leave "
            "out the newest groups. A group of fewer than five people is in no sum."
        ),
        _("How many completed is summed on the page of the house, for one year."),
    ]


def waiting(rows: Sequence[Waiting]) -> list[str]:
    """Groups that are over and whose sheets can still come in."""
    return [
        _("%(name)s is told from %(day)s on, when its last sheets have closed.")
        % {"name": one.group.name, "day": date_format(one.until, "j F Y")}
        for one in rows
    ]


def measure(one: Measure) -> dict[str, Any]:
    """One score in all groups, ready for the page."""
    digits = digits_for(one.ends)
    return {
        "of": one,
        "direction": _("Higher is better here.") if one.better == "higher" else _("Lower is better here."),
        "sentence": said(one.sentence) if one.sentence else "",
        "rows": [_row(row, one, digits) for row in one.rows],
        "drawn": drawn(one),
        "warnings": [said(message) for message in one.warnings if message.key not in RESEARCHERS_ONLY],
        "more_warnings": [said(message) for message in one.warnings if message.key in RESEARCHERS_ONLY],
        "any": bool(one.alike),
    }


def _row(row: Row, one: Measure, digits: int) -> dict[str, Any]:
    means, change = (row.score.means, row.score.change) if row.score else (None, None)
    if row.score is None or means is None or change is None:
        return {"name": row.name, "instead": _instead(row)}
    interval = change.interval()
    return {
        "name": row.name,
        "both": means.n,
        "missing": means.dropped,
        "started": means.n + means.dropped,
        "marks": ["both"] * means.n + ["missing"] * means.dropped,
        "before": number(means.mean_before, digits),
        "after": number(means.mean_after, digits),
        "change": signed(change.estimate, digits),
        "interval": points(interval, digits),
        "apart": "" if row.score in one.alike else _("another version of the form; not put together with the rest"),
    }


def _instead(row: Row) -> str:
    if row.score is None:
        return _("not asked in this group")
    if row.score.version_changed:
        return _("the form changed in between")
    return _("fewer than five with both")


def drawn(one: Measure) -> list[dict[str, Any]]:
    """The same as lines of a picture, turned so that the hoped-for way is to the right."""
    rows: list[dict[str, Any]] = []
    for row in one.rows:
        change = row.score.change if row.score in one.alike and row.score else None
        interval = change.interval() if change else None
        if change is None or interval is None or isinstance(interval, Undefined):
            rows.append({"label": row.name, "instead": _instead(row) if change is None else _("no interval")})
            continue
        rows.append({"label": f"{row.name} (n = {change.n[0]})", **turned(change.estimate, interval, one)})
    return rows


def turned(estimate: float, interval: Any, one: Measure) -> dict[str, float]:
    """A change with its limits so that the hoped-for way is to the right."""
    turn = 1 if one.better == "higher" else -1
    low, high = sorted((turn * interval.low, turn * interval.high))
    return {"estimate": turn * estimate, "low": low, "high": high}


def axis_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Ends and steps of the line of numbers for a picture of such rows."""
    values = [row[name] for row in rows for name in ("low", "high") if name in row]
    low, high = min([0.0, *values]), max([0.0, *values])
    step = next(one for one in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50) if (high - low) / one <= 8 or one == 50)
    return {"low": step * (low // step), "high": -step * (-high // step), "step": step}


def unwanted(found: ProgrammeReport) -> list[str]:
    """What was unwanted, in sentences; counts of people in steps of five."""
    harms = found.unwanted
    if isinstance(harms, Suppressed):
        return [_("Not told: every group has fewer than five people.")]
    lines = []
    if harms.people:
        lines.append(
            _("Something unwanted was written down for %(people)s of the %(n)s people.")
            % {"people": steps(harms.people), "n": harms.started}
        )
    else:
        limit = Proportion(0, harms.started).upper_limit_if_zero()
        lines.append(
            _(
                "Nothing unwanted was written down for any of the %(n)s people. That still allows for up to %(limit)s "
                "%% of people like these (one-sided 95 %% limit)."
            )
            % {"n": harms.started, "limit": "–" if isinstance(limit, Undefined) else number(100 * limit, 1)}
        )
    lines.append(
        _("After meetings we heard back %(answered)s of the %(asked)s times that we asked. Silence is not safety.")
        % {"answered": harms.answered, "asked": harms.asked}
    )
    if harms.reliable:
        worse, _same, better = harms.reliable
        lines.append(
            _(
                "On the main measure, of %(n)s people with both scores, clearly worse: %(worse)s; clearly better: "
                "%(better)s. Clear is a change beyond this score's usual ups and downs (%(source)s)."
            )
            % {
                "n": harms.reliable_of,
                "worse": steps(worse),
                "better": steps(better),
                "source": harms.norm_source,
            }
        )
    elif found.primary:
        lines.append(
            _("Who got clearly worse is not known: nobody has confirmed how much the main score moves by itself.")
        )
    return lines


def steps(count: int) -> str:
    """A count of people that hides each of them: none, fewer than five, or the step of five that it has reached."""
    if not count:
        return _("nobody")
    if count < SMALLEST_SHOWN:
        return _("fewer than five")
    return _("%(n)s or more") % {"n": count - count % STEP}


def views(found: ProgrammeReport) -> list[dict[str, Any]]:
    """Whether it was the same for everybody, by each thing that is known."""
    digits = digits_for(found.primary.ends) if found.primary else 1
    return [_view(one, digits) for one in found.alike]


def _view(one: Alike, digits: int) -> dict[str, Any]:
    if one.kinds:
        rows = [_kind(kind, digits, one.what) for kind in one.kinds]
        return {"name": VIEWS[one.what], "rows": rows, "why": ""}
    if one.only:
        why = _("The same for everybody so far: %(kind)s.") % {"kind": _called(one.what, one.only)}
    else:
        why = _("Not told yet: a row of it would hold fewer than five people, or give such a row away.")
    return {"name": VIEWS[one.what], "rows": [], "why": why}


def _kind(kind: Kind, digits: int, what: str) -> tuple[str, ...]:
    left = _part(Suppressed() if kind.left is None else kind.left)
    seats = str(NOT_SHOWN) if kind.seats is None else _share_of(kind.seats)
    return (_called(what, kind.name), left, seats, _moved(kind.change, digits))


def _share_of(seats: Proportion) -> str:
    return f"{_('%(count)s of %(n)s') % {'count': seats.count, 'n': seats.n}}, {share(seats)}"


def _moved(change: MeanEstimate | None, digits: int) -> str:
    if change is None:
        return str(NOT_SHOWN)
    values = {
        "change": signed(change.estimate, digits),
        "interval": points(change.interval(), digits),
        "n": change.n[0],
    }
    return _("%(change)s (%(interval)s), n = %(n)s") % values


def _called(what: str, kind: str) -> str:
    if what != "language":
        return str(KINDS[kind])
    try:
        return str(get_language_info(kind)["name_local"])
    except KeyError:
        return kind


VIEW_HEADER: Final = (
    gettext_lazy("Who"),
    gettext_lazy("Left before the end"),
    gettext_lazy("Seats taken"),
    gettext_lazy("Mean change of the main measure"),
)


def equity_words() -> list[str]:
    """What that part can and cannot say."""
    return [
        _(
            "We do not ask for age, gender, income, origin or a diagnosis, so nobody can say here whether the "
            "programme is fair by those. What people wrote about what they need to take part is theirs and is not "
            "counted."
        ),
        _("People differ in more ways than one, so a difference here is a question to talk over, not an answer."),
    ]
