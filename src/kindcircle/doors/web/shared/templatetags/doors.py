"""Tags for the doors of the house."""

import segno
from django import template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.simple_tag
def qr_drawing(text: str) -> SafeString:
    """A QR code as a drawing inside the page: no image to fetch, no inline style."""
    code = segno.make(text, micro=False)
    # segno writes only path data and numbers; the text itself does not appear in the markup.
    return mark_safe(code.svg_inline(scale=4, border=2, svgclass="qr-code", lineclass=None, omitsize=True))  # noqa: S308
