"""Messages from devices: anything at all may come, and only five shapes are understood."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kindcircle.doors.sockets import wire
from kindcircle.doors.sockets.gathering import BURST, PER_SECOND, Allowance

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
NEARLY = st.fixed_dictionaries(
    {"t": st.sampled_from(["hello", "clock", "signal", "here", "line", "events"])},
    optional={
        "after": ANYTHING,
        "sent": ANYTHING,
        "kind": ANYTHING,
        "key": ANYTHING,
        "rtt": ANYTHING,
        "error": ANYTHING,
    },
)


@given(st.one_of(st.text(max_size=3000), (ANYTHING | NEARLY).map(json.dumps)))
def test_whatever_comes_is_a_message_or_unreadable(text: str) -> None:
    try:
        message = wire.read(text)
    except wire.Unreadable:
        return
    assert isinstance(message, wire.Hello | wire.AskClock | wire.SendSignal | wire.Here | wire.Line)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"t":"hello","after":0}', wire.Hello(0)),
        ('{"t":"clock","sent":1790000000000.25}', wire.AskClock(1790000000000.25)),
        ('{"t":"signal","kind":"come","key":"abc"}', wire.SendSignal("come", "abc")),
        ('{"t":"here"}', wire.Here()),
        ('{"t":"line","rtt":210.5,"error":12}', wire.Line(210.5, 12)),
        ('{"t":"here","more":"from a newer page"}', wire.Here()),
    ],
)
def test_the_five_shapes(text: str, message: wire.Message) -> None:
    assert wire.read(text) == message


def test_nothing_longer_than_an_honest_message_is_even_parsed() -> None:
    padded = '{"t":"here"}' + " " * wire.LONGEST
    with pytest.raises(wire.Unreadable):
        wire.read(padded)
    assert wire.read(padded[: wire.LONGEST]) == wire.Here()


def test_an_allowance_runs_out_and_fills_again() -> None:
    allowance = Allowance()
    assert all(allowance.take(1) for _ in range(BURST))
    assert not allowance.take(2)
    assert allowance.refused == 1
    allowance.at -= 1  # a second later
    assert all(allowance.take(1) for _ in range(int(PER_SECOND)))
    assert not allowance.take(2)
