"""How to begin to talk about what people told: the words, one row for each rule in `spec.feedback`. To be read whole.

What is said in the group never shows that one person stands out, and repeats nobody's words. What is said to one person
asks, and names no number.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kindcircle.spec.feedback import Opening, Reason


@dataclass(frozen=True, slots=True)
class Words:
    """What to say, and for those who lead why just this."""

    say: str | Promise
    because: str | Promise


IN_THE_GROUP: dict[Opening, Words] = {
    Opening.NOBODY: Words(
        _("Last time nobody filled in the last page, and that is fine. What would make it easy to tell us?"),
        _("No answers came in. How the page is handed out may be all there is to it."),
    ),
    Opening.FEW: Words(
        _("Some of you told us how last time was. Thank you. What should we know before we begin today?"),
        _("Fewer than five answered both questions, so nothing is said about the group."),
    ),
    Opening.EASE_LOW: Words(
        _("Being yourself here was not easy last time. That is good to know. What would help a little today?"),
        _("As a group, people could be less themselves than in the middle of the line."),
    ),
    Opening.FIT_LOW: Words(
        _("Last time did not quite meet what you need. We want to change that. What should have more room today?"),
        _("As a group, the meeting fitted less well than the middle of the line."),
    ),
    Opening.APART: Words(
        _("Last time was quite different for different people. Both are welcome. What would make room for that today?"),
        _("The answers lie far apart, also without the lowest and the highest."),
    ),
    Opening.BETWEEN: Words(
        _("You told us what last time was like. Some of it helped, and some could fit better. What comes to mind?"),
        _("As a group, the answers lie between the middle and the upper end."),
    ),
    Opening.WELL: Words(
        _("Thank you for telling us how it was. Much of it seems to help. What should we keep, and what is missing?"),
        _("As a group, the answers lie near the upper end. Asking what is missing keeps the door open."),
    ),
}

TO_ONE_PERSON: dict[Reason, Words] = {
    Reason.EASE_LOW: Words(
        _("Thank you for being so open with us. What would make it a little easier to be yourself with us?"),
        _("could hardly be themselves"),
    ),
    Reason.FIT_LOW: Words(
        _("Thank you for telling us how it was. What did you miss, and what would you like more of?"),
        _("it did not meet what they need"),
    ),
    Reason.EASE_DROPPED: Words(
        _("Last time seemed harder than usual for you. I may be wrong. How was it, seen from where you sit?"),
        _("could be less themselves than usual"),
    ),
    Reason.FIT_DROPPED: Words(
        _("Last time seemed to give you less than usual. I may be wrong. What was missing for you?"),
        _("it fitted less well than usual"),
    ),
}
