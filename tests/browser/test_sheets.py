"""A week of questions on a phone in a real browser: kept at every tap, through a lost line, and sent in time."""

from datetime import timedelta

import pytest
from playwright.sync_api import Route, expect

from kindcircle.base.lib import clock
from kindcircle.rooms.measures.models import Assignment, Response
from kindcircle.rooms.safety.models import Alert
from tests.browser.helpers import DESK, PHONE, Visits, wait_until
from tests.rooms.measures.sheets import sheet
from tests.site import RunningSite
from tests.world import make_world

pytestmark = pytest.mark.browser

DAY = timedelta(days=1)
TARGET = 44  # px


def test_a_week_of_questions_on_a_phone_kept_at_every_tap(visits: Visits, running_site: RunningSite) -> None:
    with running_site.database():
        world = make_world(members=2, at=clock.now() - timedelta(minutes=5))
        given = {
            name: sheet(world, name, occasion="weekly", closes_at=clock.now() + DAY)
            for name in ("arrival-check", "after-session", "wcc-6")
        }
    phone = visits.enter(world.member, f"/check/{given['after-session'].code}/", **PHONE)
    kept = phone.locator("#kept")
    for mark in phone.locator(".scale-mark, .choice").all():
        box = mark.bounding_box()
        assert box is not None and box["height"] >= TARGET and box["width"] >= TARGET
    phone.locator(".scale-mark:has([name=ease][value='7'])").tap()
    expect(kept).to_have_text("Kept. 1 of 3 answered.")

    # The line is lost: the page says so, and says "kept" again only when it is.
    phone.context.set_offline(True)
    phone.locator(".scale-mark:has([name=fit][value='6'])").tap()
    expect(kept).to_contain_text("Not kept yet")
    phone.context.set_offline(False)
    expect(kept).to_have_text("Kept. 2 of 3 answered.")
    visits.seen[phone].forget()

    # An answer that asks for a person: help stands right below it, and somebody is told, before anything is sent.
    # It stands there too when the next answer was given before this one had arrived.
    on_the_way: list[Route] = []
    phone.route("**/keep/", lambda route: on_the_way.append(route))
    phone.locator(".scale-mark:has([name=steadiness][value='2'])").tap()
    wait_until(lambda: bool(on_the_way), phone, what="the answer to go out")
    phone.locator(".scale-mark:has([name=fit][value='5'])").tap()
    on_the_way[0].continue_()
    phone.unroute("**/keep/")
    expect(phone.locator("#q-steadiness + [data-help]")).to_contain_text("We are telling your facilitators")
    with running_site.database():
        assert Alert.objects.filter(member=world.member).count() == 1
        assert not Response.objects.filter(assignment__member=world.member).exists()

    # Another device goes on with it, by keys alone, and the first one learns of it when it sends.
    desk = visits.enter(world.member, f"/check/{given['after-session'].code}/", **DESK)
    expect(desk.locator("[name=ease][value='7']")).to_be_checked()
    desk.locator("[name=ease][value='7']").focus()
    desk.keyboard.press("4")
    expect(desk.locator("[name=ease][value='4']")).to_be_checked()
    expect(desk.locator("#kept")).to_have_text("Kept. 3 of 3 answered.")
    phone.get_by_role("button", name="Send").tap()
    expect(phone.get_by_text("You answered some lines on another page")).to_be_visible()
    expect(phone.locator("[name=ease][value='4']")).to_be_checked()
    phone.get_by_role("button", name="Send").tap()
    expect(phone.get_by_role("heading", name="Saved")).to_be_visible()

    # The laptop still shows the sheet: what is tapped there is not kept any more, and help stands there all the same.
    desk.locator("[name=steadiness][value='1']").focus()
    desk.keyboard.press("1")
    expect(desk.locator("#kept")).to_contain_text("We kept the first one, and this one was not kept.")
    expect(desk.locator("#q-steadiness + [data-help]")).to_contain_text("We are telling your facilitators")
    visits.seen[desk].forget()

    for _ in range(2):
        phone.locator("main > .actions a").first.tap()
        expect(phone.get_by_role("button", name="Send")).to_be_visible()
        for field in phone.locator("form fieldset").all():
            field.locator("label").nth(2).tap()
        expect(kept).to_contain_text("Kept.")
        phone.get_by_role("button", name="Send").tap()
        expect(phone.get_by_role("heading", name="Saved")).to_be_visible()
    with running_site.database():
        assert Response.objects.filter(assignment__member=world.member).count() == 3
        assert Alert.objects.filter(member=world.member).count() == 1
        assert not Assignment.objects.filter(member=world.member, response=None).exists()
    assert visits.seen[phone].complaints == [] and visits.seen[desk].complaints == []


def test_an_answer_that_waited_for_the_line_is_not_newer_than_another_pages(
    visits: Visits, running_site: RunningSite
) -> None:
    with running_site.database():
        world = make_world(members=2, at=clock.now() - timedelta(minutes=5))
        one = sheet(world, "after-session", occasion="weekly", closes_at=clock.now() + DAY)
    phone = visits.enter(world.member, f"/check/{one.code}/", **PHONE)
    desk = visits.enter(world.member, f"/check/{one.code}/", **DESK)
    phone.context.set_offline(True)
    phone.locator(".scale-mark:has([name=ease][value='3'])").tap()
    expect(phone.locator("#kept")).to_contain_text("Not kept yet")
    desk.locator(".scale-mark:has([name=ease][value='8'])").click()
    expect(desk.locator("#kept")).to_have_text("Kept. 1 of 3 answered.")
    phone.context.set_offline(False)
    expect(phone.locator("#kept")).to_contain_text("You answered this on another page meanwhile")
    visits.seen[phone].forget()
    phone.get_by_role("button", name="Send").tap()
    phone.get_by_role("button", name="Send it as it is").tap()
    expect(phone.get_by_text("You answered some lines on another page")).to_be_visible()
    expect(phone.locator("[name=ease][value='8']")).to_be_checked()
