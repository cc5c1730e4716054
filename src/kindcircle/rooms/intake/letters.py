"""The answer in writing, as we would begin it. Whoever decides makes it their own before they sign."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from kindcircle.rooms.intake.models import Decision

Outcome = Decision.Outcome
GAP = "..."
"""Where only the person who decides can say why. No letter goes out with it."""


def draft(outcome: str, *, name: str, places: Sequence[str] = ()) -> str:
    """Warm words for this answer. `places`: where else there is help, each by name, such as “Samaritans: 116 123”."""
    parts = {
        Outcome.JOIN: _join,
        Outcome.JOIN_WITH_PLAN: _with_plan,
        Outcome.LATER: _later,
        Outcome.OTHER_HELP: _other_help,
    }[Outcome(outcome)]()
    if outcome in (Outcome.LATER, Outcome.OTHER_HELP) and places:
        listed = "\n".join(f"- {place}" for place in places)
        parts.insert(-1, _("People who are there for you in the meantime:\n%(places)s") % {"places": listed})
    return "\n\n".join([_("Dear %(name)s,") % {"name": name}, *parts])


def _join() -> list[str]:
    return [
        _("Thank you for the talk, and for your trust. We would be glad to have you in the group."),
        _("On your page you find what comes next: a text to read in peace, and the place to say yes. Nothing hurries."),
        _("If anything changes before we start, please tell us. That changes nothing about our welcome."),
    ]


def _with_plan() -> list[str]:
    return [
        _("Thank you for the talk, and for being so open. We would be glad to have you in the group."),
        _("We agreed on a few things that will help you to feel safe there. They stand below, so that we both know."),
        _("On your page you find what comes next. If the plan stops fitting you, tell us, and we look at it together."),
    ]


def _later() -> list[str]:
    return [
        _("Thank you for the talk. It took courage to say what you said."),
        _(
            "We think that this is not the right moment for a group, because ... "
            "It has nothing to do with being worth it. Something else comes first, and the group can wait for you."
        ),
        _("When things are calmer, we would like to talk again. You can also ask us at any time."),
    ]


def _other_help() -> list[str]:
    return [
        _("Thank you for the talk. We have thought about it with care."),
        _(
            "We believe that something else would help you more than this group, because ... "
            "You have done nothing wrong, and you are not too much."
        ),
        _("If you like, we help you with the first step there. Just write to us."),
    ]
