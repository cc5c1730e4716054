"""Manuals, handouts and scripts on paper: every word is there, pages are real, and screen readers find their way."""

import io
import re
import resource
from collections.abc import Iterator

import pytest
from pypdf import PdfReader

from kindcircle.paper import words
from kindcircle.paper.blocks import blocks, paragraphs
from kindcircle.paper.setting import pdf
from kindcircle.spec.depths import DEPTHS
from kindcircle.spec.practices import all_practices
from kindcircle.spec.programmes import Programme, all_programmes
from kindcircle.spec.texts import all_handouts

PROGRAMMES = all_programmes()
NAMES = [f"{one.id}-{one.version}" for one in PROGRAMMES]


def read(made: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(made))


def letters(text: str) -> str:
    """Only letters and figures: line ends, marks and spaces fall differently on paper."""
    return re.sub(r"[\W_]+", "", text)


def printed(reader: PdfReader) -> str:
    """What stands on all pages, without the foot of each."""
    return "".join(
        letters(re.sub(r"\nKindcircle[ \d]*$|^Kindcircle[ \d]*\n", "", page.extract_text())) for page in reader.pages
    )


def said(programme: Programme) -> Iterator[str]:
    for session in programme.sessions:
        yield session.theme
        yield session.aim
        yield from session.safety
        for slot in session.agenda:
            yield slot.title
            yield from (text for text in (slot.holder, slot.online, slot.in_person) if text)
            if slot.prompt:
                # In the words of the screens: a number of depth says nothing to whoever leads.
                yield f"How deep: {DEPTHS[slot.prompt.depth]}"
                yield slot.prompt.text


@pytest.mark.slow
@pytest.mark.parametrize("programme", PROGRAMMES, ids=NAMES)
def test_a_manual_holds_every_session_whole(programme: Programme) -> None:
    reader = read(pdf("manual", words.manual(programme)))
    text = printed(reader)
    # A line may be parted by the foot of a page, so its beginning is looked for.
    missing = [line for line in said(programme) if letters(line)[:24] not in text]
    assert missing == []
    assert reader.trailer["/Root"]["/Lang"] == "en-GB"
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert reader.metadata is not None
    assert reader.metadata.title == programme.title
    assert len(reader.outline) > len(programme.sessions)


@pytest.mark.parametrize("programme", PROGRAMMES, ids=NAMES)
def test_each_handout_is_one_page(programme: Programme) -> None:
    for session in programme.sessions:
        reader = read(pdf("handout", words.session_handout(programme, session)))
        assert len(reader.pages) == 1, f"{programme.id} {session.number}"
        assert letters(session.talk.handout_title) in printed(reader)


@pytest.mark.slow
def test_every_practice_prints_all_its_words() -> None:
    for practice in all_practices():
        text = printed(read(pdf("script", words.script(practice))))
        lines = [step.say for length in practice.durations for step in length.steps]
        lines += [words for length in practice.durations for step in length.steps for words in step.ways.values()]
        assert [line for line in lines if letters(line)[:24] not in text] == [], practice.id


def test_every_page_to_hand_out_prints() -> None:
    for handout in all_handouts():
        text = printed(read(pdf("handout", words.page(handout))))
        assert letters(handout.title) in text
        assert all(letters(item.text)[:24] in text for item in handout.items)


def test_the_same_words_give_the_same_bytes() -> None:
    page = words.script(all_practices()[0])
    assert pdf("script", page) == pdf("script", page)


@pytest.mark.parametrize(
    "text",
    ["Well done \N{SLIGHTLY SMILING FACE}", "日本語", "\ufffe", "#### deep", "#", "- # a\n- ###### b", "![](x)", "- "],
)
def test_no_words_of_people_s_own_stop_the_printing(text: str) -> None:
    page = words.page(all_handouts()[0]) | {"title": f"Ours {text}", "blocks": [*blocks(text), *paragraphs(text)]}
    assert "Ours" in printed(read(pdf("handout", page)))


def test_setting_many_pages_takes_no_memory_from_the_site() -> None:
    """The setter keeps what it has set: a hundred megabytes and more for each manual that was changed a little."""
    manual = words.manual(PROGRAMMES[0])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for edition in "abc":
        pdf("manual", manual | {"edition": edition})
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000  # kilobytes


def test_what_cannot_be_set_is_said() -> None:
    with pytest.raises(RuntimeError, match="could not be set"):
        pdf("no-such-shape", {})


def test_words_that_look_like_commands_are_printed_as_they_are() -> None:
    strange = '#panic("no") #read("house.typ") $x$ *b* _i_ @lost <tag> \\ `raw` = heading'
    page = {
        **words.page(all_handouts()[0]),
        "blocks": [{"kind": "paragraph", "runs": [{"text": strange, "strong": False, "emph": False}]}],
    }
    assert letters(strange) in printed(read(pdf("handout", page)))


def test_a_line_of_the_schedule_keeps_the_capitals_of_what_it_names() -> None:
    care = next(one for one in PROGRAMMES if one.id == "care-for-those-who-care")
    lines = [words.asked(time, care) for time in care.measures]
    assert "In the week after Meeting 2, Meeting 5: alliance-pulse" in lines
    assert "Before each meeting: arrival-check" in lines
