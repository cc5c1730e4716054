"""Help now. One page, open to everybody, kept as a plain file so that it is there when the database is not."""

import asyncio
import logging
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock, codes
from kindcircle.base.people.language import languages
from kindcircle.base.people.models import Organisation
from kindcircle.doors.web.shared.pages import page
from kindcircle.rooms.safety import queries

KEEP_SECONDS = 600
log = logging.getLogger("kindcircle.help")


def help_file(language: str = settings.LANGUAGE_CODE) -> Path:
    """Where the ready-made page of a language lies. The server hands it out without asking Django or the database."""
    name = "index.html" if language == settings.LANGUAGE_CODE else f"index.{language}.html"
    return Path(settings.HOME) / "help" / name


def help_language(cookie: str, wishes: str) -> str:
    """The language of the help page: what somebody chose here, else what their browser asks for, else the usual one."""
    if cookie in languages():
        return cookie
    for wish, _quality in parse_accept_lang_header(wishes):
        for code in languages():
            if code.partition("-")[0] == wish.partition("-")[0]:
                return code
    return settings.LANGUAGE_CODE


@page(Permission.HELP_SEE)
def help_now(request: HttpRequest) -> HttpResponse:
    """The same page, made freshly."""
    return render(request, "help.html", _context())


def write_help_page() -> None:
    """Make the files anew, each in one step, so that nobody ever reads half of one, whoever else makes it right now."""
    context = _context()
    for language in languages():
        file = help_file(language)
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_suffix(f".{codes.new_code()}")
        with translation.override(language):
            unfinished.write_text(render_to_string("help.html", context), encoding="utf-8")
        unfinished.replace(file)


async def keep_help_page() -> None:
    """Make the file at start and every ten minutes, so that a number whose check has run out leaves it too.

    When the database does not answer, the last good page stays: that is what it is for.
    """
    while True:
        await asyncio.to_thread(_try_to_write)
        await asyncio.sleep(KEEP_SECONDS)


def _try_to_write() -> None:
    try:
        write_help_page()
    except (DatabaseError, OSError) as error:
        log.warning("the help page was not made anew: %s", type(error).__name__)
    finally:
        connection.close()


def _context() -> dict[str, object]:
    """Every house's checked numbers, each once, emergency numbers first.

    Only `settings` and rows: the page must not hang on a request.
    """
    now = clock.now()
    lines: dict[tuple[str, str], queries.HelpLine] = {}
    for house in Organisation.objects.order_by("pk"):
        for line in queries.help_lines(house, at=now):
            lines.setdefault((line.name, line.number), line)
    in_order = sorted(lines.values(), key=lambda line: not line.emergency)
    return {"lines": in_order, "leave_to": settings.LEAVE_TO, "demo": settings.DEMO}
