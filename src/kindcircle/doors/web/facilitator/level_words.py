"""The five levels in words: what each is for, what it asks for, and by when. They name what to do, never a person."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Level:
    """One level. `do` is read in order."""

    number: int
    name: str | Promise
    when: str | Promise
    do: tuple[str | Promise, ...]
    by: str | Promise


LEVELS = (
    Level(
        0,
        _("As usual"),
        _("It was uncomfortable, as practice can be, and nothing more."),
        (
            _("Say that this is common and will pass."),
            _("Offer a choice: a gentler way, less of it, or a rest."),
        ),
        _("Now, by whoever is with them."),
    ),
    Level(
        1,
        _("A call soon"),
        _("The pace is too much, or their answers have become clearly harder than before."),
        (
            _("Call them. Ask how the days and nights are."),
            _("Make it lighter: only informal practice, smaller steps, a talk of their own."),
        ),
        _("Within two days, by somebody who leads the group. The time promised to them stays."),
    ),
    Level(
        2,
        _("A talk about safety today"),
        _("An answer about death or self-harm above zero, a wish not to wake up, an urge to hurt themselves."),
        (
            _("A clinician talks it through with them, question by question, today."),
            _("Make a safety plan together. It stays theirs."),
            _("The safety lead is told as you choose this level."),
        ),
        _("The same day."),
    ),
    Level(
        3,
        _("Nobody leaves them alone"),
        _(
            "They think of a way or a time, tried lately, are out of touch with what is real, "
            "could hurt somebody, a child is in danger, or home is not safe."
        ),
        (
            _("Stay with them, by phone if you are not there."),
            _("Bring in the person they named as safe, or the emergency service. Never someone who may be the danger."),
            _("They rest from the group until you have talked with whoever supervises you."),
            _("Write down what was done."),
        ),
        _("At once. The line about it within the hour."),
    ),
    Level(
        4,
        _("Call for help now"),
        _("It is happening, or they told you and nobody can reach them any more."),
        (
            _("Call the emergency number, and send help to the place they gave."),
            _("One of you stays on the line. The other stays with the group."),
            _("Write down what was done."),
        ),
        _("At once."),
    ),
)


def level(number: int | None) -> Level | None:
    """The level with this number; None while nobody has chosen."""
    return None if number is None else LEVELS[number]
