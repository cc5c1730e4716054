"""What a member reads about their own answers: plain, kind, never a verdict, in every case that can come up."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from kindcircle.doors.web.member.course_words import Shown, shown
from kindcircle.rooms.measures.course import Line, Step
from kindcircle.rooms.measures.norms import Known, Spread
from kindcircle.spec.instruments import load_instrument
from kindcircle.spec.norms import Fact, is_validated, with_error, with_spread
from kindcircle.spec.readability import grade, sentences
from kindcircle.stats.change import Norms
from kindcircle.stats.own_course import AtLeast, Point, Word, band, words_for

MAY = datetime(2026, 5, 1, tzinfo=UTC)
NEVER = (
    "better than", "worse than", "than others", "than most", "severe", "mild", "risk", "alarm", "danger", "symptom",
    "patient", "score", "normal", "abnormal", "fail", "well done", "improve", "deteriorat", "should", "must",
)  # fmt: skip


def line_of(instrument: str, values: tuple[float | str | None, ...], *, known: Known | None = None) -> Line:
    """A measure with these values; "missed" was not filled in, "few" is worked out from fewer answers."""
    one = load_instrument(instrument)
    score = one.headlines[0]
    usual = known.usual if known else None
    points = [
        Point(None, answered=False) if value == "missed" else Point(12.5 if value == "few" else value, one.rule)
        for value in values
    ]
    words = words_for(points, better=score.better, validated=is_validated(one), usual=usual)
    steps = tuple(
        Step(
            occasion=("baseline", "asked", "after", "follow-up")[number], gathering=None,
            on=MAY + timedelta(days=20 * number), answered=point.answered, value=point.value,
            state="prorated" if value == "few" else "complete", filled=6, of=7, rule=point.rule, typed=number == 1,
            word=word,
        )
        for number, (value, point, word) in enumerate(zip(values, points, words, strict=True))
    )  # fmt: skip
    return Line(
        definition=one, score=score, title=one.name, validated=is_validated(one), steps=steps, known=known,
        band=band(points, validated=is_validated(one), usual=usual),
        research=tuple(with_spread(one, score.id)),
    )  # fmt: skip


def gad() -> Known:
    fact = with_error(load_instrument("gad-7"), "total")
    assert fact is not None
    return Known(Norms(reliability=fact.reliability, sd_before=fact.sd), fact, None, "Loewe 2008")


def every_case() -> Iterator[tuple[str, Line]]:
    known, core = gad(), Known(AtLeast(6.0), None, None, "its authors")
    yield "one value", line_of("gad-7", (9.0,), known=known)
    yield "as usual", line_of("gad-7", (9.0, 10.0), known=known)
    yield "easier", line_of("gad-7", (15.0, "missed", "few", 4.0), known=known)
    yield "harder", line_of("gad-7", (4.0, "few", 15.0), known=known)
    yield "nothing to tell", line_of("gad-7", (4.0, None), known=known)
    yield "never told", line_of("gad-7", (None,), known=known)
    yield "no room", line_of("gad-7", (2.0, 1.0), known=known)
    yield "own people", line_of("gad-7", (9.0, 15.0), known=replace(known, own=Spread(63, 4.1)))
    yield "a step of its authors", line_of("core-10", (20.0, 10.0), known=core)
    yield "no norm", line_of("phq-9", (20.0, 2.0))
    yield "our own", line_of("wcc-6", (3.0, 1.0))
    changed = line_of("gad-7", (9.0, 3.0), known=known)
    steps = (changed.steps[0], replace(changed.steps[1], word=Word.FORM_CHANGED))
    yield "the form changed", replace(changed, steps=steps)
    for word in (Word.UP, Word.DOWN):
        yield word.value, replace(changed, steps=(changed.steps[0], replace(changed.steps[1], word=word)))


CASES = dict(every_case())


def told(found: Shown) -> list[str]:
    texts = [found.sentence, found.more, found.caption, found.alt, *found.known]
    texts += [one.told for one in found.studies]
    texts += [text for row in found.rows for text in (row.when, row.said, *row.notes)]
    return [text for text in texts if text]


@pytest.mark.parametrize("case", CASES)
def test_every_case_is_kind_and_plain(case: str) -> None:
    found = shown(CASES[case], study=1)
    said = " ".join(told(found)).casefold()
    assert not [word for word in NEVER if word in said]
    # Names of forms, people and places are no words that one could choose otherwise.
    plain = [found.sentence, found.more, found.caption, *(text for text in found.known if "study" not in text)]
    for text in (" ".join(plain), f"{found.sentence} {found.more}"):
        assert sentences(text) and grade(text) <= 6, (grade(text), text)


def test_each_case_says_its_own_sentence() -> None:
    expected = {
        "one value": "There is no second time yet.",
        "as usual": "About as much as you usually vary.",
        "easier": "Clearly more than you usually vary. It is easier than at first.",
        "harder": "Clearly more than you usually vary. It is harder than at first.",
        "nothing to tell": "It could not be told here.",
        "never told": "It could not be told here.",
        "the form changed": "It could not be told here.",
        "no norm": "These are your values, as they were.",
        "our own": "These are your values, as they were.",
        "up": "Clearly more than you usually vary. It is higher than at first.",
        "down": "Clearly more than you usually vary. It is lower than at first.",
    }
    assert {case: shown(CASES[case]).sentence for case in expected} == expected
    assert [case for case, line in CASES.items() if shown(line).harder] == ["harder", "own people"]


def test_how_we_know_names_its_source_and_how_many_people() -> None:
    assert "5,030 people in Germany (Loewe 2008)" in " ".join(shown(CASES["easier"]).known)
    assert "63 people who began here" in " ".join(shown(CASES["own people"]).known)
    assert "A step of 6 points or more counts" in " ".join(shown(CASES["a step of its authors"]).known)
    assert "no room left" in " ".join(shown(CASES["no room"]).known)


def test_our_own_form_has_no_stretch_no_study_and_no_direction() -> None:
    found = shown(CASES["our own"], study=1)
    assert (found.known, found.studies, found.study, found.caption) == ((), (), None, "")
    assert found.picture["usual"] is None and found.picture["research"] is None


def test_a_study_is_behind_the_line_only_when_asked_for() -> None:
    assert shown(CASES["easier"]).picture["research"] is None
    women = shown(CASES["easier"], study=1)
    assert women.study is not None and women.picture["research"] is not None
    assert (women.study.low, women.study.high) == (0.0, 6.7)  # cut at the lowest value there is
    assert shown(CASES["easier"], study=9).study is None


def test_the_text_beside_the_picture_holds_every_value_and_every_gap() -> None:
    alt = shown(CASES["easier"]).alt
    assert alt.startswith("GAD-7, on a scale from 0 to 21.")
    for said in ("Before the first meeting: 15.", "not filled in", "At the end: 12.5.", "from 11.1 to 18.9"):
        assert said in alt, said
    notes = [note for row in shown(CASES["easier"]).rows for note in row.notes]
    assert "worked out from 6 of 7 answers" in notes


def test_a_fact_without_a_number_of_people_says_none() -> None:
    known = gad()
    fact = Fact.model_validate(known.fact.model_dump() | {"n_of_study": None}) if known.fact else None
    said = " ".join(shown(line_of("gad-7", (9.0, 10.0), known=replace(known, fact=fact))).known)
    assert "We know it from a study with people in Germany (Loewe 2008)." in said
