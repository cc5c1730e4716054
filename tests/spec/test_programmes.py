"""The four-week programme as the run-sheet needs it, and programmes at fault refused by name."""

import shutil
from pathlib import Path

import pytest

from kindcircle.spec.practices import load_practice
from kindcircle.spec.programmes import (
    CLOSING,
    OPENING,
    MeasureTime,
    PracticeUse,
    Slot,
    all_programmes,
    load_programme,
)
from kindcircle.spec.texts import SHIPPED, ContentError, all_handouts, load_handout

KIND = "kind-to-a-body-that-hurts"

# Minutes of each meeting: open, check-in, teach, practice, sharing, practice, home, close.
MINUTES = {
    1: [4, 10, 10, 10, 12, 6, 4, 4],
    2: [4, 8, 8, 12, 14, 6, 4, 4],
    3: [4, 8, 8, 16, 12, 4, 4, 4],
    4: [4, 8, 8, 12, 16, 4, 4, 4],
}
KINDS = ["open", "checkin", "teach", "practice", "sharing", "practice", "home", "close"]
PRACTICES = {
    1: ["p08-friend-and-self", "p01-three-part-pause"],
    2: ["p19-scan-and-name", "p03-comforting-contact"],
    3: ["p06-letter-from-a-wise-friend", "p12-human-too"],
    4: ["p05-soothing-actions-menu", "p25-goodwill"],
}


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_each_session_has_the_agenda_of_its_blueprint(number: int) -> None:
    session = load_programme(KIND, "1").session(number)
    assert [slot.kind for slot in session.agenda] == KINDS
    assert [slot.minutes for slot in session.agenda] == MINUTES[number]
    led = [slot.practice.practice for slot in session.agenda if slot.kind == "practice" and slot.practice]
    assert led == PRACTICES[number]


def test_opening_and_closing_are_locked_and_nothing_else_is() -> None:
    for session in load_programme(KIND, "1").sessions:
        locked = [slot for slot in session.agenda if slot.locked]
        assert [slot.practice.practice for slot in locked if slot.practice] == [OPENING, CLOSING]


def test_every_practice_in_use_loads_in_its_length() -> None:
    for session in load_programme(KIND, "1").sessions:
        uses = [use for slot in session.agenda for use in slot.uses]
        uses += [session.home.minimum.practice, *(option.practice for option in session.home.usual)]
        for use in uses:
            assert use.load().length(use.seconds).seconds == use.seconds


def test_facts_that_pages_show() -> None:
    programme = load_programme(KIND, 1)
    assert (programme.weeks, programme.session_minutes) == (4, 60)
    assert (programme.size.min, programme.size.max) == (6, 10)
    assert (programme.completion.attend, programme.completion.of) == (3, 4)
    whole = ("scs-sf-12", "who-5", "phq-9", "gad-7", "illness-burden", "wcc-6")
    assert programme.instruments("baseline") == whole
    assert programme.instruments("post") == whole
    assert programme.instruments("session", "before", 2) == ("arrival-check",)
    assert programme.instruments("session", "after", 4) == ("after-session",)
    assert programme.instruments("session", "between") == ("wcc-6",)


def test_a_slot_knows_when_it_begins() -> None:
    session = load_programme(KIND, "1").session(2)
    assert session.begins_at("open") == 0
    assert session.begins_at("practice-a") == 20
    assert session.begins_at("close") == 56
    with pytest.raises(LookupError, match="no slot 'tea'"):
        session.slot("tea")
    with pytest.raises(LookupError, match="no session 5"):
        load_programme(KIND, "1").session(5)


def test_talks_and_handouts_come_with_the_session() -> None:
    for session in load_programme(KIND, "1").sessions:
        assert len(session.talk.script.split()) > 400
        assert 150 < len(session.talk.handout.split()) < 350
        assert session.talk.script != session.talk.handout


