"""What we ask before the talk, in our own words. Each question may stay empty or wait for the talk itself.

An answer is kept by the question's id as {"choice": "yes" | "no" | "talk", "words": "..."}, without what is empty.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

YES, NO, TALK = "yes", "no", "talk"
LONGEST = 4000
"""Letters in one box; more than anybody reads before a talk."""


@dataclass(frozen=True, slots=True)
class Question:
    """One thing we ask.

    choice   asked with yes and no first; otherwise only with a box
    short    one line is enough
    rule     a yes asks for a person at once, under this name
    """

    id: str
    ask: str | Promise
    hint: str | Promise = ""
    choice: bool = False
    short: bool = False
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A few questions that stand on one page."""

    id: str
    title: str | Promise
    intro: str | Promise
    questions: tuple[Question, ...]

    @property
    def asks_about_safety(self) -> bool:
        return any(question.rule for question in self.questions)


HARM, DANGER = "screening-harm", "screening-danger"
_harm = Question(
    "harm",
    _("In the last weeks, have you thought of ending your life, or of hurting yourself?"),
    _("Many people have such thoughts at times. Saying so shuts no door here. It brings you a person."),
    choice=True,
    rule=HARM,
)
_danger = Question(
    "danger",
    _("Is there anyone, at home or close to you, who hurts you or whom you are afraid of?"),
    _("We tell nobody outside. We ask you first what is safe."),
    choice=True,
    rule=DANGER,
)

FIRST: tuple[Part, ...] = (
    Part(
        "hopes",
        _("What you hope for"),
        _("Write as much or as little as you like. Nothing here is a test."),
        (
            Question("hopes", _("What would you like to be a little different after the group?")),
            Question(
                "access",
                _("What do you need, so that you can take part with ease?"),
                _("Such as large print, breaks, a chair with arms, no stairs, words in writing, help with sound."),
            ),
            Question(
                "trouble",
                _("Has meditation, or sitting still with your eyes closed, ever gone badly for you?"),
                _("Then we can plan another way from the start."),
                choice=True,
            ),
        ),
    ),
    Part(
        "reach",
        _("How we may reach you"),
        _("We only use this to talk with you about the group, or when we are worried about you."),
        (
            Question("called", _("By what name may we ask for you?"), short=True),
            Question("phone", _("A number that reaches you"), short=True),
            Question(
                "safe",
                _("When and how is it safe to ring or write to you?"),
                _("Such as: only in the morning, text first, leave no message."),
            ),
            Question(
                "never",
                _("Is there anybody whom we must never ring, and who must not hear of this?"),
                _("We hold to it, whatever happens."),
            ),
            Question(
                "contact",
                _("Who could we ring if we were very worried about you?"),
                _("A name, a number, and what this person knows. Only somebody who is safe for you."),
            ),
            Question("doctor", _("Who is your doctor, or the place you would go to?")),
            Question(
                "room",
                _("Do you have a room where nobody hears you, and a phone or computer that works there?"),
                choice=True,
            ),
        ),
    ),
    Part(
        "health",
        _("How you are cared for"),
        _("This helps us to fit what we do to what you already have."),
        (
            Question("care", _("Who looks after your health or your mind at the moment?")),
            Question(
                "medicine", _("Has any of your medicine been new or changed in the last three months?"), choice=True
            ),
            Question("sleep", _("How do you sleep these days?")),
            Question(
                "substances",
                _("In a usual week, how much do you drink, and is there anything else you take?"),
                _("Nobody is told off here. It matters for how you feel in the practices."),
            ),
        ),
    ),
    Part(
        "harder",
        _("Harder things"),
        _("You can leave all of these for the talk. A few words are enough; nobody needs the whole story."),
        (
            Question(
                "loss", _("In the last six months, did somebody die, or did something terrible happen?"), choice=True
            ),
            Question(
                "mind",
                _(
                    "Was there ever a time when you heard or saw what others did not, or hardly slept for days and "
                    "felt that nothing could stop you?"
                ),
                choice=True,
            ),
            Question("eating", _("Does eating, or not eating, take up much of your days?"), choice=True),
            Question(
                "away",
                _("Do you at times go far away inside, lose hours, or feel that you or the world are not real?"),
                choice=True,
            ),
        ),
    ),
    Part(
        "safety",
        _("Being safe"),
        _("Two last questions. We ask everybody."),
        (_harm, _danger),
    ),
)
AGAIN: tuple[Part, ...] = (
    Part(
        "since",
        _("Has anything changed?"),
        _("Some weeks have passed since we talked. A few lines are enough."),
        (
            Question("changed", _("Is anything new in your life or your health since then?"), choice=True),
            Question("medicine", _("Has any of your medicine been new or changed since then?"), choice=True),
            Question("room", _("Do you still have a quiet room, and a number that is safe to ring?"), choice=True),
            _harm,
            _danger,
        ),
    ),
)
REACH = ("called", "phone", "safe", "never", "contact", "doctor")
"""What somebody needs to know who has to get in touch."""

PARTS = {"first": FIRST, "again": AGAIN}


def parts_of(kind: str) -> tuple[Part, ...]:
    """The pages of the first form, or of the short one some weeks later."""
    return PARTS[kind]


def questions_of(kind: str) -> tuple[Question, ...]:
    """Every question of a form, in order."""
    return tuple(question for part in PARTS[kind] for question in part.questions)


def yes_to(kind: str, answers: Mapping[str, Any]) -> list[str]:
    """The rules that these answers meet: a yes that asks for a person. The most pressing comes first."""
    said = [one for one in questions_of(kind) if one.rule and answers.get(one.id, {}).get("choice") == YES]
    return [question.rule for question in said]


def said_yes_to(rule: str) -> str:
    """What such a yes rests on, in neutral words."""
    words = {
        HARM: _("On the form before the talk: yes to thoughts of ending their life, or of hurting themselves."),
        DANGER: _("On the form before the talk: yes to being hurt by, or afraid of, somebody close to them."),
    }
    return str(words[rule])


# What a house goes through in the talk until it has a list of its own.
CHECKLIST: tuple[tuple[str, str | Promise], ...] = (
    ("crisis", _("Safe for now: no plan to end their life, and no attempt in the last three months")),
    (
        "mind",
        _("No voices, visions or racing high at the moment; if there were once, steady since, and somebody knows"),
    ),
    ("loss", _("A death or a bad event in the last half year: enough support, and the right time?")),
    ("home", _("Safe at home; where not, there is a plan, and we know what must not happen")),
    ("substances", _("Comes sober; no withdrawal, and no time of hard drinking or using right now")),
    ("room", _("A private room, and a device that works, if any of it is online")),
    ("call", _("Whom we may call, when it is safe, and who must never hear of it")),
    ("agreement", _("Can listen to others, keep what they say, and stay with what the group agrees")),
    ("access", _("Language, hearing, sight, pain, moving about, money: what would stand in the way")),
    ("expects", _("Knows that it is a course and not therapy, that it can stir things up, and how to leave")),
)


def line_id(words: str, taken: set[str]) -> str:
    """A name for a line that a house wrote, different from all that are taken."""
    stem = slugify(words)[:24].strip("-") or "line"
    found, number = stem, 2
    while found in taken:
        found, number = f"{stem}-{number}", number + 1
    return found
