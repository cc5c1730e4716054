"""Privacy that a person can see: who looked, where they are signed in, and what becomes of their words."""

from datetime import timedelta

import pytest

from kindcircle.base.audit import log
from kindcircle.base.lib import clock
from kindcircle.base.outbox import queue
from kindcircle.base.outbox.messages import MESSAGES
from kindcircle.base.outbox.models import Delivery
from kindcircle.base.vault import seals
from tests.site import RunningSite
from tests.walks.post import mails_for
from tests.walks.visitor import Visitor
from tests.world import World, make_world


@pytest.fixture
def world(running_site: RunningSite) -> World:
    return make_world()


def test_somebody_sees_who_looked_at_what_of_theirs(running_site: RunningSite, world: World) -> None:
    """Ines shares her support plan. Ada opens it. Ines reads that in plain words; Tomas reads nothing of it."""
    ines = Visitor(running_site, world.member).open("/support-plan/")
    ines.press("Keep my plan", {"my-signs": "I go quiet"}).press("Those who lead may see it")
    ines.open("/today/").follow("My privacy")
    assert "Nobody has opened anything of yours so far." in ines.text

    ada = Visitor(running_site, world.facilitator)
    place = world.member.memberships.get().code
    ada.open(f"/desk/places/{place}/plan/")
    assert ada.status == 200 and "I go quiet" in ada.text
    ines.open("/privacy/")
    assert "The last time: Ada opened your support plan" in ines.text
    ines.follow("Who looked at what of mine")
    assert ines.text.count("Ada opened your support plan") == 1
    ada.open(f"/desk/places/{place}/plan/")
    assert ines.open("/privacy/who-looked/").text.count("Ada opened your support plan") == 2

    # Each sees what is theirs and nothing else. One's own looking is no news.
    tomas = Visitor(running_site, world.members[1]).open("/privacy/who-looked/")
    assert "Ada" not in tomas.text
    assert "Ines" not in ines.open("/privacy/who-looked/").text
    assert Visitor(running_site).open("/privacy/who-looked/").path == "/account/login/"


def test_what_no_page_can_hide_is_said_plainly(running_site: RunningSite, world: World) -> None:
    """Linked from getting ready, so that it is read before there is anything to hide."""
    ines = Visitor(running_site, world.member).open("/prepare/").follow("Is this device safe?")
    assert "The list of pages your browser keeps." in ines.text
    assert "Help lines" in ines.text


def test_somebody_sees_where_they_are_signed_in_and_ends_it(running_site: RunningSite, world: World) -> None:
    """Ines left her session open on a computer. From her phone she sees it, is asked about it, and ends it."""
    phone = Visitor(running_site)
    phone.client.headers["User-Agent"] = "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"
    phone.open(running_site.entry_path(world.member))
    computer = Visitor(running_site)
    computer.client.headers["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64) Chrome/142.0.0.0 Safari/537.36"
    computer.open(running_site.entry_path(world.member))
    assert computer.open("/journal/").status == 200

    phone.open("/today/").follow("A new sign-in")
    assert "A phone, Firefox" in phone.text and "A computer, Chrome" in phone.text
    assert "this device" in phone.text and "127.0" not in phone.text
    phone.press("No. Sign out all other devices")
    assert "You are signed in nowhere else." in phone.text
    assert computer.open("/journal/").path == "/account/login/"
    assert phone.open("/journal/").status == 200

    # She covers her page sooner. The page carries it.
    phone.open("/privacy/devices/").press("Keep this", {"minutes": "5"})
    assert 'data-idle-minutes="5"' in phone.html


def test_somebody_erases_everything_after_reading_what_stays(running_site: RunningSite, world: World) -> None:
    """Ines reads the list, forgets the tick, ticks it, and is gone."""
    ines = Visitor(running_site, world.member)
    ines.open("/privacy/").follow("Erase everything and close my account")
    assert f"{world.group.name}: 8 years after the group ends." in ines.text
    ines.press("Erase everything")
    assert "Please tick this first. Nothing was erased." in ines.text and ines.status == 422
    ines.press("Erase everything", {"read": True})
    assert "It is done" in ines.text
    assert ines.open("/today/").path == "/account/login/"
    ada = Visitor(running_site, world.facilitator).open(f"/desk/groups/{world.group.code}/")
    assert ada.status == 200
    world.member.refresh_from_db()
    assert not world.member.is_active


def test_a_hold_takes_two_people_and_its_person_is_told(running_site: RunningSite, world: World) -> None:
    """The house's lead asks; the safety lead confirms; Ines reads that it is so, and cannot erase until it ends."""
    lead = Visitor(running_site, world.organisation_lead).open("/organisation/holds/people/")
    words = {"address": "nobody@example.org", "reason": "A complaint, file 12.", "until": "2027-06-01"}
    lead.press("Ask for it", words)
    assert "Nobody here has this address." in lead.text and "file 12" in lead.html
    until = (clock.now() + timedelta(days=90)).date().isoformat()
    lead.press("Ask for it", words | {"address": str(seals.address_of(world.member)), "until": until})
    assert "Somebody else has to confirm it." in lead.text and "Ines" not in lead.text

    safety = Visitor(running_site, world.safety_lead).open("/organisation/holds/people/").follow("Ines")
    assert "A complaint, file 12." in safety.text
    safety.press("Confirm it")
    assert "Held." in safety.text

    ines = Visitor(running_site, world.member).open("/privacy/")
    assert "The house has to keep everything of yours as it is" in ines.text and "complaint" not in ines.text
    ines.open("/my-words/erase/").press("Erase them")
    assert "Nothing was erased." in ines.text
    ines.open("/privacy/erase/").press("Erase everything", {"read": True})
    assert "Nothing was erased." in ines.text and ines.status == 409

    safety.press("Lift it")
    ines.open("/my-words/erase/").press("Erase them")
    assert "are gone" in ines.text


def test_one_tap_means_no_mail_at_all(running_site: RunningSite, world: World) -> None:
    """Ines wants none. A new kind of device, a message and a moved meeting bring none; her pages hold all of it."""
    ines = Visitor(running_site, world.member).open("/privacy/")
    ines.press("No mail at all")
    assert "You get no mail at all." in ines.open("/privacy/").text
    about = log.Ref("person", world.member.code)
    for kind, message in MESSAGES.items():
        if not message.for_staff:
            queue.enqueue(kind, to=world.member, about=about, once=kind, at=clock.now() - timedelta(minutes=1))
    while (found := queue.claim(clock.now())) is not None:
        assert found.user != world.member, "a message was let go to somebody who wants none"
    rows = Delivery.objects.filter(user=world.member, about_code=world.member.code)
    assert rows.count() >= len(MESSAGES) - 1 and not rows.filter(sent_at__isnull=False).exists()
    assert not mails_for(running_site, world.member)
    ines.open("/privacy/").press("Write to me again")
    assert "You can have none at all." in ines.open("/privacy/").text
