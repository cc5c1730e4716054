"""Seen to the disk: what was written is there after a power cut."""

import os
from pathlib import Path


def to_disk(path: Path) -> None:
    """A file with its words, or a folder with the names in it: what was made, renamed or taken away there."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def put_whole(path: Path, words: bytes) -> None:
    """In one step, for the server's own user only: whatever happens, the file is all of the old or all of the new."""
    beside = path.with_suffix(".new")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(words)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    to_disk(path.parent)
