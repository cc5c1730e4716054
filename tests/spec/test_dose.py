"""The minutes really given to each step."""

from kindcircle.spec.dose import minutes_given
from kindcircle.spec.timeline import Event

MINUTE = 60_000


def events(*told: tuple[str, float, dict[str, object]]) -> list[Event]:
    return [Event(n, kind, int(at * MINUTE), data) for n, (kind, at, data) in enumerate(told, start=1)]


def test_a_step_lasts_until_the_next_and_going_back_adds_to_it() -> None:
    told = events(
        ("opened", 0, {}),
        ("step_started", 1, {"step": 0}),
        ("practice_started", 2, {"practice": "p"}),
        ("step_started", 8.5, {"step": 1}),
        ("step_started", 10, {"step": 0}),
        ("closing_started", 14, {}),
        ("step_started", 14, {"step": 7}),
        ("closed", 20, {}),
    )
    assert minutes_given(told) == {0: 11.5, 1: 1.5, 7: 6.0}
    assert minutes_given(list(reversed(told))) == minutes_given(told)


def test_what_was_never_closed_has_no_last_length_and_what_never_began_has_none() -> None:
    assert minutes_given(events(("opened", 0, {}), ("step_started", 1, {"step": 0}))) == {}
    assert minutes_given(events(("opened", 0, {}), ("closed", 9, {}))) == {}
    assert minutes_given([]) == {}
