"""`kindcircle analyse feasibility`: who came, who stayed, and what happened to how many."""

from gettext import gettext as _
from pathlib import Path
from typing import Any

import click

from kindcircle.doors.cli.analyse.desk import (
    Number,
    answer,
    columns,
    common_options,
    data_file,
    figure_words,
    interval_words,
    keep_in_mind,
    kindly,
    labels,
    number_writer,
    one_row_each,
    open_table,
    picture_place,
    plain,
    plot_option,
    said,
    save,
)
from kindcircle.doors.cli.sorry import Sorry
from kindcircle.figures import Figure, Row, intervals
from kindcircle.stats.columns import Table
from kindcircle.stats.feasibility import (
    COMPLETION_SHARE,
    Attendance,
    ClusteredRate,
    Proportion,
    summarise_attendance,
)
from kindcircle.stats.power import FEWEST_GROUPS
from kindcircle.stats.results import Interval, Undefined
from kindcircle.stats.sentences import ENOUGH_TO_TELL, Message

WORDS = {"yes": 1.0, "no": 0.0, "true": 1.0, "false": 0.0}


@click.command()
@data_file
@click.option("--member", metavar="COLUMN", help="Column that names the member.")
@click.option(
    "--attended", metavar="COLUMN", help="Column with 1 for present, 0 for absent, one row per member and session."
)
@click.option("--session", metavar="COLUMN", help="Column of the session, to see that no row is there twice.")
@click.option("--group", metavar="COLUMN", help="Column of the group.")
@click.option(
    "--enough",
    type=click.FloatRange(0, 1, min_open=True),
    default=COMPLETION_SHARE,
    show_default=True,
    help="Share of sessions that counts as completing.",
)
@click.option(
    "--share", "shares", multiple=True, metavar="COLUMN", help="Column with 1 or 0 for each person; may be repeated."
)
@plot_option("Draw the shares.")
@common_options
def feasibility(
    file: Path,
    member: str | None,
    attended: str | None,
    session: str | None,
    group: str | None,
    enough: float,
    shares: tuple[str, ...],
    plot: Path | None,
    as_json: bool,
    digits: int,
) -> None:
    """Counts of people and sessions, with honest intervals.

    With --attended DATA.csv has one row per member and session. With --share it has one row per person, and each such
    column is a yes or a no (1 or 0): stayed, found it helpful, was harmed.
    """
    picture_place(plot)
    if bool(shares) == (attended is not None):
        raise Sorry(_("Please give --attended with --member, or --share."))
    if attended is not None and member is None:
        raise Sorry(_("Attendance also needs --member, the column that names each member."))
    with kindly():
        table = open_table(file)
        came = None
        counted: dict[str, Proportion] = {}
        missing: dict[str, int] = {}
        if attended is not None and member is not None:
            came = _attendance(table, member, attended, session, group, enough)
        else:
            one_row_each(table, member)
            for name in shares:
                marks = [mark for mark in _marks(table, name) if mark is not None]
                counted[name] = Proportion(sum(marks), len(marks))
                missing[name] = len(table.rows) - len(marks)
    warnings = _warnings(came, counted, missing)
    record = {
        "analysis": "feasibility",
        "attendance": None if came is None else _attendance_record(came),
        "shares": {name: _share_record(one) | {"not_recorded": missing[name]} for name, one in counted.items()} or None,
        "warnings": said(warnings),
    }

    def text() -> str:
        number = number_writer(digits)
        lines = _attendance_lines(came, number) if came is not None else []
        if counted:
            lines += columns([(name, _share_words(one, number)) for name, one in counted.items()])
        return "\n".join(lines + keep_in_mind(warnings))

    answer(record, text, as_json)
    if plot is not None:
        save(_drawn(came, counted), plot)


def _marks(table: Table, name: str) -> list[int | None]:
    """1, 0, yes or no; anything else is named with its row."""
    place = table.place(name)
    found: list[int | None] = []
    for row, cells in table.rows:
        cell = cells[place].casefold()
        value = WORDS.get(cell)
        if value is None:
            value = Table(table.header, ((row, cells),), table.delimiter).scores(name)[0]
        if value is not None and value not in (0, 1):
            raise Sorry(
                _('The column %(name)s has "%(cell)s" in row %(row)s, and we need 1 or 0 there.')
                % {"name": name, "cell": cells[place][:40], "row": row}
            )
        found.append(None if value is None else int(value))
    return found


