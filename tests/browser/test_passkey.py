"""A passkey on the phone instead of a mailed code: added, used, and taken away again.

The phone's own keeper of keys is the browser's virtual one. Passkeys belong to a name, not to a number, so these
pages are visited as localhost, which every browser takes for safe.
"""

from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import Page, expect

from kindcircle.base.people.models import User
from tests.browser.helpers import DESK, PHONE, Visits
from tests.site import RunningSite
from tests.world import World, make_world

pytestmark = pytest.mark.browser


@pytest.fixture
def world(running_site: RunningSite) -> World:
    return make_world(members=2)


def enter_by_name(visits: Visits, user: User, running_site: RunningSite, **options: object) -> Page:
    """This person's browser on localhost, with a place to keep passkeys."""
    page = visits.enter(user, "/", url=f"http://localhost:{running_site.port}", **options)
    line = page.context.new_cdp_session(page)
    line.send("WebAuthn.enable")
    line.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return page


def add_a_passkey(page: Page, name: str = "My phone") -> None:
    page.goto("/account/factors/")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("A name for this device").fill(name)
    page.get_by_role("button", name="Keep a passkey on this device").click()
    # Spare codes come next, for whoever has just shown who they are; the demo's door does not count as that.
    page.wait_for_url(lambda url: "passkeys/add" not in url)


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out").click()
    page.goto("/account/login/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def path(page: Page) -> str:
    return urlsplit(page.url).path


def test_a_member_adds_a_passkey_and_signs_in_with_it(visits: Visits, running_site: RunningSite, world: World) -> None:
    phone = enter_by_name(visits, world.member, running_site, **PHONE)
    add_a_passkey(phone)
    kept = Authenticator.objects.get(user=world.member, type="webauthn")
    assert "example.org" not in str(kept.data), "no address in it"
    phone.goto("/today/")
    sign_out(phone)
    phone.get_by_role("button", name="Use my passkey").click()
    phone.wait_for_url("**/today/")
    assert visits.seen[phone].complaints == []

    # It can be looked at, given another name, and taken away.
    phone.goto("/account/factors/")
    phone.get_by_role("link", name="See my passkeys").click()
    phone.get_by_role("link", name="Rename My phone").click()
    phone.get_by_role("link", name="Use my passkey").click()  # changing keys asks for a key once more
    phone.get_by_role("button", name="Use my passkey").click()
    phone.get_by_label("A name for this device").fill("Old phone")
    phone.get_by_role("button", name="Save").click()
    phone.get_by_role("link", name="Take Old phone away").click()
    phone.get_by_role("button", name="Take it away").click()
    expect(phone.get_by_text("None yet.")).to_be_visible()
    assert not Authenticator.objects.filter(user=world.member, type="webauthn").exists()


def test_a_facilitators_passkey_is_the_second_key(visits: Visits, running_site: RunningSite, world: World) -> None:
    desk = enter_by_name(visits, world.facilitator, running_site, **DESK)
    add_a_passkey(desk, "Desk")
    desk.goto("/desk/")
    sign_out(desk)
    desk.get_by_role("button", name="Use my passkey").click()
    desk.wait_for_url("**/desk/")
    expect(desk.get_by_text("Tuesday circle").first).to_be_visible()


def test_a_phone_without_a_passkey_is_told_so_and_can_ask_for_a_code(
    visits: Visits, running_site: RunningSite, world: World
) -> None:
    phone = enter_by_name(visits, world.member, running_site, **PHONE)
    phone.goto("/today/")
    sign_out(phone)
    phone.get_by_role("button", name="Use my passkey").click()
    expect(phone.get_by_text("No passkey was found on this device.", exact=False)).to_be_visible()
    assert path(phone) == "/account/login/"
    phone.get_by_label("Your e-mail address").fill("ines@example.org")
    phone.get_by_role("button", name="Send me a code").click()
    expect(phone.get_by_role("heading", name="Look in your mail")).to_be_visible()
