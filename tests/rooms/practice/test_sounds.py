"""The shelf of made voices: each is made once, never twice at once, and gives way when room is needed."""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from subprocess import TimeoutExpired

import pytest

from kindcircle.rooms.practice import sounds
from kindcircle.spec.practices import USUAL, Needs, load_practice

FEET = load_practice("p22-soles-of-the-feet")
SCAN = load_practice("p19-scan-and-name")


@pytest.fixture(autouse=True)
def _shelf_of_its_own(settings, tmp_path: Path) -> None:
    settings.HOME = tmp_path


def test_it_is_made_once_and_then_there(monkeypatch: pytest.MonkeyPatch) -> None:
    begun = time.monotonic()
    file = sounds.ready(FEET, 60, USUAL, within=30)
    took = time.monotonic() - begun
    assert file is not None and file.stat().st_size == pytest.approx(5_000 * 69.5, rel=0.03)
    print(f"\none minute, made in {took:.1f} s, {file.stat().st_size} bytes")
    monkeypatch.setattr(sounds, "work", lambda *_, **__: pytest.fail("it was made again"))
    assert sounds.ready(FEET, 60, USUAL, within=0) == file
    assert file.stat().st_mode & 0o077 == 0 and file.parent.stat().st_mode & 0o077 == 0
    assert [one.name for one in sounds.shelf().iterdir()] == [file.name]


def test_other_words_are_another_file_and_the_same_words_the_same() -> None:
    usual, fewer = sounds.voice_file(SCAN, 600, USUAL), sounds.voice_file(SCAN, 600, Needs(frozenset({"no_breath"})))
    assert usual != fewer != sounds.voice_file(SCAN, 240, USUAL)
    # Sitting changes no word of this practice, so whoever asked for it shares the file.
    alike = [way for way in ("seated", "no_touch") if not any(step.ways.get(way) for step in SCAN.length(600).steps)]
    assert alike
    for way in alike:
        assert sounds.voice_file(SCAN, 600, Needs(frozenset({way}))) == usual


def test_many_who_ask_at_once_wait_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = []

    def slow(job, *, within):
        jobs.append(job)
        time.sleep(0.4)
        Path(job["to"]).write_bytes(b"sound")
        return {}

    monkeypatch.setattr(sounds, "work", slow)
    assert sounds.ready(FEET, 60, USUAL, within=0) is None
    with ThreadPoolExecutor(8) as people:
        found = list(people.map(lambda _: sounds.ready(FEET, 60, USUAL, within=5), range(8)))
    assert len(jobs) == 1 and len(set(found)) == 1 and found[0].read_bytes() == b"sound"


@pytest.mark.parametrize("error", [RuntimeError(), OSError(28, "No space left"), TimeoutExpired("voice", 90)])
def test_what_cannot_be_made_leaves_nothing_and_can_be_asked_for_again(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def broken(job, *, within):
        Path(job["to"]).write_bytes(b"half")
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(sounds, "work", broken)
        with pytest.raises(sounds.NoVoice):
            sounds.ready(FEET, 60, USUAL, within=5)
    assert not list(sounds.shelf().iterdir())
    assert sounds.ready(FEET, 60, USUAL, within=30) is not None


def test_too_much_at_once_is_put_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sounds, "WAITING", 0)
    with pytest.raises(sounds.VoiceBusy):
        sounds.ready(FEET, 180, USUAL, within=1)


def test_what_was_heard_longest_ago_gives_way(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["a", "b", "c"]
    for number, name in enumerate(names):
        file = sounds.shelf() / f"{name}.mp3"
        file.write_bytes(bytes(1000))
        os.utime(file, (number, number))
    for name, at in (("cut off", 1), ("going on", time.time())):
        (sounds.shelf() / f"{name}.part").touch()
        os.utime(sounds.shelf() / f"{name}.part", (at, at))
    monkeypatch.setattr(sounds, "ROOM", 2_000)
    sounds._make_room(keep=sounds.shelf() / "a.mp3")
    assert {file.name for file in sounds.shelf().iterdir()} == {"a.mp3", "c.mp3", "going on.part"}


def test_two_who_make_room_at_once_do_not_trip_over_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(400):
        (sounds.shelf() / f"{number}.mp3").write_bytes(b"sound")
        half = sounds.shelf() / f"{number}.part"
        half.touch()
        os.utime(half, (1, 1))
    monkeypatch.setattr(sounds, "ROOM", 0)
    keep = sounds.shelf() / "0.mp3"
    with ThreadPoolExecutor(8) as makers:
        list(makers.map(lambda _: sounds._make_room(keep=keep), range(8)))
    assert [file.name for file in sounds.shelf().iterdir()] == ["0.mp3"]


def test_a_voice_that_gave_way_while_it_was_asked_for_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def taken(job, *, within):
        Path(job["to"]).write_bytes(b"sound")
        return {}

    monkeypatch.setattr(sounds, "work", taken)
    monkeypatch.setattr(sounds, "_make_room", lambda *, keep: keep.unlink())
    assert sounds.ready(FEET, 60, USUAL, within=5) is None


def test_few_pages_wait_and_the_others_ask_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages are made by few threads. Whoever asks for voices, member or staff, can hold no more than some of them."""
    done = threading.Event()

    def slow(job, *, within):
        done.wait(10)
        Path(job["to"]).write_bytes(b"sound")
        return {}

    monkeypatch.setattr(sounds, "work", slow)
    with ThreadPoolExecutor(12) as people:
        asked = [people.submit(sounds.for_page, FEET, 60, USUAL) for _ in range(12)]
        put_off, waiting = wait(asked, timeout=1.5)
        done.set()
    assert len(waiting) <= 4 and {one.result() for one in put_off} == {None}
    assert {one.result() for one in waiting} == {sounds.voice_file(FEET, 60, USUAL)}


def test_the_one_who_makes_it_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that opens strangers' files is given their names and nothing of ours."""
    seen = {}

    def run(command, **how):
        seen.update(how, command=command)
        raise OSError

    monkeypatch.setenv("KINDCIRCLE_SECRET_KEY", "canary")
    monkeypatch.setattr(sounds.subprocess, "run", run)
    with pytest.raises(OSError):
        sounds.work({"do": "speak"}, within=1)
    assert "canary" not in repr(seen) and set(seen["env"]) == {"PATH", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"}
