"""Made-up answers that come to a wanted score, so that the demo's figures are scored like everybody else's."""

import random

from kindcircle.spec.definition import Definition
from kindcircle.spec.instruments import load_instrument
from kindcircle.spec.parts import Likert, Scale
from kindcircle.spec.scoring import Answer

Answers = dict[str, Answer]


def answers_for(instrument: str, points: int, *, chance: random.Random, blank: tuple[str, ...] = ()) -> Answers:
    """Answers to a questionnaire whose primary items add up to so many points, in the direction they are scored.

    points  the sum over all items of the primary score, after turning reversed items round
    blank   ids of items this person left out; the others then add up to fewer points
    """
    one = load_instrument(instrument)
    primary = next(score for score in one.scores if score.role == "primary")
    numbers = {item.number: item for item in one.items}
    bounds = {number: _bounds(one, number) for number in primary.items}
    given = {number: low for number, (low, _) in bounds.items()}
    left = points - sum(given.values())
    # A safety item is answered with its lowest value: the demo's alerts come from people asking, not from chance.
    guarded = {rule.item for rule in one.safety}
    while left > 0:
        open_ = [number for number, value in given.items() if value < bounds[number][1] and number not in guarded]
        given[chance.choice(open_)] += 1
        left -= 1
    answers: Answers = {}
    for number, value in given.items():
        low, high = bounds[number]
        answers[numbers[number].id] = low + high - value if number in (primary.reverse or ()) else value
    for item in one.items:
        if item.show_if is not None and any(answers.values()):
            answers[item.id] = 1
    return {item: answer for item, answer in answers.items() if item not in blank}


def _bounds(one: Definition, number: int) -> tuple[int, int]:
    kind = one.response(next(item for item in one.items if item.number == number))
    if isinstance(kind, Scale):
        return kind.low, kind.high
    if isinstance(kind, Likert):
        values = [anchor.value for anchor in kind.values]
        return min(values), max(values)
    raise TypeError(f"item {number} of {one.id} has no points")