def _attendance(
    table: Table, member: str, attended: str, session: str | None, group: str | None, enough: float
) -> Attendance:
    members = labels(table, member)
    groups = None if group is None else labels(table, group)
    if session is not None:
        seen: dict[tuple[str, ...], int] = {}
        keys = zip(members, labels(table, session), groups or [""] * len(members), strict=True)
        for (row, _cells), key in zip(table.rows, keys, strict=True):
            if key in seen:
                words = {"member": key[0], "session": key[1], "first": seen[key], "row": row}
                raise Sorry(
                    _('Rows %(first)s and %(row)s are both about "%(member)s" in session %(session)s. Please keep one.')
                    % words
                )
            seen[key] = row
    found = summarise_attendance(_marks(table, attended), member=members, group=groups, completion_share=enough)
    if isinstance(found, Undefined):
        raise Sorry(_(found.text))
    return found


def _share_record(one: Proportion) -> dict[str, Any]:
    return {
        "count": one.count,
        "n": one.n,
        "share": one.estimate,
        "wilson": one.interval(),
        "exact": one.exact_interval(),
        "upper_limit_if_zero": one.upper_limit_if_zero(),
    }


def _rate_record(rate: ClusteredRate | Undefined) -> Any:
    if isinstance(rate, Undefined):
        return plain(rate)
    return {
        "share": rate.estimate,
        "se": rate.se,
        "clusters": rate.clusters,
        "interval": rate.interval(),
        "interval_within_range": rate.interval_within_range(),
    }


def _attendance_record(came: Attendance) -> Any:
    return {
        "sessions": _share_record(came.sessions),
        "members": came.members,
        "groups": came.groups,
        "completers": _share_record(came.completers),
        "completion_share": came.completion_share,
        "median_attended": came.median_attended,
        "range_attended": came.range_attended,
        "not_recorded": came.not_recorded,
        "by_member": _rate_record(came.by_member),
        "by_group": _rate_record(came.by_group),
    }


def _share_words(one: Proportion, number: Number) -> str:
    counted = _("%(count)s of %(n)s") % {"count": one.count, "n": one.n}
    if not one.n:
        return counted
    words = f"{counted}, {figure_words(one.estimate, number)}, {interval_words(one.interval(), number)}"
    most = one.upper_limit_if_zero()
    if isinstance(most, Undefined):
        return words
    return words + _("; none seen still allows up to %(share)s") % {"share": number(most)}


def _attendance_lines(came: Attendance, number: Number) -> list[str]:
    rate = came.by_member
    rows = [
        (_("members"), str(came.members)),
        (_("sessions attended"), _share_words(came.sessions, number)),
        (
            _("interval that knows members"),
            _(rate.text) if isinstance(rate, Undefined) else interval_words(rate.interval_within_range(), number),
        ),
        (
            _("members with %(share)s %% of sessions or more") % {"share": f"{100 * came.completion_share:g}"},
            _share_words(came.completers, number),
        ),
        (
            _("sessions of the member in the middle"),
            f"{came.median_attended:g} ({came.range_attended[0]} to {came.range_attended[1]})",
        ),
        (_("not written down"), str(came.not_recorded)),
    ]
    if came.groups is not None:
        by_group = came.by_group
        rows.append((_("groups"), str(came.groups)))
        rows.append(
            (
                _("interval that knows groups"),
                _(by_group.text)
                if isinstance(by_group, Undefined)
                else interval_words(by_group.interval_within_range(), number),
            )
        )
    return columns(rows)


def _warnings(came: Attendance | None, shares: dict[str, Proportion], missing: dict[str, int]) -> list[Message]:
    warnings = []
    people = min([came.members] if came is not None else [one.n for one in shares.values()])
    if people < ENOUGH_TO_TELL:
        warnings.append(Message("W3.few", {"n": people}))
    if came is not None and came.groups is not None and came.groups < FEWEST_GROUPS:
        warnings.append(Message("W4", {"groups": FEWEST_GROUPS - 1}))
    most = max(missing.values(), default=0)
    if most:
        listed = next(one.n + most for name, one in shares.items() if missing[name] == most)
        warnings.append(Message("W5.rows", {"missing": most, "listed": listed}))
    return warnings


def _drawn(came: Attendance | None, shares: dict[str, Proportion]) -> Figure:
    found: dict[str, tuple[Proportion, Interval | Undefined]] = {}
    if came is not None:
        by_member = came.by_member
        own = by_member if isinstance(by_member, Undefined) else by_member.interval_within_range()
        found[_("sessions attended")] = (came.sessions, came.sessions.interval() if isinstance(own, Undefined) else own)
        found[_("members who completed")] = (came.completers, came.completers.interval())
    found |= {name: (one, one.interval()) for name, one in shares.items()}
    rows = []
    for name, (one, ends) in found.items():
        label, value = f"{name}, {one.count} / {one.n}", one.estimate
        if isinstance(value, Undefined) or isinstance(ends, Undefined):
            rows.append(Row(label, instead=_("There is nothing to count yet.")))
        else:
            rows.append(Row(label, value, ends.low, ends.high))
    return intervals(
        rows,
        title=_("Who came and who stayed") if came is not None else _("How many of all"),
        axis=_("share"),
        ends=(0, 1),
        zero=None,
    )
