"""A programme's report on paper: the page's words and figures, with pictures that can be printed."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kindcircle.doors.web.organisation.evidence_beyond import shown
from kindcircle.doors.web.organisation.evidence_words import (
    CAME_HEADER,
    VIEW_HEADER,
    came,
    definitions,
    equity_words,
    measure,
    unwanted,
    views,
    waiting,
)
from kindcircle.doors.web.shared.printed_parts import drawn, figures
from kindcircle.figures import MOST_ROWS, Row, funnel, intervals
from kindcircle.paper.blocks import Block
from kindcircle.paper.cohort import cohort, heading, listed, marks, table, words
from kindcircle.rooms.research.programme import ProgrammeReport


def printed(found: ProgrammeReport) -> dict[str, object]:
    """All parts in the order of the page."""
    measures = [measure(one) for one in found.measures]
    main = next((one for one in measures if one["of"].primary), None)
    facts = [
        (_("Programme"), found.title),
        (_("Groups that have ended"), str(len(found.sides) + len(found.waiting))),
        (_("Design"), _("groups before and after, with no comparison group")),
        (_("Printed"), date_format(timezone.localtime(found.at), "j F Y")),
    ]
    parts = [
        *([heading(_("In one sentence")), words(main["sentence"], strong=True)] if main else []),
        *([listed(waiting(found.waiting))] if found.waiting else []),
        heading(_("Who came and who stayed")),
        table([str(one) for one in CAME_HEADER], came(found)),
        listed(definitions(found)),
        heading(_("What was unwanted")),
        *(words(line) for line in unwanted(found)),
        heading(_("Before and after")),
    ]
    shared = _said_of_all(measures)
    parts += [heading(_("True of everything below"), 3), listed(shared)] if shared else []
    for one in measures:
        parts += _measure(one)
    parts.append(heading(_("Was it the same for everybody?")))
    parts += [words(line) for line in equity_words()]
    for view in views(found):
        parts.append(heading(str(view["name"]), 3))
        parts.append(table([str(one) for one in VIEW_HEADER], view["rows"]) if view["rows"] else words(view["why"]))
    parts += _beyond(found)
    return cohort(_("What we know about %(name)s") % {"name": found.title}, _("Programme report"), facts, parts)


def _said_of_all(measures: list[dict[str, Any]]) -> list[str]:
    """What is printed with every measure is said once, and taken out of each. On paper nothing is folded away."""
    told = [one for one in measures if one["any"]]
    for one in told:
        one["warnings"] += one["more_warnings"]
    shared = [text for text in (told[0]["warnings"] if told else []) if all(text in one["warnings"] for one in told)]
    for one in told:
        one["warnings"] = [text for text in one["warnings"] if text not in shared]
    return shared


def _measure(one: dict[str, Any]) -> list[Block]:
    of = one["of"]
    name = _("%(name)s (main measure)") % {"name": of.name} if of.primary else of.name
    parts = [heading(name, 3), words(one["direction"])]
    if not one["any"]:
        return [*parts, words(_("No group has five people with both scores, so nothing is shown."))]
    if of.primary:
        for row in one["rows"]:
            if "both" in row:
                said = _("%(name)s: %(both)s of %(started)s with both scores, %(missing)s missing.") % row
                parts += [words(said), marks(row["both"], row["missing"], said)]
    rows, pictured = one["rows"], one["drawn"]
    if not of.primary:
        # Groups without a figure are named with the main measure; here they are counted.
        rows, pictured = [row for row in rows if "both" in row], [row for row in pictured if "low" in row]
        hidden = len(one["rows"]) - len(rows)
        text = ngettext("%(n)s group has no figure here.", "%(n)s groups have no figure here.", hidden) % {"n": hidden}
        parts += [words(text)] if hidden else []
    parts += _forest(
        pictured,
        title=_("%(name)s: mean change in each group") % {"name": of.name},
        note=_("There was no comparison group. An interval that crosses the dashed line allows for no change."),
    )
    header = (_("Group"), _("Both, missing"), _("Before"), _("After"), _("Mean change"), _("How sure"))
    parts.append(table(header, [_line(row) for row in rows]))
    return [*parts, listed(one["warnings"])] if one["warnings"] else parts


def _line(row: dict[str, Any]) -> tuple[str, ...]:
    if "instead" in row:
        return (row["name"], row["instead"], "", "", "", "")
    more = f" ({row['apart']})" if row["apart"] else ""
    return (
        row["name"] + more,
        f"{row['both']}, {row['missing']}",
        row["before"],
        row["after"],
        row["change"],
        row["interval"],
    )


def _forest(rows: Sequence[dict[str, Any]], *, title: str, note: str) -> list[Block]:
    if not any("low" in row for row in rows) or len(rows) > MOST_ROWS:
        return []
    picture = intervals(
        [Row(**row) for row in rows],
        title=title,
        axis=_("points; to the right is the hoped-for way"),
        note=note,
        words=(_("estimate"), _("lowest"), _("highest")),
    )
    return [drawn(picture)]


def _beyond(found: ProgrammeReport) -> list[Block]:
    part = shown(found)
    if part is None:
        return [
            heading(_("For researchers")),
            words(_("Groups are put together only after a plan was said on the page. None was.")),
        ]
    parts = [
        heading(_("For researchers")),
        listed(part["plan"]),
        heading(_("All groups together"), 3),
        words(part["sentence"], strong=True),
        *_forest(
            part["forest"],
            title=_("%(name)s: groups and their mean") % {"name": part["name"]},
            note=_("There was no comparison group."),
        ),
        *figures(part["pooled"]),
        listed(part["pooled_words"]),
    ]
    if part["funnel"]:
        names, estimates, errors = zip(*part["funnel"], strict=True)
        mean = next(row["estimate"] for row in part["forest"] if row["kind"] == "mean")
        picture = funnel(
            estimates,
            errors,
            mean=mean,
            labels=names,
            title=_("Small groups and large ones"),
            axis=_("mean change; to the right is the hoped-for way"),
            upright=_("standard error"),
        )
        parts += [drawn(picture), table(picture.header, picture.rows)]
    return [
        *parts,
        heading(_("Coming more often, and change"), 3),
        *figures(part["along"]),
        listed(part["along_words"]),
        heading(_("What may lie in between"), 3),
        *figures(part["way"]),
        listed(part["way_words"]),
    ]
