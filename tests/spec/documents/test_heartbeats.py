"""Files with heartbeats: every kind that is known is read, and everything else is refused in a sentence that helps."""

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kindcircle.spec.documents.errors import DocumentError
from kindcircle.spec.documents.heartbeats import LARGEST, Heartbeats, Source, read_heartbeats
from tests.spec.documents.watch_files import HRV, RECORD, definition, watch_file, whole

BEATS = [812, 823, 799, 1013, 764]


def lines(*rows: object, between: str = "\n") -> bytes:
    return between.join(map(str, rows)).encode()


@pytest.mark.parametrize(
    "data",
    [
        lines(*BEATS),  # Elite HRV
        lines(*BEATS, between="\r\n") + b"\r\n",
        b"\xef\xbb\xbf" + lines(*BEATS),
        lines(*(one / 1000 for one in BEATS)),
        lines("0,812", "0,823", "0,799", "1,013", "0,764"),
        lines("rr_ms", *BEATS),
        lines('"RR intervals"', *BEATS),
        lines("# made by a strap", "", *BEATS, ""),
        lines(*BEATS, between=", "),
        lines(*BEATS, between=" "),
        lines("812,", "823,", "799,", "1013,", "764"),
    ],
)
def test_a_list_is_read_in_milliseconds_or_seconds(data: bytes) -> None:
    assert read_heartbeats(data) == Heartbeats(tuple(map(float, BEATS)), Source.LIST)


@pytest.mark.parametrize(
    "data",
    [
        # HRV Logger
        lines("date,rr,since start", *(f"2026-03-15 09:00:{n:02}.123,{rr},{n * 823}" for n, rr in enumerate(BEATS))),
        lines("timestamp, rr, since_start", *(f"{n}, {rr}, {n}" for n, rr in enumerate(BEATS))),
        # Polar Sensor Logger
        lines("Phone timestamp;RR-interval [ms]", *(f"2026-06-01T21:17:07.832;{rr}" for rr in BEATS)),
        lines("Time (s)\tIBI (s)", *(f"{n}\t0,{rr:03}" if rr < 1000 else f"{n}\t1,013" for n, rr in enumerate(BEATS))),
        lines('"note","R-R interval"', *(f'"sat, and breathed","{rr}"' for rr in BEATS)),
        lines("rr;note", *(f"{rr};" for rr in BEATS), ";the end"),
    ],
)
def test_a_named_column_is_found_among_others(data: bytes) -> None:
    assert read_heartbeats(data) == Heartbeats(tuple(map(float, BEATS)), Source.TABLE)


@pytest.mark.parametrize("at_once", [1, 2, 5])
def test_a_watch_file_gives_its_beats_and_not_its_places(at_once: int) -> None:
    assert read_heartbeats(watch_file(BEATS, at_once=at_once)) == Heartbeats(tuple(map(float, BEATS)), Source.WATCH)


def test_a_unit_in_the_heading_never_overrules_the_numbers() -> None:
    """Some programs write seconds under a heading that says milliseconds."""
    assert read_heartbeats(lines("rr_ms", 0.812, 0.823)).rr_ms == (812, 823)


