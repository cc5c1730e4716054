"""What somebody is asked when they ask to come: few questions, each of them with a reason. The form comes later."""

from django.utils.translation import gettext_lazy as _

LONGEST = 2000

WAYS = [
    ("mail", _("By e-mail")),
    ("phone", _("By phone")),
    ("text", _("By text message")),
    ("by-hand", _("I come by, or you hand me a link")),
]
"""How somebody may be reached safely."""

ASKED = {
    "hopes": _("What they hope for"),
    "access": _("What makes it easier for them to take part"),
    "phone": _("Phone"),
    "ways": _("Safe ways to reach them"),
    "safe": _("When and how it is safe, and what not to do"),
}
"""Each answer by its id, in the words in which those who talk with people read it."""


def told(answers: dict[str, object]) -> list[tuple[str, str]]:
    """What somebody answered, in words and in order; what they left out is not there."""
    ways = dict(WAYS)
    lines = []
    for name, words in ASKED.items():
        given = answers.get(name)
        text = (
            ", ".join(str(ways[one]) for one in given if one in ways) if isinstance(given, list) else str(given or "")
        )
        if text:
            lines.append((str(words), text))
    return lines
