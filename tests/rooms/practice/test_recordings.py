"""A house's own voice: what is taken is made anew, what is not a recording of this length is refused, and by whom."""

import io
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import av
import numpy as np
import pytest

from kindcircle.base.access import Actor
from kindcircle.base.audit.events import Event
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib import erased
from kindcircle.base.lib.errors import KindError, NotFound
from kindcircle.rooms.practice import recordings
from kindcircle.rooms.practice.errors import NoRoom, NotASound, OneAtATime, TooBig, TooQuiet, WrongLength
from kindcircle.rooms.practice.models import Recording
from kindcircle.rooms.practice.voice.speech import RATE
from kindcircle.rooms.practice.voice.track import LEAD_MS
from kindcircle.spec.practices import load_practice
from tests.rooms.practice.recorded import FORMATS, recorded
from tests.world import World, make_world

AT = datetime(2026, 5, 4, 21, 0, tzinfo=UTC)
CONTACT = load_practice("p03-comforting-contact")
SECRET = "canary5ecre7"


@pytest.fixture(autouse=True)
def _folder_of_its_own(settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path / "data"


@pytest.fixture
def come(tmp_path: Path):
    """A file as the browser sent it."""

    def write(data: bytes) -> Path:
        file = tmp_path / "come"
        file.write_bytes(data)
        return file

    return write


def keep(world: World, file: Path, name: str = "voice.wav", *, by: Actor | None = None, seconds: int = 20) -> Recording:
    return recordings.keep_recording(
        come=file,
        name=name,
        practice=CONTACT,
        seconds=seconds,
        organisation=world.organisation,
        by=by or world.actor(world.facilitator),
        at=AT,
    )


def sounding(data: bytes) -> np.ndarray:
    with av.open(io.BytesIO(data), format="mp3") as box:
        return np.concatenate([frame.to_ndarray().reshape(-1) for frame in box.decode(audio=0)])


def kept_files() -> set[str]:
    return {file.name for file in recordings.folder().iterdir()}


@pytest.mark.parametrize("name", FORMATS)
def test_what_phones_and_programs_write_is_taken(world: World, come, name: str) -> None:
    row = keep(world, come(recorded(name, title=SECRET, artist=SECRET)), name)
    data = recordings.file_of(row).read_bytes()
    assert SECRET.encode() not in data and len(data) == row.bytes
    wave = sounding(data)
    lead = LEAD_MS * RATE // 1000
    # A bell, the voice as loud as every voice, and the end bell at exactly the full length, rung out.
    assert wave.size / RATE == pytest.approx(LEAD_MS / 1000 + 20 + 6.5, abs=0.1)
    voice = wave[lead : lead + 19 * RATE]
    loud = np.sort(np.mean(voice[: voice.size // 480 * 480].reshape(-1, 480) ** 2, axis=1))[-300:]
    assert 10 * np.log10(loud.mean()) == pytest.approx(-21, abs=2)
    end = (LEAD_MS + 20_000) * RATE // 1000
    bell = wave[end + RATE // 10 : end + RATE]
    strength = np.abs(np.fft.rfft(bell * np.hanning(bell.size)))
    assert np.fft.rfftfreq(bell.size, 1 / RATE)[strength.argmax()] == pytest.approx(262, abs=4)


def test_where_it_lies_nobody_can_guess_and_nobody_else_can_read(world: World, come) -> None:
    row = keep(world, come(recorded()))
    file = recordings.file_of(row)
    assert len(file.stem) == 22 and file.stem not in (row.code, CONTACT.id)
    assert file.stat().st_mode & 0o077 == 0 and file.parent.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("seconds", "error", "said"),
    [(29, WrongLength, "longer than the practice, which lasts 0:20"), (4, WrongLength, "lasts 0:04")],
)
def test_another_length_is_refused_in_words(world: World, come, seconds, error, said) -> None:
    with pytest.raises(error, match=said):
        keep(world, come(recorded(seconds=seconds)))
    assert not Recording.objects.exists()


def test_a_little_shorter_is_filled_with_quiet(world: World, come) -> None:
    wave = sounding(recordings.file_of(keep(world, come(recorded(seconds=8)))).read_bytes())
    quiet = wave[(LEAD_MS + 10_000) * RATE // 1000 : (LEAD_MS + 19_900) * RATE // 1000]
    assert np.abs(quiet).max() < 0.002


def test_a_recording_in_which_nobody_speaks_is_refused(world: World, come) -> None:
    with pytest.raises(TooQuiet):
        keep(world, come(recorded(loud=0.0001)))


def polyglot() -> bytes:
    """A sound that is also a page: what a browser might run if it were served as it came."""
    return recorded("voice.mp3", title="<script>alert(1)</script><?php system('id') ?>")


def pictured() -> bytes:
    """A film with a sound in it."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as box:
        film = box.add_stream("mpeg4", rate=5)
        film.width = film.height = 64
        film.pix_fmt = "yuv420p"
        for _ in range(10):
            frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
            box.mux(film.encode(frame))
        box.mux(film.encode(None))
    return file.getvalue()


WAV = recorded()
STRANGE = {
    "a page": ("voice.mp3", b"<!doctype html><script>alert(1)</script>"),
    "a page with the head of an mp3": ("voice.mp3", b"ID3\x04\0\0\0\0\0\0<script>alert(1)</script>"),
    "a wave called mp3": ("voice.mp3", WAV),
    "a wave called page": ("voice.html", WAV),
    "a wave called nothing": ("voice", WAV),
    "a wave with two names": ("voice.wav.php", WAV),
    "a path": ("../../etc/passwd", WAV),
    "a program": ("voice.wav", b"\x7fELF" + bytes(200)),
    "an archive": ("voice.wav", b"PK\x03\x04" + bytes(200)),
    "a drawing": ("voice.ogg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
    "a film": ("voice.m4a", pictured()),
    "a playlist": ("voice.mp3", b"#EXTM3U\nfile:///etc/passwd\n"),
    "half a wave head": ("voice.wav", WAV[:30]),
    "only a head": ("voice.flac", b"fLaC" + bytes(50)),
    "noise": ("voice.mp3", b"\xff\xfb" + os.urandom(5_000)),
    "nothing": ("voice.wav", b""),
}


@pytest.mark.parametrize("what", STRANGE)
def test_what_is_not_a_recording_is_refused(world: World, come, what: str) -> None:
    name, data = STRANGE[what]
    with pytest.raises((NotASound, WrongLength)) as refused:
        keep(world, come(data), name)
    assert refused.value.sentence and refused.value.status == 422
    assert not Recording.objects.exists() and not kept_files()


def test_a_file_that_is_two_things_comes_out_as_one(world: World, come) -> None:
    data = recordings.file_of(keep(world, come(polyglot()), "voice.mp3")).read_bytes()
    assert b"script" not in data and b"php" not in data and b"ID3" not in data


def test_a_wave_that_claims_to_be_endless_ends(world: World, come) -> None:
    """Its head promises four gigabytes; what there is, is what counts."""
    data = bytearray(WAV)
    data[4:8] = data[data.index(b"data") + 4 : data.index(b"data") + 8] = b"\xff\xff\xff\xff"
    try:
        keep(world, come(bytes(data)))
    except KindError as error:
        assert error.sentence


def test_more_than_fifty_megabytes_are_not_even_opened(world: World, come) -> None:
    file = come(WAV)
    with file.open("r+b") as large:
        large.truncate(recordings.LARGEST + 1)
    with pytest.raises(TooBig):
        keep(world, file)


@pytest.mark.slow
def test_a_full_house_is_told_so_and_loses_nothing(world: World, come, settings) -> None:
    first = keep(world, come(WAV))
    settings.RECORDINGS_MB = 0
    with pytest.raises(NoRoom):
        keep(world, come(WAV))
    assert Recording.objects.get() == first and kept_files() == {first.file}


def test_one_at_a_time(world: World, come) -> None:
    with recordings._looking, pytest.raises(OneAtATime):
        keep(world, come(WAV))


@pytest.mark.slow
def test_another_takes_the_place_of_the_first_and_the_first_is_gone(
    world: World, come, django_capture_on_commit_callbacks, settings, tmp_path: Path
) -> None:
    settings.HOME = tmp_path
    with django_capture_on_commit_callbacks(execute=True):
        first = keep(world, come(WAV))
    with django_capture_on_commit_callbacks(execute=True):
        second = keep(world, come(WAV))
    assert Recording.objects.get() == second != first
    assert [line.code for line in erased.noted(erased.file())] == [first.code], "an old copy does not bring it back"
    assert kept_files() == {second.file}
    assert recordings.recording_for(world.organisation.pk, CONTACT, 20) == second
    assert recordings.recording_for(world.organisation.pk, CONTACT, 150) is None
    with django_capture_on_commit_callbacks(execute=True):
        recordings.take_back(recording=second, by=world.actor(world.facilitators[1]), at=AT)
    assert not kept_files() and not Recording.objects.exists()
    told = AuditEntry.objects.filter(chain=world.organisation.code, about_kind="recording").order_by("number")
    assert list(told.values_list("event", flat=True)) == [
        Event.RECORDING_KEPT,
        Event.RECORDING_KEPT,
        Event.RECORDING_TAKEN_BACK,
    ]


def test_a_refused_recording_leaves_the_one_that_was_there(world: World, come) -> None:
    first = keep(world, come(WAV))
    with pytest.raises(NotASound):
        keep(world, come(b"nothing"))
    assert Recording.objects.get() == first and kept_files() == {first.file}


def test_what_a_power_cut_left_behind_is_cleared_away(world: World, come) -> None:
    first = keep(world, come(WAV))
    strays = [
        recordings.folder() / "half.mp3",
        recordings.folder() / "x.come",
        recordings.folder().parent / "t.upload.wav",
    ]
    for old in (False, True):
        for file in strays:
            file.write_bytes(b"half")
            if old:
                os.utime(file, (1, 1))
        os.utime(recordings.file_of(first), (1, 1))
        with pytest.raises(NotASound):
            keep(world, come(b"nothing"))
        assert [file.exists() for file in strays] == [not old] * 3
    assert recordings.file_of(first).exists()


def test_only_those_who_lead_in_this_house_bring_or_take_one_back(world: World, come) -> None:
    row = keep(world, come(WAV))
    elsewhere = make_world()
    nobody = [
        world.actor(world.member),
        world.actor(world.facilitator, strong=False),
        world.actor(world.safety_lead),
        world.actor(world.organisation_lead),
        elsewhere.actor(elsewhere.facilitator),
    ]
    for by in nobody:
        with pytest.raises(NotFound):
            keep(world, come(WAV), by=by)
        with pytest.raises(NotFound):
            recordings.take_back(recording=row, by=by, at=AT)
    assert Recording.objects.get() == row


def test_the_reader_has_little_memory_and_no_settings_of_ours(tmp_path: Path) -> None:
    """A file that makes its reader want everything ends the reader and not the site."""
    code = (
        "import os, json, resource, runpy, sys\n"
        "sys.argv = ['voice']\n"
        "try:\n runpy.run_module('kindcircle.rooms.practice.voice', run_name='__main__')\n"
        "finally:\n"
        " print(json.dumps([resource.getrlimit(resource.RLIMIT_AS)[0], resource.getrlimit(resource.RLIMIT_FSIZE)[0],"
        " resource.getrlimit(resource.RLIMIT_CPU)[0], 'django' in sys.modules]))"
    )
    file = tmp_path / "come"
    file.write_bytes(WAV)
    job = f'{{"do": "clean", "from": "{file}", "to": "{tmp_path / "to"}", "kind": "wav", "seconds": 20}}'
    said = subprocess.run([sys.executable, "-c", code], input=job, capture_output=True, text=True, check=True).stdout
    assert said == '{"lasted": 20}[1572864000, 67108864, 120, false]\n'
