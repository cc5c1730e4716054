"""PICTURES OF NUMBERS, pure: one look for all of them, each with its text alternative and its table.

A picture is a `Figure`: SVG, title, description, and the same numbers as a table, which stands beside it wherever it is
shown. Colour never says anything alone: what differs also differs in shape or line. Numbers come from
`kindcircle.stats`; nothing is computed here. Matplotlib is loaded when the first picture is drawn.
"""

from kindcircle.figures.curve import curve
from kindcircle.figures.funnel import FEWEST_STUDIES, funnel
from kindcircle.figures.look import Figure, on_paper
from kindcircle.figures.paths import Arrow, paths
from kindcircle.figures.people import Person, people
from kindcircle.figures.rows import MOST_ROWS, Row, intervals

__all__ = [
    "FEWEST_STUDIES",
    "MOST_ROWS",
    "Arrow",
    "Figure",
    "Person",
    "Row",
    "curve",
    "funnel",
    "intervals",
    "on_paper",
    "paths",
    "people",
]
