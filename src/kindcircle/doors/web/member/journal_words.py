"""The kinds of entry in words, and what lies in one, as its page shows it."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kindcircle.rooms.writing.bodies import boxes_of, drawing_of
from kindcircle.rooms.writing.kinds import BY_ID, DRAWING, DRAWING_WORDS, TEXT, TOMORROW, Kind
from kindcircle.spec import strokes
from kindcircle.spec.practices import Practice
from kindcircle.spec.resting import After, Before, Felt

FREE_MINUTES = (5, 10, 15)
"""How long free writing may take, to choose from."""

BEFORE: dict[Before, object] = {
    "steady": gettext_lazy("Steady enough"),
    "wobbly": gettext_lazy("A bit wobbly"),
    "heavy": gettext_lazy("Heavy"),
}
AFTER: dict[After, object] = {
    "easier": gettext_lazy("A bit easier"),
    "same": gettext_lazy("About the same"),
    "harder": gettext_lazy("Harder"),
}


@dataclass(frozen=True, slots=True)
class InWords:
    """One kind as people read it: its name, what it is for, how long it takes, and the way to something easier."""

    id: str
    title: str
    purpose: str
    minutes: tuple[int, ...]
    before: str
    exits: tuple[str, ...] = ()
    easier: str = ""
    easier_practice: str = ""

    @property
    def english(self) -> bool:
        """Whether these are the words of a practice, which speaks English; ours are in the language of the page."""
        return bool(BY_ID[self.id].practice_id)


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry opened: each box with what it asked, whether that is English, and the drawing."""

    lines: list[tuple[str, str, bool]]
    paths: list[strokes.Path] = field(default_factory=list)
    drawing_words: str = ""


def in_words(kind: Kind) -> InWords:
    """This kind, in the words of its practice; lines without a guide have words of ours."""
    practice = kind.practice
    if practice is not None:
        minutes = tuple(round(length.seconds / 60) for length in practice.durations)
        easier = practice.easier
        return InWords(
            kind.id,
            practice.title,
            practice.purpose,
            minutes,
            practice.before,
            practice.exits,
            easier.words,
            easier.practice or "",
        )
    return InWords(
        kind.id,
        _("Free writing"),
        _("Put down whatever is there, in any order."),
        FREE_MINUTES,
        _("There is no question here. Write what comes, as it comes. Nobody looks at the spelling."),
        (
            _("One word is enough. So is an empty page."),
            _("You can close the page. What you wrote is kept as a draft."),
            _("You can open Help now, on any page, and see whom you can call."),
        ),
        _("Write down three things you can see from where you sit. Or rest."),
    )


def title_of(kind_id: str) -> str:
    """The name of an entry's kind; an entry of a kind that is no longer offered is plain lines."""
    kind = BY_ID.get(kind_id)
    return in_words(kind).title if kind else _("Some lines")


def asked(kind: Kind | None, practice: Practice | None) -> dict[str, tuple[str, str]]:
    """What each box asks and the help beside it, by its name."""
    prompts = {one.id: (one.prompt, one.help) for one in practice.prompts} if practice else {}
    if kind is not None and not kind.practice_id:
        prompts[TEXT] = (_("What is there?"), "")
    return prompts | {
        TOMORROW: (_("One small kind thing for tomorrow"), ""),
        DRAWING_WORDS: (_("What is on the sheet, in a few words?"), ""),
    }


def shown(body: str, *, kind: Kind | None, practice: Practice | None) -> Shown:
    """An entry as its writer reads it again."""
    ask = asked(kind, practice)
    boxes = boxes_of(body)
    lines = [
        (ask.get(name, ("", ""))[0], words, practice is not None and name in {one.id for one in practice.prompts})
        for name, words in boxes.items()
        if name not in (DRAWING, DRAWING_WORDS)
    ]
    paths = strokes.paths(drawing_of(body))
    about = boxes.get(DRAWING_WORDS, "")
    if about and not paths:
        lines.append((ask[DRAWING_WORDS][0], about, False))
    return Shown(lines, paths, about)


def felt_in_words(felt: Felt | None) -> list[tuple[str, object]]:
    """What somebody tapped before and after, each with what it answered."""
    if felt is None:
        return []
    found: list[tuple[str, object]] = []
    if felt.before:
        found.append((_("As you began"), BEFORE[felt.before]))
    if felt.after:
        found.append((_("After writing"), AFTER[felt.after]))
    return found
