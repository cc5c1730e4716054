"""A questionnaire in sentences: its licence, its arithmetic, its bands and what a house does before it asks it."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kindcircle.spec.definition import Definition
from kindcircle.spec.figures import Bands, Change
from kindcircle.spec.norms import Fact, may_be_used
from kindcircle.spec.parts import Number, SafetyRule, Scale, Score, Text

LICENCES = {
    "original": gettext_lazy("our own words"),
    "public_domain": gettext_lazy("public domain"),
    "free": gettext_lazy("free of charge"),
    "free_attribution": gettext_lazy("free, with its authors named"),
    "free_noncommercial": gettext_lazy("free where nobody earns with it"),
    "free_no_derivatives": gettext_lazy("free, and never changed"),
    "registration": gettext_lazy("each house registers"),
    "permission": gettext_lazy("with the owner’s leave"),
    "restricted": gettext_lazy("needs a licence for programs"),
    "paid": gettext_lazy("bought for each use"),
    "keys_unknown": gettext_lazy("its key was not read yet"),
    "not_a_questionnaire": gettext_lazy("measured by a device"),
}
MUST = {
    "nothing": gettext_lazy("Nothing. Its words come with it."),
    "confirm_terms": gettext_lazy("Read the owner’s terms, bring in the words, and accept the terms with them."),
    "registration_id": gettext_lazy("Register with the owner, write the number below, then bring in the words."),
    "licence_number": gettext_lazy("Get a licence from the owner, write its number below, then bring in the words."),
    "no_form": gettext_lazy("It cannot be asked here."),
}
BASIS = {
    "official": gettext_lazy("from its authors"),
    "convention": gettext_lazy("in common use, not from its authors"),
    "informal": gettext_lazy("a rough guide only"),
    "common_rule": gettext_lazy("in common use"),
    "project_default": gettext_lazy("our own rule"),
}
METHODS = {
    "sum": gettext_lazy("sum"),
    "mean": gettext_lazy("mean"),
    "count": gettext_lazy("how many"),
    "mean_where": gettext_lazy("mean of those that count"),
    "sum_of_scores": gettext_lazy("sum of scores"),
    "mean_of_scores": gettext_lazy("mean of scores"),
    "symptom_count": gettext_lazy("a word, by a counting rule"),
}
BETTER = {"higher": gettext_lazy("higher is better"), "lower": gettext_lazy("lower is better"), "neither": ""}
LEVELS = {
    "review": gettext_lazy("looked at with the notes of the week"),
    "contact": gettext_lazy("somebody gets in touch the same day"),
    "concern": gettext_lazy("a clinician talks with them the same day"),
}


class Line(NamedTuple):
    """One score: its name, how it is made, and the rest in short."""

    name: str
    how: str
    more: str


def scores_of(one: Definition) -> list[Line]:
    """Each score: how it is made, where it ends, which way is better, and how much may be empty."""
    return [
        Line(
            _plain(score.id),
            _how(one, score),
            " · ".join(filter(None, (_span(score), str(BETTER[score.better]), _empty(one, score)))),
        )
        for score in one.scores
    ]


def answers_of(one: Definition) -> list[str]:
    """The kinds of answers that it has, each once."""
    said = []
    for answers in one.responses.values():
        if isinstance(answers, Text):
            said.append(_("in own words"))
        elif answers.type == "tick":
            said.append(_("a box to tick"))
        else:
            low, high = _number(answers.low), _number(answers.high)
            said.append(
                _("%(low)s to %(high)s, words at the ends") % {"low": low, "high": high}
                if isinstance(answers, Scale) or answers.labelled == "ends"
                else _("%(low)s to %(high)s") % {"low": low, "high": high}
            )
    return list(dict.fromkeys(said))


def bands_of(bands: Bands, low: Number) -> str:
    """The stretches of a score in one line: 0 to 4 minimal, 5 to 9 mild; or below 2.5 low, above 3.5 high."""
    whole = all(isinstance(cut.upto, int) and not cut.exclusive for cut in bands.cuts)
    parts, start = [], low
    for place, cut in enumerate(bands.cuts):
        before = bands.cuts[place - 1] if place else None
        between = {"low": _number(start), "high": _number(cut.upto), "name": _plain(cut.id)}
        if whole:
            words = _("%(low)s %(name)s") if start == cut.upto else _("%(low)s to %(high)s %(name)s")
        elif cut.exclusive:
            words = _("below %(high)s %(name)s")
        elif before is not None and place == len(bands.cuts) - 1:
            words = _("%(low)s or more %(name)s") if before.exclusive else _("above %(low)s %(name)s")
        else:
            words = _("up to %(high)s %(name)s")
        parts.append(words % between)
        start = cut.upto + 1 if whole else cut.upto
    return ", ".join(parts)


def figures_of(one: Definition) -> Iterator[tuple[str, str, str]]:
    """Bands, marks, changes and what others had: what it is, the figures, and where they come from."""
    for bands in one.bands:
        span = one.score(bands.score).range
        if span is not None:
            title = _("Bands of %(score)s") % {"score": _plain(bands.score)}
            yield title, bands_of(bands, span[0]), f"{BASIS[bands.basis]}: {bands.source}"
    for cutoff in one.cutoffs:
        mark = cutoff.at_least if cutoff.at_least is not None else cutoff.at_most
        assert mark is not None  # the model keeps one of the two
        words = _("%(mark)s or more") if cutoff.at_least is not None else _("%(mark)s or less")
        title = _("Ask further, by %(score)s") % {"score": _plain(cutoff.score)}
        yield title, words % {"mark": _number(mark)}, f"{BASIS[cutoff.basis]}: {cutoff.source}"
    for change in one.change:
        yield _("Change of %(score)s") % {"score": _plain(change.score)}, _change(change), change.source
    for score in one.scores:
        for fact in may_be_used(one, score.id):
            if fact.mean is not None:
                title = _("Others on %(score)s") % {"score": _plain(score.id)}
                yield title, _mean(fact), f"{fact.population}: {fact.source}"


def watched_of(one: Definition) -> list[str]:
    """After which answers somebody gets in touch, the same answer to several questions said once."""
    said: dict[tuple[str, str], list[int]] = {}
    for rule in one.safety:
        said.setdefault((_answer(one, rule), str(LEVELS[rule.level])), []).append(rule.item)
    return [
        ngettext("Question %(n)s, %(answer)s: %(then)s", "Questions %(n)s, %(answer)s: %(then)s", len(items))
        % {"n": _items(one, items), "answer": answer, "then": then}
        for (answer, then), items in said.items()
    ]


def _answer(one: Definition, rule: SafetyRule) -> str:
    if one.response(one.item(rule.item)).type == "tick":
        return _("when ticked")
    when = rule.when
    if when.equals is not None:
        return _("answered %(mark)s") % {"mark": when.equals}
    if when.at_least is not None:
        return _("%(mark)s or more") % {"mark": when.at_least}
    return _("%(mark)s or less") % {"mark": when.at_most}


def _change(change: Change) -> str:
    if change.kind == "mcid":
        return _("%(points)s points are said to matter") % {"points": _number(change.value or 0)}
    if change.kind == "published":
        return _("%(points)s points are called reliable") % {"points": _number(change.value or 0)}
    return _("reliable change, from SD %(sd)s and reliability %(r)s") % {"sd": change.sd, "r": change.reliability}


def _mean(fact: Fact) -> str:
    words = _("mean %(mean)s, SD %(sd)s") if fact.sd else _("mean %(mean)s")
    return words % {"mean": _number(fact.mean or 0), "sd": _number(fact.sd or 0)}


def _how(one: Definition, score: Score) -> str:
    parts = [str(METHODS[score.method])]
    if score.of:
        parts.append(", ".join(_plain(name) for name in score.of))
    elif score.items:
        parts.append(_("of %(items)s") % {"items": _items(one, score.items)})
    if score.reverse:
        parts.append(_("(%(items)s turned over)") % {"items": _items(one, score.reverse)})
    if score.reverse_scores:
        parts.append(_("(%(items)s turned over)") % {"items": ", ".join(_plain(name) for name in score.reverse_scores)})
    if score.multiply:
        parts.append(_("times %(factor)s") % {"factor": _number(score.multiply)})
    if score.table:
        parts.append(_("then a table"))
    return " ".join(parts)


def _empty(one: Definition, score: Score) -> str:
    if score.of:
        return _("empty: as in its parts")
    n = score.missing.max_missing
    if one.most_empty is not None:
        return _("%(n)s may be empty, and %(whole)s in the form") % {"n": n, "whole": one.most_empty}
    basis = BASIS[score.missing.basis]
    return _("%(n)s may be empty (%(basis)s)") % {"n": n, "basis": basis} if n else _("none may be empty")


def _span(score: Score) -> str:
    if score.range is None:
        return ""
    return _("%(low)s to %(high)s") % {"low": _number(score.range[0]), "high": _number(score.range[1])}


def _items(one: Definition, numbers: Sequence[int]) -> str:
    """Which questions these are, as people count them: parts of a question go by the question."""
    question: dict[int, int] = {}
    part: dict[int, int] = {}
    for item in one.items:
        whole = question[item.part_of] if item.part_of else len(set(question.values())) + 1
        question[item.number] = whole
        part[item.number] = list(question.values()).count(whole)
    said = _runs([question[number] for number in numbers])
    if set(part.values()) == {1}:
        return said
    return _("%(items)s, part %(part)s") % {
        "items": said,
        "part": ", ".join(map(str, sorted({part[number] for number in numbers}))),
    }


def _runs(numbers: Sequence[int]) -> str:
    """1, 2, 3 and 7 as 1–3, 7."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs)


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _number(value: Number) -> str:
    return f"{value:g}"
