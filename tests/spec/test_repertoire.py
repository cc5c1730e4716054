"""What a group may turn to on the day: the gate's rules, and nothing that stirs more than was planned."""

import pytest

from kindcircle.spec.practices import LEVELS, Practice, newest_practice
from kindcircle.spec.programmes import Programme, all_programmes
from kindcircle.spec.repertoire import asks_for, lengths_for, released_practices, strongest, word_on
from tests.newest import newest_programme

PROGRAMMES = all_programmes()


def word(practice: str, programme: str, session: int, *, which: int = 0) -> str:
    found, plan = newest_practice(practice), newest_programme(programme)
    return word_on(found, found.durations[which], plan.session(session), plan)


@pytest.mark.parametrize(
    ("practice", "programme", "session", "which", "expected"),
    [
        ("p22-soles-of-the-feet", "care-for-those-who-care", 1, 2, "yes"),
        ("p25-goodwill", "care-for-those-who-care", 1, 4, "yes"),  # as much as today's own
        ("p06-letter-from-a-wise-friend", "care-for-those-who-care", 1, 0, "early"),
        ("p06-letter-from-a-wise-friend", "care-for-those-who-care", 3, 0, "yes"),
        ("p06-letter-from-a-wise-friend", "care-for-those-who-care", 3, 1, "shortest"),
        ("p06-letter-from-a-wise-friend", "care-for-those-who-care", 6, 0, "stirs"),
        ("p06-letter-from-a-wise-friend", "eight-weeks-of-self-compassion", 3, 0, "early"),
        ("p29-kind-companion", "eight-weeks-of-self-compassion", 9, 0, "clinician"),
        ("p29-kind-companion", "compassionate-mind-group", 1, 0, "early"),
        ("p15-breath-as-home", "compassionate-mind-group", 1, 0, "ask"),
        ("p37-care-for-an-older-hurt", "compassionate-mind-group", 9, 0, "early"),
        ("p37-care-for-an-older-hurt", "compassionate-mind-group", 10, 0, "yes"),
        ("p15-breath-as-home", "circle-of-practice", 1, 0, "yes"),
        ("p15-breath-as-home", "circle-of-practice", 1, 2, "open"),
        ("p37-care-for-an-older-hurt", "circle-of-practice", 12, 0, "clinician"),
    ],
)
def test_a_word_on_each(practice: str, programme: str, session: int, which: int, expected: str) -> None:
    assert word(practice, programme, session, which=which) == expected


@pytest.mark.parametrize("programme", PROGRAMMES, ids=lambda one: f"{one.id}-{one.version}")
def test_every_programme_may_lead_what_its_own_run_sheet_names(programme: Programme) -> None:
    for session in programme.sessions:
        for use in (use for slot in session.agenda for use in slot.uses):
            practice = use.load()
            assert word_on(practice, practice.length(use.seconds), session, programme) == "yes", use


@pytest.mark.parametrize("programme", PROGRAMMES, ids=lambda one: f"{one.id}-{one.version}")
def test_nothing_stirs_more_than_today_without_a_clinician_who_looked_twice(programme: Programme) -> None:
    for session in programme.sessions:
        for practice in released_practices():
            for _length, said in lengths_for(practice, session, programme):
                more = LEVELS[practice.backdraft] > strongest(session)
                assert said == ("ask" if more else "yes")
                assert not more or programme.led_by == "clinician"


@pytest.mark.parametrize("practice", released_practices(), ids=lambda one: one.id)
def test_what_eases_a_practice_may_be_led_wherever_it_may(practice: Practice) -> None:
    if practice.easier.practice is None:
        return
    easier = newest_practice(practice.easier.practice)
    for programme in PROGRAMMES:
        for session in programme.sessions:
            if lengths_for(practice, session, programme):
                assert any(said == "yes" for _length, said in lengths_for(easier, session, programme))


def test_what_a_length_asks_of_a_body_is_named() -> None:
    assert "breath" in asks_for(newest_practice("p15-breath-as-home").durations[0])
    assert asks_for(newest_practice("p46-ordinary-minute").durations[0]) == ()
