"""What a phone keeps comes once, to its own person, and goes when it has to go."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from kindcircle.base.lib import clock
from kindcircle.rooms.writing import actions
from kindcircle.rooms.writing.journal import open_felt
from kindcircle.rooms.writing.models import JournalEntry
from tests.browser.helpers import PHONE, Line, Visits, wait_until
from tests.browser.phone import comes, draft, entries, in_clear, kept_here, live, say_yes, waiting, write
from tests.site import RunningSite
from tests.world import World

pytestmark = pytest.mark.browser


def test_nothing_is_here_before_a_yes_and_nothing_after_a_no(
    visits: Visits, running_site: RunningSite, group: World
) -> None:
    page = visits.enter(group.member, "/phone/", **PHONE)
    expect(page.get_by_role("button", name="Keep it on this phone")).to_be_visible()
    for path in ("/today/", "/phone/write/", "/phone/plan/", "/support-plan/", "/practice/kept/", "/phone/"):
        page.goto(path)
        page.wait_for_timeout(200)
        assert kept_here(page) == [0, 0, 0], path
    say_yes(page)
    assert kept_here(page) == [1, 1, 1]
    page.get_by_role("button", name="Take it off this phone").click()
    expect(live(page, "phone-said")).to_contain_text("Nothing of it is left here.")
    assert kept_here(page) == [0, 0, 0]
    assert not visits.seen[page].complaints


def test_what_it_keeps_names_nobody(visits: Visits, running_site: RunningSite, group: World) -> None:
    page = visits.enter(group.member, "/today/", **PHONE)
    say_yes(page)
    for path in ("/today/", "/journal/", "/letters/", "/support-plan/"):
        page.goto(path)
    assert in_clear(page, "Ines", group.member.code, "csrf", "data-token", "data-who", "Tuesday circle") == []
    told = page.evaluate("fetch('/phone/app.webmanifest').then((answer) => answer.json())")
    assert (told["name"], told["display"], told["start_url"]) == ("My page", "standalone", "/")
    for icon in told["icons"]:
        size = page.evaluate(
            """(src) => new Promise((go) => {
              const one = new Image();
              one.onload = () => go(one.width);
              one.src = src;
            })""",
            icon["src"],
        )
        assert icon["sizes"] == f"{size}x{size}"


def test_a_form_that_was_on_its_way_when_the_line_went(visits: Visits, running_site: RunningSite, group: World) -> None:
    """Once with nothing getting there, once with only the answer lost."""
    with Line(running_site) as line:
        page = visits.enter(group.member, "/today/", url=line.url, **PHONE)
        say_yes(page)
        for words, fault in (("Amsel", line.cut), ("Drossel", line.deafen)):
            page.goto("/journal/new/day/")
            page.locator("#feelings").fill(words)
            page.locator("input[name=after][value=harder]").check(force=True)
            fault()
            page.get_by_role("button", name="Save").click()
            expect(page.get_by_text("There was no line. Your words are kept on this phone, sealed.")).to_be_visible()
            assert waiting(page) == 1 and in_clear(page, words) == []
            line.mend()
            page.goto("/today/")
            wait_until(lambda: waiting(page) == 0, page, what="the words to come")
        assert [one["feelings"] for one in entries(group.member, group)] == ["Amsel", "Drossel"]
        by = group.actor(group.member)
        told = [open_felt(entry=one, by=by) for one in JournalEntry.objects.filter(author=group.member)]
        assert [one.after if one else "" for one in told] == ["harder", "harder"]


def test_a_draft_that_the_server_could_not_take(visits: Visits, running_site: RunningSite, group: World) -> None:
    """The page says where it is; it is sent by the page itself, or after it was closed by the next one."""
    with Line(running_site) as line:
        page = visits.enter(group.member, "/today/", url=line.url, **PHONE)
        say_yes(page)
        page.goto("/letters/new/")
        line.cut()
        page.locator("#text").fill("Dear me")
        expect(page.get_by_text("Kept on this phone, sealed. It comes here when there is a line.")).to_be_visible()
        assert waiting(page) == 1
        line.mend()
        page.evaluate("window.dispatchEvent(new Event('online'))")
        expect(page.get_by_text("Kept as a draft.")).to_be_visible(timeout=15_000)
        wait_until(lambda: waiting(page) == 0, page, what="the phone to let go")
        line.cut()
        page.locator("#text").press_sequentially(", rest")
        expect(page.get_by_text("Kept on this phone, sealed.")).to_be_visible()
        tab = visits.page(page.context)
        page.close()
        line.mend()
        tab.goto("/today/")
        wait_until(lambda: draft(group.member, group, "letter") == {"text": "Dear me, rest"}, tab, what="the rest")
        wait_until(lambda: waiting(tab) == 0, tab, what="the phone to let go of it")


def test_a_session_that_ended_waits_for_the_same_person(
    visits: Visits, running_site: RunningSite, group: World
) -> None:
    me, other = group.members[:2]
    with Line(running_site) as line:
        page = visits.enter(me, "/today/", url=line.url, **PHONE)
        say_yes(page)
        line.cut()
        write(page, "Amsel")
        Session.objects.all().delete()
        line.mend()
        page.goto("/phone/write/")
        page.wait_for_timeout(600)
        assert waiting(page) == 1 and entries(me, group) == []

        # Somebody else signs in on this phone: nothing that can be read stays, and nothing is sent for them.
        page.goto(running_site.entry_path(other))
        page.goto("/today/")
        wait_until(lambda: kept_here(page)[0] == 0, page, what="the pages to go")
        page.wait_for_timeout(600)
        assert waiting(page) == 1 and entries(me, group) == []
        assert in_clear(page, "Amsel", me.code) == []

        comes(page, me, group, way_in=running_site.entry_path(me))
        assert entries(other, group) == []


def test_two_tabs_send_once_and_a_draft_from_elsewhere_stays(
    visits: Visits, running_site: RunningSite, group: World
) -> None:
    me, by = group.member, group.actor(group.member)
    with Line(running_site) as line:
        page = visits.enter(me, "/today/", url=line.url, **PHONE)
        say_yes(page)
        actions.save_draft(
            kind="letter", box="text", text="At the desk", page="desk", version=0, author=me, by=by, at=clock.now()
        )
        line.cut()
        write(page, "Amsel")
        page.locator("#letter-text").fill("On the train")
        expect(page.get_by_text("It comes to your letters as a draft when this page is closed")).to_be_visible()
        page.close()
        tabs = [visits.page(visits.seen and page.context) for _ in range(2)]
        line.mend()
        for tab in tabs:
            tab.goto("/today/", wait_until="commit")
        wait_until(lambda: waiting(tabs[0]) == 0, tabs[0], what="the words to come", within=20)
        assert [one["feelings"] for one in entries(me, group)] == ["Amsel"]
        assert draft(me, group, "letter") == {"text": "At the desk\n\nOn the train"}


@pytest.mark.parametrize("how", ["Sign out", "Leave this page"])
def test_it_goes_when_somebody_goes(visits: Visits, running_site: RunningSite, group: World, how: str) -> None:
    """Signing out sends first. Leaving takes everything at once."""
    with Line(running_site) as line:
        page = visits.enter(group.member, "/today/", url=line.url, **PHONE)
        page.context.route("https://www.wikipedia.org/**", lambda route: route.fulfill(body="Elsewhere"))
        say_yes(page)
        page.goto("/today/")
        line.cut()
        tab = visits.page(page.context)
        write(tab, "Amsel")
        if how == "Sign out":
            tab.close()
            line.mend()
            page.get_by_role("button", name=how).click()
            page.wait_for_url(f"{line.url}/")
            assert [one["feelings"] for one in entries(group.member, group)] == ["Amsel"]
        else:
            tab.get_by_role("navigation", name="Always here").get_by_role("link", name=how).click()
            expect(tab.get_by_text("Elsewhere")).to_be_visible()
            line.mend()
            assert entries(group.member, group) == []
        page.wait_for_timeout(400)
        page.goto("/help/")
        assert kept_here(page) == [0, 0, 0]


def test_screen_readers_are_told_what_everything_is(visits: Visits, running_site: RunningSite, group: World) -> None:
    page = visits.enter(group.member, "/phone/", bypass_csp=True, reduced_motion="reduce", **PHONE)
    say_yes(page)
    for path in ("/phone/", "/phone/write/", "/phone/plan/", "/phone/hard-day/", "/practice/kept/"):
        page.goto(path)
        page.wait_for_timeout(200)
        found = Axe().run(page).response["violations"]
        assert not found, (path, [(one["id"], [node["html"] for node in one["nodes"]]) for one in found])


def test_words_typed_a_moment_before_an_empty_page_stay_away(
    visits: Visits, running_site: RunningSite, group: World
) -> None:
    page = visits.enter(group.member, "/letters/new/", **PHONE)
    page.locator("#text").fill("Dear me")
    expect(page.get_by_text("Kept as a draft.")).to_be_visible()
    page.reload()
    page.locator("#text").press_sequentially(", rest")
    page.get_by_role("button", name="Begin with an empty page").click()
    expect(page.get_by_text("You began this before.")).to_have_count(0)
    page.wait_for_timeout(500)
    assert draft(group.member, group, "letter") == {}
    page.locator("#text").fill("Anew")
    expect(page.get_by_text("Kept as a draft.")).to_be_visible()
    assert draft(group.member, group, "letter") == {"text": "Anew"}
