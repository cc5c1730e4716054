"""How long something takes, in words."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def length_in_words(seconds: int) -> str:
    """Such as "20 seconds", "1 minute", "2½ minutes"; below a minute to the second, above to the half minute."""
    if seconds < 60:
        return ngettext("%(n)s second", "%(n)s seconds", seconds) % {"n": seconds}
    whole, half = divmod(round(seconds / 30), 2)
    if half:
        return _("%(n)s½ minutes") % {"n": whole}
    return ngettext("%(n)s minute", "%(n)s minutes", whole) % {"n": whole}
