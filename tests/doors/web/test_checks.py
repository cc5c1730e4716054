"""A member answers a sheet on its page: once, with help at once when it matters, and nothing typed is lost."""

import random
import re
from datetime import UTC, datetime, time, timedelta

import pytest
from django.test import Client

from kindcircle.base.lib import clock, codes
from kindcircle.base.people.models import User
from kindcircle.rooms.measures.keeping import keep_answers
from kindcircle.rooms.measures.models import Assignment, Response
from kindcircle.rooms.measures.queries import answers_of, left_blank
from kindcircle.rooms.safety import actions
from kindcircle.rooms.safety.models import Alert, Helpline, HelplineCheck
from kindcircle.rooms.safety.models_answers import AlertAnswer
from tests.rooms.measures.sheets import bring_wording, sheet
from tests.world import World, make_world

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
HOUR = timedelta(hours=1)
NUMBER = "116 123"


@pytest.fixture
def site(client: Client, world: World) -> Client:
    client.force_login(world.member, backend=BACKEND)
    return client


def open_sheet(world: World, instrument: str = "after-session", **more) -> Assignment:
    return sheet(world, instrument, **{"closes_at": world.at + 24 * HOUR, **more})


def page_of(site: Client, assignment: Assignment) -> str:
    answer = site.get(f"/check/{assignment.code}/")
    assert answer.status_code == 200
    return answer.content.decode()


def key_in(page: str) -> str:
    return re.search(r'name="key" value="([^"]+)"', page).group(1)


def send(site: Client, assignment: Assignment, follow: bool = True, first: bool = False, **fields):
    """Sent by somebody who was asked about blank lines before; or, with `first`, for the first time."""
    fields = {"key": codes.new_code()} | ({} if first else {"asked": "yes"}) | fields
    return site.post(f"/check/{assignment.code}/", fields, follow=follow)


def add_helpline(world: World) -> None:
    line = Helpline.objects.create(
        organisation=world.organisation, country="GB", name="Listening line", number=NUMBER, hours="Day and night",
        source="dialled",
    )  # fmt: skip
    for person in world.facilitators:
        HelplineCheck.objects.create(helpline=line, by=person, at=world.at)


class TestAsking:
    def test_who_is_answering_and_who_can_read_it(self, site, world):
        page = page_of(site, open_sheet(world))
        assert "You are answering as Ines" in page
        assert "Only your facilitators can read this." in page
        assert "Your facilitators can see these answers." in page

    def test_every_kind_of_answer_has_its_own_field_and_nothing_is_chosen_beforehand(self, site, world):
        page = page_of(site, open_sheet(world))
        assert len(re.findall(r'type="radio" name="steadiness" value="\d', page)) == 11
        assert len(re.findall(r'type="radio" name="steadiness" value=""', page)) == 1
        assert 'type="checkbox" name="contact"' in page
        assert '<textarea id="to_know" name="to_know"' in page
        assert not re.search(r"<input[^>]* (checked|required)", page)

    def test_the_words_at_the_ends_are_not_numbered_twice(self, site, world):
        assert "0 = not at all at ease" in page_of(site, open_sheet(world))

    def test_the_browser_title_names_nothing(self, site, world):
        bring_wording(world, "phq-9", mark="Depression")
        page = page_of(site, open_sheet(world, "phq-9"))
        assert re.search(r"<title>(.*?)</title>", page, re.S).group(1).strip() == "A few questions"

    def test_words_that_were_brought_in_are_asked_and_their_sum_is_what_is_seen(self, site, world):
        bring_wording(world, "phq-9")
        page = page_of(site, open_sheet(world, "phq-9"))
        assert "Line i9" in page
        assert "Your facilitators can see the sum, not each answer." in page

    def test_each_page_has_a_key_of_its_own(self, site, world):
        assignment = open_sheet(world)
        assert key_in(page_of(site, assignment)) != key_in(page_of(site, assignment))


