"""The access table is right, and every way of making it wrong is noticed (TRUST 2.3).

Each row is turned into "anybody" and into "nobody", each rule of it is left out and turned round, each predicate is
turned round, and each part of a predicate's condition is left out. After each of these at least one answer must differ
from what `matrix_permits` or `matrix_expected` say.
"""

import ast
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kindcircle.base.access import Permission, predicates, table
from kindcircle.base.access.gate import can
from kindcircle.base.access.predicates import Actor, Facts, Predicate, anybody
from kindcircle.base.access.table import ALLOW
from tests.house.matrix import Doors, cells, pages
from tests.house.matrix_expected import EVERYBODY, PAGES
from tests.house.matrix_house import FOREIGN_LEAD, FOREIGN_MEMBER, FORMER_MEMBER, VISITOR, House
from tests.house.matrix_permits import EVERY, PERMITS, THINGS, actors, facts

ATOMS = {name: one for name, one in vars(predicates).items() if isinstance(one, Predicate)}
STATES = {name: one for name, one in vars(table).items() if isinstance(one, Predicate) and name not in ATOMS}


@pytest.fixture(scope="module")
def asked(house: House) -> tuple[dict[str, Actor], dict[str, Facts]]:
    return actors(house), facts(house)


def wrong(asked: tuple[dict[str, Actor], dict[str, Facts]], permissions: list[Permission] | None = None) -> list[str]:
    """Every answer of the gate that is not the expected one."""
    people, things = asked
    return [
        f"{permission}: {name} about {thing}: the gate says {not expected}, expected {expected}"
        for permission in permissions or PERMITS
        for thing in THINGS
        for name, actor in people.items()
        if can(actor, permission, things[thing]) is not (expected := name in PERMITS[permission].get(thing, ()))
    ]


@contextmanager
def row(permission: Permission, rules: list[Predicate]) -> Iterator[None]:
    """The table with another row, for a moment."""
    before = ALLOW[permission]
    ALLOW[permission] = rules
    try:
        yield
    finally:
        ALLOW[permission] = before


@contextmanager
def test_of(predicate: Predicate, test: object) -> Iterator[None]:
    """A predicate that asks something else, for a moment, in every row that uses it."""
    before = predicate.test
    object.__setattr__(predicate, "test", test)
    try:
        yield
    finally:
        object.__setattr__(predicate, "test", before)


test_of.__test__ = False  # type: ignore[attr-defined]


def test_every_permission_has_an_expectation() -> None:
    missing = [f"    P.{one.name}: ...,  # tests/house/matrix_permits.py" for one in Permission if one not in PERMITS]
    assert not missing, "\n".join(["Say who may:", *missing])


def test_the_gate_answers_as_expected(asked) -> None:
    people, _ = asked
    assert set(people) == EVERY
    print(f"\n{len(PERMITS) * len(THINGS) * len(people)} questions to the gate")
    found = wrong(asked)
    assert not found, "\n" + "\n".join(found)


def mutants_of_rows() -> list[tuple[str, Permission, list[Predicate]]]:
    found = []
    for permission, rules in ALLOW.items():
        if rules != [anybody]:
            found.append((f"{permission}: anybody", permission, [anybody]))
        found.append((f"{permission}: nobody", permission, []))
        for n, rule in enumerate(rules):
            others = rules[:n] + rules[n + 1 :]
            found.append((f"{permission}: without {rule.name}", permission, others))
            found.append((f"{permission}: {(~rule).name}", permission, [*others, ~rule]))
    return found


def test_every_wrong_row_is_noticed(asked) -> None:
    mutants = mutants_of_rows()
    alive = []
    for name, permission, rules in mutants:
        with row(permission, rules):
            if not wrong(asked, [permission]):
                alive.append(name)
    print(f"\n{len(mutants) - len(alive)} of {len(mutants)} wrong rows noticed, in {len(ALLOW)} rows")
    assert not alive, alive


