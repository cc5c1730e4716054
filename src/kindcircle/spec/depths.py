"""How deep a question goes, from 0 to 5, in words that everybody can weigh before they speak."""

from gettext import gettext as _

DEPTHS = (
    _("Just being here"),
    _("Here and now"),
    _("What the practice showed you"),
    _("A hard moment of every day"),
    _("The harsh voice inside"),
    _("Something heavy: the headline, not the story"),
)
"""On screens and on paper alike."""
