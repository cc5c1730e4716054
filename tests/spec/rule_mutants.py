"""Every small way in which the rules of a questionnaire could be wrong: one change at a time, with its name."""

import copy
from collections.abc import Callable, Iterator
from typing import Any

Plain = dict[str, Any]
Mutant = tuple[str, Plain]


def mutants_of(one: Plain) -> Iterator[Mutant]:
    """All of them, each as a whole definition."""
    for number, rule in enumerate(one["scores"]):
        yield from _of_score(one, number, rule)
    for number, bands in enumerate(one["bands"]):
        yield from _of_bands(one, number, bands)
    for number, rule in enumerate(one["safety"]):
        yield from _of_safety(one, number, rule)
    for number, item in enumerate(one["items"]):
        yield from _of_item(one, number, item)
    for kind in one["responses"]:
        yield from _of_answers(one, kind)
    yield from _of_figures(one)
    if one.get("most_empty") is not None:
        for step in (-1, 1):
            yield _with(one, f"most_empty {step:+}", lambda d, step=step: d.update(most_empty=d["most_empty"] + step))
    for name in one.get("state_from", ()):
        yield _with(one, f"state_from without {name}", lambda d, name=name: d["state_from"].remove(name))


def _with(one: Plain, name: str, change: Callable[[Plain], object]) -> Mutant:
    changed = copy.deepcopy(one)
    change(changed)
    return name, changed


def _of_score(one: Plain, at: int, rule: Plain) -> Iterator[Mutant]:
    def put(name: str, **values: Any) -> Mutant:
        return _with(one, f"{rule['id']}: {name}", lambda d: d["scores"][at].update(values))

    def without(key: str) -> Mutant:
        return _with(one, f"{rule['id']}: without {key}", lambda d: d["scores"][at].pop(key))

    items, turned = rule.get("items", []), rule.get("reverse", [])
    numbers = [item for item in one["items"] if one["responses"][item["response"]]["type"] != "text"]
    outside = [item["number"] for item in numbers if item.get("scored", True) and item["number"] not in items]
    for number in items:
        rest = [other for other in items if other != number]
        if rule["method"] not in ("symptom_count", "mean_where"):
            changed = [other for other in turned if other != number] if number in turned else sorted([*turned, number])
            yield put(f"item {number} turned round", reverse=changed)
            if rest:
                kept = {"items": rest, "reverse": [other for other in turned if other != number]}
                yield put(f"item {number} left out", **kept)
        if outside and number not in turned:
            swapped = sorted([*rest, outside[number % len(outside)]])
            yield put(f"item {number} swapped for another", items=swapped)
    for name in rule.get("of", ()):
        yield put(f"without part {name}", of=[other for other in rule["of"] if other != name])
        flipped = set(rule.get("reverse_scores", ())) ^ {name}
        yield put(f"part {name} turned round", reverse_scores=sorted(flipped))
    yield put("another factor", multiply=2 * (rule.get("multiply") or 1))
    if rule.get("multiply") is not None:
        yield without("multiply")
    other = {"sum": "mean", "mean": "sum", "sum_of_scores": "mean_of_scores", "mean_of_scores": "sum_of_scores"}
    # The mean of one answer is its sum, and counting what is 0 or 1 adds it up: no mistake there.
    if rule["method"] in other and len(items) != 1:
        yield put("another operation", method=other[rule["method"]])
    if rule["method"] in ("sum", "mean") and not (len(items) == 1 and _yes_or_no(one, items[0])):
        yield put("counted and not added", method="count", at_least=1)
    most, then = (
        rule["missing"].get("max_missing", 0),
        {"mean": "mean", "mean_where": "mean"}.get(rule["method"], "prorate"),
    )
    yield put("one more may be empty", missing=rule["missing"] | {"max_missing": most + 1, "then": then})
    if most:
        fewer = rule["missing"] | {"max_missing": most - 1, "then": rule["missing"]["then"] if most > 1 else "none"}
        yield put("one fewer may be empty", missing=fewer)
    for step in (-1, 1):
        if rule.get("at_least") is not None:
            yield put(f"mark {step:+}", at_least=rule["at_least"] + step)
        if rule.get("where"):
            yield put(
                f"mark of partners {step:+}", where=rule["where"] | {"at_least": rule["where"]["at_least"] + step}
            )
        for key in ("at", "major", "other"):
            if rule.get("symptoms"):
                yield put(f"{key} {step:+}", symptoms=rule["symptoms"] | {key: rule["symptoms"][key] + step})
    if rule.get("symptoms"):
        for number in rule["symptoms"]["core"]:
            core = [other for other in rule["symptoms"]["core"] if other != number]
            yield put(f"core without {number}", symptoms=rule["symptoms"] | {"core": core})
        yield put("nothing special", symptoms=rule["symptoms"] | {"special": {}})
    for key in rule.get("table") or ():
        yield put(f"table at {key}", table=rule["table"] | {key: rule["table"][key] + 1})
    for name in rule.get("requires", ()):
        yield put(f"does not need {name}", requires=[other for other in rule["requires"] if other != name])
    for way in ("higher", "lower", "neither") if rule.get("better") else ():
        if way != rule["better"]:
            yield put(f"{way} is better", better=way)
    yield put("other role", role="secondary" if rule["role"] == "primary" else "primary")
    rounding = "none" if rule.get("band_rounding") == "half_up" else "half_up"
    if any(bands["score"] == rule["id"] for bands in one["bands"]):
        yield put("rounded in another way", band_rounding=rounding)


