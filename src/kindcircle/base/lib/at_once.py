"""Several yes-or-no questions, put to the database in one go."""

from typing import Any

from django.db.models import Exists, QuerySet


def which_are_there(one_row: QuerySet[Any], **asked: QuerySet[Any]) -> dict[str, bool]:
    """Of each of these, by name, whether there is any at all. One question, however many are asked.

    one_row  where they are asked from: exactly one row, such as somebody's account. Without it every answer is no.
    """
    said = one_row.values(**{name: Exists(rows) for name, rows in asked.items()}).first()
    return {name: bool(said and said[name]) for name in asked}
