"""The tests of the safety path as a jury: asked about one change after the other, until one of them objects.

Starting pytest anew for every change would take hours. Here the test functions are called as pytest would call them,
with the fixtures of their own files, each inside a savepoint that is rolled back.
"""

import copy
import inspect
import itertools
import signal
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import transaction
from django.test import override_settings

from tests import world as worlds
from tests.rooms.safety.mutants import watched
from tests.world import World

LONGEST = 60.0
"""Seconds for the first hearing. Afterwards a test that takes twenty times as long as then never ends: it objects."""


class Undo(Exception):
    """Everything that a test wrote goes."""


class Hung(BaseException):
    """A change that makes something go on for ever."""


@dataclass
class Juror:
    """One test with one set of its parameters."""

    name: str
    test: Callable[..., object]
    parameters: dict[str, Any]
    fixtures: Mapping[str, Any]
    """What its file and its class make."""
    took: float = LONGEST / 20


def jurors(modules: Sequence[ModuleType], without: Sequence[str] = ()) -> list[Juror]:
    """Every test of these files, but those that make up their own cases or want more than a database."""
    found = []
    for module in modules:
        makes = vars(module)
        tests = [(name, one, makes) for name, one in makes.items() if name.startswith("test_")]
        for name, one in makes.items():
            if name.startswith("Test") and inspect.isclass(one):
                home = one()
                own = {
                    n: partial(inspect.unwrap(raw), home) if hasattr(raw, "__wrapped__") else getattr(home, n)
                    for n, raw in vars(one).items()
                }
                tests += [(f"{name}.{n}", test, makes | own) for n, test in own.items() if n.startswith("test_")]
        for name, test, fixtures in tests:
            for number, parameters in enumerate(_parameters(test)):
                juror = Juror(f"{module.__name__.rpartition('.')[2]}.{name}[{number}]", test, parameters, fixtures)
                own_cases = getattr(test, "is_hypothesis_test", False)
                if not name.startswith(tuple(without)) and not own_cases and _can_sit(juror):
                    found.append(juror)
    return found


def _parameters(test: Callable[..., object]) -> Iterator[dict[str, Any]]:
    sets = []
    for mark in getattr(test, "pytestmark", ()):
        if mark.name == "parametrize":
            names, values = mark.args[0], mark.args[1]
            names = [one.strip() for one in names.split(",")] if isinstance(names, str) else list(names)
            values = [
                getattr(one, "values", one) if len(names) > 1 or hasattr(one, "marks") else (one,) for one in values
            ]
            sets.append([dict(zip(names, one, strict=True)) for one in values])
    for some in itertools.product(*sets):
        yield {name: value for one in some for name, value in one.items()}


def _can_sit(juror: Juror) -> bool:
    def known(words: Callable[..., object], given: set[str]) -> bool:
        return all(
            name in given or name in OWN or (name in juror.fixtures and known(_made_by(juror, name), given))
            for name in inspect.signature(words).parameters
        )

    return known(juror.test, set(juror.parameters))


def _made_by(juror: Juror, name: str) -> Callable[..., object]:
    return inspect.unwrap(juror.fixtures[name])


class Settings:
    """As pytest-django's: what is set is set back at the end."""

    def __init__(self, stack: ExitStack) -> None:
        object.__setattr__(self, "_stack", stack)

    def __setattr__(self, name: str, value: object) -> None:
        self._stack.enter_context(override_settings(**{name: value}))


OWN: dict[str, Callable[[ExitStack], object]] = {
    "db": lambda _stack: None,
    "world": lambda _stack: make_world(),
    "settings": Settings,
    "tmp_path": lambda stack: Path(stack.enter_context(TemporaryDirectory())),
    "monkeypatch": lambda stack: stack.enter_context(pytest.MonkeyPatch.context()),
}
"""Fixtures that no file of a test makes for itself."""

_kept: dict[str, World] = {}
_asked: Counter[str] = Counter()


