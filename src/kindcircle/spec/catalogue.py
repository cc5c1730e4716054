"""The programmes this site has: those a group may start with, and a site's own drafts that can only be looked at.

What ships was released with the package. A site's own programme is released when each of its files is listed
in the site's `RELEASED.sha256` and reads as it did then; until that day it is a draft.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kindcircle.spec.programmes import PracticeUse, Programme, load_programme, programme_files
from kindcircle.spec.released import content_files, fingerprint, released
from kindcircle.spec.shelves import SHIPPED, file_name, shelves
from kindcircle.spec.texts import ContentError, pinned_handout


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a programme cannot be opened: the file, the place in it, and what is wrong there."""

    file: str
    place: str
    message: str


@dataclass(frozen=True, slots=True)
class Offer:
    """One programme in one version as it stands on a shelf. `programme` is None when it cannot be opened."""

    id: str
    version: str
    shelf: Path
    released: bool
    programme: Programme | None
    faults: tuple[Fault, ...] = ()

    @property
    def own(self) -> bool:
        """Whether the site wrote it."""
        return self.shelf != SHIPPED


def offers() -> tuple[Offer, ...]:
    """Every programme on every shelf, drafts and those that cannot be opened included. Never raises for a draft."""
    return tuple(_offer(name, version, shelf) for shelf in shelves() for name, version in programme_files(shelf))


def startable() -> tuple[Programme, ...]:
    """The programmes a new group may start with: all that are released and can be opened, oldest version first."""
    return tuple(one.programme for one in offers() if one.released and one.programme is not None)


def is_released(programme: Programme) -> bool:
    """Whether a group may start with this programme, in this version."""
    return programme_is_released(programme.id, programme.version)


def programme_is_released(programme_id: str, version: str) -> bool:
    """Whether this version stands on a shelf and is released there."""
    for shelf in shelves():
        if (programme_id, version) in programme_files(shelf):
            return _released_on(shelf, programme_id, version)
    return False


def uses_of(programme: Programme) -> Iterator[PracticeUse]:
    """Every practice a programme names, in its sessions and at home."""
    for session in programme.sessions:
        for slot in session.agenda:
            yield from slot.uses
        yield from home_uses(programme, session.number)


def home_uses(programme: Programme, number: int) -> Iterator[PracticeUse]:
    """Every practice named for the week after one session."""
    home = programme.session(number).home
    yield home.minimum.practice
    yield from (option.practice for option in home.usual)
    if home.at_need:
        yield home.at_need


def leans_on(programme: Programme) -> tuple[str, ...]:
    """The practice and handout files a programme names, as paths inside a content folder, each once."""
    practices = {f"practices/{file_name(use.practice, use.version)}" for use in uses_of(programme)}
    named = (name.partition("@") for session in programme.sessions for slot in session.agenda for name in slot.handouts)
    handouts = {f"handouts/{file_name(name, version or '1')}" for name, _, version in named}
    return tuple(sorted(practices | handouts))


def missing_from(programme: Programme) -> tuple[str, ...]:
    """What a programme names and this site does not have: practices, their lengths, handouts. Empty when whole."""
    lacking: dict[str, None] = {}
    for use in uses_of(programme):
        try:
            use.load().length(use.seconds)
        except (ContentError, LookupError):
            lacking[f"{use.practice} version {use.version} ({use.seconds} s)"] = None
    for session in programme.sessions:
        for name in (name for slot in session.agenda for name in slot.handouts):
            try:
                pinned_handout(name)
            except ContentError:
                lacking[name] = None
    return tuple(lacking)


def _offer(name: str, version: str, shelf: Path) -> Offer:
    out = _released_on(shelf, name, version)
    try:
        return Offer(name, version, shelf, out, load_programme(name, version, folder=shelf))
    except ContentError as error:
        return Offer(name, version, shelf, out, None, tuple(_faults(error, shelf)))


def _faults(error: ContentError, shelf: Path) -> Iterator[Fault]:
    for one in (error, *error.others):
        file = one.file.relative_to(shelf).as_posix() if one.file.is_relative_to(shelf) else one.file.name
        yield from (Fault(file, *problem) for problem in one.problems)


def _released_on(shelf: Path, name: str, version: str) -> bool:
    if shelf == SHIPPED:
        return True
    home = f"programmes/{name}/{version}/"
    try:
        listed = {file: was for file, was in released(shelf).items() if file.startswith(home)}
    except ContentError:
        return False
    there = [file for file in content_files(shelf) if file.startswith(home)]
    return there == sorted(listed) and all(fingerprint(shelf / file) == was for file, was in listed.items())
