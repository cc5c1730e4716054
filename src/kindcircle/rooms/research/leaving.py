"""What every file of coded rows has in common: codes that lead nowhere without this site's key, and plain tables."""

import csv
import hashlib
import hmac
import io
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings

from kindcircle.base.lib import keyfiles


def coded(*of: str, length: int) -> str:
    """A code of these words: the same each time, and nobody finds them again without the key."""
    key = keyfiles.read(settings.KEYS_DIR / "lookup.key")[0]
    return hmac.new(key, ":".join(of).encode(), hashlib.sha256).hexdigest()[:length]


def as_csv(columns: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """A table with a line of names on top. What is not known is empty."""
    names = list(columns)
    held = io.StringIO()
    writer = csv.DictWriter(held, names, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({name: "" if row[name] is None else row[name] for name in names} for row in rows)
    return held.getvalue()
