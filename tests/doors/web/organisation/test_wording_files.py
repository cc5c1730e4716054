"""Words from other programs come in by the same page: preview, open points, terms, and the file is kept."""

import io
import re
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kindcircle.rooms.measures.models import Wording
from tests.doors.web.organisation.test_house import enter
from tests.spec.documents import damage
from tests.spec.documents.reference import INTEROP, needs_reference, real
from tests.world import World


@pytest.fixture
def lead(client, world: World):
    return enter(client, world.organisation_lead)


def activity() -> bytes:
    made = io.BytesIO()
    folder = INTEROP / "reproschema"
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in sorted(folder.rglob("*")):
            if one.is_file():
                archive.write(one, one.relative_to(folder).as_posix())
    return made.getvalue()


def files() -> dict[str, tuple[str, bytes, str, str]]:
    """By kind of file: its name, its bytes, the language asked for, and how our eighth question begins in it."""
    return {
        "fhir": ("phq9.json", real(damage.LOINC), "", "Moving or speaking"),
        "reproschema": ("phq9.zip", activity(), "es", ""),
        "redcap_zip": (
            "phq9.zip",
            damage.zipped({"instrument.csv": real(damage.DICTIONARY)}),
            "",
            "Moving or speaking",
        ),
    }


def upload(client, name: str, data: bytes, language: str = ""):
    return client.post("/organisation/wordings/", {"file": SimpleUploadedFile(name, data), "language": language})


def hidden(page: str, name: str) -> str:
    return re.search(rf'name="{name}" value="([^"]*)"', page).group(1)


@needs_reference
@pytest.mark.parametrize("kind", ["fhir", "reproschema", "redcap_zip"])
def test_from_the_file_to_the_words_that_are_kept(lead, kind: str) -> None:
    name, data, language, begins = files()[kind]
    page = upload(lead, name, data, language).content.decode()
    assert "What we found in the file" in page
    if language:
        assert "These words are in the language “es”." in page
    chosen = re.search(r'name="chosen" value="(phq-9:[^"]*)"', page).group(1)
    given = {
        "name": name,
        "data": hidden(page, "data"),
        "asked": hidden(page, "asked"),
        "chosen": chosen,
        "confirmed": re.findall(r'name="confirmed" value="(\w+)"', page),
        "language": "en",
    }
    refused = lead.post("/organisation/wordings/accept/", given)
    assert (refused.status_code, Wording.objects.exists()) == (422, False)
    kept = lead.post("/organisation/wordings/accept/", given | {"terms": "on"})
    if kind == "fhir":  # this file holds no words above the questions
        assert (kept.status_code, Wording.objects.exists()) == (422, False)
        assert "instruction" in kept.content.decode()
        given["instruction"] = "Think of a garden"
        refused = lead.post("/organisation/wordings/accept/", given)
        assert "Think of a garden</textarea>" in refused.content.decode()
        kept = lead.post("/organisation/wordings/accept/", given | {"terms": "on"})
    assert kept.status_code == 302
    words = Wording.objects.get()
    assert bytes(words.source_file) == data
    assert words.language == (language or "en")
    assert words.words["instruction"] == given.get("instruction", words.words["instruction"]) != ""
    assert words.words["items"]["i8"].startswith(begins)


@needs_reference
@pytest.mark.parametrize(
    "what", ["zip that is a bomb", "zip that climbs out", "survey with words that unfold", "JSON too deep", "no linkId"]
)
def test_hostile_files_are_answered_kindly(lead, what: str) -> None:
    name, inside = damage.everything()[what]
    answer = upload(lead, name, inside[name])
    assert answer.status_code == 422
    assert not Wording.objects.exists()


@needs_reference
def test_answers_are_not_words(lead) -> None:
    answer = upload(lead, "answers.json", real(damage.RESPONSE))
    assert answer.status_code == 422
    assert "This file holds answers and no questions." in answer.content.decode()
