"""The library: short pages to read about self-compassion, each claim with its strength and where it comes from.

A page is one Markdown file in `library/`; a later version is `<id>.v2.md` beside it. What research says and
how sure it is stands in the front matter, so that no page can say more than its sources carry.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from kindcircle.spec.released import is_as_released
from kindcircle.spec.shelves import (
    SHIPPED,
    file_name,
    kept,
    load_each,
    newest_on_shelves,
    on_a_shelf,
    shelves,
    versions,
)
from kindcircle.spec.texts import (
    ContentError,
    Slug,
    Strict,
    Version,
    Words,
    build,
    inside,
    parse_front_matter,
    read_file,
)

Strength = Literal["well-supported", "some-support", "mixed", "unclear", "not-shown"]


class Claim(Strict):
    """One thing that is said about the world, how well research carries it, and which research."""

    text: Words
    strength: Strength
    sources: Annotated[tuple[Words, ...], Field(min_length=1)]


class Page(Strict):
    """One page of the library. `minutes` is the time to read it; `practices` are those that go with it."""

    id: Slug
    version: Version
    title: Words
    order: Annotated[int, Field(ge=1, le=99)]
    summary: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=160, pattern=r"^[^\n]*$")]
    minutes: Annotated[int, Field(ge=1, le=15)]
    audience: Literal["member"]
    claims: tuple[Claim, ...] = ()
    practices: tuple[Slug, ...] = ()
    related: tuple[Slug, ...] = ()
    text: Words


def load_library(page_id: str, version: str | int | None = None, *, folder: Path | None = None) -> Page:
    """One page by id: the newest version, or the one asked for. ContentError when there is none."""
    if version is None:
        shelf, version = newest_on_shelves(folder, "library").get(page_id, (None, "1"))
        folder = shelf or folder
    shelf = on_a_shelf(folder, "library", page_id, str(version))
    file = inside(shelf, "library", file_name(page_id, version))
    page = _read_page(file)
    if (page.id, page.version) != (page_id, str(version)):
        raise ContentError(file, [("id", f"is {page.id!r} version {page.version}, unlike the file name")])
    return page


def all_library(*, folder: Path | None = None) -> tuple[Page, ...]:
    """Every page in its newest version, in the order in which they are read."""
    pages = load_each(folder, "library", lambda name, version, at: load_library(name, version, folder=at), ContentError)
    return tuple(sorted(pages, key=lambda page: (page.order, page.id)))


def pages_for_members() -> tuple[Page, ...]:
    """What members may read: all that ships, and a site's own pages once they are released.

    Each in its newest version of which that is true, in the order in which they are read.
    """
    found: dict[str, Page] = {}
    for shelf in reversed(shelves()):
        for name, version in versions(shelf, "library"):
            if shelf == SHIPPED:
                found[name] = load_library(name, version, folder=shelf)
            elif is_as_released(shelf, f"library/{file_name(name, version)}"):
                with suppress(ContentError):  # the gate names it
                    found[name] = load_library(name, version, folder=shelf)
    return tuple(sorted(found.values(), key=lambda page: (page.order, page.id)))


@kept
def _read_page(file: Path) -> Page:
    raw, body = parse_front_matter(read_file(file), file)
    return build(Page, raw | {"text": body}, file)
