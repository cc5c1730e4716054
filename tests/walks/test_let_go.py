"""Somebody is let go and somebody loses a phone; then an old copy comes back, and both doors stay shut."""

import json
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.db.models import Model

from kindcircle.base.lib import clock, erased
from kindcircle.base.people.models import StaffRole, User
from kindcircle.rooms.ending.replaying import replay
from kindcircle.rooms.ending.shutting import sign_everybody_out
from tests.house.factors import give_second_factors
from tests.site import RunningSite
from tests.walks.visitor import Visitor
from tests.world import World, make_staff, make_world


@pytest.fixture
def world(running_site: RunningSite) -> World:
    return make_world(at=clock.now() - timedelta(days=2), members=2)


def code_of_now() -> str:
    """What her other app shows."""
    return format_hotp_value(hotp_value("JBSWY3DPEHPK3PXP", next(yield_hotp_counters_from_time())))


def copy_of(*rows: Model) -> list[Model]:
    """These rows as they are now."""
    return [type(row)._base_manager.get(pk=row.pk) for row in rows]


def test_whoever_was_let_go_and_a_phone_that_was_lost_open_nothing_again(
    running_site: RunningSite, world: World
) -> None:
    odile, ines = world.organisation_lead, world.member
    vera = make_staff(world.organisation, "Vera", StaffRole.Role.ORGANISATION_LEAD, at=world.at)
    give_second_factors(ines, "my old phone")
    passkey = Authenticator.objects.get(user=ines, type=Authenticator.Type.WEBAUTHN)
    night = copy_of(vera, StaffRole.objects.get(user=vera), passkey)

    # The next day Vera stops working here, and Ines loses her phone.
    veras = Visitor(running_site, vera).open("/organisation/staff/")
    assert veras.status == 200 and "Vera" in veras.text
    Visitor(running_site, odile).open(f"/organisation/staff/{vera.code}/").press("End their access")
    assert veras.open("/organisation/staff/").path == "/account/login/"
    phone = Visitor(running_site, ines).open("/account/factors/passkeys/")
    assert "my old phone" in phone.text
    phone.open(f"/account/factors/passkeys/{passkey.pk}/remove/").press("Go on", {"code": code_of_now()})
    phone.press("Take it away")
    assert "None yet." in phone.open("/account/factors/passkeys/").text
    listed = [json.loads(line) for line in erased.file().read_text().splitlines()]
    about = {line["label"] for line in listed if vera.code in line.values() or ines.code in line.values()}
    assert about == {"people.StaffRole", "people.User", "mfa.Authenticator"}
    assert "my old phone" not in erased.file().read_text() and "Vera" not in erased.file().read_text()

    # The disk burns. In the copy of that night both are as before, and Vera's way in is open.
    for row in night:
        row.save()
    assert Visitor(running_site, vera).open("/organisation/staff/").status == 200
    with erased.written_already():
        sign_everybody_out(at=clock.now())
        assert replay(erased.noted(erased.file())) >= 3
    back = Visitor(running_site).open(running_site.entry_path(vera))
    assert back.status == 404 and "session" not in back.client.cookies
    assert not User.objects.get(pk=vera.pk).is_active and not Authenticator.objects.filter(pk=passkey.pk).exists()
    assert phone.open("/account/factors/").path == "/account/login/", "everybody signs in anew"
    again = Visitor(running_site, ines).open("/account/factors/passkeys/")
    assert "None yet." in again.text
