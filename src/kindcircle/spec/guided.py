"""A written practice as a page to fill in: what to think of first, then box by box, then the way out of it."""

from dataclasses import dataclass

from kindcircle.spec.practices import USUAL, Length, Needs, Practice, Prompt


@dataclass(frozen=True, slots=True)
class Part:
    """One box: what is said before it, what is asked, and what is said to it while somebody writes."""

    lead: tuple[str, ...]
    prompt: Prompt
    says: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Guide:
    """One way through a written practice, in its own order. Each box comes once, where it is first asked."""

    seconds: int
    parts: tuple[Part, ...]
    closing: tuple[str, ...]

    @property
    def boxes(self) -> tuple[str, ...]:
        """The names of its boxes."""
        return tuple(part.prompt.id for part in self.parts)


def guide_of(practice: Practice, length: Length, needs: Needs = USUAL) -> Guide:
    """This practice in this length, to be written at one's own pace, in the ways that somebody asked for."""
    prompts = {prompt.id: prompt for prompt in practice.prompts}
    leads: dict[str, tuple[str, ...]] = {}
    says: dict[str, list[str]] = {}
    waiting: list[str] = []
    for step in length.steps:
        if step.prompt is None:
            waiting.append(needs.words(step))
            continue
        if step.prompt not in says:
            leads[step.prompt], waiting = tuple(waiting), []
        says.setdefault(step.prompt, []).append(needs.words(step))
    parts = tuple(Part(leads[name], prompts[name], tuple(said)) for name, said in says.items())
    return Guide(length.seconds, parts, tuple(waiting))
