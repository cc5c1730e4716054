"""What is asked: which variable stands where, and how each path and effect is called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from kindcircle.stats.results import gettext_noop

Order = Literal["serial", "parallel"]

CAUTION: Final = gettext_noop(
    "Measured at one time, these data cannot show which came first: another order often fits as well. "
    "A path is a description, never proof that one thing led to another."
)


@dataclass(frozen=True, slots=True)
class Model:
    """What is measured: x, one or two mediators, y and covariates, in the order of the columns used below."""

    x: str
    mediators: tuple[str, ...]
    y: str
    covariates: tuple[str, ...] = ()
    order: Order = "serial"

    @property
    def columns(self) -> tuple[str, ...]:
        """x, covariates, mediators, y: the order in which variables are swept."""
        return (self.x, *self.covariates, *self.mediators, self.y)

    @property
    def path_names(self) -> tuple[str, ...]:
        """a1, a2, d21, b1, b2, cp: as in the literature."""
        k = len(self.mediators)
        between = ("d21",) if k == 2 and self.order == "serial" else ()
        return (*(f"a{m + 1}" for m in range(k)), *between, *(f"b{m + 1}" for m in range(k)), "cp")

    @property
    def effect_names(self) -> tuple[str, ...]:
        """Every path, every specific indirect effect, their sum and the total."""
        k = len(self.mediators)
        serial = ("ind_serial",) if k == 2 and self.order == "serial" else ()
        return (*self.path_names, *(f"ind_m{m + 1}" for m in range(k)), *serial, "total_indirect", "total")


def outcome_of(model: Model, path: str) -> str:
    if path.startswith("a"):
        return model.mediators[int(path[1]) - 1]
    return model.mediators[1] if path == "d21" else model.y


def start_of(model: Model, path: str) -> str:
    if path.startswith("a") or path == "cp":
        return model.x
    return model.mediators[0] if path == "d21" else model.mediators[int(path[1]) - 1]
