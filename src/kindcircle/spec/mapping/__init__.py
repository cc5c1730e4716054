"""Proposing how a file's fields become a questionnaire's words. Never a silent guess.

A file says what its fields are called, not which question of the scale they are. So a proposal pairs
fields and answers with ours, says why for each pair, and names everything a person has to look at.
"""

from kindcircle.spec.mapping.parts import AnswerPair, ItemPair, Mapping, Remark, Weight, WordingError
from kindcircle.spec.mapping.proposing import fitting_forms, propose_mapping

__all__ = [
    "AnswerPair",
    "ItemPair",
    "Mapping",
    "Remark",
    "Weight",
    "WordingError",
    "fitting_forms",
    "propose_mapping",
]
