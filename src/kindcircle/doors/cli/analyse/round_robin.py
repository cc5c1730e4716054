"""`kindcircle analyse round-robin`: what in ratings within groups lies with raters, with those rated, between two."""

from collections.abc import Mapping
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
    keep_in_mind,
    kindly,
    labels,
    number_writer,
    open_table,
    p_words,
    picture_place,
    plot_option,
    said,
    save,
)
from kindcircle.doors.cli.sorry import Sorry
from kindcircle.figures import Figure, Row, intervals
from kindcircle.stats.results import Undefined, t_quantile
from kindcircle.stats.round_robin import (
    FEWEST_FOR_TESTS,
    Component,
    SocialRelations,
    TwoRatings,
    read_round_robin,
    social_relations,
    stable_relations,
    two_ratings,
)
from kindcircle.stats.sentences import Message


@click.command("round-robin")
@data_file
@click.option("--rater", required=True, metavar="COLUMN", help="Who rates.")
@click.option("--target", required=True, metavar="COLUMN", help="Who is rated.")
@click.option("--group", required=True, metavar="COLUMN", help="The group both sit in.")
@click.option("--rating", required=True, metavar="COLUMN", help="The rating.")
@click.option("--second", metavar="COLUMN", help="A second rating of the same pairs.")
@click.option("--same-thing", is_flag=True, help="Both ratings ask the same: tells relationship from error.")
@plot_option("Draw the parts.")
@common_options
def round_robin(
    file: Path,
    rater: str,
    target: str,
    group: str,
    rating: str,
    second: str | None,
    same_thing: bool,
    plot: Path | None,
    as_json: bool,
    digits: int,
) -> None:
    """Ratings in which everybody in a group rates everybody else.

    DATA.csv has one row per rating. Groups below four, and groups with a gap, are left out whole and counted. Single
    people are never printed.
    """
    picture_place(plot)
    if same_thing and second is None:
        raise Sorry(_("--same-thing needs a second rating: --second COLUMN."))
    with kindly():
        table = open_table(file)
        ratings = [table.scores(name) for name in (rating, second) if name is not None]
        robins = read_round_robin(labels(table, rater), labels(table, target), labels(table, group), *ratings)
        found = stable_relations(robins[0], robins[1]) if same_thing else social_relations(robins[0])
        both = two_ratings(robins[0], robins[1]) if second is not None and not same_thing else None
    if isinstance(found, Undefined):
        counts = {"small": robins[0].too_small, "incomplete": robins[0].incomplete}
        raise Sorry(f"{_(found.text)} " + _("Below four: %(small)s; with a gap: %(incomplete)s.") % counts)
    parts = _parts(found)
    together = _together(both) if isinstance(both, TwoRatings) else {}
    warnings = _warnings(found)
    tested = found.enough_groups
    record = {
        "analysis": "round-robin",
        "groups": len(found.sizes),
        "sizes": list(found.sizes),
        "too_small": found.too_small,
        "incomplete": found.incomplete,
        "parts": {name: _record(one, tested) for name, one in parts.items()},
        "actor_reliability": found.actor_reliability,
        "partner_reliability": found.partner_reliability,
        "two_ratings": {name: _record(one, tested) for name, one in together.items()} or None,
        "warnings": said(warnings),
    }

    def text() -> str:
        number = number_writer(digits)
        lines = [
            _("%(groups)s groups with every rating; left out: %(small)s below four, %(incomplete)s with a gap")
            % {"groups": len(found.sizes), "small": found.too_small, "incomplete": found.incomplete},
            "",
        ]
        lines += columns(
            [(_("part"), _("size"), _("standard error"), _("share or correlation"), "")]
            + [_row(name, one, tested, number) for name, one in parts.items()]
        )
        if together:
            lines += [
                "",
                _("Both ratings"),
                *columns([_row(name, one, tested, number) for name, one in together.items()]),
            ]
        return "\n".join(lines + keep_in_mind(warnings))

    answer(record, text, as_json)
    if plot is not None:
        save(_drawn(found, parts), plot)


def _parts(found: SocialRelations) -> Mapping[str, Component]:
    parts = {
        _("raters (actor)"): found.actor,
        _("those rated (partner)"): found.partner,
        _("between two (relationship)"): found.relationship,
        _("who rates high is rated high"): found.actor_partner,
        _("what is special is mutual"): found.relationship_covariance,
    }
    return parts | ({_("error"): found.error} if found.error is not None else {})


def _together(both: TwoRatings) -> Mapping[str, Component]:
    return {
        _("raters, both"): both.actor_actor,
        _("those rated, both"): both.partner_partner,
        _("rater here, rated there"): both.actor_partner,
        _("rated here, rater there"): both.partner_actor,
        _("one person of another"): both.within_pairs,
        _("one way here, back there"): both.across_pairs,
    }


def _record(one: Component, tested: bool) -> Any:
    return {"estimate": one.estimate, "se": one.se, "share": one.share} | (
        {"t": one.t, "df": one.df, "p": one.p} if tested else {}
    )


def _row(name: str, one: Component, tested: bool, number: Number) -> tuple[str, ...]:
    share = "-" if isinstance(one.share, Undefined) else figure_words(one.share, number)
    return name, number(one.estimate), number(one.se), share, p_words(one.p) if tested else ""


def _warnings(found: SocialRelations) -> list[Message]:
    warnings = [Message("W13"), Message("W15")]
    if not found.enough_groups:
        warnings.append(Message("W15.few", {"enough": FEWEST_FOR_TESTS}))
    return warnings


def _drawn(found: SocialRelations, parts: Mapping[str, Component]) -> Figure:
    rows = []
    for name, one in parts.items():
        half = t_quantile(0.95, one.df) * one.se
        rows.append(
            Row(name, one.estimate, one.estimate - half, one.estimate + half)
            if found.enough_groups and one.se > 0
            else Row(name, one.estimate)
        )
    return intervals(
        rows,
        title=_("What the ratings are made of"),
        axis=_("variance or covariance, in squared points of the rating"),
        note=_("%(groups)s groups with every rating. A part below 0 cannot be told from none.")
        % {"groups": len(found.sizes)},
    )
