"""When the last copy of this site was made: `kindcircle backup` notes it in the home."""

from datetime import datetime
from pathlib import Path

from django.conf import settings

STAMP = "last-backup"


def file() -> Path:
    """Where it is noted."""
    return Path(settings.HOME) / STAMP


def made_at() -> datetime | None:
    """None where none was made yet."""
    return datetime.fromisoformat(file().read_text(encoding="ascii")) if file().is_file() else None
