"""Small groups are people: what may not be shown is replaced by a type that has no number in it."""

from dataclasses import dataclass
from typing import TypeVar

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
