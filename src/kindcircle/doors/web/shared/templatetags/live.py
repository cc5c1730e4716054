"""A tag for the pages of a meeting: parts that show only at their time."""

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from kindcircle.doors.web.shared.live_round import depths

register = template.Library()
register.simple_tag(depths)


@register.simple_tag(takes_context=True)
def when(context: Context, names: str) -> SafeString:
    """`data-when="a b"`, and `hidden` unless the page's `states` hold one of them at this moment.

    So the page is right without script, and the script (static/live/dom.js) keeps it right.
    """
    showing = not context["states"].isdisjoint(names.split())
    return format_html(' data-when="{}"{}', names, "" if showing else SafeString(" hidden"))
