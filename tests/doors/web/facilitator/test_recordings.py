"""Our own voice: bringing a recording by the page, what is said when it does not fit, and who comes in."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kindcircle.base.lib import clock
from kindcircle.doors.web.shared import uploads
from kindcircle.doors.web.shared.sent_file import HEADER
from kindcircle.rooms.practice import recordings
from kindcircle.rooms.practice.models import Recording
from tests.doors.web.member.people import mid_course, signed_in
from tests.doors.web.patience import once_made
from tests.rooms.practice.recorded import recorded
from tests.world import World, make_world

LIST = "/desk/recordings/"
PAGE = f"{LIST}p03-comforting-contact/1/20/"
WAV = recorded()


@pytest.fixture(autouse=True)
def _home_of_its_own(settings, tmp_path: Path) -> None:
    settings.HOME = tmp_path
    settings.DATA_DIR = settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "data"
    settings.DATA_DIR.mkdir()


@pytest.fixture
def group(db) -> World:
    return mid_course(clock.now())


@pytest.fixture
def client(group: World) -> Client:
    return signed_in(group.facilitator)


def bring(client: Client, data: bytes = WAV, name: str = "voice.wav"):
    return client.post(PAGE, {"file": SimpleUploadedFile(name, data, "application/x-anything")})


def left_behind() -> list[str]:
    """Files that are not finished recordings."""
    kept = {row.file for row in Recording.objects.all()}
    place = recordings.folder().parent
    return [file.name for file in place.rglob("*") if file.is_file() and file.name not in kept]


def test_a_recording_is_brought_listened_to_and_taken_back(client, group, django_capture_on_commit_callbacks):
    assert "A voice" not in client.get(PAGE).content.decode()
    answer = bring(client)
    assert (answer.status_code, answer.headers["Location"]) == (303, PAGE)
    row = Recording.objects.get()
    assert row.organisation == group.organisation and row.recorded_by == group.facilitator
    said = client.get(PAGE).content.decode()
    assert "Please listen to it once" in said and f"{LIST}{row.code}/sound/" in said
    assert "own voice" in client.get(LIST).content.decode()
    heard = client.get(f"{LIST}{row.code}/sound/")
    assert Path(heard.headers[HEADER]) == recordings.file_of(row)
    assert heard.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert not left_behind()
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(f"{LIST}{row.code}/take-back/").status_code == 303
    assert not Recording.objects.exists() and not left_behind()


def test_the_page_shows_the_words_with_their_moments(client):
    said = client.get(PAGE).content.decode()
    assert "Choose a hold that feels kind. Or hold a thing." in said
    assert "0:06" in said and "The end comes at 0:20." in said
    made = once_made(client, f"{PAGE}made/")
    assert made.status_code == 200 and made.headers["Content-Type"] == "audio/mpeg"


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("voice.wav", recorded(seconds=40), "longer than the practice, which lasts 0:20"),
        ("voice.wav", recorded(seconds=3), "This recording lasts 0:03, and the practice 0:20."),
        ("voice.exe", WAV, "Please choose an MP3, M4A, WAV, FLAC or OGG file."),
        ("voice.mp3", b"<html>", "Please choose an MP3, M4A, WAV, FLAC or OGG file."),
        ("voice.wav", recorded(loud=0.0001), "We could hear nobody in this recording."),
        ("voice.wav", b"", "This file is empty."),
    ],
)
def test_what_does_not_fit_is_said_in_words_and_changes_nothing(client, name, data, said):
    bring(client)
    before = Recording.objects.get()
    answer = bring(client, data, name)
    assert answer.status_code == 422 and said in answer.content.decode()
    assert Recording.objects.get() == before and not left_behind()


def test_no_file_is_asked_for_again(client):
    answer = client.post(PAGE, {})
    assert answer.status_code == 422 and "Please choose a file." in answer.content.decode()


def test_a_large_file_goes_by_the_disk_and_one_too_large_nowhere(client, monkeypatch):
    """What is larger than a page of text is written while it comes, and only up to the largest we take."""
    large = recorded(seconds=20)
    assert len(large) > 500_000
    monkeypatch.setattr("django.conf.settings.FILE_UPLOAD_MAX_MEMORY_SIZE", 1_000)
    assert bring(client, large).status_code == 303
    assert not left_behind()
    monkeypatch.setattr(uploads, "LARGEST", 100_000)
    answer = bring(client, large)
    assert answer.status_code == 422 and "larger than 50 MB" in answer.content.decode()
    assert Recording.objects.count() == 1 and not left_behind()


def test_nobody_else_can_send_large_files_nor_to_other_pages(client, group, monkeypatch):
    monkeypatch.setattr("django.conf.settings.FILE_UPLOAD_MAX_MEMORY_SIZE", 1_000)
    written = []
    monkeypatch.setattr(uploads.RecordingHandler, "receive_data_chunk", lambda *_: written.append(1))
    for person in (group.member, group.safety_lead, group.organisation_lead):
        assert bring(signed_in(person)).status_code == 404
    assert bring(Client()).status_code == 302
    file = SimpleUploadedFile("voice.wav", WAV)
    client.post(f"/desk/groups/{group.group.code}/invite/", {"name": "Uma", "file": file})
    assert not written


@pytest.mark.slow
def test_another_house_has_its_own(client, group):
    bring(client)
    row = Recording.objects.get()
    elsewhere = make_world()
    other = signed_in(elsewhere.facilitator)
    assert ", own voice" in client.get(LIST).content.decode().split('<ul class="list recordings"', 1)[1]
    assert ", own voice" not in other.get(LIST).content.decode().split('<ul class="list recordings"', 1)[1]
    for address in (f"{LIST}{row.code}/sound/", f"{LIST}nothing/sound/"):
        assert other.get(address).status_code == 404
    assert other.post(f"{LIST}{row.code}/take-back/").status_code == 404
    assert bring(other).status_code == 303
    assert Recording.objects.count() == 2


def test_a_practice_that_is_not_there_is_not_there(client):
    for address in ("p99-nothing/1/20/", "p03-comforting-contact/9/20/", "p03-comforting-contact/1/21/"):
        assert client.get(LIST + address).status_code == 404
        assert client.get(f"{LIST}{address}made/").status_code == 404
