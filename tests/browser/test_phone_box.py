"""The box of a phone goes with its person: a new one is used, and what no box can open is never called saved."""

import pytest
from playwright.sync_api import expect

from kindcircle.base.lib import clock
from kindcircle.rooms.ending.taking import take_writing
from kindcircle.rooms.writing import own_key
from tests.browser.helpers import PHONE, Line, Visits, wait_until
from tests.browser.phone import (
    GONE,
    KEY,
    comes,
    draft,
    entries,
    in_clear,
    left_words,
    live,
    own_key_on,
    put_in_journal,
    say_yes,
    told,
    waiting,
    write,
)
from tests.own_key import proof_of
from tests.site import RunningSite
from tests.world import World

pytestmark = pytest.mark.browser


def test_after_erasing_elsewhere_a_phone_uses_the_new_box(
    visits: Visits, running_site: RunningSite, group: World
) -> None:
    with Line(running_site) as line:
        page = visits.enter(group.member, "/today/", url=line.url, **PHONE)
        say_yes(page)
        take_writing(group.member)
        page.goto("/today/")
        page.wait_for_load_state("networkidle")
        line.cut()
        write(page, "Amsel")
        line.mend()
        comes(page, group.member, group)


def test_words_for_a_box_that_is_gone_stand_on_their_page_again(
    visits: Visits, running_site: RunningSite, group: World
) -> None:
    """The page is open and has them: the button, once more, brings them."""
    page = visits.enter(group.member, "/today/", **PHONE)
    say_yes(page)
    page.goto("/phone/write/")
    page.wait_for_load_state("networkidle")
    take_writing(group.member)
    put_in_journal(page, "Amsel")
    told(page, "again")
    expect(page.locator("#feelings")).to_have_value("Amsel")
    assert entries(group.member, group) == []
    page.get_by_role("button", name="Put it in my journal").click()
    told(page, "sent")
    assert [one["feelings"] for one in entries(group.member, group)] == ["Amsel"]
    expect(page.get_by_text(GONE)).to_be_hidden()
    assert in_clear(page, "Amsel") == []


def test_words_that_nobody_can_open_any_more_are_told_of(
    visits: Visits, running_site: RunningSite, group: World
) -> None:
    """Where their page is closed they are lost; whoever wrote them hears it, on each page where they would look."""
    with Line(running_site) as line:
        page = visits.enter(group.member, "/today/", url=line.url, **PHONE)
        say_yes(page)
        line.cut()
        write(page, "Amsel")
        page.goto("about:blank")  # its page would still be trying to send, and would have the words back
        take_writing(group.member)
        line.mend()
        page.goto("/today/")
        wait_until(lambda: waiting(page) == 0, page, what="the parcel to go")
        for path in ("/journal/", "/letters/", "/phone/", "/phone/write/"):
            page.goto(path)
            expect(page.get_by_text(GONE)).to_be_visible()
        page.get_by_role("button", name="I have read it").click()
        expect(page.get_by_text(GONE)).to_be_hidden()
        page.goto("/journal/")
        page.wait_for_load_state("networkidle")
        expect(page.get_by_text(GONE)).to_be_hidden()
        assert entries(group.member, group) == []


def test_while_ones_own_key_is_on_a_phone_takes_none_and_says_so(
    visits: Visits, running_site: RunningSite, group: World
) -> None:
    with Line(running_site) as line:
        page = visits.enter(group.member, "/today/", url=line.url, **PHONE)
        say_yes(page)
        page.goto("/phone/write/")
        page.locator("#feelings").fill("Amsel")
        told(page, "kept")
        own_key_on(group.member, group)
        # The page that was open learns of it as soon as it asks, and the words stay in its box.
        page.evaluate("window.dispatchEvent(new Event('online'))")
        page.wait_for_load_state("networkidle")
        page.get_by_role("button", name="Put it in my journal").click()
        told(page, "key")
        expect(page.locator("#feelings")).to_have_value("Amsel")

        # A page that is opened later takes none from the first.
        line.cut()
        page.goto("/phone/write/")
        expect(page.get_by_text("Your own key is on.")).to_be_visible()
        expect(page.locator("#feelings")).to_be_hidden()
        expect(page.get_by_text("Once this page is closed")).to_be_hidden()
        expect(live(page, "not-kept")).to_be_hidden()
        line.mend()
        page.goto("/phone/")
        expect(page.get_by_text("They can come when your own key is off.")).to_be_visible()
        own_key.turn_off(proof=proof_of(KEY), person=group.member, by=group.actor(group.member), at=clock.now())
        page.goto("/today/")
        wait_until(lambda: waiting(page) == 0, page, what="what was kept before the key was on")
        assert draft(group.member, group, "journal")["feelings"] == "Amsel"
        page.wait_for_load_state("networkidle")  # the box has been asked for
        line.cut()
        write(page, "Drossel")


def test_sealed_words_wait_while_somebody_else_signs_in_and_out(
    visits: Visits, running_site: RunningSite, group: World
) -> None:
    me, other = group.members[:2]
    with Line(running_site) as line:
        page = visits.enter(me, "/today/", url=line.url, **PHONE)
        left_words(page, line, other, running_site)
        page.get_by_role("button", name="Sign out").click()
        page.wait_for_url(f"{line.url}/")
        page.goto("/help/")
        assert waiting(page) == 1 and in_clear(page, "Amsel", me.code, other.code) == []
        comes(page, me, group, way_in=running_site.entry_path(me))
        assert entries(other, group) == []
