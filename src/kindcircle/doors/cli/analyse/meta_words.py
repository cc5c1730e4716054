"""What `kindcircle analyse meta` says and draws of pooled studies."""

from gettext import gettext as _
from gettext import ngettext

from kindcircle.doors.cli.analyse.desk import Number, columns, figure_words, in_a_row, interval_words, p_words
from kindcircle.figures import Figure, Row, intervals
from kindcircle.stats.meta import MetaRegression, Pooled, RankTest, Studies, TrimAndFill, WeightedLine, leave_one_out
from kindcircle.stats.results import Interval, Reason, Undefined, normal_quantile

# Below this a prediction interval is drawn from next to nothing; JSON has it all the same.
FEWEST_TO_TELL = 5

Small = TrimAndFill | WeightedLine | MetaRegression | RankTest | Undefined


def _next_one(found: Pooled) -> Interval | Undefined:
    return found.prediction_interval() if found.k >= FEWEST_TO_TELL else Undefined(Reason.TOO_FEW_STUDIES)


def pooled_text(
    found: Pooled,
    cautious: Pooled | None,
    studies: Studies,
    names: list[str],
    lines: MetaRegression | Undefined | None,
    small: dict[str, Small] | None,
    without: bool,
    number: Number,
) -> list[str]:
    rows = [
        (
            _("mean effect"),
            in_a_row(number(found.estimate), interval_words(found.interval(), number), p_words(found.p)),
        ),
        (_("one more programme"), interval_words(_next_one(found), number)),
    ]
    if cautious is not None:
        rows.insert(1, (_("never narrower than usual"), interval_words(cautious.interval(), number)))
    spread = found.heterogeneity
    if not isinstance(spread, Undefined):
        share = spread.share_interval
        rows += [
            ("tau²", f"{number(spread.tau2)}, {interval_words(spread.tau2_interval, number)}"),
            (
                "I²",
                f"{100 * spread.share:.0f} %"
                + ("" if isinstance(share, Undefined) else f" ({100 * share.low:.0f} to {100 * share.high:.0f} %)"),
            ),
            ("Q", f"{number(spread.q)}, df = {spread.q_df}, {p_words(spread.q_p)}"),
        ]
    text = [
        ngettext("%(k)s study. %(model)s", "%(k)s studies. %(model)s", found.k)
        % {"k": found.k, "model": found.convention},
        "",
        *columns(rows),
    ]
    text += [
        "",
        *columns(
            [("", _("effect"), _("lowest"), _("highest"))]
            + [
                (
                    names[place],
                    *(number(one) for one in (y, y - normal_quantile(0.95) * e, y + normal_quantile(0.95) * e)),
                )
                for place, (y, e) in enumerate(zip(studies.y.tolist(), studies.se.tolist(), strict=True))
            ]
        ),
    ]
    if without:
        text += [
            "",
            _("Without one study"),
            *columns(
                [("", _("effect"), "I²")]
                + [
                    (names[one.left_out], number(one.estimate), f"{100 * one.share:.0f} %")
                    for one in leave_one_out(studies)
                ]
            ),
        ]
    if lines is not None:
        text += ["", _("With what differs between studies"), *_regression_lines(lines, number)]
    if small is not None:
        text += ["", _("Small studies against large ones"), *_small_lines(small, number)]
    return text


def _regression_lines(lines: MetaRegression | Undefined, number: Number) -> list[str]:
    if isinstance(lines, Undefined):
        return ["  " + _(lines.text)]
    rows = [
        (
            name,
            in_a_row(
                number(float(lines.beta[place])),
                interval_words(lines.interval(place), number),
                p_words(float(lines.p[place])),
            ),
        )
        for place, name in enumerate(lines.names)
    ]
    return columns([*rows, (_("share of tau² it accounts for"), figure_words(lines.explained, number))])


def _small_lines(small: dict[str, Small], number: Number) -> list[str]:
    rows = []
    for name, one in small.items():
        if isinstance(one, Undefined):
            words = _(one.text)
        elif isinstance(one, TrimAndFill):
            words = _("%(filled)s filled in, mean effect then %(estimate)s") % {
                "filled": one.filled,
                "estimate": number(one.pooled.estimate),
            }
        elif isinstance(one, RankTest):
            words = in_a_row(f"tau = {number(one.tau)}", p_words(one.p))
        elif isinstance(one, MetaRegression):
            words = in_a_row(number(float(one.beta[1])), p_words(float(one.p[1])))
        else:
            words = in_a_row(number(one.slope), p_words(one.p))
        rows.append((name.replace("_", " "), words))
    return columns(rows)


def forest(found: Pooled, studies: Studies, names: list[str], axis: str) -> Figure:
    reach = normal_quantile(0.95)
    rows = [
        Row(name, y, y - reach * e, y + reach * e, weight=1 / (e * e))
        for name, y, e in zip(names, studies.y.tolist(), studies.se.tolist(), strict=True)
    ]
    ends, next_one = found.interval(), _next_one(found)
    heaviest = max(row.weight for row in rows)
    rows.append(Row(_("mean of %(k)s studies") % {"k": found.k}, found.estimate, ends.low, ends.high, "mean", heaviest))
    if not isinstance(next_one, Undefined):
        rows.append(Row(_("one more programme"), None, next_one.low, next_one.high, "range", heaviest))
    return intervals(rows, title=_("%(k)s studies together") % {"k": found.k}, axis=axis, note=found.convention)
