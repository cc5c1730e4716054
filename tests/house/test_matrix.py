"""Every address, with every method, as everybody: nobody sees what is not theirs, and a no says nothing (TRUST T1)."""

from collections.abc import Iterator
from statistics import median

import pytest
from django.urls import reverse

from tests.house.matrix import METHODS, Doors, cells, not_expected, pages
from tests.house.matrix_expected import DEMO_PAGES, EVERYBODY, PAGES
from tests.house.matrix_house import House

AT_LEAST = 10_000


@pytest.fixture
def doors(house: House, request: pytest.FixtureRequest, settings) -> Iterator[Doors]:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    found = Doors(house, house.people[request.param])
    yield found
    found.close()


def test_every_page_declares_who_may_be_there() -> None:
    undeclared = [
        f'    @page(Permission.…, methods=("GET",))  # above the view of "{name}" ({entry.pattern})'
        for name, entry in pages()
        if not hasattr(entry.callback, "access")
    ]
    assert not undeclared, "\n".join(["Declare these pages:", *undeclared])


def test_every_page_has_an_expectation_of_its_own() -> None:
    assert not not_expected(), "\n".join(["Say who may be there:", *not_expected()])
    gone = sorted(set(PAGES) - {name for name, _ in pages()})
    assert not gone, f"These pages are gone; take their lines out of PAGES: {gone}"


def test_the_methods_of_a_page_are_those_it_is_expected_to_take() -> None:
    """So that a POST that nobody tries never hides behind a GET."""
    for name, entry in pages():
        assert set(entry.callback.methods) == set(PAGES[name].methods.split()), name


def test_everybody_is_in_the_house(house: House) -> None:
    assert set(house.people) == EVERYBODY


def test_there_are_enough_cells(house: House) -> None:
    number = len(list(cells(house))) * len(house.people)
    print(f"\nthe matrix has {number} cells: {len(PAGES)} pages, {len(house.people)} people, {len(METHODS)} methods")
    assert number >= AT_LEAST


@pytest.mark.slow
@pytest.mark.parametrize("doors", sorted(EVERYBODY), indirect=True)
def test_nobody_reaches_what_is_not_theirs(doors: Doors) -> None:
    tried, flaws = 0, []
    for cell in cells(doors.house):
        flaws += doors.flaws(cell)
        tried += 1
    print(f"\n{doors.somebody.name}: {tried} cells, {len(flaws)} flaws")
    assert not flaws, "\n" + "\n".join(flaws)


@pytest.mark.parametrize("doors", sorted(EVERYBODY), indirect=True)
def test_a_demo_site_opens_three_pages_more_and_nothing_else(doors: Doors, settings) -> None:
    settings.DEMO = True
    flaws = [flaw for cell in cells(doors.house, DEMO_PAGES) for flaw in doors.flaws(cell)]
    assert not flaws, "\n" + "\n".join(flaws)


@pytest.mark.parametrize("doors", ["another house's facilitator", "fellow member"], indirect=True)
def test_not_yours_takes_as_long_as_not_there(doors: Doors) -> None:
    for cell in cells(doors.house):
        if cell.method == "GET" and cell.about:
            doors.flaws(cell)
    yours, there = (median(doors.waited[kind]) for kind in ("not yours", "not there"))
    assert abs(yours - there) < 0.020


@pytest.mark.parametrize("doors", ["facilitator", "member", "visitor"], indirect=True)
def test_no_form_is_taken_without_its_mark(doors: Doors) -> None:
    doors.client.handler.enforce_csrf_checks = True
    for cell in cells(doors.house):
        if cell.method == "POST" and cell.page.takes("POST"):
            answer = doors.knock(cell)
            assert (answer.status, answer.writes) == (400, []), str(cell)


def test_the_matrix_sees_a_leak(house: House, settings) -> None:
    """It has to: a page that shows a wrong word, a no that writes, a yes that should be a no."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    note = next(word for word, (what, _) in house.canaries.items() if what == "shared note of meeting 1")
    assert house.strange_words(f"... {note.upper()} ...".encode(), "member") == ["shared note of meeting 1"]
    assert house.strange_words(f"... {note[:-2]} ...".encode(), "member") != []
    assert house.strange_words(note.encode(), "facilitator") == []
    doors = Doors(house, house.people["facilitator"])
    try:
        seen = doors.client.get(reverse("facilitator:after", args=[house.things["closed gathering"].code]))
        assert note.encode() in seen.content
        assert house.strange_words(seen.content, "member") != []
    finally:
        doors.close()
