"""One person's notes on paper."""

import io

from pypdf import PdfReader

from kindcircle.paper import setting
from kindcircle.paper.notes import Meeting, person_notes
from kindcircle.paper.setting import pdf

FIRST = Meeting("Meeting 1", "Tuesday 3 March 2026, 18:00", "18:00 to 19:00, 60 minutes", "Slow.\r\nWarm.", "Rested.")


def printed(words: dict[str, object]) -> str:
    reader = PdfReader(io.BytesIO(pdf("note", words, keep=False)))
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    return " ".join(" ".join(page.extract_text().split()) for page in reader.pages)


def test_each_meeting_stands_there_with_when_who_and_what() -> None:
    absent = Meeting("Meeting 2", "Tuesday 10 March 2026, 18:00", "not this time", "", "")
    text = printed(person_notes("Ines", "Tuesday circle", "A programme", "12 March 2026", [FIRST, absent]))
    for words in (
        "Ines",
        "Confidential",
        "Tuesday circle",
        "Printed. 12 March 2026",
        "Slow. Warm.",
        "Rested.",
        "60 min",
    ):
        assert words in text
    assert text.index("Meeting 1") < text.index("Rested.") < text.index("Meeting 2") < text.index("not this time")
    assert text.count("About this person") == 1


def test_signs_of_commands_and_strange_letters_are_only_words() -> None:
    strange = Meeting("#panic()", "*", "$x$", "#set page() = _a_ `b` <c> @d \\ [e]", "Ω ﬁ — “q” §")
    text = printed(person_notes("#Ines*", "[g]", "$p$", "today", [strange]))
    for words in ("#panic()", "#set page() = _a_ `b` <c> @d \\ [e]", "#Ines*", "$x$"):
        assert words in text


def test_somebody_who_just_came_has_a_page_that_says_so() -> None:
    assert "No meeting was closed yet" in printed(person_notes("Ines", "g", "p", "today", []))


def test_words_about_a_person_stay_in_no_memory() -> None:
    words = person_notes("Ines", "g", "p", "today", [FIRST])
    setting._set.cache_clear()
    pdf("note", words, keep=False)
    assert setting._set.cache_info().currsize == 0
    pdf("note", person_notes("Nobody", "g", "p", "today", []))
    assert setting._set.cache_info().currsize == 1
