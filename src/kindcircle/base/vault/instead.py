"""What stands in the place of a text that does not open, where the rest is to be shown all the same."""

from collections.abc import Callable
from typing import TypeVar

from kindcircle.base.vault.errors import CannotOpen

T = TypeVar("T")
Instead = Callable[[CannotOpen], str]
"""Says it in one kind sentence, and tells whoever runs the site."""


def or_instead(opens: Callable[[], T], instead: Callable[[CannotOpen], T] | None) -> T:
    """One text, or what is said in its place: one that does not open costs nobody the rest.

    Without anything to say instead CannotOpen goes on, and nothing is shown.
    """
    try:
        return opens()
    except CannotOpen as problem:
        if instead is None:
            raise
        return instead(problem)
