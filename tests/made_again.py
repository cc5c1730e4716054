"""People and a group as they were made before, put into an empty database again: making them takes most of a test.

Rows that some function made are kept, as this process remembers them, and written again with the same codes and keys,
moved to the hour that the next test asks for. Only inside a test's own transaction, and only where nobody is there yet:
whatever stays, and every second world, is made from nothing.
"""

import pickle
from collections.abc import Callable, Iterable, Iterator
from dataclasses import is_dataclass
from datetime import date, datetime, timedelta
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.apps import apps
from django.db import connection
from django.db.models import Model

from kindcircle.base.lib import clock
from kindcircle.base.people.models import Organisation, User
from kindcircle.base.vault import keys
from kindcircle.base.vault.models import DataKey

P = ParamSpec("P")
T = TypeVar("T")


def made_again(make: Callable[P, T]) -> Callable[P, T]:
    """For a function whose rows depend on nothing but what it is given, and on the hour `at`."""
    known: dict[tuple[Any, ...], tuple[datetime, bytes]] = {}

    @wraps(make)
    def again(*rest: P.args, **asked: P.kwargs) -> T:
        if not connection.in_atomic_block or any(model.objects.exists() for model in (User, Organisation, DataKey)):
            return make(*rest, **asked)
        wanted: dict[str, Any] = dict(asked)
        at = wanted.pop("at", None) or clock.now()
        first_at = wanted.pop("first_at", None)
        key = (rest, first_at and first_at - at, *sorted(wanted.items()))
        if key not in known:
            asked["at"] = at
            with connection.execute_wrapper(writes := _Writes()):
                made = make(*rest, **asked)
            known[key] = at, pickle.dumps((made, writes.rows()))
            keys.forget_opened()  # the first world of a process is no other than those that follow
            return made
        keys.forget_opened()  # another test may have turned some of these
        then, kept = known[key]
        made, rows = pickle.loads(kept)  # our own, from this very process
        for one in _reached([made, rows], set()):
            _move(one, at - then, at.date() - then.date())
        for each in rows:
            type(each[0]).objects.bulk_create(each)
        return made  # type: ignore[no-any-return]

    return again


class _Writes:
    """Into which tables something was written, the last one last: some rows may stand only where others do."""

    def __init__(self) -> None:
        self._tables: dict[str, None] = {}

    def __call__(self, execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.startswith("INSERT "):
            table = sql.split('"')[1]
            self._tables.pop(table, None)
            self._tables[table] = None
        return execute(sql, *rest)

    def rows(self) -> list[list[Model]]:
        """All that is in them now, table by table."""
        models = {model._meta.db_table: model for model in apps.get_models()}
        return [list(models[table]._default_manager.order_by("pk")) for table in self._tables]


def _reached(thing: object, seen: set[int]) -> Iterator[object]:
    """Every row in here, every row that one of them remembers as related, and what holds them; each once."""
    if id(thing) in seen:
        return
    seen.add(id(thing))
    inside: Iterable[object] = ()
    if isinstance(thing, list):
        inside = thing
    elif isinstance(thing, Model):
        yield thing
        inside = thing._state.fields_cache.values()
    elif is_dataclass(thing):
        yield thing
        inside = vars(thing).values()
    for one in inside:
        yield from _reached(one, seen)


def _move(one: object, by: timedelta, days: timedelta) -> None:
    for name, value in list(vars(one).items()):
        if isinstance(value, datetime):
            setattr(one, name, value + by)
        elif isinstance(value, date):
            setattr(one, name, value + days)
    if isinstance(one, DataKey):
        one.made_at = clock.now()  # as they are always made
