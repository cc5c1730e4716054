"""The promise that a released text never changes: one hash per file, compared on every check.

Groups pin a version of their programme. If its words could change under them, nobody could say later
what members were offered. A correction is a new version beside the old one.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from kindcircle.spec.texts import ContentError, read_file

LIST_NAME = "RELEASED.sha256"
WAIVERS = "WAIVERS.yaml"
"""Notes for whoever looks after the texts; not a text that people meet."""


def content_files(folder: Path) -> list[str]:
    """Every content file under a folder, as sorted relative paths with forward slashes."""
    return sorted(
        file.relative_to(folder).as_posix()
        for file in folder.rglob("*")
        if file.is_file() and file.suffix in (".md", ".yaml") and file != folder / WAIVERS
    )


def fingerprint(file: Path) -> str:
    """SHA-256 of a file's bytes, line ends made equal so that a Windows checkout agrees."""
    return hashlib.sha256(file.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def released(folder: Path) -> dict[str, str]:
    """Path to hash, as listed. Empty when nothing was released. ContentError when the list is damaged."""
    file = folder / LIST_NAME
    if not file.exists():
        return {}
    listed: dict[str, str] = {}
    for number, line in enumerate(read_file(file).splitlines(), start=1):
        found = re.fullmatch(r"([0-9a-f]{64})  (\S+)", line)
        if not found or found.group(2) in listed:
            raise ContentError(file, [(f"line {number}", "is not a hash, two spaces and a path listed once")])
        listed[found.group(2)] = found.group(1)
    return listed


def is_as_released(folder: Path, name: str) -> bool:
    """Whether this file is listed and reads as it did then."""
    try:
        was = released(folder).get(name)
        return was is not None and fingerprint(folder / name) == was
    except (ContentError, OSError):
        return False


def altered(folder: Path) -> list[str]:
    """Released files that were changed or removed, as relative paths."""
    return [
        name
        for name, was in released(folder).items()
        if not (folder / name).is_file() or fingerprint(folder / name) != was
    ]


def unreleased(folder: Path) -> list[str]:
    """Content files that are not in the list yet, as relative paths."""
    return sorted(set(content_files(folder)) - set(released(folder)))


def release(folder: Path, names: list[str] | None = None) -> list[str]:
    """Add files to the list, each as it is now; None means every new file. Gives the paths added.

    ContentError when a listed file was altered, or a name is already listed or not there.
    """
    listed = released(folder)
    file = folder / LIST_NAME
    if changed := altered(folder):
        raise ContentError(file, [(name, "was released and has changed since") for name in changed])
    new = unreleased(folder)
    wanted = new if names is None else names
    if strange := sorted(set(wanted) - set(new)):
        raise ContentError(file, [(name, "is already released, or is not a content file") for name in strange])
    if odd := [name for name in wanted if re.search(r"\s", name)]:
        # Written into the list, it would make the whole list unreadable.
        raise ContentError(
            file, [(name, "is not a name a content file can have; leave out the spaces") for name in odd]
        )
    listed |= {name: fingerprint(folder / name) for name in wanted}
    lines = [f"{listed[name]}  {name}\n" for name in sorted(listed)]
    file.write_text("".join(lines), encoding="utf-8", newline="\n")
    return sorted(wanted)