class TestSending:
    def test_saved_is_said_after_a_redirect(self, site, world):
        assignment = open_sheet(world)
        answer = send(site, assignment, follow=False, steadiness="8")
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/check/{assignment.code}/done/")
        page = site.get(answer.headers["Location"]).content.decode()
        assert "Saved" in page
        assert "Help now" in page
        assert "telling your facilitators" not in page

    def test_a_double_click_and_a_replay_are_one_sheet(self, site, world):
        assignment, key = open_sheet(world), codes.new_code()
        for _ in range(10):
            assert "Saved" in send(site, assignment, key=key, steadiness="2").content.decode()
        assert (Response.objects.count(), Alert.objects.count()) == (1, 1)

    def test_the_second_tab_is_told_kindly_and_changes_nothing(self, site, world):
        assignment = open_sheet(world)
        one, two = page_of(site, assignment), page_of(site, assignment)
        send(site, assignment, key=key_in(one), steadiness="8")
        answer = send(site, assignment, key=key_in(two), steadiness="5")
        page = answer.content.decode()
        assert answer.status_code == 409
        assert "We kept the first one" in page
        assert "It looks as if you may want a person" not in page
        assert Response.objects.count() == 1

    def test_a_second_tab_that_asks_for_a_person_is_heard_although_it_is_not_kept(self, site, world):
        add_helpline(world)
        assignment = open_sheet(world)
        send(site, assignment, steadiness="8")
        for _ in range(2):
            page = send(site, assignment, contact="1").content.decode()
            assert "These answers were not kept" in page and "We heard them all the same" in page
            assert "We are telling your facilitators, Ada and Bo." in page and NUMBER in page
        assert Alert.objects.get().member == world.member
        assert AlertAnswer.objects.get().source_code == assignment.code

    def test_a_page_sent_again_with_other_answers_is_not_called_saved(self, site, world):
        assignment, key = open_sheet(world), codes.new_code()
        send(site, assignment, key=key, steadiness="8")
        answer = send(site, assignment, key=key, steadiness="2")
        assert answer.status_code == 409 and "We heard them all the same" in answer.content.decode()
        assert Alert.objects.count() == 1

    def test_nothing_is_promised_anew_by_a_second_tab_once_somebody_looked_after_it(self, site, world):
        add_helpline(world)
        assignment, by = open_sheet(world), world.actor(world.facilitator)
        send(site, assignment, contact="1")
        alert = Alert.objects.get()
        for step in (actions.see, actions.act, actions.contacted):
            step(alert=alert, by=by, at=clock.now())
        page = send(site, assignment, contact="1").content.decode()
        assert "We are telling" not in page and "nobody is told anew" in page and NUMBER in page
        assert Alert.objects.count() == 1

    def test_the_back_button_leads_to_what_was_saved(self, site, world):
        assignment = open_sheet(world)
        send(site, assignment, steadiness="8")
        assert site.get(f"/check/{assignment.code}/").headers["Location"] == f"/check/{assignment.code}/done/"

    def test_done_is_not_said_of_a_sheet_that_was_not_sent(self, site, world):
        assignment = open_sheet(world)
        assert site.get(f"/check/{assignment.code}/done/").headers["Location"] == f"/check/{assignment.code}/"

    def test_no_page_of_it_is_kept_by_a_browser(self, site, world):
        assignment = open_sheet(world)
        answers = [site.get(f"/check/{assignment.code}/"), send(site, assignment, steadiness="3")]
        assert {answer.headers["Cache-Control"] for answer in answers} == {"no-store"}


