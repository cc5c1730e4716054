"""How many members say that something was talked about, in words that tell of nobody."""

from django.utils.translation import gettext as _

from kindcircle.stats.disclosure import Share, Suppressed


def share_words(share: Share | Suppressed) -> str:
    """The share as a word; empty where too few stand behind it."""
    if isinstance(share, Suppressed):
        return ""
    return {"some": _("some say yes"), "half": _("about half say yes"), "most": _("most say yes")}[share]
