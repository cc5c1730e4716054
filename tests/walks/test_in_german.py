"""Somebody reads German: their day, what follows an answer that matters, help without the database, and the way out."""

from datetime import timedelta

import httpx

from kindcircle.base.lib import clock
from kindcircle.base.people.models import User
from kindcircle.doors.web.shared.help_page import write_help_page
from tests.rooms.measures.sheets import sheet
from tests.site import RunningSite
from tests.walks.visitor import Visitor
from tests.world import make_world


def test_a_member_is_met_in_german_where_it_matters_most(running_site: RunningSite) -> None:
    world = make_world()
    asked = sheet(world, "after-session", closes_at=clock.now() + timedelta(days=1))

    # One link says the word for language in every language; the next page is the day in German.
    phone = Visitor(running_site, world.member).open("/today/").follow("Language · Sprache").press("Deutsch")
    phone.open("/today/")
    assert "Hallo, Ines" in phone.text and "Hilfe jetzt" in phone.text
    assert User.objects.get(pk=world.member.pk).language == "de"

    # The questions keep their tested words. What follows an answer that asks for a person is in German, all of it.
    phone.open(f"/check/{asked.code}/").press("Senden", {"contact": "1"})
    assert "Danke, dass du uns sagst, wie es dir geht." in phone.text
    assert "Wir sagen Bescheid: deine Leitung, Ada und Bo." in phone.text
    assert "Jemand von dort meldet sich bei dir, bis" in phone.text
    assert "We are telling" not in phone.text

    # Help lies ready in German, for this browser and for one that nobody has signed in with.
    write_help_page()
    assert "Menschen, die du anrufen kannst" in phone.open("/help/").text
    stranger = httpx.get(f"{running_site.url}/help/", headers={"Accept-Language": "de-AT"})
    assert "Menschen, die du anrufen kannst" in stranger.text

    # The door speaks German, too, after signing out.
    phone.open("/today/").press("Abmelden")
    assert "Anmelden" in phone.open("/account/login/").text
