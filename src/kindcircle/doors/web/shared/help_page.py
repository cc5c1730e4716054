"""Help now. One page, open to everybody, kept as a plain file so that it is there when the database is not."""

from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.people.models import Organisation
from kindcircle.doors.web.shared.pages import page
from kindcircle.rooms.safety import queries


def help_file() -> Path:
    """Where the ready-made page lies. The server hands it out without asking Django or the database."""
    return Path(settings.HOME) / "help" / "index.html"


@page(Permission.HELP_SEE)
def help_now(request: HttpRequest) -> HttpResponse:
    """The same page, made freshly."""
    return render(request, "help.html", _context())


def write_help_page() -> None:
    """Make the file anew, in one step, so that nobody ever reads half of it."""
    file = help_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_suffix(".new")
    unfinished.write_text(render_to_string("help.html", _context()), encoding="utf-8")
    unfinished.replace(file)


def _context() -> dict[str, object]:
    """Every house's checked numbers, each once. Only `settings` and rows: the page must not hang on a request."""
    now = clock.now()
    lines: dict[tuple[str, str], queries.HelpLine] = {}
    for house in Organisation.objects.order_by("pk"):
        for line in queries.help_lines(house, at=now):
            lines.setdefault((line.name, line.number), line)
    return {"lines": list(lines.values()), "leave_to": settings.LEAVE_TO, "demo": settings.DEMO}