class TestMending:
    def test_what_cannot_be_is_named_and_everything_typed_is_still_there(self, site, world):
        assignment, key = open_sheet(world), codes.new_code()
        words = "It was cold <b>" + "x" * 2000
        answer = send(site, assignment, key=key, steadiness="12", ease="7", to_know=words, contact="1")
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "Nothing is sent yet." in page
        assert "Please pick one of the answers here, or leave it blank." in page
        assert "Up to 2000 letters fit." in page
        assert "It was cold &lt;b&gt;xxx" in page
        assert re.search(r'name="ease" value="7" checked', page)
        assert re.search(r'name="contact" value="1" checked', page)
        assert key_in(page) == key
        assert not Response.objects.exists()

    def test_an_empty_sheet_is_asked_about_once_and_then_taken(self, site, world):
        assignment, key = open_sheet(world), codes.new_code()
        page = send(site, assignment, key=key, first=True).content.decode()
        assert "All of it is still blank." in page
        assert not Response.objects.exists()
        assert "Saved" in send(site, assignment, key=key_in(page), asked="yes").content.decode()

    def test_a_blank_safety_line_is_asked_about_once_and_then_left_alone(self, site, world):
        bring_wording(world, "phq-9")
        assignment = open_sheet(world, "phq-9")
        page = send(site, assignment, phq9_1="1", first=True).content.decode()
        assert "You left one line blank. That is fine." in page
        assert "Saved" in send(site, assignment, key=key_in(page), asked="yes", phq9_1="1").content.decode()
        assert Response.objects.get().state == "not_scorable"

    def test_lines_that_were_not_reached_are_asked_about_once_and_nobody_insists(self, site, world):
        assignment = open_sheet(world)
        page = send(site, assignment, steadiness="8", first=True).content.decode()
        assert "2 lines are still empty. That is fine" in page and "Send it as it is" in page
        assert "Saved" in send(site, assignment, key=key_in(page), asked="yes", steadiness="8").content.decode()

    def test_a_line_that_was_left_blank_on_purpose_is_not_asked_about_and_kept_apart(self, site, world):
        assignment = open_sheet(world)
        page = send(site, assignment, steadiness="8", ease="", fit="", first=True).content.decode()
        assert "Saved" in page
        other = open_sheet(world, occasion="weekly")
        send(site, other, steadiness="8", ease="")
        by, chosen = (
            world.actor(world.member),
            [left_blank(sheet.response, by=world.actor(world.member)) for sheet in Assignment.objects.order_by("pk")],
        )
        assert chosen == [{"ease", "fit"}, {"ease"}]
        assert answers_of(other.response, by=by, at=world.at) == {"steadiness": 8, "contact": 0}

    def test_whoever_asks_for_a_person_is_asked_nothing_more(self, site, world):
        assert "Saved" in send(site, open_sheet(world), contact="1", first=True).content.decode()


class TestAfterAnAnswerThatMatters:
    def test_help_stands_there_at_once_with_who_is_told_and_by_when(self, site, world):
        add_helpline(world)
        page = send(site, open_sheet(world), steadiness="2").content.decode()
        assert "Saved" in page
        assert "We are telling your facilitators, Ada and Bo." in page
        assert re.search(r"get in touch with you by 23:59 on \w+day \d+ \w+\.", page)
        assert f'<span class="number">{NUMBER}</span>' in page
        assert 'href="tel:116123"' in page
        assert "Nobody is on duty" not in page

    def test_the_way_to_steady_oneself_is_really_there(self, site, world):
        page = send(site, open_sheet(world), contact="1").content.decode()
        anchor = re.search(r'href="/help/#(\w+)"', page).group(1)
        assert f'id="{anchor}"' in site.get("/help/").content.decode()

    def test_a_practice_site_says_that_its_numbers_are_made_up(self, site, world, settings):
        add_helpline(world)
        settings.DEMO = True
        assert "The numbers here are made up" in send(site, open_sheet(world), contact="1").content.decode()

    def test_a_concern_says_so_in_its_own_words(self, site, world):
        bring_wording(world, "phq-9")
        answers = {f"phq9_{number}": "0" for number in range(1, 9)}
        page = send(site, open_sheet(world, "phq-9"), **answers, phq9_9="1").content.decode()
        assert "Thank you for being so open." in page
        assert "One of them will talk with you by" in page

    def test_it_was_a_lot_is_passed_on_for_the_week(self, site, world):
        page = send(site, open_sheet(world, "settling"), how_left="2").content.decode()
        assert "They will look at it before you next meet." in page

    def test_help_does_not_wait_for_mail_or_worker(self, site, world, settings):
        settings.EMAIL_BACKEND = "no.such.Backend"
        assert "We are telling" in send(site, open_sheet(world), contact="1").content.decode()

    def test_it_is_still_there_on_coming_back(self, site, world):
        assignment = open_sheet(world)
        send(site, assignment, contact="1")
        assert "We are telling" in site.get(f"/check/{assignment.code}/done/").content.decode()

    def test_nothing_is_promised_anew_where_somebody_was_in_touch_before(self, site, world):
        add_helpline(world)
        assignment, by = open_sheet(world), world.actor(world.facilitator)
        keep_answers(
            assignment=assignment, typed={"contact": "1"}, page="k" * 22, by=world.actor(world.member), at=clock.now()
        )
        alert = Alert.objects.get()
        for step in (actions.see, actions.act, actions.contacted):
            step(alert=alert, by=by, at=clock.now())
        page = send(site, assignment, contact="1").content.decode()
        assert "We are telling" not in page and "nobody is told anew" in page and NUMBER in page
        assert Alert.objects.count() == 1


