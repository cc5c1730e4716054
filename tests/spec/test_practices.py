"""Practices: their cues are whole and in step, and a file at fault is refused by name."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kindcircle.spec.practices import WAYS, Length, Needs, Practice, Step, Way, all_practices, cues, load_practice
from kindcircle.spec.texts import SHIPPED, ContentError

EVERY_LENGTH = [(practice, length) for practice in all_practices() for length in practice.durations]
NAMES = [f"{practice.number}-{length.seconds}" for practice, length in EVERY_LENGTH]

# The lengths named in the catalogue of practices, in seconds.
CATALOGUE = {
    "p01-three-part-pause": (60, 180, 480),
    "p02-on-shift-pause": (20, 60, 120),
    "p03-comforting-contact": (20, 150),
    "p04-slow-admit-ask-act": (120, 240),
    "p05-soothing-actions-menu": (300,),
    "p06-letter-from-a-wise-friend": (480, 900, 1500),
    "p07-reading-it-again": (180, 300),
    "p08-friend-and-self": (360, 600, 900),
    "p09-three-line-day": (240, 600, 900),
    "p10-changing-the-critics-tune": (480, 900),
    "p11-what-do-i-really-want": (360, 720),
    "p12-human-too": (60, 180),
    "p13-finding-my-words": (300, 600),
    "p14-a-fairer-thought": (240, 480),
    "p15-breath-as-home": (180, 600, 1200),
    "p16-box-breathing": (60, 120, 240),
    "p17-soothing-rhythm": (120, 480, 720),
    "p18-warm-breath": (300, 900, 1200),
    "p19-scan-and-name": (240, 600, 900),
    "p20-thankful-body-scan": (600, 1200, 1800),
    "p21-five-sense-landing": (60, 150),
    "p22-soles-of-the-feet": (60, 180, 300),
    "p23-room-for-what-is-here": (360, 720),
    "p24-ease-comfort-make-room": (300, 720),
    "p25-goodwill": (180, 240, 300, 900, 1200),
    "p26-widening-circle": (240, 600),
    "p27-something-i-love": (120, 240),
    "p28-calm-enough-place": (300, 600),
    "p29-kind-companion": (480, 900),
    "p30-compassionate-self": (480, 900),
    "p31-in-for-me-out-for-you": (60, 900),
    "p32-caring-with-limits-in-view": (120, 600),
    "p33-kind-and-firm": (360, 720),
    "p34-what-matters-one-promise": (480, 900),
    "p35-taking-in-the-good": (120, 480),
    "p36-owning-some-good": (240, 480),
    "p37-care-for-an-older-hurt": (900,),
    "p38-owning-and-mending": (900,),
    "p39-many-parts-one-event": (720, 1200),
    "p40-whose-story-is-it": (720, 780, 1500),
    "p41-letter-from-a-kinder-future": (480, 900),
    "p42-listening-without-fixing": (480, 720),
    "p43-sharing-circle": (600, 1200, 2100),
    "p44-one-bite-one-sip": (120, 360),
    "p45-walking-kindly": (180, 600),
    "p46-ordinary-minute": (60, 180),
    "p47-arriving-together": (120, 240, 600),
    "p48-leaving-gently": (120, 240, 480),
    "p49-letter-for-a-hard-day": (300,),
}


def test_every_practice_of_the_catalogue_is_there_in_every_length() -> None:
    there = {practice.id: tuple(length.seconds for length in practice.durations) for practice in all_practices()}
    assert there == CATALOGUE
    assert len(there) == 49


@pytest.mark.parametrize(("practice", "length"), EVERY_LENGTH, ids=NAMES)
@pytest.mark.parametrize("way", [None, *WAYS])
def test_cues_rise_without_a_gap_and_end_on_time(practice: Practice, length: Length, way: Way | None) -> None:
    timeline = cues(practice, length.seconds, Needs(frozenset({way} if way else ())))
    assert timeline[0]["at"] == 0
    assert [cue["at"] + cue["ms"] for cue in timeline[:-1]] == [cue["at"] for cue in timeline[1:]]
    assert all(cue["ms"] > 0 and cue["kind"] != "end" and cue["text"] for cue in timeline[:-1])
    assert (timeline[-1]["kind"], timeline[-1]["at"], timeline[-1]["ms"]) == ("end", length.seconds * 1000, 0)
    assert timeline[-1]["text"] == practice.ending


def test_another_way_changes_only_the_words_that_differ() -> None:
    practice = load_practice("p19-scan-and-name")
    usual, eyes_open = cues(practice, 600), cues(practice, 600, Needs(frozenset({"eyes_open"})))
    differing = [(a, b) for a, b in zip(usual, eyes_open, strict=True) if a["text"] != b["text"]]
    assert differing
    assert all(b["text"] == a["ways"]["eyes_open"] == b["ways"]["eyes_open"] for a, b in differing)
    assert [cue["at"] for cue in usual] == [cue["at"] for cue in eyes_open]


def test_no_breath_leaves_neither_breath_words_nor_a_breathing_shape() -> None:
    breathing = 0
    for practice in all_practices():
        for length in practice.durations:
            usual = cues(practice, length.seconds)
            without = cues(practice, length.seconds, Needs(frozenset({"no_breath"})))
            breathing += sum(cue["kind"] == "breath" for cue in usual)
            assert not [cue for cue in without if cue["kind"] == "breath"]
            assert not [cue for cue in without if re.search(r"\bbreath(s|e|ing)?\b", cue["text"])]
    assert breathing > 0


def step(**fields: str) -> Step:
    return Step.model_validate({"seconds": 20, "purpose": "rest", "kind": "say", "say": "Usual."} | fields)


def test_a_part_left_out_comes_first_and_then_the_ways_in_their_order() -> None:
    whole = step(no_touch="A cup.", no_breath="Sounds.", eyes_open="A plant.", zone="belly", zone_skipped="Hands.")
    every = frozenset(WAYS)
    assert Needs().words(whole) == "Usual."
    assert Needs(every).words(whole) == "A cup."
    assert Needs(every - {"no_touch"}).words(whole) == "Sounds."
    assert Needs(frozenset({"seated", "low_literacy"})).words(whole) == "Usual."
    assert Needs(every, frozenset({"belly"})).words(whole) == "Hands."
    assert Needs(every, frozenset({"feet"})).words(whole) == "A cup."


@pytest.mark.parametrize("fields", [{"zone": "belly"}, {"zone_skipped": "Hands."}])
def test_a_part_of_the_body_always_comes_with_the_words_for_leaving_it_out(fields: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="says what to do when it is left out"):
        step(**fields)


def test_a_length_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(LookupError, match="no length of 90 seconds; it has 60, 180, 300"):
        cues(load_practice("p22-soles-of-the-feet"), 90)


@given(st.lists(st.integers(3, 600), min_size=1, max_size=8), st.integers(-5, 5))
def test_steps_add_up_or_are_refused(seconds: list[int], off: int) -> None:
    total = sum(seconds) + off
    steps = tuple(Step(seconds=one, purpose="rest", kind="say", say="You can rest.") for one in seconds)
    if off == 0 and total >= 20 and total <= 3600:
        assert Length(seconds=total, steps=steps).seconds == total
    else:
        with pytest.raises(ValueError, match=r"add up|greater than|less than"):
            Length(seconds=total, steps=steps)


def test_each_practice_offers_three_ways_out_and_every_access_variant() -> None:
    for practice in all_practices():
        assert len(practice.exits) >= 3
        assert practice.cautions
        assert practice.evidence.line
        assert practice.evidence.sources
        assert all(text for _, text in practice.access)


def test_writing_prompts_are_all_used() -> None:
    for practice in all_practices():
        used = {step.prompt for length in practice.durations for step in length.steps if step.prompt}
        assert used == {prompt.id for prompt in practice.prompts}, practice.id


def test_a_practice_cannot_be_changed_after_it_was_read() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_practice("p22-soles-of-the-feet").title = "Other"  # type: ignore[misc]


def site_with(tmp_path: Path, name: str, old: str = "", new: str = "") -> Path:
    """A site's folder with one changed copy of Soles of the feet under another file name."""
    text = (SHIPPED / "practices" / "p22-soles-of-the-feet.md").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "practices").mkdir()
    (tmp_path / "practices" / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    return tmp_path


def test_an_unknown_field_is_refused_and_the_file_named(tmp_path: Path) -> None:
    folder = site_with(tmp_path, "p22-soles-of-the-feet.md", "title:", "colour: blue\ntitle:")
    with pytest.raises(ContentError, match=r"p22-soles-of-the-feet\.md: colour: this field is not known here"):
        load_practice("p22-soles-of-the-feet", folder=folder)


def test_an_unknown_field_deep_inside_is_refused_with_its_place(tmp_path: Path) -> None:
    folder = site_with(
        tmp_path, "p22-soles-of-the-feet.md", "        kind: say", "        kind: say\n        sound: gong"
    )
    with pytest.raises(ContentError) as refused:
        load_practice("p22-soles-of-the-feet", folder=folder)
    assert refused.value.problems == (
        ("durations.0.steps.0.sound", "this field is not known here; check its spelling"),
    )
    assert refused.value.file.name == "p22-soles-of-the-feet.md"


def test_a_file_whose_name_and_id_differ_is_refused(tmp_path: Path) -> None:
    folder = site_with(tmp_path, "p22-feet.md")
    with pytest.raises(ContentError, match="unlike the file name"):
        load_practice("p22-feet", folder=folder)


def test_a_later_version_stands_beside_the_first(tmp_path: Path) -> None:
    folder = site_with(tmp_path, "p22-soles-of-the-feet.v2.md", "version: '1'", "version: '2'")
    (folder / "practices" / "p22-soles-of-the-feet.md").write_text(
        (SHIPPED / "practices" / "p22-soles-of-the-feet.md").read_text(encoding="utf-8"), encoding="utf-8"
    )
    assert load_practice("p22-soles-of-the-feet", folder=folder).version == "1"
    assert load_practice("p22-soles-of-the-feet", 2, folder=folder).version == "2"
    assert [practice.version for practice in all_practices(folder=folder)] == ["2"]


def test_a_practice_that_is_not_there_is_named() -> None:
    with pytest.raises(ContentError, match=r"p98-none\.md: there is no such file"):
        load_practice("p98-none")
