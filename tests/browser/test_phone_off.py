"""Taking it off a shared phone: nobody's sealed words go without a word, and those of others do not go at all."""

import pytest
from playwright.sync_api import expect

from tests.browser.helpers import PHONE, Line, Visits
from tests.browser.phone import (
    ASKED,
    MINE,
    OTHERS,
    comes,
    entries,
    in_clear,
    kept_here,
    left_words,
    live,
    own_key_on,
    press,
    say_yes,
    waiting,
    without_a_line,
    write,
)
from tests.site import RunningSite
from tests.world import World

pytestmark = pytest.mark.browser


def test_sealed_words_of_somebody_else_stay_for_them(visits: Visits, running_site: RunningSite, group: World) -> None:
    me, other = group.members[:2]
    with Line(running_site) as line:
        page = visits.enter(me, "/today/", url=line.url, **PHONE)
        left_words(page, line, other, running_site)

        # Who is here now has nothing on this phone, and is told whose it is not.
        page.goto("/phone/")
        expect(live(page, "phone-said")).to_have_text("It is not kept on this phone.")
        expect(page.get_by_text(OTHERS)).to_be_visible()
        expect(page.get_by_text(MINE)).to_be_hidden()
        expect(page.get_by_role("button", name="Take it off this phone")).to_be_hidden()

        say_yes(page)
        press(page, "Take it off this phone")
        expect(live(page, "phone-said")).to_have_text("It is off this phone.")
        expect(page.get_by_text(OTHERS)).to_be_visible()
        assert kept_here(page)[0] == 0 and waiting(page) == 1
        assert in_clear(page, "Amsel", me.code, other.code) == []
        assert entries(other, group) == []
        comes(page, me, group, way_in=running_site.entry_path(me))


def test_ones_own_words_that_cannot_go_wait_or_go_as_one_says(
    visits: Visits, running_site: RunningSite, group: World
) -> None:
    me = group.member
    with Line(running_site) as line:
        page = visits.enter(me, "/today/", url=line.url, **PHONE)
        say_yes(page)
        without_a_line(page, line, visits)
        expect(page.get_by_role("button", name="Take it off this phone")).to_be_hidden()
        expect(page.get_by_role("button", name="Let my words wait here")).to_be_focused()
        press(page, "Change nothing")
        expect(live(page, "phone-said")).to_have_text("It is kept on this phone.")
        expect(page.get_by_text(MINE)).to_be_visible()
        assert waiting(page) == 1

        press(page, "Take it off this phone")
        press(page, "Let my words wait here")
        expect(live(page, "phone-said")).to_have_text("It is off this phone.")
        expect(page.get_by_text(MINE)).to_be_visible()
        assert kept_here(page)[0] == 0 and waiting(page) == 1 and in_clear(page, "Drossel", me.code) == []
        # It is off already, so what is offered now is about the words alone.
        expect(page.get_by_role("button", name="Take it off this phone")).to_be_hidden()
        press(page, "Send what waits, or take it away")
        press(page, "Let my words wait here")
        assert waiting(page) == 1
        line.mend()
        press(page, "Send what waits, or take it away")
        expect(live(page, "phone-said")).to_contain_text("Nothing of it is left here.")
        assert [one["feelings"] for one in entries(me, group)] == ["Drossel"]


def test_ones_own_words_go_only_when_one_says_so_and_alone(
    visits: Visits, running_site: RunningSite, group: World
) -> None:
    me, other = group.members[:2]
    with Line(running_site) as line:
        page = visits.enter(me, "/today/", url=line.url, **PHONE)
        left_words(page, line, other, running_site)
        say_yes(page)
        without_a_line(page, line, visits)
        assert waiting(page) == 2
        press(page, "Take my words away too")
        expect(live(page, "phone-said")).to_have_text("It is off this phone.")
        expect(page.get_by_text(OTHERS)).to_be_visible()
        expect(page.get_by_text(MINE)).to_be_hidden()
        line.mend()
        page.goto("/today/")
        page.wait_for_load_state("networkidle")
        assert waiting(page) == 1 and entries(other, group) == []
        comes(page, me, group, way_in=running_site.entry_path(me))

        # Alone on the phone, with the yes to lose them, nothing is left at all.
        say_yes(page)
        without_a_line(page, line, visits)
        press(page, "Take my words away too")
        expect(live(page, "phone-said")).to_contain_text("Nothing of it is left here.")
        assert kept_here(page) == [0, 0, 0]


def test_words_that_wait_for_a_key_to_be_off_are_asked_about(
    visits: Visits, running_site: RunningSite, group: World
) -> None:
    with Line(running_site) as line:
        page = visits.enter(group.member, "/today/", url=line.url, **PHONE)
        say_yes(page)
        line.cut()
        write(page, "Amsel")
        page.goto("about:blank")
        own_key_on(group.member, group)
        line.mend()
        page.goto("/phone/")
        press(page, "Take it off this phone")
        expect(live(page, "phone-said")).to_contain_text(ASKED)
        press(page, "Let my words wait here")
        page.goto("/phone/")
        expect(live(page, "phone-said")).to_have_text("It is not kept on this phone.")
        expect(page.get_by_text("They can come when your own key is off.")).to_be_visible()
        assert waiting(page) == 1


def test_a_practice_that_goes_leaves_the_way_for_words_that_wait(
    visits: Visits, running_site: RunningSite, group: World
) -> None:
    me, other = group.members[:2]
    with Line(running_site) as line:
        page = visits.enter(me, "/today/", url=line.url, **PHONE)
        left_words(page, line, other, running_site)
        page.goto("/practice/p22-soles-of-the-feet/?seconds=60")
        press(page, "Keep on this phone")
        expect(live(page, "keep-said")).to_contain_text("It is kept here", timeout=20_000)
        press(page, "Take it off this phone")
        expect(live(page, "keep-said")).to_have_text("It is not kept here.")
        comes(page, me, group, way_in=running_site.entry_path(me))
