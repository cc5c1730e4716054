"""Parts of a report on paper: a table of figures with what belongs to each, and a picture."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from kindcircle.doors.web.shared.figure_words import Figure
from kindcircle.figures import on_paper
from kindcircle.figures.look import Figure as Drawn
from kindcircle.paper.blocks import Block
from kindcircle.paper.cohort import drawing, table, words
from kindcircle.paper.setting import LETTERS


def figures(rows: Sequence[Figure]) -> list[Block]:
    """A table of figures, and below it what has to be said of single ones."""
    if not rows:
        return []
    shape = table(
        (_("What"), _("Figure"), _("How sure"), _("From")),
        [(row.label, row.value, row.interval, row.n) for row in rows],
    )
    return [shape, *(words(f"{row.label}: {row.note}") for row in rows if row.note)]


def drawn(picture: Drawn) -> Block:
    """A picture with everything in it in words."""
    return drawing(on_paper(picture, letters=LETTERS), f"{picture.title}. {picture.description}")
