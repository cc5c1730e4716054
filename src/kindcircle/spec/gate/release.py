"""Rules for what was released, what a site calls its own, and waivers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

from pydantic import Field

from kindcircle.spec.catalogue import leans_on
from kindcircle.spec.gate.findings import Finding, finding, refused
from kindcircle.spec.gate.rules import RULES
from kindcircle.spec.gate.shelf import Shelf
from kindcircle.spec.programmes import load_programme, programme_files
from kindcircle.spec.released import WAIVERS, altered, content_files, released, unreleased
from kindcircle.spec.shelves import SHIPPED
from kindcircle.spec.texts import ContentError, Strict, Words, build, parse_yaml, read_file

SHORTEST_REASON = 20


class Waiver(Strict):
    """One place where a rule about wording is wrong, and why."""

    file: Words
    place: str
    rule: Words
    reason: str = ""


class Waivers(Strict):
    """What `WAIVERS.yaml` holds."""

    waivers: Annotated[tuple[Waiver, ...], Field(min_length=1)]


def release_rules(shelf: Shelf) -> Iterator[Finding]:
    """Released files are as they were; new ones say so; a released programme stands on released texts."""
    folder = shelf.folder
    try:
        for name in altered(folder):
            message = "was released and has changed since; put it back and make a new version"
            yield finding("release.changed", name, "", message)
        for name in unreleased(folder):
            yield finding("release.new", name, "", "is new; when it is final, run 'kindcircle content release'")
    except ContentError as error:
        yield from refused(error, folder)
        return
    yield from leaning(folder, shelf.listed)


def leaning(folder: Path, listed: Iterable[str]) -> Iterator[Finding]:
    """Programmes among the listed files that name a practice or handout which may still change."""
    settled, known = set(listed), set(content_files(folder))
    for name, version in programme_files(folder):
        file = f"programmes/{name}/{version}/programme.yaml"
        if file not in settled:
            continue
        try:
            programme = load_programme(name, version, folder=folder)
        except ContentError:
            continue  # reported by itself
        for text in leans_on(programme):
            if text in known - settled:
                yield finding("release.leans", file, "", f"is released and stands on {text}, which is not")


def own_ids(shelf: Shelf) -> Iterator[Finding]:
    """A site's text never stands under the id of one that ships, or nobody could say which of the two was meant.

    The very same file in both places is no clash.
    """
    if shelf.folder.resolve() == SHIPPED:
        return
    ours = {_whose(name): name for name in content_files(SHIPPED)}
    clashing: dict[tuple[str, ...], str] = {}
    for name in content_files(shelf.folder):
        same = (SHIPPED / name).is_file() and (SHIPPED / name).read_bytes() == (shelf.folder / name).read_bytes()
        if _whose(name) in ours and not same and name.partition("/")[0] in _NAMED:
            clashing.setdefault(_whose(name), name)
    for whose, name in clashing.items():
        yield finding("site.id-taken", name, "id", f"{whose[1]!r} is the id of something that comes with Kindcircle")


_NAMED = ("practices", "handouts", "library", "programmes")


def _whose(name: str) -> tuple[str, ...]:
    """Kind and id of the text a file belongs to."""
    kind, _, rest = name.partition("/")
    return kind, rest.partition("/")[0].removesuffix(".md").partition(".v")[0]


def after_waivers(shelf: Shelf, found: list[Finding]) -> list[Finding]:
    """What is left to say when each waiver took its own finding away, and what is wrong with the waivers."""
    if not (shelf.folder / WAIVERS).exists():
        return found
    path = shelf.folder / WAIVERS
    try:
        waivers = build(Waivers, parse_yaml(read_file(path), path), path).waivers
    except ContentError as error:
        return [*found, *refused(error, shelf.folder)]
    left = list(found)
    for number, waiver in enumerate(waivers):
        place = f"waivers.{number}"
        meant = f"{waiver.rule} in {waiver.file}, at {waiver.place or 'the whole file'}"
        if waiver.rule not in RULES or not RULES[waiver.rule].waivable:
            left.append(finding("waiver.rule", WAIVERS, place, f"{waiver.rule!r} cannot be waived"))
            continue
        if len(waiver.reason.strip()) < SHORTEST_REASON:
            left.append(finding("waiver.reason", WAIVERS, place, f"gives no reason for {meant}"))
        hit = [one for one in found if (one.file, one.place, one.rule) == (waiver.file, waiver.place, waiver.rule)]
        if not hit and shelf.wants(waiver.file):
            left.append(finding("waiver.unused", WAIVERS, place, f"nothing is found for {meant}"))
        left = [one for one in left if one not in hit]
    return left


def not_ready(folder: Path, findings: Iterable[Finding], names: Iterable[str]) -> list[Finding]:
    """What stands in the way of releasing these files: every error, and words still to write in any of them."""
    wanted = set(names)
    stopping = [
        one
        for one in findings
        if one.level == "error" or (one.rule == "text.draft" and (one.file in wanted or _beside(one.file, wanted)))
    ]
    return stopping + list(leaning(folder, {*released(folder), *wanted}))


def _beside(file: str, wanted: set[str]) -> bool:
    """A session's talk and handout are reported under the session, and the other way round."""
    stem = file.removesuffix(".yaml")
    return any(name.startswith(f"{stem}-") for name in wanted)
