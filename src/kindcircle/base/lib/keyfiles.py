"""Key files: made once, readable by the server's own user only, kept beside the data and never inside it."""

import base64
import os
import secrets
from functools import cache
from pathlib import Path

from kindcircle.base.lib.on_disk import put_whole

# How many random bytes each holds. Ciphers take 32; Django asks for a signing key of fifty letters or more.
SIZES = {"root": 32, "lookup": 32, "audit": 32, "signing": 48}
NAMES = tuple(SIZES)


class KeyMissing(RuntimeError):
    """A key file is not there. Nothing can be opened without it, and making a new one would hide that."""


def make(folder: Path) -> list[str]:
    """Create the key files that do not exist yet (mode 0600). Returns the names of those made."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = []
    for name in NAMES:
        path = folder / f"{name}.key"
        if path.exists():
            continue
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(base64.b64encode(secrets.token_bytes(SIZES[name])).decode() + "\n")
            file.flush()
            os.fsync(file.fileno())
        made.append(name)
    return made


@cache
def read(path: Path) -> tuple[bytes, ...]:
    """The keys in a file, one base64 line each, the present one first, older ones (kept for reading) after it."""
    if not path.is_file():
        raise KeyMissing(f"The key file {path.name} is missing. Bring it back from where you keep it safe.")
    return tuple(base64.b64decode(line) for line in path.read_text(encoding="ascii").split())


def put_on_top(path: Path) -> None:
    """A new key becomes the present one; the others stay below it, for reading."""
    _write(path, (secrets.token_bytes(SIZES[path.stem]), *_now(path)))


def keep_the_top(path: Path) -> int:
    """Let the older keys of a file go. Returns how many went. Only once nothing is left that needs them."""
    present, *older = _now(path)
    if older:
        _write(path, (present,))
    return len(older)


def _now(path: Path) -> tuple[bytes, ...]:
    read.cache_clear()
    return read(path)


def _write(path: Path, keys: tuple[bytes, ...]) -> None:
    put_whole(path, b"".join(base64.b64encode(key) + b"\n" for key in keys))
    read.cache_clear()