def _yes_or_no(one: Plain, number: int) -> bool:
    [kind] = [one["responses"][item["response"]] for item in one["items"] if item["number"] == number]
    return kind["type"] == "tick" or [anchor["value"] for anchor in kind.get("values", ())] == [0, 1]


def _of_bands(one: Plain, at: int, bands: Plain) -> Iterator[Mutant]:
    cuts = bands["cuts"]
    for place, cut in enumerate(cuts):
        small = 0.1 if isinstance(cut["upto"], float) else 1
        for step in (-small, small):
            name = f"band {bands['score']}.{cut['id']} {step:+}"
            yield _with(one, name, lambda d, p=place, s=step: d["bands"][at]["cuts"][p].update(
                upto=round(d["bands"][at]["cuts"][p]["upto"] + s, 6)))  # fmt: skip
        name = f"band {bands['score']}.{cut['id']} with its end on the other side"
        yield _with(one, name, lambda d, p=place, c=cut: d["bands"][at]["cuts"][p].update(
            exclusive=not c.get("exclusive", False)))  # fmt: skip
        if place:

            def swap(d: Plain, p: int = place) -> None:
                two = d["bands"][at]["cuts"]
                two[p]["id"], two[p - 1]["id"] = two[p - 1]["id"], two[p]["id"]

            yield _with(one, f"bands {cuts[place - 1]['id']} and {cut['id']} swapped", swap)


def _of_safety(one: Plain, at: int, rule: Plain) -> Iterator[Mutant]:
    def put(name: str, **values: Any) -> Mutant:
        return _with(one, f"safety {rule['id']}: {name}", lambda d: d["safety"][at].update(values))

    [(how, mark)] = rule["when"].items()
    yield _with(one, f"safety {rule['id']}: gone", lambda d: d["safety"].pop(at))
    for step in (-1, 1):
        yield put(f"mark {step:+}", when={how: mark + step})
    for other in sorted({"at_least", "at_most", "equals"} - {how}):
        yield put(f"{other} and not {how}", when={other: mark})
    for number in (rule["item"] - 1, rule["item"] + 1):
        yield put(f"looks at item {number}", item=number)
    for level in sorted({"review", "contact", "concern"} - {rule["level"]}):
        yield put(f"is {level}", level=level)
    missing = {"nothing": "ask_again_then_note", "ask_again_then_note": "nothing"}[rule["when_missing"]]
    yield put("left blank is another matter", when_missing=missing)


def _of_item(one: Plain, at: int, item: Plain) -> Iterator[Mutant]:
    def put(name: str, **values: Any) -> Mutant:
        return _with(one, f"{item['id']}: {name}", lambda d: d["items"][at].update(values))

    for answer in item.get("recode") or ():
        yield put(f"recode of {answer}", recode=item["recode"] | {answer: item["recode"][answer] + 1})
    if item.get("unasked") is not None:
        yield put("counts as more when not asked", unasked=item["unasked"] + 1)
        yield _with(one, f"{item['id']}: empty when not asked", lambda d: d["items"][at].pop("unasked"))
    if item.get("show_if"):
        for step in (-1, 1):
            mark = item["show_if"]["at_least"] + step
            yield put(f"shown from {step:+}", show_if=item["show_if"] | {"at_least": mark})
        for number in item["show_if"]["any_item"]:
            rest = [other for other in item["show_if"]["any_item"] if other != number]
            yield put(f"shown without {number}", show_if=item["show_if"] | {"any_item": rest})


def _of_answers(one: Plain, kind: str) -> Iterator[Mutant]:
    """Answers worth more or less than they are, at either end."""
    given = one["responses"][kind]
    if given["type"] == "likert":
        for place, step in ((0, -1), (-1, 1)):
            yield _with(one, f"answers {kind}: {place} {step:+}", lambda d, p=place, s=step: d["responses"][kind][
                "values"][p].update(value=given["values"][p]["value"] + s))  # fmt: skip
    elif given["type"] == "scale":
        for end in ("low", "high"):
            for step in (-1, 1):
                changed = {end: given[end] + step}
                yield _with(one, f"answers {kind}: {end} {step:+}", lambda d, c=changed: d["responses"][kind].update(c))


def _of_figures(one: Plain) -> Iterator[Mutant]:
    """Marks, changes that matter and means of others, each a little off."""
    for place, mark in enumerate(one["cutoffs"]):
        [side] = {"at_least", "at_most"} & set(mark)
        name = f"mark of {mark['score']} at {mark[side]}"
        for step in (-1, 1):
            yield _with(one, f"{name} {step:+}", lambda d, p=place, s=step, k=side: d["cutoffs"][p].update(
                {k: d["cutoffs"][p][k] + s}))  # fmt: skip

        def other_side(d: Plain, p: int = place, k: str = side) -> None:
            d["cutoffs"][p]["at_most" if k == "at_least" else "at_least"] = d["cutoffs"][p].pop(k)

        yield _with(one, f"{name} to the other side", other_side)
    for table, names in (("change", ("value", "sd", "reliability")), ("norms", ("mean", "sd"))):
        for place, row in enumerate(one[table]):
            for name in (name for name in names if row.get(name) is not None):
                for factor in (0.9, 1.1):
                    yield _with(one, f"{table} of {row['score']}: {name} times {factor}", lambda d, t=table, p=place,
                                n=name, f=factor: d[t][p].update({n: round(d[t][p][n] * f, 4)}))  # fmt: skip
            yield _with(one, f"{table} of {row['score']}: gone", lambda d, t=table, p=place: d[t].pop(p))
