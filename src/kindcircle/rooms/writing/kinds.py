"""The kinds of journal entry. What each asks comes from its practice; lines without any guide have none."""

from dataclasses import dataclass

from kindcircle.spec.practices import Practice, newest_practice

TEXT = "text"
TOMORROW = "tomorrow"
DRAWING, DRAWING_WORDS = "drawing", "drawing_words"
KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of entry. `keeps` names the box whose lines become one's own phrases, to be met again."""

    id: str
    practice_id: str = ""
    also: tuple[str, ...] = ()
    keeps: str = ""

    @property
    def practice(self) -> Practice | None:
        """The practice it follows, in its newest words."""
        return newest_practice(self.practice_id) if self.practice_id else None

    @property
    def draft(self) -> str:
        """The kind under which its draft is kept. A day's lines have the name they always had."""
        return "journal" if self.id == "day" else f"journal-{self.id}"

    @property
    def boxes(self) -> tuple[str, ...]:
        """Every box its page can have, with the sheet to draw on and what is on it."""
        asked = tuple(prompt.id for prompt in self.practice.prompts) if self.practice else (TEXT,)
        return (*asked, *self.also, DRAWING, DRAWING_WORDS)


DAY = Kind("day", "p09-three-line-day", also=(TOMORROW,))
KINDS = (
    DAY,
    Kind("free"),
    Kind("friend", "p08-friend-and-self"),
    Kind("critic", "p10-changing-the-critics-tune"),
    Kind("want", "p11-what-do-i-really-want"),
    Kind("words", "p13-finding-my-words", keeps=KEEP),
    Kind("story", "p40-whose-story-is-it"),
)
BY_ID = {kind.id: kind for kind in KINDS}
BY_DRAFT = {kind.draft: kind for kind in KINDS}
BY_PRACTICE = {kind.practice_id: kind for kind in KINDS if kind.practice_id}
