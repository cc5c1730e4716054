"""Practices in a house's own voice. What comes in is never served: only what was made anew from its sound is.

A file from outside is looked at three times: by its name, by its first bytes, and by decoding it in a process with
little memory and time. Nothing is run, unpacked or believed, and nothing of it reaches the web but samples of sound.
"""

import subprocess
import threading
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet, Sum

from kindcircle.base.access import Actor, Facts, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.lib import codes, erased
from kindcircle.base.people.models import Organisation, User
from kindcircle.rooms.practice import sounds
from kindcircle.rooms.practice.errors import NoRoom, NotASound, OneAtATime, TooBig, TooQuiet, WrongLength
from kindcircle.rooms.practice.models import Recording
from kindcircle.spec.practices import Practice

LARGEST = 50 * 1024 * 1024  # bytes
LONGEST_LOOK = 150  # seconds
STRAY = 3600  # seconds after which a file that belongs to nothing is not just being worked on
CONTAINERS = {
    ".mp3": "mp3", ".m4a": "mov", ".mp4": "mov", ".wav": "wav", ".flac": "flac", ".ogg": "ogg", ".oga": "ogg",
    ".opus": "ogg",
}  # fmt: skip
"""What may come, by the end of its name, and which reader opens it."""

_looking = threading.Lock()


def folder() -> Path:
    """Where recordings lie: with the data, so that a backup has them; out of reach of the web."""
    place = Path(settings.DATA_DIR) / "recordings"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


def file_of(recording: Recording) -> Path:
    """The finished file."""
    return folder() / recording.file


def recordings_of(organisation: Organisation) -> QuerySet[Recording]:
    """Every recording of a house."""
    return Recording.objects.filter(organisation=organisation).order_by("practice", "seconds")


def recording_for(organisation_id: int, practice: Practice, seconds: int) -> Recording | None:
    """The house's own voice for exactly these words in this length, if there is one."""
    return Recording.objects.filter(
        organisation_id=organisation_id, practice=practice.id, practice_version=practice.version, seconds=seconds
    ).first()


def keep_recording(
    *, come: Path, name: str, practice: Practice, seconds: int, organisation: Organisation, by: Actor, at: datetime
) -> Recording:
    """Make a recording part of the house, in place of an older one. The file that came is left as it is.

    Raises NotASound, WrongLength, TooQuiet, TooBig, NoRoom or OneAtATime; then whatever was there before stays.
    """
    require(by, Permission.RECORDING_KEEP, Facts(organisation_id=organisation.pk))
    _sweep()
    kind = _container(come, name)
    if come.stat().st_size > LARGEST:
        raise TooBig
    there = recordings_of(organisation)
    old = there.filter(practice=practice.id, practice_version=practice.version, seconds=seconds)
    draft = folder() / f"{codes.new_code()}.mp3"
    try:
        _clean(come, draft, kind, seconds)
        size = draft.stat().st_size
        with transaction.atomic():
            Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
            # Asked only now: another recording may have been kept while this one was looked at.
            used = there.exclude(pk__in=old).aggregate(used=Sum("bytes"))["used"] or 0
            if used + size > settings.RECORDINGS_MB * 1024 * 1024:
                raise NoRoom
            gone, replaced = [folder() / one.file for one in old], [one.code for one in old]
            old.delete()
            kept = Recording.objects.create(
                organisation=organisation,
                practice=practice.id,
                practice_version=practice.version,
                seconds=seconds,
                file=draft.name,
                bytes=size,
                recorded_by=User.objects.filter(code=by.code).first(),
                kept_at=at,
            )
            about = log.Ref("recording", kept.code)
            log.record(Event.RECORDING_KEPT, by=by, about=about, at=at, chain=organisation.code)
            for code in replaced:
                erased.note(erased.ROW, label=Recording._meta.label, code=code, at=at)
            transaction.on_commit(lambda: _unlink(gone))
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return kept


def take_back(*, recording: Recording, by: Actor, at: datetime) -> None:
    """The recording is gone for good; members hear the made voice again."""
    require(by, Permission.RECORDING_KEEP, recording)
    gone = file_of(recording)
    with transaction.atomic():
        about = log.Ref("recording", recording.code)
        recording.delete()
        log.record(Event.RECORDING_TAKEN_BACK, by=by, about=about, at=at, chain=recording.organisation.code)
        erased.note(erased.ROW, label=Recording._meta.label, code=recording.code, at=at)
        transaction.on_commit(lambda: _unlink([gone]))


def _container(come: Path, name: str) -> str:
    """The reader for this file, if its name and its first bytes agree."""
    kind = CONTAINERS.get(Path(name).suffix.lower())
    with come.open("rb") as file:
        first = file.read(16)
    begins = {
        "mp3": first[:3] == b"ID3" or (len(first) > 1 and first[0] == 0xFF and first[1] & 0xE0 == 0xE0),
        "mov": first[4:8] == b"ftyp",
        "wav": first[:4] == b"RIFF" and first[8:12] == b"WAVE",
        "flac": first[:4] == b"fLaC",
        "ogg": first[:4] == b"OggS",
    }
    if kind is None or not begins[kind]:
        raise NotASound
    return kind


def _clean(come: Path, to: Path, kind: str, seconds: int) -> None:
    if not _looking.acquire(blocking=False):
        raise OneAtATime
    try:
        job = {"do": "clean", "from": str(come), "to": str(to), "kind": kind, "seconds": seconds}
        said = sounds.work(job, within=LONGEST_LOOK)
    except (RuntimeError, subprocess.TimeoutExpired):
        raise NotASound from None  # it broke its reader, or kept it busy for too long
    finally:
        _looking.release()
    amiss = said.get("amiss")
    if amiss == "long":
        raise WrongLength.long(seconds)
    if amiss == "short":
        raise WrongLength.short(said["lasted"], seconds)
    if amiss == "quiet":
        raise TooQuiet
    if amiss is not None:
        raise NotASound


def sweep_again() -> None:
    """After an old copy came back: a voice whose recording is gone lies on the disk no more. While nobody is let in."""
    _sweep(older=0)


def _sweep(*, older: int = STRAY) -> None:
    """What a power cut left half done: files that belong to no recording, and uploads that nobody waits for."""
    kept = set(Recording.objects.values_list("file", flat=True))
    strays = [file for file in folder().iterdir() if file.name not in kept]
    strays += Path(settings.DATA_DIR).glob("*.upload*")
    for file in strays:
        with suppress(FileNotFoundError):  # somebody else's upload was just finished
            if file.is_file() and (not older or time.time() - file.stat().st_mtime > older):
                file.unlink()


def _unlink(files: list[Path]) -> None:
    for file in files:
        file.unlink(missing_ok=True)
