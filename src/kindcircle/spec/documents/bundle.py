"""Several files that belong together: a folder, or a zip that is unpacked in memory and never onto the disk."""

from __future__ import annotations

import io
import zipfile
import zlib

from kindcircle.spec.documents.errors import BrokenArchive, EmptyFile, TooLarge
from kindcircle.spec.documents.table import LARGEST

MOST_FILES = 500
Files = dict[str, bytes]
"""What each file holds, by its path with forward slashes."""


def is_zip(data: bytes) -> bool:
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def unpack(data: bytes) -> Files:
    """The files in a zip. Sizes are counted while unpacking: what a zip says about itself is not believed."""
    if len(data) > LARGEST:
        raise TooLarge(f"This file is larger than {LARGEST // 1_000_000} MB.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _files(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as bad:
        if isinstance(bad, BrokenArchive | EmptyFile | TooLarge):
            raise
        raise BrokenArchive("This zip is damaged, locked with a password, or packed in a way we cannot read.") from None


def _files(archive: zipfile.ZipFile) -> Files:
    inside = [one for one in archive.infolist() if not one.is_dir()]
    if len(inside) > MOST_FILES:
        raise TooLarge(f"This zip holds more than {MOST_FILES} files.")
    found: Files = {}
    room = LARGEST
    for one in inside:
        path = one.filename.replace("\\", "/")
        if path.startswith("/") or ".." in path.split("/") or ":" in path:
            raise BrokenArchive("A file in this zip wants to lie outside of it.")
        if path.startswith("__MACOSX/"):
            continue
        if path in found:
            raise BrokenArchive(f"“{path[:60]}” is in this zip twice.")
        with archive.open(one) as packed:
            content = packed.read(room + 1)
        room -= len(content)
        if room < 0:
            raise TooLarge(f"Unpacked, this zip is larger than {LARGEST // 1_000_000} MB.")
        found[path] = content
    if not found:
        raise EmptyFile("This zip is empty.")
    return found
