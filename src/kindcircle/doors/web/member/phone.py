"""This site on somebody's own phone, once they said yes: pages that need no line, and a box for what they write."""

import re
from datetime import timedelta
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.access.gate import require
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import Conflict, Invalid, KindError
from kindcircle.base.vault.box import box_of
from kindcircle.doors.web.member.comforts import comforts
from kindcircle.doors.web.member.journal_new import asked_of_a_day
from kindcircle.doors.web.member.sound import KEPT_PARTS
from kindcircle.doors.web.shared.markdown import as_html
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import LONGEST_KEY
from kindcircle.rooms.practice.courses import courses_of
from kindcircle.rooms.safety.queries import HelpLine, help_lines
from kindcircle.rooms.writing.own_key import key_of as own_key_of
from kindcircle.rooms.writing.parcels import take_in
from kindcircle.spec.practices import newest_practice
from kindcircle.spec.texts import load_handout

PAGES = ("member:kept", "member:phone-hard-day", "member:phone-write", "member:phone-plan")
"""The pages that a phone keeps. None of them names anybody, holds a form of the server's, or a token."""
PHONE_PARTS = (
    *KEPT_PARTS,
    *(f"phone/{name}.js" for name in ("gone", "plan", "seal", "send", "store", "write")),
)
"""Everything that these pages load; a test follows the links and imports and compares."""
WHILE_OPEN = tuple(f"phone/{name}.js" for name in ("draft", "here", "settle", "shells"))
"""What a page that is open when the line goes needs to put words aside."""
_WORKER = ("mark", "seal", "store", "send", "worker")
ICONS = ((192, "any"), (512, "any"), (512, "maskable"))


@page(Permission.PRACTICE_PLAY)
def phone(request: HttpRequest) -> HttpResponse:
    """What it means to keep this on a phone, who else might see it, and yes or no."""
    facts = _parts() | {
        "worker": reverse("member:worker"),
        "manifest": reverse("member:manifest"),
        "ownKey": own_key_of(request.user) is not None,  # type: ignore[arg-type]
    }
    return render(request, "member/phone.html", {"facts": facts})


@page(Permission.PRACTICE_PLAY)
def parts(request: HttpRequest) -> HttpResponse:
    """What a phone fetches to keep its pages, as they are named today."""
    return JsonResponse(_parts())


@page(Permission.PRACTICE_PLAY)
def hard_day(request: HttpRequest) -> HttpResponse:
    """The page for a hard day and the numbers to call, as a phone may keep them."""
    context = comforts() | {"card": as_html(load_handout("hard-day-card").text), "lines": _lines(request)}
    return render(request, "member/phone_hard_day.html", context | {"dated": True})


@page(Permission.PRACTICE_PLAY)
def write(request: HttpRequest) -> HttpResponse:
    """Boxes to write in where there is no line. The phone seals what is typed; this page holds none of it."""
    letter = next(one for one in newest_practice("p06-letter-from-a-wise-friend").prompts if one.id == "letter")
    context = {
        "lines": asked_of_a_day(),
        "letter": {"id": "text", "ask": letter.prompt, "help": letter.help, "rows": 8},
    }
    return render(request, "member/phone_write.html", context)


@page(Permission.PRACTICE_PLAY)
def plan(request: HttpRequest) -> HttpResponse:
    """Where somebody opens their support plan without a line, with the word they chose. The page itself is empty."""
    return render(request, "member/phone_plan.html", {"lines": _lines(request), "dated": True})


@page(Permission.DRAFT_KEEP, methods=("GET", "POST"))
def box(request: HttpRequest) -> HttpResponse:
    """What a phone needs to put words in and to bring them; and one parcel that it brings.

    204 once it is safe here. 410 where its person has erased what they wrote. 409 where somebody else is signed in.
    """
    actor = request.actor  # type: ignore[attr-defined]
    person = request.user
    if request.method != "POST":
        require(actor, Permission.IN_OWN_NAME, person)
        there = box_of(person)  # type: ignore[arg-type]
        # While their own key is on, only their own key locks their words: then a phone takes none without a line.
        public = "" if own_key_of(person) else there.public  # type: ignore[arg-type]
        return JsonResponse({"who": actor.code, "code": there.code, "public": public, "token": get_token(request)})
    try:
        key, ago = request.POST.get("key", ""), request.POST.get("ago", "")
        if request.POST.get("who") != actor.code:
            raise Conflict
        if not 0 < len(key) <= LONGEST_KEY or "\0" in key or not (ago.isascii() and ago.isdigit() and len(ago) < 10):
            raise Invalid
        take_in(
            key=key,
            sealed=request.POST.get("sealed", ""),
            ago=timedelta(seconds=int(ago)),
            author=person,  # type: ignore[arg-type]
            by=actor,
            at=clock.now(),
        )
    except KindError as error:
        # A script reads only the status; the page has its own words for each.
        return HttpResponse(error.sentence, status=error.status, content_type="text/plain; charset=utf-8")
    return HttpResponse(status=204)


@page(Permission.DOOR_USE)
def worker(request: HttpRequest) -> HttpResponse:
    """The script that answers for us when there is no line. It is registered only after a yes."""
    return HttpResponse(_worker(), content_type="text/javascript; charset=utf-8")


@page(Permission.DOOR_USE)
def manifest(request: HttpRequest) -> HttpResponse:
    """What a phone calls it among its apps, and how it looks there: a name and a picture that tell nothing."""
    name = _("My page")
    told = {
        "id": "/",
        "name": name,
        "short_name": name,
        "start_url": reverse("home"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#fffdf9",
        "theme_color": "#fffdf9",
        "icons": [
            {
                "src": static(f"img/icon-{size}{'-mask' if purpose == 'maskable' else ''}.png"),
                "sizes": f"{size}x{size}",
                "type": "image/png",
                "purpose": purpose,
            }
            for size, purpose in ICONS
        ],
    }
    return JsonResponse(told, content_type="application/manifest+json")


def _parts() -> dict[str, object]:
    return {"pages": [reverse(name) for name in PAGES], "parts": [static(name) for name in (*PHONE_PARTS, *WHILE_OPEN)]}


def _lines(request: HttpRequest) -> list[HelpLine]:
    course = courses_of(request.actor)[0]  # type: ignore[attr-defined]
    return help_lines(course.group.organisation, at=clock.now())


@cache
def _worker() -> bytes:
    """One plain script from several modules: not every browser lets a worker of this kind import them."""
    found = "\n".join(Path(str(finders.find(f"phone/{name}.js"))).read_text(encoding="utf-8") for name in _WORKER)
    return re.sub(r"^export ", "", re.sub(r"^import .*;\n", "", found, flags=re.M), flags=re.M).encode()
