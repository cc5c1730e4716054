"""A file that a page hands over once it has decided that this person may have it.

Django only names the file; the server process sends it from there (`asgi.py`), whole or in the parts that were asked
for. So a phone on a slow line holds none of the few threads that make pages, and can jump within a recording.
"""

from pathlib import Path

from django.http import HttpResponse

HEADER = "X-Sent-File"
"""Stays inside the server process; it is taken off before anything leaves."""

POLICY = "sandbox; default-src 'none'"


def sent_sound(file: Path) -> HttpResponse:
    """A sound, and never anything else, whatever is in it."""
    return HttpResponse(
        content_type="audio/mpeg",
        headers={
            HEADER: str(file),
            "Accept-Ranges": "bytes",
            "Content-Disposition": 'inline; filename="practice.mp3"',
            "Content-Security-Policy": POLICY,
        },
    )
