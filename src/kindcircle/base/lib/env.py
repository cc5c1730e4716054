"""Settings read from the environment: strict words, secrets from files, no guessing."""

import os
from pathlib import Path


class BadSetting(ValueError):
    """A setting holds a value we refuse to guess about. The message names it and says what is allowed."""


def text(name: str, default: str = "") -> str:
    """The setting as written, or the file named by `<name>_FILE`, or the default.

    A missing file is an error: a secret that silently becomes empty is worse than a server that does not start.
    """
    file = os.environ.get(f"{name}_FILE")
    if file:
        path = Path(file)
        if not path.is_file():
            raise BadSetting(f"{name}_FILE points to {path.name}, which is not there.")
        return path.read_text(encoding="utf-8").strip()
    return os.environ.get(name, default)


def flag(name: str, *, default: bool) -> bool:
    """True for `yes`, False for `no`; anything else is refused."""
    value = text(name, "yes" if default else "no").lower()
    if value not in {"yes", "no"}:
        raise BadSetting(f"{name} is {value!r}; write yes or no.")
    return value == "yes"


def number(name: str, default: int, *, lowest: int = 0, highest: int | None = None) -> int:
    """A whole number, at least `lowest` and at most `highest`."""
    value = text(name, str(default))
    if not value.isdecimal() or int(value) < lowest or (highest is not None and int(value) > highest):
        upto = "up" if highest is None else f"to {highest}"
        raise BadSetting(f"{name} is {value!r}; write a whole number from {lowest} {upto}.")
    return int(value)


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list, blanks dropped."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def beside(given: dict[str, str]) -> dict[str, str]:
    """The environment for another program: all of ours, and what is given in place of what had its name."""
    return {**os.environ, **given}