class TestOutOfHours:
    SATURDAY = datetime(2026, 6, 6, 20, tzinfo=UTC)

    @pytest.fixture(autouse=True)
    def office(self, world, monkeypatch):
        house = world.organisation
        house.staffed_days, house.staffed_from, house.staffed_until = "12345", time(9), time(17)
        house.zone = "Europe/London"
        house.save()
        monkeypatch.setattr(clock, "now", lambda: self.SATURDAY)

    def saturday(self, world, instrument="after-session"):
        return open_sheet(
            world, instrument, opens_at=self.SATURDAY - HOUR, closes_at=self.SATURDAY + 9 * HOUR, occasion="weekly"
        )

    def test_the_page_says_so_before_anybody_writes(self, site, world):
        page = page_of(site, self.saturday(world))
        assert "Nobody is on duty now. Someone is back at 09:00 on Monday 8 June." in page

    def test_and_after_an_answer_that_matters_the_promise_is_one_that_can_be_kept(self, site, world):
        page = send(site, self.saturday(world), contact="1").content.decode()
        assert re.search(r"get in touch with you by 17:00 on Monday 8 June\.", page)
        assert 'href="/safety-plan/"' in page
        assert "Nobody is on duty now." in page

    def test_a_question_that_needs_a_talk_today_is_left_out_and_not_missed(self, site, world):
        bring_wording(world, "phq-9")
        assignment = self.saturday(world, "phq-9")
        page = page_of(site, assignment)
        assert "Line i9" not in page
        assert "Line i8" in page
        assert "We leave one line out today" in page
        assert "<h1>PHQ-8</h1>" in page and "So this is the shorter sheet, PHQ-8." in page
        assert "Line i10" not in page  # no part of the shorter one
        answers = {f"phq9_{number}": "1" for number in range(1, 9)}
        assert "Saved" in send(site, assignment, **answers).content.decode()
        response = Response.objects.get()
        assert response.state == "complete"
        asked = response.assignment
        assert (asked.instrument, asked.in_place_of) == ("phq-8", "phq-9@1.0.0")
        assert {(row.scale, row.value, row.rule) for row in response.scores.all()} == {
            ("total", 8.0, "phq-8@1.0.0"), ("phq2", 2.0, "phq-8@1.0.0"),
        }  # fmt: skip
        # Sent once more, by a page that the browser kept: the first stays, and what it says beyond it is heard.
        again = send(site, assignment, **answers, phq9_9="1")
        assert again.status_code == 409 and "We heard them all the same" in again.content.decode()
        assert Response.objects.count() == 1 and Alert.objects.get().level == "concern"

    def test_a_page_from_the_night_that_is_sent_on_the_next_day_is_the_shorter_sheet(self, site, world, monkeypatch):
        bring_wording(world, "phq-9")
        house = world.organisation
        house.staffed_days, house.zone = "7", "Asia/Tehran"  # half past eleven on Saturday night
        house.save()
        assignment = self.saturday(world, "phq-9")
        assert 'name="left_out"' in page_of(site, assignment)
        monkeypatch.setattr(clock, "now", lambda: self.SATURDAY + 0.7 * HOUR)  # Sunday, and the house opens today
        answers = {f"phq9_{number}": "1" for number in range(1, 9)}
        # Somebody is there now, so the line is offered once; who still wants the page as it was gets just that.
        assert "Line i9" in send(site, assignment, first=True, left_out="yes", **answers).content.decode()
        send(site, assignment, left_out="yes", asked="yes", **answers)
        assert Response.objects.get().assignment.instrument == "phq-8"

    def test_a_line_that_was_answered_while_somebody_was_there_stays(self, site, world, monkeypatch):
        bring_wording(world, "phq-9")
        friday = self.SATURDAY - 32 * HOUR  # noon
        assignment = open_sheet(world, "phq-9", opens_at=friday, closes_at=friday + 72 * HOUR, occasion="weekly")
        keep_answers(
            assignment=assignment, typed={"phq9_9": "0"}, page="p" * 22, by=world.actor(world.member), at=friday
        )
        page = page_of(site, assignment)
        assert "Line i9" in page and "We leave one line out" not in page
        send(site, assignment, **{f"phq9_{number}": "0" for number in range(1, 10)})
        assert Response.objects.get().assignment.instrument == "phq-9"

    def test_but_an_answer_given_on_a_page_from_before_is_never_dropped(self, site, world):
        bring_wording(world, "phq-9")
        send(site, self.saturday(world, "phq-9"), phq9_9="1")
        assert Alert.objects.get().level == "concern"


