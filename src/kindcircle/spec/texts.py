"""Reading the words that ship as data: strict, cached, and clear about which file is wrong.

A content file is YAML, or Markdown with YAML front matter between two `---` lines. Every file becomes
a frozen model; a field we do not know is refused, so a misspelt caution can never be quietly dropped.
"""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from string import Formatter
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError, model_validator

from kindcircle.spec.shelves import SHIPPED as SHIPPED
from kindcircle.spec.shelves import file_name, kept, load_each, newest_on_shelves, on_a_shelf

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
HandoutName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*(@[1-9][0-9]*)?$", max_length=66)]
"""A handout as a programme names it: `hard-day-card` is its version 1, `hard-day-card@2` its version 2, for ever."""
Version = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]*$", max_length=4)]

ModelT = TypeVar("ModelT", bound=BaseModel)


class ContentError(ValueError):
    """A content file cannot be used. `file` says which; `problems` lists (place, message) pairs.

    `others` holds the same for files that belong to it, so that an author sees all that is wrong at once.
    """

    def __init__(self, file: Path, problems: Iterable[tuple[str, str]], others: Iterable[ContentError] = ()) -> None:
        self.file = file
        self.problems = tuple(problems)
        self.others = tuple(others)
        lines = "; ".join(f"{place}: {message}" if place else message for place, message in self.problems)
        super().__init__(f"{file}: {lines}")


class Strict(BaseModel):
    """What every content model stands on: no unknown field, no silent conversion, no later change."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


# The parser written in C reads all our content in a tenth of the time; it is not on every machine.
_SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_SafeLoader):  # type: ignore[misc, valid-type]
    """Safe YAML that also refuses the same key written twice, and a name that stands for words elsewhere.

    A few names that stand for names could unfold into more than any machine can hold.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
        seen: set[object] = set()
        for key_node, _ in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem="a field's name is a list", problem_mark=key_node.start_mark)
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.MarkedYAMLError(problem=f"{key!r} is written twice", problem_mark=key_node.start_mark)
            seen.add(key)
        fields: dict[object, object] = super().construct_mapping(node, deep=deep)
        return fields


LARGEST = 1_000_000  # bytes; the longest text of ours is a twentieth of it
DEEPEST = 40  # lists within lists; ours have eight, and the parser itself gives way at some ten thousand


def read_file(file: Path) -> str:
    """The text of a content file, as UTF-8. A missing or unreadable file is a ContentError."""
    try:
        facts = file.stat()
        if not stat.S_ISREG(facts.st_mode) or facts.st_size > LARGEST:
            raise ContentError(file, [("", "cannot be read: it is no file of words, or too large for one")])
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ContentError(file, [("", "there is no such file")]) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ContentError(file, [("", f"cannot be read: {error}")]) from error