class NotThere(BaseException):
    """A house that has to be made first, outside of what is rolled back."""

    def __init__(self, key: str, how: dict[str, Any]) -> None:
        self.key, self.how = key, how


def make_world(**how: Any) -> World:
    """The same house again and again, as it was: only its making takes long."""
    _asked[str(how)] += 1
    key = f"{how} {_asked[str(how)]}"
    if key not in _kept:
        raise NotThere(key, how)
    return copy.deepcopy(_kept[key])


class Jury:
    """Sits inside one test that has `db`. Everybody is heard once first: nothing is wrong."""

    def __init__(
        self, modules: Sequence[ModuleType], about: Mapping[ModuleType, list[str]], *, without: Sequence[str] = ()
    ) -> None:
        self.jurors = jurors(modules, without)
        self._about = about
        self._touch: dict[str, list[Juror]] = defaultdict(list)
        self._objected: Counter[tuple[str, str]] = Counter()
        self._modules = modules
        self.excused: dict[str, BaseException] = {}
        """Who counts the rows of all houses, and finds the kept ones besides its own."""

    @contextmanager
    def sits(self) -> Iterator[None]:
        """With shared houses, for as long as it sits."""
        before = [(module, module.make_world) for module in self._modules if hasattr(module, "make_world")]
        for module, _one in before:
            module.make_world = make_world  # type: ignore[attr-defined]
        handler = signal.signal(signal.SIGALRM, _too_long)
        try:
            self._hear_all()
            yield
        finally:
            signal.signal(signal.SIGALRM, handler)
            for module, one in before:
                module.make_world = one  # type: ignore[attr-defined]
            _kept.clear()

    def _hear_all(self) -> None:
        with watched(self._about) as seen:
            for juror in self.jurors:
                seen.clear()
                began = time.perf_counter()
                while isinstance(objection := self._objects(juror), NotThere):
                    _kept[objection.key] = worlds.make_world(**objection.how)
                    began = time.perf_counter()
                juror.took = time.perf_counter() - began
                if objection is not None:
                    self.excused[juror.name] = objection
                for function in seen if objection is None else ():
                    self._touch[function].append(juror)
        self.jurors = [juror for juror in self.jurors if juror.name not in self.excused]

    def judge(self, of: str) -> str:
        """Who objected; nobody, if it is empty. Those who ever came by that function are asked, the keen ones first."""
        asked = self._touch[of] if of else self.jurors
        for juror in sorted(asked, key=lambda one: (-self._objected[of, one.name], one.took)):
            if self._objects(juror) is not None:
                self._objected[of, juror.name] += 1
                return juror.name
        return ""

    def _objects(self, juror: Juror) -> BaseException | None:
        _asked.clear()
        mail.outbox = []
        cache.clear()
        signal.setitimer(signal.ITIMER_REAL, max(20 * juror.took, 3))
        try:
            with suppress(Undo), transaction.atomic(), ExitStack() as stack:
                made: dict[str, object] = {}
                words = {name: self._make(juror, name, made, stack) for name in _names(juror.test)}
                juror.test(**words)
                raise Undo
        except (Exception, pytest.fail.Exception, Hung, NotThere) as objection:
            return objection
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        return None

    def _make(self, juror: Juror, name: str, made: dict[str, object], stack: ExitStack) -> object:
        if name in juror.parameters:
            return juror.parameters[name]
        if name not in made:
            if name not in juror.fixtures:
                made[name] = OWN[name](stack)
                return made[name]
            maker = _made_by(juror, name)
            one = maker(**{other: self._make(juror, other, made, stack) for other in _names(maker)})
            if inspect.isgenerator(one):
                made[name] = next(one)
                stack.callback(lambda: next(one, None))
            else:
                made[name] = one
        return made[name]


def _names(words: Callable[..., object]) -> list[str]:
    return list(inspect.signature(words).parameters)


def _too_long(*_seen: object) -> None:
    raise Hung
