"""All questionnaires: Odile sees what each one is, what its owner allows, and writes her house's number down once."""

from datetime import timedelta

import pytest

from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib import clock
from kindcircle.rooms.measures.models_licence import LicenceNumber
from kindcircle.rooms.measures.models_typing import TypedWording
from kindcircle.spec.register import entries
from tests.site import RunningSite
from tests.walks.visitor import Visitor
from tests.world import World, make_world

NUMBER = "UOW-2026-0417"


@pytest.fixture
def world(running_site: RunningSite) -> World:
    return make_world(members=2, first_at=clock.now() + timedelta(minutes=5))


def test_every_questionnaire_has_its_page(running_site: RunningSite, world: World) -> None:
    odile = Visitor(running_site, world.organisation_lead).open("/organisation/wordings/")
    odile.follow("All questionnaires, with what their owners allow")
    assert {(one.name, f"/organisation/measures/{one.id}/") for one in entries()} <= set(odile.page.links)
    for one in entries():
        odile.open(f"/organisation/measures/{one.id}/")
        assert one.measures in odile.text
        assert all(fact in odile.text for fact in one.unconfirmed)


def test_what_others_had_is_told_only_where_somebody_read_it(running_site: RunningSite, world: World) -> None:
    odile = Visitor(running_site, world.organisation_lead).open("/organisation/measures/gad-7/")
    assert "mean 3.2, SD 3.5 women in Germany: Loewe 2008" in " ".join(odile.text.split())
    assert "No figure is taken from them." in odile.text
    for unread in ("phq-9", "pss-10", "scs-26", "wcc-6"):
        assert "Others on" not in odile.open(f"/organisation/measures/{unread}/").text


def test_a_number_lets_the_words_in(running_site: RunningSite, world: World) -> None:
    odile = Visitor(running_site, world.organisation_lead).open("/organisation/wordings/")
    odile.press("Begin to type", {"instrument": "wemwbs-14", "language": "en"})
    assert "gives leave to each house by itself" in odile.text
    assert not TypedWording.objects.filter(organisation=world.organisation).exists()

    odile.open("/organisation/measures/wemwbs-14/")
    odile.press("Keep the number", {"number": "  "})
    assert "Please write the number as the owner gave it to you." in odile.text
    odile.press("Keep the number", {"number": f" {NUMBER} "})
    assert "You can bring in the words now." in odile.text and NUMBER in odile.text
    kept = LicenceNumber.objects.get(organisation=world.organisation)
    assert (kept.instrument, kept.number, kept.written_by) == ("wemwbs-14", NUMBER, world.organisation_lead)
    assert (
        AuditEntry.objects.filter(event="licence number written down", about_code=world.organisation.code).count() == 1
    )

    odile.open("/organisation/wordings/").press("Begin to type", {"instrument": "wemwbs-14", "language": "en"})
    assert TypedWording.objects.filter(organisation=world.organisation, instrument="wemwbs-14").exists()


def test_a_number_is_one_houses_own(running_site: RunningSite, world: World) -> None:
    Visitor(running_site, world.organisation_lead).open("/organisation/measures/swemwbs-7/").press(
        "Keep the number", {"number": NUMBER}
    )
    other = make_world(members=2, first_at=clock.now() + timedelta(minutes=5))
    page = Visitor(running_site, other.organisation_lead).open("/organisation/measures/swemwbs-7/")
    assert "Keep the number" in page.text and NUMBER not in page.text
    assert not LicenceNumber.objects.filter(organisation=other.organisation).exists()
