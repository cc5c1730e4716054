"""The only way to ask: `can`, `require`, `fetch`. Default deny."""

from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from kindcircle.base.access.permissions import Permission
from kindcircle.base.access.predicates import SYSTEM, Actor, Facts
from kindcircle.base.access.table import ALLOW
from kindcircle.base.lib.errors import NotFound

NOTHING = Facts()
M = TypeVar("M", bound=Model)


def can(by: Actor, to: Permission, about: Any = None) -> bool:
    """Whether this actor may do this, about this thing (anything with `access_facts()`, bare `Facts`, or None)."""
    facts = NOTHING if about is None else about if isinstance(about, Facts) else about.access_facts()
    return any(rule(by, facts) for rule in ALLOW.get(to, ()))


def require(by: Actor, to: Permission, about: Any = None) -> None:
    """Go on only if allowed. Refusal looks exactly like absence."""
    if not can(by, to, about):
        raise NotFound


def fetch(things: type[M] | QuerySet[M], code: str, *, by: Actor, to: Permission) -> M:
    """The thing with this code, if it exists and this actor may do this with it; else `NotFound`, the same for both."""
    rows = things if isinstance(things, QuerySet) else things._default_manager.all()
    # PostgreSQL takes no zero byte in a text, not even to look for it.
    found = None if "\0" in code else rows.filter(code=code).first()
    if found is None:
        raise NotFound
    require(by, to, found)
    return found


__all__ = ["SYSTEM", "can", "fetch", "require"]
