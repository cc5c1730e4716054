"""The shelf of made voices: each is made once, in a process of its own, and kept until room is needed.

A file is named after every word and moment in it, so a changed practice, way or voice is another file, and two people
who chose the same share one. What is here can be thrown away at any time.
"""

import hashlib
import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings

from kindcircle.base.lib import codes
from kindcircle.spec.practices import Cue, Needs, Practice, cues

VOICE = "eSpeak NG f4, 1"
"""Part of every file's name: a change to how the voice sounds makes all files anew. Count it up then."""

AT_ONCE = 2  # voices that are made at the same time
WAITING = 24  # voices that may wait for their turn
LONGEST = 90  # seconds that one may take
PATIENT = 8.0  # seconds for which a request waits for a voice that is being made
ROOM = 1024 * 1024 * 1024  # bytes; what was heard longest ago goes first
log = logging.getLogger("kindcircle.sounds")

_makers = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="voice")
_lock = threading.Lock()
_waiting = threading.BoundedSemaphore(4)  # requests that wait so; more would keep pages from others
_under_way: dict[str, "Future[None]"] = {}


class VoiceBusy(Exception):
    """Too many voices are being made. Ask again in a moment."""


class NoVoice(Exception):
    """It could not be made: no room on the disk, or no voice on this machine. The practice goes on in words."""


def shelf() -> Path:
    """The folder of made voices, which only this site can read."""
    folder = Path(settings.HOME) / "voices"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def voice_file(practice: Practice, seconds: int, needs: Needs) -> Path:
    """Where the voice of this practice, in this length and these ways, is or will be."""
    words = json.dumps([VOICE, _moments(cues(practice, seconds, needs))], sort_keys=True)
    return shelf() / f"{hashlib.sha256(words.encode()).hexdigest()[:40]}.mp3"


def ready(practice: Practice, seconds: int, needs: Needs, *, within: float) -> Path | None:
    """The finished file, made now if it has to be; None when it takes longer than `within` seconds.

    Asking again is right: the making goes on. Raises VoiceBusy when too much is asked at once, NoVoice when it cannot
    be made.
    """
    file = voice_file(practice, seconds, needs)
    if not file.is_file():
        try:
            _asked_for(file, _moments(cues(practice, seconds, needs))).result(timeout=within)
        except NotYet:
            return None
        except (RuntimeError, OSError, subprocess.SubprocessError) as error:
            raise NoVoice from error
    try:
        os.utime(file)
    except FileNotFoundError:
        return None  # its room was just needed
    return file


def for_page(practice: Practice, seconds: int, needs: Needs) -> Path | None:
    """The same, for a page that cannot wait long: None means that asking again in a second is right."""
    patient = _waiting.acquire(blocking=False)
    try:
        return ready(practice, seconds, needs, within=PATIENT if patient else 0)
    except VoiceBusy:
        return None
    finally:
        if patient:
            _waiting.release()


def _moments(timeline: Sequence[Cue]) -> list[dict[str, Any]]:
    return [{"at": cue["at"], "kind": cue["kind"], "text": cue["text"], "ms": cue["ms"]} for cue in timeline]


def _asked_for(file: Path, moments: list[dict[str, Any]]) -> "Future[None]":
    with _lock:
        going = _under_way.get(file.name)
        if going is not None:
            return going
        if len(_under_way) >= WAITING:
            raise VoiceBusy
        going = _under_way[file.name] = _makers.submit(_make, file, moments)
    going.add_done_callback(lambda _: _done(file.name))
    return going


def _done(name: str) -> None:
    with _lock:
        _under_way.pop(name, None)


def _make(file: Path, moments: list[dict[str, Any]]) -> None:
    if file.is_file():
        return
    draft = file.with_name(f"{codes.new_code()}.part")
    try:
        work({"do": "speak", "moments": moments, "to": str(draft)}, within=LONGEST)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    _make_room(keep=file)


def _make_room(*, keep: Path) -> None:
    for facts, half in _there("*.part"):
        if time.time() - facts.st_mtime > 2 * LONGEST:
            half.unlink(missing_ok=True)  # its maker was cut off
    files = sorted(_there("*.mp3"), key=lambda pair: pair[0].st_mtime)
    used = sum(facts.st_size for facts, _ in files)
    for facts, one in files:
        if used <= ROOM:
            return
        if one != keep:
            one.unlink(missing_ok=True)
            used -= facts.st_size


def _there(names: str) -> Iterator[tuple[os.stat_result, Path]]:
    for file in shelf().glob(names):
        with suppress(FileNotFoundError):  # another maker made room at the same time
            yield file.stat(), file


def work(job: dict[str, Any], *, within: float) -> dict[str, Any]:
    """Have one job done in a process of its own that knows none of our settings or secrets."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "kindcircle.rooms.practice.voice"],
        input=json.dumps(job),
        capture_output=True,
        text=True,
        timeout=within,
        check=False,
        env={"PATH": os.defpath, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        cwd=shelf(),
        umask=0o077,
    )
    if done.returncode != 0:
        # Only the kind of error: its message could quote what the job was about.
        log.error("a sound could not be made: %s", done.stderr.strip().rpartition("\n")[2].partition(":")[0][:80])
        raise RuntimeError("a sound could not be made")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
