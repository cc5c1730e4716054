"""Several yes-or-no questions, put to the database in one go."""

from typing import Any

from django.db.models import QuerySet, Value


def which_are_there(**asked: QuerySet[Any]) -> dict[str, bool]:
    """Of each of these, by name, whether there is any at all. One question, however many are asked.

    The answers are the names of those that have rows, so each should have few.
    """
    first, *others = [rows.order_by().values_list(Value(name)) for name, rows in asked.items()]
    there = {name for (name,) in first.union(*others)}
    return {name: name in there for name in asked}
