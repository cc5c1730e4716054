"""The parts pages are made of, as template tags.

Shown in every state at /gallery/, listed in docs/reference/design.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from django import template
from django.forms import BoundField
from django.http import HttpRequest
from django.template import Context
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from kindcircle.base.people.language import languages
from kindcircle.doors.web.shared import drawing, drawing_funnel
from kindcircle.doors.web.shared.joined_scripts import JOINED, modules_of
from kindcircle.doors.web.shared.lengths import length_in_words
from kindcircle.doors.web.shared.static_files import source

register = template.Library()

THEMES = ("light", "dark")
LEAST, MOST = 2.0, 11.0
"""The smallest and the largest dot beside an answer, as radius in a picture of 24 by 24."""
CURRENT = SafeString(' aria-current="page"')


@register.simple_tag(takes_context=True)
def theme_attribute(context: Context) -> str:
    """`data-theme="dark"` or `"light"` when the person chose one (cookie `theme`); nothing to follow the device."""
    request: HttpRequest | None = context.get("request")
    choice = request.COOKIES.get("theme", "") if request is not None else ""
    return format_html(' data-theme="{}"', choice) if choice in THEMES else ""


@register.simple_tag(takes_context=True)
def few(context: Context, short: str, whole: str) -> str:
    """A sentence in few and easy words for whoever asked for those, and the whole of it for everybody else."""
    return short if context.get("few_words") else whole


@register.simple_tag
def module(name: str, *, later: bool = False) -> SafeString:
    """A script with all that it imports asked for at once: one after the other, a poor line takes seconds for them.

    later: what nobody waits for, so that a poor line carries the rest first.
    """
    apart = () if name in JOINED else imports_of(name)
    others = format_html_join("", '<link rel="modulepreload" href="{}">', ((static(one),) for one in apart))
    order = SafeString(' fetchpriority="low"' if later else "")
    return format_html('{}<script type="module" src="{}"{}></script>', others, static(name), order)


@cache
def imports_of(name: str) -> tuple[str, ...]:
    """Every module that a page with this one loads, itself left out, by following what each imports from the start."""
    found, waiting = [], [name]
    while waiting:
        here = waiting.pop(0)
        new = [one for one in modules_of(here, source(here)) if one not in found]
        found += new
        waiting += new
    return tuple(found)


@register.simple_tag
def language_words() -> SafeString:
    """The word for language in every language of the pages, each marked as what it is for a voice that reads it."""
    said = []
    for code in languages():
        with translation.override(code):
            said.append((code, _("Language")))
    return format_html_join(" · ", '<span lang="{}">{}</span>', said)


@register.simple_tag
def in_language(code: str = "") -> SafeString:
    """`lang="…"` around words in another language than the page's; nothing where they are the same, or unknown.

    A voice that reads the page aloud then says them as words of their own language.
    """
    own, here = (code or "").partition("-")[0].lower(), (get_language() or "en").partition("-")[0]
    return SafeString("") if own in {"", here} else format_html(' lang="{}" dir="auto"', code)


@register.simple_tag
def in_english() -> SafeString:
    """The same, around content that is there in English only."""
    return in_language("en")


@register.simple_tag(takes_context=True)
def palette_attribute(context: Context) -> str:
    """`data-palette="sea"` when the house chose other colours than the usual ones (css/palettes.css)."""
    look = context.get("house_look")
    return format_html(' data-palette="{}"', look.palette) if look and look.palette else ""


@register.simple_tag(takes_context=True)
def nav_link(context: Context, name: str, label: str, *args: str, within: str = "", mark: str = "") -> str:
    """One entry of a menu or a row of tabs; marked as current on its own page, or on any address below `within`.

    `mark`: the picture beside it for whoever asked for fewer words.
    """
    address = reverse(name, args=args)
    request: HttpRequest | None = context.get("request")
    here = request.path if request is not None else ""
    current = here == address or bool(within and here.startswith(within))
    picture = icon(mark) if mark and context.get("few_words") else ""
    return format_html('<a href="{}"{}>{}{}</a>', address, CURRENT if current else "", picture, label)


@register.filter
def dialled(number: str) -> str:
    """A telephone number as a link needs it: digits and the signs that are dialled, nothing else."""
    return "".join(sign for sign in number if sign.isdecimal() or sign in "+*#")


register.filter("length_in_words", length_in_words)


@register.simple_tag
def icon(name: str) -> SafeString:
    """A small line drawing, silent to screen readers: the words beside it carry the meaning."""
    turns = " icon-turns" if name in drawing.TURNING_ICONS else ""
    return format_html(
        '<svg class="icon{}" viewBox="0 0 24 24" aria-hidden="true"><path d="{}"/></svg>', turns, drawing.ICONS[name]
    )


@register.simple_tag
def brand_mark() -> SafeString:
    """The sign of the house: eight marks on a ring, one of them lit. Silent: the name stands beside it."""
    return _marks_only(8, css="marks brand-mark", radius=37, r=9.5)


@register.simple_tag
def ring_drawing(seats: int = 8, css: str = "marks-small") -> SafeString:
    """The same ring as a quiet picture, for empty places and the pages before sign-in."""
    return _marks_only(seats, css=f"marks {css}", radius=43, r=4.2)


def _marks_only(seats: int, *, css: str, radius: float, r: float) -> SafeString:
    dots = format_html_join(
        "",
        '<circle class="{}" cx="{}" cy="{}" r="{}"/>',
        (("y" if number == 0 else "m", x, y, r) for number, (x, y) in enumerate(drawing.on_ring(seats, radius=radius))),
    )
    return format_html(
        '<svg class="{}" viewBox="0 0 100 100" aria-hidden="true">'
        '<circle class="ring-line" cx="50" cy="50" r="{}"/>{}</svg>',
        css,
        radius,
        dots,
    )


@register.inclusion_tag("components/ring.html")
def ring(
    seats: Iterable[Any],
    *,
    label: str,
    middle: str | int = "",
    note: str = "",
    size: str = "medium",
    names: bool = False,
) -> dict[str, Any]:
    """A group as marks on a ring, the first seat at the top, then clockwise.

    Each seat has `state` (here, you, kept, speaking, attend, past, now or ahead) and may have `label` (read on
    hover), `short` (written outside the ring when `names` is on) and `code` (for scripts). `label` says the whole
    picture in words, because that is all a screen reader is given. `size` is small, medium or large.
    """
    return {
        "marks": drawing.seat_marks(seats, names=names),
        "radius": drawing.RADIUS,
        "names": names,
        "label": label,
        "middle": str(middle),
        "note": note,
        "size": size,
    }


@register.inclusion_tag("components/ring.html")
def weeks_ring(total: int, now: int, *, size: str = "small") -> dict[str, Any]:
    """The weeks of a programme: behind us, this one, still to come. It never says who was there or who was not."""
    seats = [{"state": "past" if week < now else "now" if week == now else "ahead"} for week in range(1, total + 1)]
    label = _("Week %(now)s of %(total)s") % {"now": now, "total": total}
    if now > total:
        label, now = _("All %(total)s weeks are behind us") % {"total": total}, total
    note = ngettext("of %(total)s week", "of %(total)s weeks", total) % {"total": total}
    return ring(seats, label=label, middle=now, note=note, size=size)


@register.inclusion_tag("components/ring_key.html")
def ring_key(**states: str) -> dict[str, Any]:
    """What the marks of a ring mean: `{% ring_key here="Here" kept="Seat kept" %}`."""
    return {"items": [{"state": state, "label": label} for state, label in states.items()]}


@register.inclusion_tag("components/breath.html")
def breath(word: str, *, live: bool = False) -> dict[str, Any]:
    """The shape to breathe with. Still until a script sets its phase; always still under reduced motion."""
    places = drawing.on_ring(8, radius=42)
    return {"marks": [{"x": x, "y": y} for x, y in places], "word": word, "live": live}


@register.inclusion_tag("components/notice.html")
def notice(text: str, kind: str = "calm", title: str = "", role: str = "") -> dict[str, Any]:
    """One calm box. kind: calm (good to know), attend (please look), saved (done and safe)."""
    sign = {"calm": "info", "attend": "lamp", "saved": "check"}[kind]
    return {"text": text, "kind": kind, "title": title, "sign": sign, "role": role}


@register.inclusion_tag("components/empty.html")
def empty(title: str, text: str, url: str = "", action: str = "") -> dict[str, Any]:
    """A place with nothing in it yet, said kindly, with the one next step if there is one."""
    return {"title": title, "text": text, "url": url, "action": action}


@register.inclusion_tag("components/reader.html")
def reader(who: str, *, id: str = "") -> dict[str, Any]:
    """The line beside every text box: who can read this, by the word for it below."""
    sentence, sign = {
        "me": (_("Only you can read this. Nobody is watching this page. If you need someone now:"), "lock"),
        "facilitators": (
            _("Your facilitators can read this. They may not see it today. If you need someone now:"),
            "person",
        ),
        "when-asked": (
            _("Only you can read this, and those who help you once you ask for a person. If you need someone now:"),
            "lock",
        ),
        "its-author": (_("Whoever proposed it can read this. If you need someone now:"), "person"),
        "until-shared": (
            _("Only you can read this, until you say who else may. If you need someone now:"),
            "lock",
        ),
        "group-unnamed": (_("Your group can read this, without your name. If you need someone now:"), "people"),
        "group-named": (_("Your group can read this, with your name. If you need someone now:"), "people"),
        "mixed": (
            _("Your facilitators read this among the words of others, without your name. If you need someone now:"),
            "people",
        ),
        "handed-on": (
            _("What is for you only you can read. The rest your facilitators read first. If you need someone now:"),
            "lock",
        ),
        "whole-group": (_("Everybody in this group can read this. If you need someone now:"), "people"),
        "screeners": (_("Those who talk with people here can read this. If you need someone now:"), "people"),
        "everybody": (_("Everybody who opens that page can read this. If you need someone now:"), "people"),
        "whoever-signs": (_("Everybody who is asked for their yes can read this. If you need someone now:"), "people"),
        "its-reader": (_("Whoever it is for can read this. If you need someone now:"), "person"),
    }[who]
    return {"sentence": sentence, "sign": sign, "id": id}


@register.inclusion_tag("components/scale.html")
def scale(
    name: str,
    ask: str,
    *,
    low: str,
    high: str,
    lowest: int = 0,
    highest: int = 10,
    value: int | str | None = None,
    error: str = "",
    required: bool = False,
    blank: str = "",
    left_blank: bool = False,
    sizes: bool = False,
    language: str = "",
) -> dict[str, Any]:
    """A question answered with a whole number, as big marks to tap. No dragging; nothing is chosen beforehand.

    blank: words for one more choice, to leave it out on purpose. sizes: a small and a large dot at the ends.
    language: the one that the words are in, where it may not be the page's.
    """
    chosen = int(value) if value is not None and str(value).isdecimal() else None
    return {
        "name": name,
        "ask": ask,
        "language": language,
        "low": low,
        "high": high,
        "numbers": list(range(lowest, highest + 1)),
        "highest": highest,
        "value": chosen,
        "error": error,
        "required": required,
        "blank": blank,
        "left_blank": left_blank,
        "dots": (LEAST, MOST) if sizes else (),
    }


@register.inclusion_tag("components/likert.html")
def likert(
    name: str,
    ask: str,
    options: Iterable[tuple[Any, str]],
    *,
    value: Any = None,
    error: str = "",
    required: bool = False,
    blank: str = "",
    left_blank: bool = False,
    sizes: bool = False,
    language: str = "",
) -> dict[str, Any]:
    """A question answered with one of a few words, one under the other. options: (value, words).

    blank: words for one more choice, to leave it out on purpose. sizes: a dot beside each, the larger the more.
    language: the one that the words are in, where it may not be the page's.
    """
    options = list(options)
    steps = sorted({option for option, _label in options if isinstance(option, int)})
    grows = (MOST - LEAST) / max(len(steps) - 1, 1)
    return {
        "name": name,
        "ask": ask,
        "language": language,
        "options": [
            {
                "value": option,
                "label": label,
                "checked": value is not None and str(option) == str(value),
                "dot": round(LEAST + steps.index(option) * grows, 1) if sizes and option in steps else None,
            }
            for option, label in options
        ],
        "error": error,
        "required": required,
        "blank": blank,
        "left_blank": left_blank,
    }


KINDS = {
    "checkbox": "tick",
    "radioselect": "choices",
    "checkboxselectmultiple": "choices",
}


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, *, readers: str = "", kind: str = "", low: str = "", high: str = "") -> dict[str, Any]:
    """One field of a Django form in our pattern: label, help, what is still needed, the box itself.

    `readers` writes the line that says who can read it; kind="scale" lays radio buttons out as marks.
    """
    return {
        "field": bound,
        "kind": kind or KINDS.get(bound.widget_type, ""),
        "readers": readers,
        "low": low,
        "high": high,
    }


@register.inclusion_tag("components/form_errors.html")
def form_errors(form: Any) -> dict[str, Any]:
    """What is still needed, said once at the top of the form, with a link to each place."""
    return {"form": form}


@register.simple_tag
def qr_drawing(text: str) -> SafeString:
    """Only the square for the camera."""
    return drawing.qr(text)


@register.inclusion_tag("components/qr.html")
def join_card(link: str, *, code: str, address: str) -> dict[str, Any]:
    """The way into a meeting: a square for the camera, a short code for everybody else."""
    return {"drawing": drawing.qr(link), "link": link, "code": code, "address": address}


@register.inclusion_tag("components/person_lines.html")
def person_lines(
    lines: Iterable[Mapping[str, Any]],
    *,
    lowest: float,
    highest: float,
    before_label: str,
    after_label: str,
    label: str,
    caption: str = "",
) -> dict[str, Any]:
    """Each person's own line from before to after. lines: {label, before, after, change: better | worse | same}.

    Change is also told by the shape of the line, never by colour alone. Put the table with the same numbers beside it.
    """
    return drawing.person_lines(lines, lowest=lowest, highest=highest) | {
        "before_label": before_label,
        "after_label": after_label,
        "label": label,
        "caption": caption,
    }


@register.inclusion_tag("components/interval_plot.html")
def interval_plot(
    rows: Iterable[Mapping[str, Any]],
    *,
    lowest: float,
    highest: float,
    label: str,
    step: float = 0.5,
    caption: str = "",
) -> dict[str, Any]:
    """Estimates with their intervals. rows: {label, estimate, low, high}, or {label, instead} when nothing is shown."""
    return drawing.interval_plot(rows, lowest=lowest, highest=highest, step=step) | {"label": label, "caption": caption}


@register.inclusion_tag("components/funnel_plot.html")
def funnel_plot(
    points: Sequence[tuple[str, float, float]], *, mean: float, label: str, caption: str = ""
) -> dict[str, Any]:
    """Each group by its estimate and standard error. Put the table with the same numbers beside it."""
    return drawing_funnel.funnel_plot(points, mean=mean) | {"label": label, "caption": caption}


@register.inclusion_tag("components/own_line.html")
def own_line(picture: Mapping[str, Any], *, label: str, caption: str = "") -> dict[str, Any]:
    """One person's own values over time, from `drawing.own_line`. Gaps stay gaps, and no colour says good or bad.

    `label` says the whole picture in words. Put the table with the same numbers beside it.
    """
    return {"label": label, "caption": caption, **picture}
