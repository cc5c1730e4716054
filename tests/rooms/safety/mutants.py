"""Every small way in which the code of the safety path could be wrong: one change at a time, put in for a moment.

A changed function is compiled and its code put into the function that everybody already holds, so that each caller gets
it. A changed table or number is put in wherever the module that owns it is read.
"""

import ast
import inspect
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from types import CodeType, FunctionType, ModuleType
from typing import Any, get_args

from pydantic import BaseModel

QUERIES = {"filter", "exclude", "get", "Q", "Count", "update", "order_by"}
"""Calls whose every word narrows what is looked at: each is left out once."""
TURNED: Mapping[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE), ast.LtE: (ast.Lt, ast.Gt), ast.Gt: (ast.GtE, ast.LtE), ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,), ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}  # fmt: skip
SIGNS: Mapping[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr, ast.Mult: ast.Add,
    ast.Div: ast.Mult,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One change. `of` is the function whose tests are asked; empty for tables, which all tests may notice."""

    name: str
    of: str
    put_in: Callable[[], AbstractContextManager[None]]


# --- functions ---


def of_functions(module: ModuleType, names: list[str]) -> Iterator[Mutant]:
    """All changes of these functions; a method is named with its class."""
    tree = ast.parse(inspect.getsource(module))
    for name in names:
        function, node = _function(module, name), _node(tree, name)
        seen: Counter[str] = Counter()
        for said, change in _changes(node, _enums(module)):
            seen[said] += 1
            number = f" ({seen[said]})" if seen[said] > 1 else ""
            with change():
                code = _code(compile(ast.fix_missing_locations(tree), module.__file__ or "", "exec"), name)
            of = f"{module.__name__.rpartition('.')[2]}.{name}"
            label = f"{of}: {said}{number}"
            yield Mutant(label, of, lambda f=function, c=code: _with_code(module, f, c))  # type: ignore[misc]


@contextmanager
def watched(functions: Mapping[ModuleType, list[str]]) -> Iterator[set[str]]:
    """Each of these functions says when somebody comes by: adds its own name to what this yields."""
    seen: set[str] = set()
    with ExitStack() as stack:
        for module, names in functions.items():
            tree = ast.parse(inspect.getsource(module))
            for name in names:
                of = f"{module.__name__.rpartition('.')[2]}.{name}"
                body = _node(tree, name).body
                body.insert(bool(ast.get_docstring(_node(tree, name))), ast.parse(f"_came_by.add({of!r})").body[0])
            whole = compile(ast.fix_missing_locations(tree), module.__file__ or "", "exec")
            vars(module)["_came_by"] = seen
            stack.callback(vars(module).pop, "_came_by")
            for name in names:
                stack.enter_context(_with_code(module, _function(module, name), _code(whole, name)))
        yield seen


@contextmanager
def _with_code(module: ModuleType, function: FunctionType, code: CodeType) -> Iterator[None]:
    before = function.__code__
    function.__code__ = code
    _forget(module)
    try:
        yield
    finally:
        function.__code__ = before
        _forget(module)


def _forget(module: ModuleType) -> None:
    """What was read before would be answered from memory."""
    for one in vars(module).values():
        if hasattr(one, "cache_clear") and one.__module__ == module.__name__:
            one.cache_clear()


def _function(module: ModuleType, name: str) -> FunctionType:
    found: Any = module
    for part in name.split("."):
        found = inspect.getattr_static(found, part)
    found = getattr(found, "fget", None) or found
    found = getattr(found, "wrapped", None) or found  # a validator of pydantic
    found = inspect.unwrap(found)
    assert isinstance(found, FunctionType), name
    return found


def _node(tree: ast.AST, name: str) -> ast.FunctionDef:
    found = tree
    for part in name.split("."):
        found = next(one for one in found.body if getattr(one, "name", "") == part)  # type: ignore[attr-defined]
    assert isinstance(found, ast.FunctionDef)
    return found


def _code(within: CodeType, name: str) -> CodeType:
    for const in within.co_consts:
        if isinstance(const, CodeType):
            if const.co_qualname == name:
                return const
            if name.startswith(f"{const.co_qualname}."):
                return _code(const, name)
    raise LookupError(name)


def _enums(module: ModuleType) -> dict[str, list[str]]:
    """The closed lists that this module reads, by the word that stands before the dot: Person, State, Event."""
    return {name: list(one.__members__) for name, one in vars(module).items() if hasattr(one, "__members__")}


Change = Callable[[], AbstractContextManager[None]]


def _changes(function: ast.FunctionDef, enums: dict[str, list[str]]) -> Iterator[tuple[str, Change]]:
    body = function.body[1:] if ast.get_docstring(function) else function.body
    for top in body:
        yield from _within(function, "body", function.body.index(top), top, enums)


def _within(
    parent: ast.AST, field: str, place: int | None, node: ast.AST, enums: dict[str, list[str]]
) -> Iterator[tuple[str, Change]]:
    """Each change of this node, and of everything in it."""
    for other in _others(node, enums):
        said = f"{_said(node)} -> {_said(other)}"
        yield said, lambda new=other: _put(parent, field, place, new)  # type: ignore[misc]
    if isinstance(node, ast.FunctionDef | ast.AnnAssign):
        children = [(name, value) for name, value in ast.iter_fields(node) if name in ("body", "value")]
    else:
        children = list(ast.iter_fields(node))
    for name, value in children:
        if isinstance(value, ast.AST):
            yield from _within(node, name, None, value, enums)
        elif isinstance(value, list):
            for number, one in enumerate(value):
                if isinstance(one, ast.AST):
                    yield from _within(node, name, number, one, enums)


@contextmanager
def _put(parent: ast.AST, field: str, place: int | None, new: ast.AST) -> Iterator[None]:
    holder = getattr(parent, field)
    if place is None:
        setattr(parent, field, new)
    else:
        old, holder[place] = holder[place], new
    try:
        yield
    finally:
        if place is None:
            setattr(parent, field, holder)
        else:
            holder[place] = old


def _said(node: ast.AST) -> str:
    words = " ".join(ast.unparse(ast.fix_missing_locations(node)).split())
    return words if len(words) <= 90 else f"{words[:60]} ... {words[-25:]}"


def _copy(node: ast.AST, **fields: Any) -> Any:
    return type(node)(**{**dict(ast.iter_fields(node)), **fields})


def _left_out(values: list[Any]) -> Iterator[list[Any]]:
    for number in range(len(values)):
        yield values[:number] + values[number + 1 :]


def _others(node: ast.AST, enums: dict[str, list[str]]) -> Iterator[ast.AST]:
    """What could stand here by mistake."""
    if isinstance(node, ast.expr):
        yield from _other_values(node, enums)
    elif isinstance(node, ast.stmt):
        yield from _other_steps(node)
    elif isinstance(node, ast.comprehension) and node.ifs:
        yield from (_copy(node, ifs=rest) for rest in _left_out(node.ifs))


def _other_values(node: ast.expr, enums: dict[str, list[str]]) -> Iterator[ast.AST]:
    match node:
        case ast.Compare():
            for number, op in enumerate(node.ops):
                for other in TURNED[type(op)]:
                    yield _copy(node, ops=[*node.ops[:number], other(), *node.ops[number + 1 :]])
        case ast.BoolOp():
            yield _copy(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
            yield from (
                rest[0] if len(rest) == 1 else _copy(node, values=rest) for rest in _left_out(node.values)
            )  # fmt: skip
        case ast.UnaryOp(op=ast.Not() | ast.USub() | ast.Invert()):
            yield node.operand
        case ast.IfExp():
            yield _copy(node, test=ast.UnaryOp(ast.Not(), node.test))
        case ast.BinOp() if type(node.op) in SIGNS:
            yield _copy(node, op=SIGNS[type(node.op)]())
        case ast.Constant(value=bool()):
            yield ast.Constant(not node.value)
        case ast.Constant(value=int()):
            yield ast.Constant(node.value + 1)
        case ast.Tuple() | ast.List() | ast.Set() if isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
            if len(node.elts) > 1:
                yield from (_copy(node, elts=rest) for rest in _left_out(node.elts))
        case ast.Dict() if len(node.values) > 1:
            yield _copy(node, values=[*node.values[1:], node.values[0]])
            for number in range(len(node.values)):
                yield _copy(
                    node, keys=node.keys[:number] + node.keys[number + 1 :],
                    values=node.values[:number] + node.values[number + 1 :],
                )  # fmt: skip
        case ast.Call(func=ast.Name(id="min" | "max" as name)):
            yield _copy(node, func=ast.Name({"min": "max", "max": "min"}[name], ast.Load()))
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)) if name in QUERIES:
            yield from (_copy(node, keywords=rest) for rest in _left_out(node.keywords))
            yield from (_copy(node, args=rest) for rest in _left_out(node.args) if len(node.args) > 1)
            for number, one in enumerate(node.args):
                if name == "order_by" and isinstance(one, ast.Constant):
                    other = one.value[1:] if one.value.startswith("-") else f"-{one.value}"
                    yield _copy(node, args=[*node.args[:number], ast.Constant(other), *node.args[number + 1 :]])
        case ast.Attribute(value=ast.Name(id=name) | ast.Attribute(attr=name)) if node.attr in enums.get(name, ()):
            words = enums[name]
            yield _copy(node, attr=words[(words.index(node.attr) + 1) % len(words)])


def _other_steps(node: ast.stmt) -> Iterator[ast.AST]:
    match node:
        case ast.If() | ast.While():
            yield _copy(node, test=ast.UnaryOp(ast.Not(), node.test))
            if isinstance(node, ast.If):
                yield _copy(node, test=ast.Constant(False))
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id="log"), attr="warning" | "error"))):
            pass  # what is written for whoever runs the site
        case ast.Expr() | ast.Raise() | ast.AugAssign() | ast.Continue() | ast.Break():
            yield ast.Pass()
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
            yield ast.Return(ast.Constant(None))
        case ast.Return(value=None):
            yield ast.Pass()
        case ast.Assign(targets=[ast.Tuple() as target], value=ast.Tuple() as value):
            # One of several is left as it was.
            for number, one in enumerate(target.elts):
                if isinstance(one, ast.Attribute):
                    elts = [*value.elts[:number], _copy(one, ctx=ast.Load()), *value.elts[number + 1 :]]
                    yield _copy(node, value=_copy(value, elts=elts))
        case ast.Assign(targets=[ast.Attribute()]):
            yield ast.Pass()


# --- tables and numbers ---


@contextmanager
def put_in_place(old: object, new: object) -> Iterator[None]:
    """Wherever a module of ours, or a test of it, holds the one, it holds the other for a moment."""
    found = [
        (module, name)
        for key, module in list(sys.modules.items())
        if key.startswith(("kindcircle.", "tests."))
        for name, value in list(vars(module).items())
        if value is old
    ]
    assert found
    for module, name in found:
        setattr(module, name, new)
    try:
        yield
    finally:
        for module, name in found:
            setattr(module, name, old)


def of_some(name: str, value: tuple[Any, ...], others: Iterable[Any] = ()) -> Iterator[Mutant]:
    """One left out, one too many."""
    changed = [(f"without {value[n]}", tuple(rest)) for n, rest in enumerate(_left_out(list(value)))]
    changed += [(f"with {one}", (*value, one)) for one in others if one not in value]
    for said, new in changed:
        yield Mutant(f"{name}: {said}", "", lambda new=new: put_in_place(value, new))  # type: ignore[misc]


def of_order(name: str, value: tuple[Any, ...]) -> Iterator[Mutant]:
    """One left out, two in the other order."""
    yield from of_some(name, value)
    for n in range(1, len(value)):
        new = (*value[: n - 1], value[n], value[n - 1], *value[n + 1 :])
        said = f"{value[n]} before {value[n - 1]}"
        yield Mutant(f"{name}: {said}", "", lambda new=new: put_in_place(value, new))  # type: ignore[misc]


def of_value(name: str, value: object, *others: object) -> Iterator[Mutant]:
    """Another number or another table in the place of this one."""
    for new in others:
        yield Mutant(f"{name}: {_short(new)}", "", lambda new=new: put_in_place(value, new))  # type: ignore[misc]


def of_moves(name: str, table: Mapping[Any, frozenset[Any]]) -> Iterator[Mutant]:
    """A table of which step may follow which: each step left out, and each that is not there put in."""
    for state in table:
        for to in table:
            new = {**table, state: table[state] ^ {to}}
            said = f"{state} {'not to' if to in table[state] else 'to'} {to}"
            yield Mutant(f"{name}: {said}", "", lambda new=new: put_in_place(table, new))  # type: ignore[misc]


def of_model(name: str, load: Callable[..., Any], one: BaseModel) -> Iterator[Mutant]:
    """What a file says, with one number, word or mark of it changed: it is read as it would be from the file."""
    for said, new in _other_readings(one):
        yield Mutant(f"{name}: {said}", "", lambda new=new: put_in_place(load, lambda *_a, **_k: new))  # type: ignore[misc]


def _other_readings(one: BaseModel) -> Iterator[tuple[str, BaseModel]]:
    for field, info in type(one).model_fields.items():
        value = getattr(one, field)
        if isinstance(value, tuple):
            for number, part in enumerate(value):
                for said, other in _other_readings(part):
                    whole = (*value[:number], other, *value[number + 1 :])
                    yield f"{field} {number + 1}, {said}", one.model_copy(update={field: whole})
            continue
        words = [word for word in get_args(info.annotation) if word != value]
        if isinstance(value, bool):
            words = [not value]
        elif isinstance(value, int) and field not in ("version", "schema_version"):
            words = [value - 1, value + 1]
        for word in words:
            yield f"{field} {word}", one.model_copy(update={field: word})


def _short(value: object) -> str:
    words = str(value)
    return words if len(words) <= 90 else f"{words[:60]} ... {words[-25:]}"
