"""Small groups are people: what may not be shown is replaced by a type that has no number in it."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

# The smallest number of people about whom anything is shown, unless a programme sets a larger one.
SMALLEST_SHOWN = 5

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Suppressed:
    """Something that exists but is not shown, because too few people stand behind it.

    It has no fields at all, so no page, file or log can show the figure by mistake. It is never true, so
    `if result` asks whether there is something to show.
    """

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        return "not shown"


def withhold_below(value: T, *, people: int, smallest: int = SMALLEST_SHOWN) -> T | Suppressed:
    """Give the value back when at least `smallest` people stand behind it, else `Suppressed`.

    `people` is how many people the value is about (the size of the cell), so a count is its own number of
    people. Beware of subtraction: beside a shown total, a single withheld cell can be worked out; use
    `withhold_table` for cells that add up.
    """
    return value if people >= smallest else Suppressed()


def withhold_table(cells: dict[str, int], *, smallest: int = SMALLEST_SHOWN) -> dict[str, int | Suppressed]:
    """Withhold small cells of a table that adds up to a known total, so that none can be worked out.

    Cells of 1 to `smallest` - 1 people are withheld. Then the next smallest filled cells go too, until at
    least two cells are hidden and together they hold at least `smallest` people. Empty cells stay 0.
    """
    hidden = {name for name, count in cells.items() if 0 < count < smallest}
    others = sorted((count, name) for name, count in cells.items() if count >= smallest)
    while hidden and others and (len(hidden) < 2 or sum(cells[name] for name in hidden) < smallest):
        hidden.add(others.pop(0)[1])
    return {name: Suppressed() if name in hidden else count for name, count in cells.items()}


@dataclass(frozen=True, slots=True)
class Part:
    """One row of a table with totals: its cells, as they are, and whether they are shown. For reckoning only."""

    cells: dict[str, int]
    shown: bool


def part_of(cells: dict[str, int], *, smallest: int = SMALLEST_SHOWN) -> Part:
    """A row stands whole or not at all: if one cell has to be withheld, all are."""
    return Part(cells, all(count == 0 or count >= smallest for count in cells.values()) and any(cells.values()))


def total_of(parts: Sequence[Part], *, smallest: int = SMALLEST_SHOWN) -> dict[str, int] | Suppressed:
    """The sum of rows that stand beside it, or nothing where it would give away a row that is withheld.

    Rows have one cell, or two that make up everybody of the row. What is withheld can be worked out as the total less
    what is shown, by somebody who also knows when rows are withheld and how many people each has. So that sum must be
    fit to be shown by itself, and leave more than one possible count for every single row. Empty rows give nothing
    away.
    """
    names = tuple(dict.fromkeys(name for part in parts for name in part.cells))
    hidden = [part for part in parts if not part.shown and any(part.cells.values())]
    behind = {name: sum(part.cells[name] for part in hidden) for name in names}
    whole = {name: sum(part.cells[name] for part in parts) for name in names}
    if not any(whole.values()):
        return Suppressed()
    if hidden and not (part_of(behind, smallest=smallest).shown and _undecided(hidden, behind[names[0]], smallest)):
        return Suppressed()
    return whole


def told_in_parts(rows: Sequence[T], fit: Callable[[Sequence[T]], bool]) -> tuple[int, ...]:
    """Where a sum that grows row by row may be told anew: after how many rows each time.

    Set side by side, two sums that were told give away what lies between them. So a sum is told anew only when the rows
    since the last time are fit to be told by themselves. Rows keep their order, and new ones come last.
    """
    ends: list[int] = []
    for end in range(1, len(rows) + 1):
        if fit(rows[ends[-1] if ends else 0 : end]):
            ends.append(end)
    return tuple(ends)


def _undecided(hidden: Sequence[Part], together: int, smallest: int) -> bool:
    """Whether each of these rows could hold at least two different counts, all of them making up `together`."""
    possible = [_counts(part, smallest) for part in hidden]
    before, after = [{0}], [{0}]
    for counts in possible:
        before.append({sum_ + one for sum_ in before[-1] for one in counts})
    for counts in reversed(possible):
        after.append({sum_ + one for sum_ in after[-1] for one in counts})
    after.reverse()
    return all(
        sum(any(together - one - sum_ in after[at + 1] for sum_ in before[at]) for one in counts) > 1
        for at, counts in enumerate(possible)
    )


def _counts(part: Part, smallest: int) -> list[int]:
    """What the first cell of a withheld row may hold, for somebody who knows the rule and how many people it has."""
    first, *second = part.cells
    if not second:
        return list(range(1, smallest))
    people = sum(part.cells.values())
    return [
        one for one in range(people + 1) if not part_of({first: one, second[0]: people - one}, smallest=smallest).shown
    ]


Share = Literal["some", "half", "most"]
"""How many of a group said yes, as words. "Some" may also be nobody, and "most" everybody."""

THREE_FROM = 9
TOLD_ANEW_AT = 5
"""A share that grows is told anew when so many times as many answers stand behind it."""


def share_in_words(yes: int, answers: int, *, smallest: int = SMALLEST_SHOWN) -> Share | Suppressed:
    """A yes-or-no answer of a group as one of two words, or of three from nine answers on; nothing below `smallest`.

    Two words part at one half: up to half of the answers are "some". Three part at thirds, which belong to "some" and
    to "most". The words are so wide that somebody who knows their own answer can never tell what everybody else said;
    nor can two who compare theirs, from seven answers on. This holds for one telling only: told again after somebody
    came, left or changed their answer, two words can give that person away (`may_tell_again`).
    """
    if not 0 <= yes <= answers:
        raise ValueError(f"{yes} of {answers}")
    if answers < max(smallest, SMALLEST_SHOWN):
        return Suppressed()
    if answers < THREE_FROM:
        return "most" if 2 * yes > answers else "some"
    if 3 * yes <= answers:
        return "some"
    return "most" if 3 * yes >= 2 * answers else "half"


def share_so_far(parts: Iterable[tuple[int, int]], *, smallest: int = SMALLEST_SHOWN) -> tuple[Share | Suppressed, int]:
    """A share that grows, and how many answers stand behind it. parts: yes and answers of each, as they became known.

    The word is told anew only when five times as many answers stand behind it as when it was told last: with each part
    anew, two words could tell how everybody else in that part answered.
    """
    told: Share | Suppressed = Suppressed()
    yes = answers = behind = 0
    for part_yes, part_answers in parts:
        yes, answers = yes + part_yes, answers + part_answers
        if answers >= max(smallest, TOLD_ANEW_AT * behind):
            told, behind = share_in_words(yes, answers, smallest=smallest), answers
    return told, behind


def may_tell_again(earlier: Iterable[Collection[str]], people: Collection[str]) -> bool:
    """Whether a question that was told before may be told to these people: only if they were the same each time."""
    now = frozenset(people)
    return all(frozenset(then) == now for then in earlier)


Word = Literal["low", "mixed", "good", "very-good"]
"""The mean of a group's answers from 0 to 10, as a word: up to 4, between, from 6 on, and from 8 on."""