def test_only_the_version_asked_for_is_given(tmp_path: Path) -> None:
    home = tmp_path / "programmes" / KIND
    shutil.copytree(SHIPPED / "programmes" / KIND / "1", home / "1")
    shutil.copytree(SHIPPED / "programmes" / KIND / "1", home / "10")
    shutil.copytree(SHIPPED / "programmes" / KIND / "1", home / "2")
    for version in ("2", "10"):
        file = home / version / "programme.yaml"
        text = file.read_text(encoding="utf-8").replace('version: "1"', f'version: "{version}"')
        file.write_text(text, encoding="utf-8")
    assert [one.version for one in all_programmes(folder=tmp_path)] == ["1", "2", "10"]
    assert load_programme(KIND, 2, folder=tmp_path).version == "2"
    with pytest.raises(ContentError, match="there is no such file"):
        load_programme(KIND, "3", folder=tmp_path)


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("programme.yaml", "weeks: 4", "weeks: 4\ncolour: blue", r"programme\.yaml: colour: this field is not known"),
        ("programme.yaml", "  - session-3.yaml\n", "", r"numbered \[1, 2, 4\], expected 1 to 3"),
        ("programme.yaml", "of: 4", "of: 5", "counts a different number of sessions"),
        ("programme.yaml", "weeks: 4", "weeks: 5", "21 days after the first; that is not 5 weeks"),
        ("programme.yaml", "attend: 3", "attend: 5", "nobody can attend more"),
        ("programme.yaml", "max: 10", "max: 5", "sizes must rise"),
        ("programme.yaml", "- session-1.yaml", "- ../session-1.yaml", "names a .yaml file in the same folder"),
        ("session-2.yaml", "theme:", "colour: blue\ntheme:", r"session-2\.yaml: colour: this field is not known"),
        ("session-2.yaml", "id: home", "id: open", "two slots share an id"),
        ("session-2.yaml", "from_slot: sharing", "from_slot: tea", "which is not a slot"),
        ("session-2.yaml", "at_minute: 30\n  minutes: 3", "at_minute: 30\n  minutes: 14", "use up the whole slot"),
        ("session-2.yaml", "    gentler: {practice: p22-soles-of-the-feet, seconds: 300}\n", "", "needs a gentler"),
        ("session-2.yaml", "talk:", "talk:\n  script: Hello.", "talk.script: belongs in its own Markdown file"),
        ("session-2.yaml", "minutes: 60", "minutes: 90", "adds up to 60 minutes, not 90"),
    ],
)
def test_a_programme_at_fault_is_refused_by_file_and_place(
    tmp_path: Path, file: str, old: str, new: str, message: str
) -> None:
    home = tmp_path / "programmes" / KIND / "1"
    shutil.copytree(SHIPPED / "programmes" / KIND / "1", home)
    text = (home / file).read_text(encoding="utf-8")
    assert old in text
    (home / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ContentError, match=message):
        load_programme(KIND, "1", folder=tmp_path)


def test_a_slot_holds_no_more_practice_than_its_minutes() -> None:
    use = PracticeUse(practice="p22-soles-of-the-feet", seconds=300)
    with pytest.raises(ValueError, match="300 seconds of practice do not fit in 4 minutes"):
        Slot(id="a", kind="practice", title="A", minutes=4, practice=use, gentler=use, script="Hello.")


def test_a_second_practice_takes_its_time_from_the_same_slot() -> None:
    use = PracticeUse(practice="p22-soles-of-the-feet", seconds=180)
    slot = Slot(id="a", kind="practice", title="A", minutes=6, practice=use, gentler=use, then=use, script="Hello.")
    assert slot.uses == (use, use, use)
    with pytest.raises(ValueError, match="360 seconds of practice do not fit in 5 minutes"):
        Slot(id="a", kind="practice", title="A", minutes=5, practice=use, gentler=use, then=use, script="Hello.")


def test_an_exercise_keeps_a_gentler_practice_and_has_none_of_its_own() -> None:
    use = PracticeUse(practice="p22-soles-of-the-feet", seconds=180)
    slot = Slot(id="a", kind="exercise", title="A", minutes=9, gentler=use, then=use, script="Draw.")
    assert slot.uses == (use, use)
    with pytest.raises(ValueError, match="needs a gentler alternative"):
        Slot(id="a", kind="exercise", title="A", minutes=9, script="Draw.")
    with pytest.raises(ValueError, match="an exercise has no practice of its own"):
        Slot(id="a", kind="exercise", title="A", minutes=9, practice=use, gentler=use, script="Draw.")