class TestNotYours:
    def test_nobody_elses_sheet_is_there(self, client, world):
        assignment = open_sheet(world)
        other = make_world()
        for person in (world.members[1], world.facilitator, world.safety_lead, other.member):
            client.force_login(person, backend=BACKEND)
            session = client.session
            session["demo_door"] = True
            session.save()
            for path in (f"/check/{assignment.code}/", f"/check/{assignment.code}/done/"):
                assert client.get(path).status_code == 404
            assert send(client, assignment, steadiness="1").status_code == 404
        assert not Response.objects.exists()

    def test_a_sheet_that_is_not_there_looks_the_same(self, site, world):
        theirs = sheet(world, member=world.members[1])
        gone, not_mine = site.get(f"/check/{codes.new_code()}/"), site.get(f"/check/{theirs.code}/")
        assert gone.status_code == not_mine.status_code == 404
        assert without_tokens(gone) == without_tokens(not_mine)

    def test_a_visitor_is_sent_to_sign_in(self, client, world):
        assignment = open_sheet(world)
        assert client.get(f"/check/{assignment.code}/").headers["Location"].startswith("/account/login/")
        assert not Response.objects.exists()


def without_tokens(answer) -> str:
    return re.sub(r'(value|data-token)="[^"]{40,}"|"X-CSRFToken": "[^"]+"', "", answer.content.decode())


