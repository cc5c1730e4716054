"""A count of events over an exposure, with its exact interval: events per person, per hundred meetings."""

from dataclasses import dataclass

from scipy.special import gammaincinv

from kindcircle.stats.results import Interval, Reason, Undefined, check_level


@dataclass(frozen=True, slots=True)
class Rate:
    """So many events in so much exposure. One person may have several, so this is no share and can pass 1.

    Raises ValueError where either is below 0.
    """

    events: int
    exposure: float

    def __post_init__(self) -> None:
        if self.events < 0 or self.exposure < 0:
            raise ValueError("Events and exposure are never below 0.")

    def per(self, unit: float = 1.0) -> float | Undefined:
        """Events in so many units of exposure; Undefined where nobody was exposed."""
        return unit * self.events / self.exposure if self.exposure else Undefined(Reason.NOTHING_OFFERED)

    def exact_interval(self, unit: float = 1.0, level: float = 0.95) -> Interval | Undefined:
        """The exact Poisson interval: half the tail of a chi-square on each side. Source: Garwood (1936).

        Agrees with R poisson.test(). It treats events as independent: where one person has several it is too narrow.
        """
        check_level(level)
        if not self.exposure:
            return Undefined(Reason.NOTHING_OFFERED)
        tail = (1 - level) / 2
        low = float(gammaincinv(self.events, tail)) if self.events else 0.0
        high = float(gammaincinv(self.events + 1, 1 - tail))
        return Interval(unit * low / self.exposure, unit * high / self.exposure, level, "exact Poisson, Garwood")