def inside(folder: Path, *parts: str) -> Path:
    """A path made of plain names under a folder. ContentError for a name that could lead elsewhere."""
    file = folder.joinpath(*parts)
    if not all(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*", part) for part in parts):
        raise ContentError(file, [("", "is not a name a content file can have")])
    return at_home(folder, file)


def at_home(folder: Path, file: Path) -> Path:
    """The file itself. ContentError for a link that leads out of its folder, to what is no text of ours."""
    try:
        stays = file.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # a link that leads back to itself
        stays = False
    if not stays:
        raise ContentError(file, [("", "cannot be read: it leads out of its folder")])
    return file


def parse_yaml(text: str, file: Path) -> dict[str, object]:
    """YAML text as a mapping of named fields. Anything else is a ContentError that names the file."""
    try:
        _look_over(text)
        raw = yaml.load(text, Loader=_Loader)  # noqa: S506 (a SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise ContentError(file, [(f"line {line}", f"not valid YAML: {_plainly(str(error.problem))}")]) from error
    except yaml.YAMLError as error:
        raise ContentError(file, [("", f"not valid YAML: {error}")]) from error
    except (ValueError, LookupError, AttributeError) as error:  # such as the 31st of February
        raise ContentError(file, [("", f"holds a value that is not plain text or a number: {error}")]) from error
    if not isinstance(raw, dict) or not all(isinstance(key, str) for key in raw):
        raise ContentError(file, [("", "expected named fields at the top of the file")])
    return raw


def _look_over(text: str) -> None:
    """Refuse what would bring the reading down: lists too deep, and names that stand for words elsewhere."""
    deep = 0
    for event in yaml.parse(text, Loader=_Loader):
        where: Any = event.start_mark
        if isinstance(event, yaml.CollectionStartEvent):
            deep += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            deep -= 1
        if isinstance(event, yaml.AliasEvent):
            raise yaml.MarkedYAMLError(problem="a name stands for words elsewhere", problem_mark=where)
        if deep > DEEPEST:
            raise yaml.MarkedYAMLError(problem="too many lists within lists", problem_mark=where)


# What the parser says, and what an author can do about it.
_YAML_SAYS = (
    (
        r"mapping values are not allowed",
        "a colon stands inside the words, which then need quotes, or the line begins too far to the right",
    ),
    (r"\\t|tab", "a tab stands at the beginning of the line; use spaces"),
    (r"could not find expected ':'|expected ':'", "a word at the beginning of a line has no colon after it"),
    (r"cannot start any token|unexpected indicator", "words begin with a sign of their own; put them between quotes"),
    (r"end of stream|document separator", "a quote is opened and not closed"),
    (r"expected", "the line does not begin below its neighbours, or a quote or bracket is not closed"),
)


def _plainly(problem: str) -> str:
    said = next((said for pattern, said in _YAML_SAYS if re.search(pattern, problem)), None)
    return f"{said} ({problem})" if said else problem


def parse_front_matter(text: str, file: Path) -> tuple[dict[str, object], str]:
    """Split Markdown into its front matter (named fields) and its body (stripped text)."""
    found = re.match(r"---\r?\n(.*?)^---[ \t]*\r?\n?(.*)\Z", text, flags=re.DOTALL | re.MULTILINE)
    if not found:
        raise ContentError(file, [("line 1", "expected front matter between two lines of ---")])
    return parse_yaml(found.group(1), file), found.group(2).strip()


def build(model: type[ModelT], raw: Mapping[str, object], file: Path) -> ModelT:
    """Turn named fields into a strict model; every fault is named with its place in the file."""
    try:
        words = json.dumps(raw)
    except (TypeError, ValueError) as error:
        raise ContentError(file, [("", f"holds a value that is not plain text or a number: {error}")]) from error
    try:
        # JSON mode keeps strictness yet accepts a YAML list where the model holds a tuple.
        return model.model_validate_json(words)
    except ValidationError as error:
        faults = [dict(fault) for fault in error.errors()]
        raise ContentError(file, [_kindly(fault) for fault in faults if not _follows(fault, faults)]) from error


def _follows(fault: Mapping[str, object], faults: Iterable[Mapping[str, object]]) -> bool:
    """Whether this is no fault of its own: a list counts as too short when one of its parts was refused."""
    where = fault["loc"]
    return fault["type"] == "too_short" and any(
        isinstance(where, tuple) and isinstance(other["loc"], tuple) and other["loc"][: len(where)] == where
        for other in faults
        if other is not fault
    )


def _kindly(fault: Mapping[str, object]) -> tuple[str, str]:
    where = fault["loc"]
    place = ".".join(str(part) for part in where) if isinstance(where, tuple) else str(where)
    message = str(fault["msg"]).removeprefix("Value error, ")
    if fault["type"] == "extra_forbidden":
        message = "this field is not known here; check its spelling"
    elif fault["type"] == "missing":
        message = "this field is missing"
    elif fault["type"] == "string_type":
        message += "; write words, or put quotes round a number"
    elif fault["type"] == "string_pattern_mismatch" and "pattern '^[a-z][a-z0-9]*" in message:
        message = "only small letters, digits and single hyphens can stand here"
    return place, message


class Item(Strict):
    """One numbered line of a handout that pages need by itself, such as one group agreement."""

    id: Slug
    text: Words


class Handout(Strict):
    """A short text given to people: a page to read, a list to agree on, or a draft message.

    `fields` names the gaps written as {name} in `text`, filled by `fill`.
    """

    id: Slug
    version: Version
    title: Words
    audience: Literal["member", "facilitator"]
    purpose: Words
    fields: tuple[Slug | Annotated[str, StringConstraints(pattern=r"^[a-z_]+$")], ...] = ()
    items: tuple[Item, ...] = ()
    text: Words

    @model_validator(mode="after")
    def _gaps_are_declared(self) -> Handout:
        if gaps_in(self.text) != set(self.fields):
            raise ValueError(f"fields must name exactly the gaps in the text: {sorted(gaps_in(self.text))}")
        if len({item.id for item in self.items}) != len(self.items):
            raise ValueError("two items share an id")
        return self

    def fill(self, values: Mapping[str, str]) -> str:
        """The text with its gaps filled. A missing or unknown gap is a ValueError, never a blank."""
        if set(values) != set(self.fields):
            raise ValueError(f"{self.id} needs exactly these values: {', '.join(self.fields) or 'none'}")
        return self.text.format_map(values)


def gaps_in(text: str) -> set[str]:
    """The names written as {name} in a text. Unpaired braces are a ValueError."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def load_handout(handout_id: str, version: str | int | None = None, *, folder: Path | None = None) -> Handout:
    """One handout by id, such as `what-happens-here`: the newest version, or the one asked for.

    Without a folder every shelf of the site is searched. ContentError when there is none.
    """
    if version is None:
        shelf, version = newest_on_shelves(folder, "handouts").get(handout_id, (None, "1"))
        folder = shelf or folder
    shelf = on_a_shelf(folder, "handouts", handout_id, str(version))
    file = inside(shelf, "handouts", file_name(handout_id, version))
    handout = _read_handout(file)
    if (handout.id, handout.version) != (handout_id, str(version)):
        raise ContentError(file, [("id", f"is {handout.id!r} version {handout.version}, unlike the file name")])
    return handout


def pinned_handout(name: str, *, folder: Path | None = None) -> Handout:
    """The handout a programme names, in the version it named. A later version changes nothing for it."""
    handout_id, _, version = name.partition("@")
    return load_handout(handout_id, version or "1", folder=folder)


def all_handouts(*, folder: Path | None = None) -> tuple[Handout, ...]:
    """Every handout in its newest version, by id."""
    return tuple(
        load_each(folder, "handouts", lambda name, version, at: load_handout(name, version, folder=at), ContentError)
    )


@kept
def _read_handout(file: Path) -> Handout:
    raw, body = parse_front_matter(read_file(file), file)
    return build(Handout, raw | {"text": body}, file)
