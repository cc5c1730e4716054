"""Who may do what. Everything is asked through `can`, `require` and `fetch`."""

from kindcircle.base.access.permissions import Permission
from kindcircle.base.access.predicates import NOBODY, SYSTEM, Actor, Facts

__all__ = ["NOBODY", "SYSTEM", "Actor", "Facts", "Permission"]