def test_a_retreat_stands_between_two_weeks_and_does_not_count(tmp_path: Path) -> None:
    home = tmp_path / "programmes" / KIND / "1"
    shutil.copytree(SHIPPED / "programmes" / KIND / "1", home)
    whole = (home / "programme.yaml").read_text(encoding="utf-8")
    whole = whole.replace("weeks: 4", "weeks: 3").replace("attend: 3\n  of: 4", "attend: 2\n  of: 3")
    (home / "programme.yaml").write_text(whole, encoding="utf-8")
    third = (home / "session-3.yaml").read_text(encoding="utf-8")
    third = third.replace("number: 3\n", "number: 3\nlabel: Retreat\ndays_after: 4\ncounts: false\n", 1)
    (home / "session-3.yaml").write_text(third, encoding="utf-8")
    fourth = (home / "session-4.yaml").read_text(encoding="utf-8")
    (home / "session-4.yaml").write_text(
        fourth.replace("number: 4\n", "number: 4\ndays_after: 3\n", 1), encoding="utf-8"
    )
    programme = load_programme(KIND, "1", folder=tmp_path)
    assert [programme.begins_after(one.number) for one in programme.sessions] == [0, 7, 11, 14]
    assert [one.label for one in programme.sessions] == [None, None, "Retreat", None]


@pytest.mark.parametrize(
    "fields",
    [{"occasion": "session"}, {"occasion": "baseline", "moment": "before"}, {"occasion": "mid", "moment": "after"}],
)
def test_a_measure_time_that_makes_no_sense_is_refused(fields: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"need a moment|says after which"):
        MeasureTime(instruments=("who-5",), **fields)  # type: ignore[arg-type]


# Handouts -----------------------------------------------------------------------------------------


def test_a_draft_message_is_filled_whole_or_not_at_all() -> None:
    draft = load_handout("weekly-reminder")
    values = dict.fromkeys(draft.fields, "Tuesday")
    assert "{" not in draft.fill(values)
    assert "Dear Ada," in draft.fill(values | {"first_name": "Ada"})
    with pytest.raises(ValueError, match="needs exactly these values: first_name, group, day, time, place"):
        draft.fill({"first_name": "Ada"})
    with pytest.raises(ValueError, match="needs exactly"):
        draft.fill(values | {"score": "17"})


def test_what_people_type_cannot_reach_into_a_draft() -> None:
    draft = load_handout("weekly-reminder")
    filled = draft.fill(dict.fromkeys(draft.fields, "x") | {"first_name": "{place.__class__} {0}"})
    assert "Dear {place.__class__} {0}," in filled


def test_the_agreements_are_twelve_lines_with_ids() -> None:
    agreements = load_handout("group-agreements")
    assert len(agreements.items) == 12
    assert {"your-own-way", "when-in-danger"} <= {item.id for item in agreements.items}
    assert "group-agreements" in [handout.id for handout in all_handouts()]


def test_a_handout_under_another_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "handouts").mkdir()
    shutil.copy(SHIPPED / "handouts" / "hard-day-card.md", tmp_path / "handouts" / "card.md")
    with pytest.raises(ContentError, match="'hard-day-card' version 1, unlike the file name"):
        load_handout("card", folder=tmp_path)


@pytest.mark.parametrize(
    "name", ["../handouts/hard-day-card", "/etc/hostname", "..", "", "a b", "a\n", "a/../b", "a..b"]
)
def test_a_name_from_outside_cannot_lead_out_of_the_folder(name: str) -> None:
    with pytest.raises(ContentError, match="not a name a content file can have"):
        load_handout(name)
    with pytest.raises(ContentError, match="not a name a content file can have"):
        load_practice(name)
    with pytest.raises(ContentError, match="not a name a content file can have"):
        load_programme(KIND, name)
