"""Cards for the two checks: every question four times on a page, and each card within its quarter of the sheet."""

import io
from collections.abc import Iterator

import pytest
from pypdf import PdfReader

from kindcircle.paper.cards import Side, cards, fits
from kindcircle.paper.setting import pdf
from kindcircle.spec.instruments import load_instrument
from kindcircle.spec.programmes import all_programmes
from kindcircle.spec.wording import included_wording

BOTTOM = 297 / 2  # mm, of the upper cards
POINT = 25.4 / 72


def asked() -> list[str]:
    """What any programme asks at the beginning or the end of any meeting, and fits on a card."""
    named = {
        name
        for programme in all_programmes()
        for session in programme.sessions
        for moment in ("before", "after")
        for name in programme.around(moment, session.number)
    }
    return sorted(name for name in named if fits(load_instrument(name)))


def side(name: str, language: str = "en") -> Side:
    one = load_instrument(name)
    return Side(one, included_wording(one, language))


def places(reader: PdfReader, words: str) -> Iterator[float]:
    """How far below the top of the page each of these lines stands, in mm."""
    height = float(reader.pages[0].mediabox.height)
    found: list[float] = []

    def see(text: str, page: list[float], line: list[float], _font: object, _size: float) -> None:
        if words in text:
            found.append((height - page[5] - line[5] * page[3]) * POINT)

    reader.pages[0].extract_text(visitor_text=see)
    yield from found


@pytest.mark.parametrize("name", asked())
def test_a_card_holds_every_question_within_its_quarter(name: str) -> None:
    one = side(name)
    reader = PdfReader(io.BytesIO(pdf("cards", cards([one], "Meeting 3"))))
    assert len(reader.pages) == 1
    text = " ".join(reader.pages[0].extract_text().split())
    for item in one.one.items:
        assert text.count(one.words.items[item.text_key]) == 4, item.id
    assert text.count("Meeting 3") == 4
    # The foot stands last on each card, and above the middle of the sheet on the upper two.
    feet = sorted(places(reader, "Those who lead"))
    assert len(feet) == 4 and feet[1] < BOTTOM < feet[2]
    last = one.words.items[one.one.items[-1].text_key].split()[0]
    assert min(places(reader, last)) < feet[0], "nothing is written over the foot"


def test_both_checks_are_among_them() -> None:
    assert {"arrival-check", "after-session"} <= set(asked())


def test_what_a_person_has_to_be_asked_about_the_same_day_is_no_card() -> None:
    """A card may lie in a bag until tomorrow."""
    assert "safety-week" not in asked() and "phq-9" not in asked()