TOP = 10.0
LOW_TO, GOOD_FROM, VERY_GOOD_FROM = 4.0, 6.0, 8.0
VERY_GOOD_NEEDS = 10
"""Answers from which there is a fourth word. With fewer it would say that nobody answered low."""

SIDE = 15
"""A word that is told anew may not rest on a mean this many points, over the number of answers, from either end."""
EXACT = 1e-9

Spread = Literal["close", "apart"]
"""Whether a group's answers lie near one another."""

SPREAD_NEEDS = 9
CLOSE_TO = 11 / 6
"""The average distance from the mean up to which people broadly agree on eleven steps (Burke and Dunlap 2002)."""


@dataclass(frozen=True, slots=True)
class Told:
    """What was said once of a group's answers: a word, who stood behind it, and whether it was worked out afresh.

    slack: by how many points the mean could have moved since the word was worked out, only because people came and
    went. It grows with every telling that holds on to the word.
    """

    word: Word
    people: frozenset[str]
    afresh: bool = True
    slack: float = 0.0


def mean_in_words(
    answers: Mapping[str, float], *, earlier: Told | None = None, smallest: int = SMALLEST_SHOWN
) -> Told | Suppressed:
    """The mean of answers from 0 to 10, each under the code of who gave it, as a word; nothing below `smallest`.

    The words are so wide that after one telling every other person may still have given any answer at all. Told again
    to the same people, it is worked out afresh. If people came or went in between, the earlier word stands unless the
    mean moved further than they, and one person more, could move it: so whoever assumes that all others who stayed
    answered as before learns nothing of those who left or came. Where a new word would still show on which side of the
    middle somebody is, the earlier one stands as well.
    """
    people = frozenset(answers)
    if len(people) < max(smallest, SMALLEST_SHOWN):
        return Suppressed()
    mean = sum(answers.values()) / len(people)
    if earlier is None or not people & earlier.people:
        return Told(_word(mean, len(people)), people)
    slack = earlier.slack + _could_move(earlier.people, people)
    if slack > 0 and not _moved(mean, earlier.word, slack + TOP / len(people), len(people)):
        return Told(earlier.word, people, afresh=False, slack=slack)
    return Told(_word(mean, len(people)), people)


def last_shared(tellings: Sequence[Told], people: Collection[str]) -> Told | None:
    """The newest of earlier tellings, oldest first, behind which one of these people stood: what a new one must fit.

    One in between that shares nobody with them says nothing of them. To go by it would make room to tell them afresh,
    beside what was told of most of them before.
    """
    return next((told for told in reversed(tellings) if told.people & frozenset(people)), None)


def spread_in_words(answers: Iterable[float]) -> Spread | Suppressed:
    """Whether answers from 0 to 10 lie close together: from nine on, where their mean is mixed, and told once only.

    Beside a low or a good mean, or with fewer, "close" would show somebody whose own answer is far from the mean that
    nobody else's is.
    """
    values = list(answers)
    mean = sum(values) / len(values) if values else 0.0
    if len(values) < SPREAD_NEEDS or _word(mean, len(values)) != "mixed":
        return Suppressed()
    return "close" if sum(abs(value - mean) for value in values) / len(values) <= CLOSE_TO else "apart"


def ends_of(word: Word) -> tuple[float, float]:
    """From where to where a mean may lie that is told with this word."""
    ends = {"low": (0.0, LOW_TO), "mixed": (LOW_TO, GOOD_FROM), "good": (GOOD_FROM, TOP)}
    return ends.get(word, (VERY_GOOD_FROM, TOP))


def _word(mean: float, answers: int) -> Word:
    if mean <= LOW_TO:
        return "low"
    if mean < GOOD_FROM:
        return "mixed"
    return "very-good" if answers >= VERY_GOOD_NEEDS and mean >= VERY_GOOD_FROM else "good"


def _could_move(earlier: frozenset[str], now: frozenset[str]) -> float:
    """How far the mean can move at most if whoever answered both times answered the same."""
    return TOP * (1 - len(earlier & now) / max(len(earlier), len(now)))


def _moved(mean: float, word: Word, slack: float, answers: int) -> bool:
    """Whether the mean lies further from this word than `slack`, and that may be told."""
    low, high = ends_of(word)
    rose, fell = high + slack, low - slack
    return (mean > rose + EXACT and rose <= TOP - SIDE / answers) or (mean < fell - EXACT and fell >= SIDE / answers)
