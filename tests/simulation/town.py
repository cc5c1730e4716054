"""A made-up town in which a month goes by: its people, their browsers, and the clock that all of them share."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import product
from typing import Any

from kindcircle.base.lib import clock
from kindcircle.base.people.models import Organisation, StaffRole, User
from kindcircle.base.vault import seals
from tests.simulation.inside import InsideSite
from tests.walks.visitor import Visitor
from tests.world import always_on_duty, dial_emergency, fill_consent, make_organisation, make_staff

ZONE = "Europe/London"
# A session ends when nobody touches it for four hours, or after eight; whoever comes back then signs in anew.
SILENT, LONGEST = timedelta(hours=3), timedelta(hours=7)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def names() -> Iterator[str]:
    """Names that are no words: a person called Person would be found in every sentence."""
    for end, start, middle in product(
        ("n", "s", "ra", "to"), ("Bro", "Dae", "Fi", "Ke", "Lo", "Mi", "Ta"), ("ba", "li", "ne", "su", "vo", "za", "ki")
    ):
        yield start + middle + end


@dataclass
class Town:
    """One house with its staff, whoever comes to it, and what they have done. `move` sets everybody's clock."""

    site: InsideSite
    chance: random.Random
    move: Callable[[datetime], None]
    house: Organisation
    lead: User
    safety_lead: User
    facilitators: list[User]
    names: dict[int, str]
    unused: Iterator[str]
    _browsers: dict[int, tuple[Visitor, datetime, datetime]] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        return clock.now()

    def browser(self, person: User) -> Visitor:
        """The browser of this person, signed in."""
        known = self._browsers.get(person.pk)
        browser, opened_at, seen_at = known or (Visitor(self.site, person), self.now, self.now)  # type: ignore[arg-type]
        if self.now - seen_at > SILENT or self.now - opened_at > LONGEST:
            browser.open(self.site.entry_path(person))
            opened_at = self.now
        self._browsers[person.pk] = (browser, opened_at, self.now)
        return browser

    def stranger(self) -> Visitor:
        """Somebody's browser that nobody has signed in with."""
        return Visitor(self.site)  # type: ignore[arg-type]


def found(site: InsideSite, move: Callable[[datetime], None], *, pairs: int, seed: Any) -> Town:
    """A house in London with so many pairs of facilitators, a lead, a safety lead and a number to call."""
    at = clock.now()
    house = make_organisation(at=at, name="Quay House", zone=ZONE)
    lead = make_staff(house, "Odile", StaffRole.Role.ORGANISATION_LEAD, at=at)
    safety_lead = make_staff(house, "Selma", StaffRole.Role.SAFETY_LEAD, at=at)
    unused = names()
    facilitators = [make_staff(house, next(unused), StaffRole.Role.FACILITATOR, at=at) for _ in range(2 * pairs)]
    dial_emergency(house, [lead, safety_lead], at=at)
    always_on_duty(house, safety_lead)
    fill_consent(house, lead, at=at)
    called = seals.names_of([lead, safety_lead, *facilitators])
    return Town(site, random.Random(seed), move, house, lead, safety_lead, facilitators, called, unused)