WRONG = [
    (b"", "empty", "empty"),
    (b" \n\n\t", "empty", "empty"),
    (b"# only a word\n", "empty", "empty"),
    (b"rr\n\n", "empty", "no heartbeats"),
    (b"rr,note\n,a\n,b\n", "empty", "no heartbeats"),
    (bytes(range(256)) * 40, "not_csv", "TXT, CSV or FIT"),
    (b"800\n8\x0000\n", "not_csv", "TXT, CSV or FIT"),
    (b"\xff\xfe8\x000\x000\x00", "wrong_encoding", "UTF-8"),
    (b"PK\x03\x04" + bytes(500), "not_csv", "unpack"),
    (b"\x1f\x8b" + bytes(500), "not_csv", "unpack"),
    (b"%PDF-1.7\n", "not_csv", "TXT, CSV or FIT"),
    (b"<html><body>800</body></html>", "not_csv", "TXT, CSV or FIT"),
    (b'{"rr": [800, 810]}', "not_csv", "TXT, CSV or FIT"),
    (b"812\n-3\n820\n", "broken_row", "more than zero"),
    (b"812\n0\n820\n", "broken_row", "more than zero"),
    (b"812\nnan\n820\n", "broken_row", "not a number"),
    (b"rr\n812\nnan\n", "broken_row", "not a number"),
    (b"rr\n812\n1e3\n", "broken_row", "not a number"),
    (b"rr\n812\n99999999999\n", "broken_row", "not a number"),
    (b"a,rr\n1,812\n2\n", "broken_row", "in this row"),
    (b"60,812\n61,820\n", "not_csv", "without names"),
    (b"when,pulse\n1,61\n2,62\n", "no_beats", "called"),
    (b"61\n62\n60\n", "no_beats", "beats a minute"),
    (b"20000\n21000\n", "no_beats", "no times between heartbeats"),
    (b"0.01\n0.02\n", "no_beats", "no times between heartbeats"),
    (b'rr,note\n800,"open\n810,b\n', "not_csv", "quotation mark"),
    (b"1\n" * 400_000, "too_large", "lines"),
    (b"\r" * 900_000 + b"800", "too_large", "lines"),
    (b"1000\n" * 5_500, "too_large", "minutes"),
    (b"8" * (LARGEST + 1), "too_large", "1 MB"),
    (watch_file([]), "no_beats", "Log HRV"),
    (whole(definition(1, RECORD, (3, 1, 2)) + b"\x01\x3c" * 40), "no_beats", "Log HRV"),
    (whole(definition(1, HRV) + b"\x01" * 900_000), "too_large", "very long"),
    (watch_file(BEATS)[:-9], "broken_watch_file", "damaged"),
    (watch_file(BEATS)[:-1] + b"\x00", "broken_watch_file", "damaged"),
    (b"\x0e\x20\x00\x00\xff\xff\xff\xff.FIT", "broken_watch_file", "damaged"),
]


@pytest.mark.parametrize(("data", "code", "says"), WRONG, ids=[f"{n}-{row[1]}" for n, row in enumerate(WRONG)])
def test_what_cannot_be_used_is_refused_with_a_word_that_helps(data: bytes, code: str, says: str) -> None:
    began = time.process_time()
    with pytest.raises(DocumentError) as refused:
        read_heartbeats(data)
    assert refused.value.code == code
    assert says in str(refused.value)
    assert time.process_time() - began < 5  # seconds of a processor; such a file must never hold up a house


def test_the_row_is_named_as_a_spreadsheet_counts() -> None:
    with pytest.raises(DocumentError) as refused:
        read_heartbeats(b"rr\n812\n\noops\n")
    assert refused.value.row == 4
    assert "oops" not in str(refused.value)  # what stands in a file is never said back


@given(st.binary(max_size=2000))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        assert all(one > 0 for one in read_heartbeats(data).rr_ms)
    except DocumentError as refused:
        assert refused.message


@given(st.text(alphabet="0123456789.,;-+ \t\n\"'rnibe[]ms", max_size=400))
def test_nearly_right_text_is_read_or_refused(text: str) -> None:
    try:
        assert read_heartbeats(text.encode()).rr_ms
    except DocumentError as refused:
        assert refused.message


@pytest.mark.parametrize("seed", range(300))
def test_a_watch_file_that_was_tampered_with_never_breaks_the_reader(seed: int) -> None:
    """Half of them with a checksum that is right again, so that the inside is reached."""
    rng = random.Random(seed)
    data = bytearray(watch_file([800 + n for n in range(40)]))
    for _ in range(rng.randint(1, 6)):
        place, how = rng.randrange(len(data)), rng.random()
        if how < 0.7:
            data[place] = rng.randrange(256)
        elif how < 0.85:
            del data[place : place + rng.randint(1, 40)]
        else:
            data[place:place] = rng.randbytes(rng.randint(1, 20))
    tampered = whole(bytes(data[14:-2])) if seed % 2 else bytes(data)
    try:
        read_heartbeats(tampered)
    except DocumentError as refused:
        assert refused.message
