"""Each answer as the page's script sends it: kept is said only when it is, and help comes back with it."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from kindcircle.base.lib import clock, codes
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.measures.models import Assignment, Response
from kindcircle.rooms.measures.models_draft import AnswerDraft
from kindcircle.rooms.safety import actions as safety
from kindcircle.rooms.safety.models import Alert
from tests.doors.web.test_checks import BACKEND, NUMBER, add_helpline, key_in, open_sheet, page_of, send
from tests.rooms.measures.sheets import bring_wording
from tests.world import World

HOUR = timedelta(hours=1)
KEY = codes.new_code()


@pytest.fixture
def site(client: Client, world: World) -> Client:
    client.force_login(world.member, backend=BACKEND)
    return client


def keep(site: Client, assignment: Assignment, *, script: bool = True, key: str = KEY, **fields):
    accept = "application/json, text/html" if script else "text/html"
    return site.post(f"/check/{assignment.code}/keep/", {"key": key} | fields, headers={"accept": accept})


def version_in(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found is not None
    return found.group(1)


class TestByScript:
    def test_kept_is_said_with_how_far_one_is(self, site, world):
        one = open_sheet(world)
        assert "Kept. 1 of 3 answered." in keep(site, one, ease="7").content.decode()
        assert "Kept. 2 of 3 answered." in keep(site, one, fit="7").content.decode()
        assert "Help stands" not in keep(site, one, steadiness="7").content.decode()

    def test_help_comes_back_with_the_answer_that_asks_for_a_person_and_only_then(self, site, world):
        add_helpline(world)
        one = open_sheet(world)
        told = keep(site, one, steadiness="1").content.decode()
        assert "We are telling your facilitators, Ada and Bo." in told and NUMBER in told and "Help now" in told
        assert Alert.objects.get().member == world.member
        assert "data-help" not in keep(site, one, ease="5").content.decode(), "it stands on the page already"
        assert "We heard this" in page_of(site, one), "and there again on coming back"

    def test_it_stands_there_until_somebody_has_closed_the_matter(self, site, world):
        one = open_sheet(world)
        keep(site, one, steadiness="1")
        Alert.objects.update(state="closed", closed_at=clock.now(), close_reason="plan-agreed")
        assert "We heard this" not in page_of(site, one)

    def test_what_cannot_be_kept_is_told_and_the_rest_of_it_is_kept(self, site, world):
        one = open_sheet(world)
        answer = keep(site, one, ease="99", fit="4")
        assert answer.status_code == 422 and "Please pick one" in answer.content.decode()
        assert 'name="fit" value="4" checked' in page_of(site, one)

    def test_a_sheet_that_was_sent_or_has_closed_says_so(self, site, world):
        one = open_sheet(world)
        send(site, one, steadiness="8")
        assert keep(site, one, ease="5").status_code == 409
        two = open_sheet(world, occasion="weekly")
        Assignment.objects.filter(pk=two.pk).update(opens_at=world.at - 9 * HOUR, closes_at=world.at - HOUR)
        assert keep(site, two, ease="5").status_code == 409
        assert not AnswerDraft.objects.exists()

    def test_help_stands_there_too_for_what_was_said_in_what_cannot_be_kept(self, site, world):
        add_helpline(world)
        one = open_sheet(world)
        answer = keep(site, one, ease="99", steadiness="1")
        page = answer.content.decode()
        assert answer.status_code == 422 and "Please pick one" in page and 'data-help="steadiness"' in page
        assert NUMBER in page and 'name="steadiness" value="1" checked' in page_of(site, one)
        two = open_sheet(world, occasion="weekly")
        send(site, two, steadiness="8")
        for script, status in ((True, 409), (False, 409)):
            late = keep(site, two, script=script, contact="1", go="later")
            assert late.status_code == status and "this one was not kept" in late.content.decode()
            assert "We are telling your facilitators" in late.content.decode() and NUMBER in late.content.decode()
        assert {row.source_code for row in Alert.objects.get().answers.all()} == {one.code, two.code}

    def test_what_is_repeated_after_somebody_looked_after_it_gets_the_numbers_by_script_as_by_button(self, site, world):
        add_helpline(world)
        one = open_sheet(world)
        send(site, one, steadiness="1")
        at, ada, alert = clock.now() - HOUR, world.actor(world.facilitator), Alert.objects.get()
        safety.see(alert=alert, by=ada, at=at)
        for step in (safety.act, safety.contacted):
            step(alert=alert, by=ada, at=at)
        safety.close(alert=alert, by=ada, at=at, reason="plan-agreed", note="We spoke.")
        for script in (True, False):
            late = keep(site, one, script=script, steadiness="1", go="later")
            page = late.content.decode()
            assert late.status_code == 409 and "this one was not kept" in page
            assert "so nobody is told anew" in page and NUMBER in page
            assert "We are telling" not in page and "they still get in touch" not in page
        assert Alert.objects.count() == 1

    def test_an_answer_that_had_to_wait_takes_no_newer_ones_place_and_is_heard(self, site, world):
        one = open_sheet(world)
        waits, other = page_of(site, one), page_of(site, one)
        keep(site, one, key=key_in(other), ease="8", steadiness="7")
        late = keep(site, one, key=key_in(waits), version=version_in(waits), ease="3", fit="6", steadiness="1")
        page = late.content.decode()
        assert late.status_code == 422 and "on another page meanwhile" in page and "We are telling" in page
        assert Alert.objects.get().member == world.member
        now = page_of(site, one)
        for name, value in (("ease", "8"), ("steadiness", "7"), ("fit", "6")):
            assert f'name="{name}" value="{value}" checked' in now
        # What is given just now is the newer one, also on the older page.
        assert keep(site, one, key=key_in(waits), ease="3").status_code == 200
        assert 'name="ease" value="3" checked' in page_of(site, one)

    def test_nobody_elses_sheet_is_there(self, client, world):
        one = open_sheet(world)
        for person in (world.members[1], world.facilitator, world.safety_lead):
            client.force_login(person, backend=BACKEND)
            staff = person != world.members[1]
            for script in (True, False):
                status = keep(client, one, script=script, ease="5").status_code
                assert status == (302 if staff else 404), "staff are led to their second factor first"
        client.logout()
        assert keep(client, one, ease="5").status_code in (302, 401, 404)
        assert not AnswerDraft.objects.exists()


class TestByButton:
    def test_a_tick_that_was_taken_out_is_out(self, site, world):
        one = open_sheet(world)
        keep(site, one, script=False, go="later", shown=["contact"], contact="1")
        assert re.search(r'name="contact" value="1" checked', page_of(site, one))
        keep(site, one, script=False, go="later", shown=["contact"])
        assert not re.search(r'name="contact" value="1" checked', page_of(site, one))

    def test_a_page_from_before_writes_nothing_newer_over_and_nothing_is_lost(self, site, world):
        one = open_sheet(world)
        old = page_of(site, one)
        fresh = page_of(site, one)
        shown = {"shown": ["ease", "fit", "steadiness", "to_know", "contact"], "go": "later"}
        keep(
            site,
            one,
            script=False,
            key=key_in(fresh),
            version=version_in(fresh),
            **shown,
            ease="8",
            to_know="New words",
        )
        answer = keep(
            site, one, script=False, key=key_in(old), version=version_in(old), **shown, ease="3", fit="6",
            to_know="Old words",
        )  # fmt: skip
        page = answer.content.decode()
        assert answer.status_code == 200 and "You answered some lines on another page" in page
        assert 'name="ease" value="8" checked' in page and "New words</textarea>" in page
        told = " ".join(re.sub(r"<[^>]+>", " ", page.partition("On this page stood:")[2].partition("</dl>")[0]).split())
        assert "3" in told.split() and "Old words" in told and "6" not in told.split()
        later = page_of(site, one)
        assert 'name="ease" value="8" checked' in later and 'name="fit" value="6" checked' in later
        assert "New words</textarea>" in later
        # Looked at, it counts.
        keep(
            site, one, script=False, key=key_in(page), version=version_in(page), **shown, ease="3", to_know="Old words"
        )
        assert 'name="ease" value="3" checked' in page_of(site, one)

    def test_sending_a_page_from_before_shows_its_own_words_beside_the_newer_ones(self, site, world):
        one = open_sheet(world)
        old, fresh = page_of(site, one), page_of(site, one)
        keep(site, one, key=key_in(fresh), to_know="New words")
        sent = {"key": key_in(old), "version": version_in(old), "to_know": "Old words", "fit": "6", "asked": "yes"}
        page = site.post(f"/check/{one.code}/", sent).content.decode()
        assert "Nothing is sent yet." in page and "New words</textarea>" in page
        assert "Old words" in page.partition("On this page stood:")[2].partition("</dl>")[0]
        assert 'name="fit" value="6" checked' in page_of(site, one), "the rest of it is kept already"
        send(site, one, key=key_in(page), version=version_in(page), to_know="Old words", fit="6")
        assert Response.objects.exists()

    def test_one_by_one_with_the_back_button_is_the_same(self, site, world):
        one = open_sheet(world)
        site.post(f"/check/{one.code}/way/", {"one_by_one": "yes"})
        first = site.get(f"/check/{one.code}/?line=1").content.decode()
        keep(site, one, script=False, key=key_in(first), version=version_in(first), go="next", line="1", ease="8")
        again = site.get(f"/check/{one.code}/?line=1").content.decode()
        # What stands there was seen and is changed on purpose.
        changed = keep(
            site, one, script=False, key=key_in(again), version=version_in(again), go="next", line="1", ease="4"
        )
        assert changed.status_code == 303
        stale = keep(site, one, script=False, key=codes.new_code(), version="0", go="next", line="1", ease="8")
        assert "You answered some lines on another page" in stale.content.decode()

    def test_help_comes_before_anything_else(self, site, world):
        one = open_sheet(world)
        answer = keep(site, one, script=False, go="later", steadiness="1")
        assert answer.headers["Location"] == f"/check/{one.code}/"

    def test_a_sheet_with_a_mistake_comes_back_and_what_was_right_is_kept(self, site, world):
        one = open_sheet(world)
        answer = send(site, one, ease="99", steadiness="2")
        assert answer.status_code == 422 and "Nothing is sent yet." in answer.content.decode()
        assert Alert.objects.count() == 1, "heard at once, although the sheet is not sent"
        assert "We heard this" in answer.content.decode(), "and the page that comes back says so"
        assert 'name="steadiness" value="2" checked' in page_of(site, one)

    def test_for_later_with_a_mistake_keeps_what_was_right_too(self, site, world):
        one = open_sheet(world)
        answer = keep(site, one, script=False, go="later", ease="99", steadiness="2")
        assert answer.status_code == 422 and "We heard this" in answer.content.decode()
        assert Alert.objects.count() == 1
        assert 'name="steadiness" value="2" checked' in page_of(site, one)

    @pytest.mark.parametrize("line", ["0", "99", "-1", "two", "9" * 50, "send", ""])
    def test_a_strange_line_is_a_page_all_the_same(self, site, world, line):
        one = open_sheet(world)
        site.post(f"/check/{one.code}/way/", {"one_by_one": "yes"})
        assert site.get(f"/check/{one.code}/", {"line": line}).status_code == 200
        assert keep(site, one, script=False, go="next", line=line, ease="4").status_code in (302, 303)

    def test_the_wish_can_be_taken_back(self, site, world):
        one = open_sheet(world)
        site.post(f"/check/{one.code}/way/", {"one_by_one": "yes"})
        assert "Question 1 of 5" in page_of(site, one)
        site.post(f"/check/{one.code}/way/", {"one_by_one": "no"})
        assert "Question 1 of 5" not in page_of(site, one)


class TestSecondTab:
    def test_the_newer_answers_of_the_other_tab_come_back_to_be_looked_at(self, site, world):
        one = open_sheet(world)
        first = page_of(site, one)
        second = page_of(site, one)
        keep(site, one, key=key_in(second), fit="3")
        version = re.search(r'name="version" value="(\d+)"', first).group(1)
        answer = send(site, one, key=key_in(first), version=version, ease="9", steadiness="8", fit="7")
        page = answer.content.decode()
        assert "You answered some lines on another page" in page and not Response.objects.exists()
        assert 'name="fit" value="3" checked' in page and 'name="ease" value="9" checked' in page
        newer = re.search(r'name="version" value="(\d+)"', page).group(1)
        assert "Saved" in send(site, one, key=key_in(first), version=newer, ease="9", fit="3").content.decode()


def test_a_set_of_several_sheets_leads_on_to_the_next(site, world):
    bring_wording(world, "phq-9")
    first, _second = open_sheet(world, occasion="baseline"), open_sheet(world, "phq-9", occasion="baseline")
    other = open_sheet(world, "wcc-6", occasion="weekly")
    page = send(site, first, steadiness="8").content.decode()
    assert "One more short sheet" in page and "PHQ-9" in page
    assert "One more short sheet" not in send(site, other, wcc_1="2").content.decode()


def test_everything_of_an_arrival_is_asked_before_it_counts_as_told(site, world):
    Gathering.objects.filter(pk=world.gathering.pk).update(state="open", opened_at=world.at)
    for instrument in ("arrival-check", "alliance-pulse"):
        open_sheet(world, instrument, occasion="arrival", gathering=world.gathering)
    send(site, Assignment.objects.get(instrument="arrival-check"), steadiness="7")
    assert "How are you arriving?" in site.get(f"/gathering/{world.gathering.code}/").content.decode()