def test_every_predicate_turned_round_is_noticed(asked) -> None:
    alive = []
    for name, predicate in (ATOMS | STATES).items():
        before = predicate.test
        with test_of(predicate, lambda actor, facts, before=before: not before(actor, facts)):
            if not wrong(asked):
                alive.append(name)
    print(f"\n{len(ATOMS | STATES) - len(alive)} of {len(ATOMS | STATES)} predicates turned round noticed")
    assert not alive, alive


def mutated_sources() -> Iterator[tuple[str, str]]:
    """predicates.py with one part of one condition left out, or one comparison turned round: a name and a source."""
    tree = ast.parse(Path(predicates.__file__).read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    # Putting predicates together is told from their own conditions by where it stands: in the class.
    inside = {id(child) for node in ast.walk(tree) if isinstance(node, ast.ClassDef) for child in ast.walk(node)}
    for function in functions:
        if id(function) in inside:
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.BoolOp):
                for n in range(len(node.values)):
                    left_out = node.values.pop(n)
                    yield f"{function.name} without {ast.unparse(left_out)}", ast.unparse(tree)
                    node.values.insert(n, left_out)
            if isinstance(node, ast.Compare):
                turned = {ast.In: ast.NotIn, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.Eq: ast.NotEq}
                before = node.ops[0]
                if type(before) in turned:
                    node.ops[0] = turned[type(before)]()
                    yield f"{function.name} with {ast.unparse(node)}", ast.unparse(tree)
                    node.ops[0] = before


EQUAL = {
    "visiting_owner without actor.signed_in": "a visitor visits no meeting, and the next condition says so",
    "visiting_owner without actor.only_gathering is not None": "what it adds, `owner` gives in every row that has it",
    "visiting_member without actor.only_gathering is not None": "`group_member` gives it in every row that has it",
}
"""Changes that nobody could notice, and why."""


def test_every_condition_left_out_of_a_predicate_is_noticed(asked) -> None:
    alive, number = [], 0
    for name, source in mutated_sources():
        module = types.ModuleType("mutant")
        sys.modules["mutant"] = module
        try:
            exec(compile(source, "mutant", "exec"), module.__dict__)  # our own source with one part changed
            number += 1
            with _all_of(module):
                if not wrong(asked):
                    alive.append(name)
        finally:
            del sys.modules["mutant"]
    print(f"\n{number - len(alive)} of {number} changed conditions noticed, {len(EQUAL)} change nothing")
    assert set(alive) == set(EQUAL), alive


@contextmanager
def _all_of(module: types.ModuleType) -> Iterator[None]:
    before = {name: one.test for name, one in (ATOMS | STATES).items()}
    try:
        for name, one in ATOMS.items():
            object.__setattr__(one, "test", getattr(module, name).test)
        for one in STATES.values():
            object.__setattr__(one, "test", module.in_state(one.name).test)
        yield
    finally:
        for name, one in (ATOMS | STATES).items():
            object.__setattr__(one, "test", before[name])


# Whoever has the least to do with a page: if its row lets anybody in, they are in.
OUTSIDERS = (VISITOR, FOREIGN_MEMBER, FOREIGN_LEAD, FORMER_MEMBER)


def test_a_row_that_lets_anybody_in_is_noticed_at_a_page(house: House) -> None:
    """The pages ask the table and nothing else: each row that a page names is opened, and that page must tell."""
    rows: dict[Permission, list[str]] = {}
    for name, entry in pages():
        rows.setdefault(entry.callback.access, []).append(name)
    closed = {permission: names for permission, names in rows.items() if ALLOW[permission] != [anybody]}
    doors = {name: Doors(house, house.people[name]) for name in OUTSIDERS}
    alive = []
    try:
        for permission, names in closed.items():
            table = {name: PAGES[name] for name in names}
            with row(permission, [anybody]):
                knocks = ((doors[name], cell) for name in OUTSIDERS for cell in cells(house, table))
                if not any(one.flaws(cell) for one, cell in knocks if cell.method in ("GET", "POST")):
                    alive.append(permission)
    finally:
        for one in doors.values():
            one.close()
    print(f"\n{len(closed) - len(alive)} of {len(closed)} opened rows noticed at a page")
    assert not alive, alive
    assert set(OUTSIDERS) <= EVERYBODY
