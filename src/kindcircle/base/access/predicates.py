"""The words the access table is written in: who is asking, about what, and whether that fits.

No models are imported here. A thing that can be asked about offers `access_facts()`; a person is an `Actor`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Facts:
    """What access needs to know of a thing, and nothing else.

    organisation_id  whose house it is in (None: nobody's)
    group_id         the group it belongs to, or None
    owner_id         the one person it belongs to, or None
    gathering_id     the gathering it belongs to, or None
    named            the people of the house it is entrusted to by name
    states           words about its present state, such as "arrived" or "open"
    """

    organisation_id: int | None = None
    group_id: int | None = None
    owner_id: int | None = None
    gathering_id: int | None = None
    named: frozenset[int] = frozenset()
    states: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is asking, as known at this very request: nothing here is remembered from an earlier one.

    strong            has a second factor in this session (or the demo's stand-in); staff see no content without
    only_gathering    set for a short-code visit: nothing outside this one gathering is open
    tablet_of         the gathering whose shared tablet this device is, held by nobody or lent to the one who visits
    """

    user_id: int | None = None
    code: str = ""
    organisation_id: int | None = None
    roles: frozenset[str] = frozenset()
    member_of: frozenset[int] = frozenset()
    facilitates: frozenset[int] = frozenset()
    strong: bool = False
    only_gathering: int | None = None
    tablet_of: int | None = None
    name: str = field(default="", repr=False)

    @property
    def signed_in(self) -> bool:
        return self.user_id is not None


NOBODY = Actor()
SYSTEM = Actor(code="system", roles=frozenset({"system"}), strong=True)

Test = Callable[[Actor, Facts], bool]


@dataclass(frozen=True, slots=True)
class Predicate:
    """A named yes-or-no question. `a & b` both, `a | b` either, `~a` not."""

    name: str
    test: Test

    def __call__(self, actor: Actor, facts: Facts) -> bool:
        return self.test(actor, facts)

    def __and__(self, other: "Predicate") -> "Predicate":
        return Predicate(f"{self.name} & {other.name}", lambda a, f: self(a, f) and other(a, f))

    def __or__(self, other: "Predicate") -> "Predicate":
        return Predicate(f"({self.name} | {other.name})", lambda a, f: self(a, f) or other(a, f))

    def __invert__(self) -> "Predicate":
        return Predicate(f"not {self.name}", lambda a, f: not self(a, f))


def predicate(test: Test) -> Predicate:
    """Make a function a `Predicate` under its own name."""
    return Predicate(getattr(test, "__name__", "?").replace("_", " "), test)


def in_state(state: str) -> Predicate:
    """The thing is in this state."""
    return Predicate(state, lambda _actor, facts: state in facts.states)


@predicate
def anybody(actor: Actor, facts: Facts) -> bool:
    return True


@predicate
def signed_in(actor: Actor, facts: Facts) -> bool:
    return actor.signed_in and actor.only_gathering is None


@predicate
def fully_signed_in(actor: Actor, facts: Facts) -> bool:
    """Signed in to the whole site, and with a second factor if they lead a group."""
    return actor.signed_in and actor.only_gathering is None and (actor.strong or not actor.facilitates)


@predicate
def surely_signed_in(actor: Actor, facts: Facts) -> bool:
    """Signed in to the whole site, and with a second factor if they work here in any way."""
    return fully_signed_in(actor, facts) and (actor.strong or not actor.roles)


@predicate
def system(actor: Actor, facts: Facts) -> bool:
    return "system" in actor.roles


@predicate
def owner(actor: Actor, facts: Facts) -> bool:
    """The one person it belongs to, on a whole sign-in."""
    return actor.signed_in and actor.only_gathering is None and facts.owner_id == actor.user_id


@predicate
def visiting_owner(actor: Actor, facts: Facts) -> bool:
    """The one person it belongs to, visiting by short code, for something of that same gathering."""
    return (
        actor.signed_in
        and actor.only_gathering is not None
        and facts.owner_id == actor.user_id
        and facts.gathering_id == actor.only_gathering
    )


@predicate
def shared_tablet(actor: Actor, facts: Facts) -> bool:
    """The gathering's own tablet, while nobody has tapped their name."""
    return not actor.signed_in and actor.tablet_of is not None and facts.gathering_id == actor.tablet_of


@predicate
def member_somewhere(actor: Actor, facts: Facts) -> bool:
    return bool(actor.member_of) and actor.only_gathering is None


@predicate
def group_member(actor: Actor, facts: Facts) -> bool:
    return facts.group_id in actor.member_of and actor.only_gathering is None


@predicate
def visiting_member(actor: Actor, facts: Facts) -> bool:
    return (
        facts.group_id in actor.member_of
        and actor.only_gathering is not None
        and facts.gathering_id == actor.only_gathering
    )


@predicate
def facilitator_somewhere(actor: Actor, facts: Facts) -> bool:
    return bool(actor.facilitates) and actor.strong and actor.only_gathering is None


@predicate
def leads_in_the_house(actor: Actor, facts: Facts) -> bool:
    """Facilitates some group now, with a second factor, and it is a thing of the same organisation."""
    return (
        bool(actor.facilitates)
        and actor.strong
        and actor.only_gathering is None
        and (facts.organisation_id is None or facts.organisation_id == actor.organisation_id)
    )


@predicate
def facilitator(actor: Actor, facts: Facts) -> bool:
    """Facilitates the very group it belongs to, with a second factor."""
    return facts.group_id in actor.facilitates and actor.strong and actor.only_gathering is None


@predicate
def named_for_it(actor: Actor, facts: Facts) -> bool:
    """Entrusted with this very thing by name, in the same house, with a second factor."""
    return (
        actor.user_id in facts.named
        and facts.organisation_id == actor.organisation_id
        and actor.strong
        and actor.only_gathering is None
    )


def _staff(role: str) -> Test:
    def has_role(actor: Actor, facts: Facts) -> bool:
        return (
            role in actor.roles
            and actor.strong
            and actor.only_gathering is None
            and (facts.organisation_id is None or facts.organisation_id == actor.organisation_id)
        )

    return has_role


safety_lead = Predicate("safety lead", _staff("safety-lead"))
organisation_lead = Predicate("organisation lead", _staff("organisation-lead"))
operator = Predicate("operator", _staff("operator"))
# Invited to lead groups, whether or not one has been given to them yet.
waiting_facilitator = Predicate("facilitator of the house", _staff("facilitator"))


def describe(rules: list[Predicate]) -> str:
    """The rules in words, for the published matrix."""
    return "; ".join(rule.name for rule in rules)


Thing = Any  # anything that offers access_facts()