class TestKindRefusals:
    def test_not_open_yet(self, site, world):
        assignment = open_sheet(world, opens_at=clock.now() + HOUR)
        answer = site.get(f"/check/{assignment.code}/")
        assert answer.status_code == 409
        assert "opens a little later" in answer.content.decode()

    def test_closed_meanwhile_and_help_is_there(self, site, world):
        add_helpline(world)
        assignment = open_sheet(world)
        Assignment.objects.update(opens_at=world.at - 9 * HOUR, closes_at=world.at - HOUR)
        assert site.get(f"/check/{assignment.code}/").status_code == 409
        answer = send(site, assignment, contact="1")
        assert answer.status_code == 409
        assert "We heard them all the same" in answer.content.decode()
        assert NUMBER in answer.content.decode() and Alert.objects.get().member == world.member

    def test_an_unknown_version(self, site, world):
        assignment = open_sheet(world)
        Assignment.objects.update(version="9.9.9")
        answer = site.get(f"/check/{assignment.code}/")
        assert answer.status_code == 404
        assert "Your facilitators can help." in answer.content.decode()

    def test_words_that_nobody_has_brought_in(self, site, world):
        answer = site.get(f"/check/{open_sheet(world, 'phq-9').code}/")
        assert answer.status_code == 404
        assert "not here yet" in answer.content.decode()

    @pytest.mark.parametrize("key", ["", "short", "y" * 500])
    def test_a_form_without_its_key(self, site, world, key):
        answer = send(site, open_sheet(world), key=key, steadiness="5")
        assert answer.status_code == 409
        assert "Please open the sheet again." in answer.content.decode()
        assert not Response.objects.exists()

    @pytest.mark.parametrize(
        "words", ["\x00nul", "‮rtl", "🌧" * 600, "'; DROP TABLE", "<script>alert(1)</script>", "{{ x }}", "%s%n"]
    )
    def test_strange_words_are_words(self, site, world, words):
        assert "Saved" in send(site, open_sheet(world), steadiness="5", to_know=words).content.decode()

    @pytest.mark.parametrize("number", ["٣", "1e1", " 3 ", "0x3", "3.0", "-0", "²", "1" * 5000])
    def test_strange_numbers_are_taken_as_written_or_asked_about(self, site, world, number):
        answer = send(site, open_sheet(world), steadiness=number, ease="5")
        assert answer.status_code in {200, 422}
        assert (answer.status_code == 200) == Response.objects.exists()


def test_two_people_in_one_browser_never_answer_for_one_another(client, world):
    """Hazard H07: the tab of one person is still open when another signs in on the same device."""
    sheets = {person.pk: open_sheet(world, member=person) for person in world.members[:2]}
    one, two = world.members[:2]
    client.force_login(one, backend=BACKEND)
    open_tab = key_in(page_of(client, sheets[one.pk]))
    client.force_login(two, backend=BACKEND)
    assert send(client, sheets[one.pk], key=open_tab, steadiness="1").status_code == 404
    send(client, sheets[two.pk], steadiness="9")
    assert [row.assignment.member for row in Response.objects.all()] == [two]
    assert not Alert.objects.exists()


def test_over_five_hundred_interleavings_nobody_answers_for_another(client, world):
    """Hazard H07, shaken: two people take turns on one device, with tabs of each still open from before."""
    chance = random.Random(7)
    people = world.members[:2]
    tabs: list[tuple[User, Assignment, str]] = []
    sent = dict.fromkeys([person.pk for person in people], 0)
    here = people[0]
    client.force_login(here, backend=BACKEND)
    for number in range(500):
        what = chance.choice(["change", "open", "open", "send", "send", "send"])
        if what == "change":
            here = chance.choice(people)
            client.force_login(here, backend=BACKEND)
        elif what == "open":
            assignment = open_sheet(world, member=here, occasion=f"o{number}")
            tabs.append((here, assignment, key_in(page_of(client, assignment))))
        elif tabs:
            whose, assignment, key = chance.choice(tabs)
            steadiness = 2 if whose == people[0] else 9
            answer = send(client, assignment, follow=False, key=key, steadiness=str(steadiness))
            assert answer.status_code == (303 if whose == here else 404)
            sent[whose.pk] += whose == here
    for response in Response.objects.select_related("assignment__member"):
        mine = answers_of(response, by=world.actor(response.assignment.member), at=world.at)
        assert mine["steadiness"] == (2 if response.assignment.member == people[0] else 9)
    assert min(sent.values()) > 20
    assert Alert.objects.exclude(member=people[0]).count() == 0
    assert AlertAnswer.objects.count() == Response.objects.filter(assignment__member=people[0]).count()
