"""What was shared goes with what it was taken from: whoever erases their entry need not think of the copy.

This room cannot see private writing. It only hears by name and code that a page of it is gone.
"""

from typing import Any

from django.db.models.signals import post_delete

KINDS = {"writing.JournalEntry": "journal", "writing.Letter": "letter"}
"""What words can be taken from, by the table it lies in."""


def watch() -> None:
    """Listen for pages that are erased, in whatever way."""
    for table in KINDS:
        post_delete.connect(_gone, sender=table, dispatch_uid=f"shared copies of {table}")


def _gone(sender: Any, instance: Any, **_more: Any) -> None:
    from kindcircle.base.lib import clock
    from kindcircle.rooms.sharing import gone

    gone.take_copies(kind=KINDS[sender._meta.label], code=instance.code, at=clock.now())
