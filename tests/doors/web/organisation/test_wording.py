"""The words of a real questionnaire come in from a real REDCap file, after somebody looked at every line."""

import base64
import os
import re
from pathlib import Path

import pytest

from kindcircle.base.access import SYSTEM
from kindcircle.rooms.measures import asking
from kindcircle.rooms.measures.models import Score, Wording
from kindcircle.rooms.safety.models import Alert
from tests.doors.web.organisation.test_house import enter
from tests.world import World

REFERENCE = Path(os.environ.get("KINDCIRCLE_REFERENCE", Path(__file__).parents[5] / "shared" / "reference"))
FILE = REFERENCE / "interop" / "redcap" / "bridge2ai-phq9-gad7.dictionary.csv"
needs_file = pytest.mark.skipif(not REFERENCE.is_dir(), reason="the folder with reference files is not here")
PHQ9 = {
    "chosen": "phq-9:q_generic_patient_health_questionnaire9",
    "confirmed": ["order_taken_from_file", "safety_item_to_check"],
    "name": "dictionary.csv",
    "language": "en",
    "terms": "on",
}


@pytest.fixture
def lead(client, world: World):
    return enter(client, world.organisation_lead)


def upload(client, data: bytes, name: str = "dictionary.csv"):
    from django.core.files.uploadedfile import SimpleUploadedFile

    return client.post("/organisation/wordings/", {"file": SimpleUploadedFile(name, data, "text/csv")})


def accept(client, **other):
    data = base64.b64encode(FILE.read_bytes()).decode()
    return client.post("/organisation/wordings/accept/", PHQ9 | {"data": data} | other)


@needs_file
def test_the_preview_shows_every_line_and_keeps_nothing(lead):
    page = upload(lead, FILE.read_bytes()).content.decode()
    for field in ("no_interest", "thoughts_death", "nervous_anxious", "afraid_of_things"):
        assert f"<code>{field}</code>" in page
    assert set(re.findall(r'name="confirmed" value="(\w+)"', page)) == {
        "order_taken_from_file",
        "lowest_answer_to_check",
        "safety_item_to_check",
    }
    assert not Wording.objects.exists()


@needs_file
def test_members_answer_it_then_and_the_score_and_the_alert_are_right(lead, client, world):
    assert accept(lead).status_code == 302
    member = world.member
    asked = asking.assign(
        member=member,
        group=world.group,
        instrument="phq-9",
        occasion="baseline",
        opens_at=world.at,
        closes_at=world.at.replace(year=world.at.year + 1),
        by=SYSTEM,
    )
    enter(client, member)
    page = client.get(f"/check/{asked.code}/").content.decode()
    assert "identity" in page or "answering as" in page
    key = re.search(r'name="key" value="([^"]+)"', page).group(1)
    # The worked example phq9-03: total 12, and the last item answered above zero.
    values = [2, 2, 1, 2, 1, 2, 1, 0, 1]
    given = {f"phq9_{number}": value for number, value in enumerate(values, start=1)}
    done = client.post(f"/check/{asked.code}/", {"key": key, **given}, follow=True)
    assert "Saved" in done.content.decode()
    assert Score.objects.get(scale="total").value == 12
    assert Alert.objects.get().level == "concern"


@needs_file
@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        ({"terms": ""}, ""),
        ({"confirmed": []}, "open points"),
        ({"data": "%%%"}, "did not come through"),
        ({"chosen": "phq-9:other"}, "not in the file"),
    ],
)
def test_without_terms_or_open_points_or_file_nothing_is_kept(lead, spoilt, said):
    data = {"data": base64.b64encode(FILE.read_bytes()).decode()} | spoilt
    if "terms" in spoilt:
        given = {name: value for name, value in (PHQ9 | data).items() if name != "terms"}
        said = "accept them"
    else:
        given = PHQ9 | data
    answer = lead.post("/organisation/wordings/accept/", given)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Wording.objects.exists()


@pytest.mark.parametrize(
    "data",
    [
        b"not,a,dictionary\n1,2,3\n",
        b"\xff\xfe\x00\x01\x02",
        b"Variable / Field Name,Form Name\n",
        b"\x00" * 50,
        b"a" * 600_000,
        b'"Variable / Field Name","Form Name\n',
    ],
)
def test_a_file_that_is_something_else_is_answered_kindly(lead, data):
    answer = upload(lead, data)
    assert answer.status_code == 422
    assert "Traceback" not in answer.content.decode()
    assert not Wording.objects.exists()


def test_no_file_at_all_is_answered_kindly(lead):
    answer = lead.post("/organisation/wordings/", {})
    assert (answer.status_code, "Please choose a file." in answer.content.decode()) == (422, True)


def test_a_facilitator_cannot_bring_words_in(client, world):
    enter(client, world.facilitator)
    assert client.get("/organisation/wordings/").status_code == 404
