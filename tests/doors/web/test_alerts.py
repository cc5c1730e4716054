"""The queue and the page of one alert: seen by those who may, in neutral words, from opening to closing."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kindcircle.base.audit.log import Ref
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib import clock
from kindcircle.doors.worker import loop
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.safety import actions
from kindcircle.rooms.safety.models import Alert, AlertStep
from tests.rooms.measures.sheets import bring_wording, send, sheet
from tests.world import World, make_world

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
CANARY = "cinnamon-otter"
QUEUE = "/desk/alerts/"


def enter(client: Client, person) -> Client:
    """Signed in with the demo's stand-in for a second factor."""
    client.force_login(person, backend=BACKEND)
    session = client.session
    session["demo_door"] = True
    session.save()
    return client


@pytest.fixture
def desk(client: Client, world: World) -> Client:
    return enter(client, world.facilitator)


def ask(world: World, seat: int = 0, **answers) -> Alert:
    """A member's sheet asks for a person."""
    answers = answers or {"steadiness": 2, "ease": 9, "to_know": CANARY}
    asked = sheet(world, member=world.members[seat], gathering=world.gathering)
    send(world, asked, answers, at=world.at)
    return Alert.objects.get(source_code=asked.code)


def take(client: Client, alert: Alert, step: str, **more):
    return client.post(f"{QUEUE}{alert.code}/", {"step": step, **more}, follow=True)


class TestTheQueue:
    def test_an_empty_one_is_a_kind_place(self, desk):
        assert "Nobody is waiting" in desk.get(QUEUE).content.decode()

    def test_it_names_who_waits_and_how_far_it_is_and_no_answer(self, desk, world):
        alert = ask(world)
        page = desk.get(QUEUE).content.decode()
        assert "Ines" in page
        assert "Nobody has looked yet" in page
        assert f'href="{QUEUE}{alert.code}/"' in page
        assert CANARY not in page
        assert "2 of 10" not in page

    def test_whom_nobody_has_seen_comes_first_and_who_was_reached_last(self, desk, world):
        reached, tried, _new = (ask(world, seat) for seat in range(3))
        Alert.objects.filter(pk=reached.pk).update(state="contacted")
        Alert.objects.filter(pk=tried.pk).update(state="not-reached")
        page = desk.get(QUEUE).content.decode()
        assert page.index("Wren") < page.index("Tomas") < page.index("Ines")

    def test_showing_it_is_delivery(self, desk, world):
        ask(world)
        desk.head(QUEUE)
        assert Alert.objects.get().state == "raised"
        desk.get(QUEUE)
        assert Alert.objects.get().state == "delivered"

    def test_what_was_a_lot_stands_apart(self, desk, world):
        send(world, sheet(world, "settling"), {"how_left": 2})
        page = desk.get(QUEUE).content.decode()
        assert "With this week&#x27;s notes" in page or "With this week's notes" in page
        assert "Nobody is waiting" in page

    def test_closed_ones_stay_in_sight_for_two_weeks(self, desk, world):
        alert = ask(world)
        by = world.actor(world.facilitator)
        for verb in (actions.see, actions.act, actions.contacted):
            verb(alert=alert, by=by, at=world.at)
        actions.close(alert=alert, by=by, at=world.at, reason="plan-agreed", note="x")
        assert "We talked and agreed what comes next" in desk.get(QUEUE).content.decode()
        Alert.objects.update(closed_at=clock.now() - timedelta(days=15), raised_at=clock.now() - timedelta(days=16))
        assert "We talked" not in desk.get(QUEUE).content.decode()

    def test_three_cost_no_more_queries_than_one(self, desk, world):
        ask(world)
        desk.get(QUEUE)
        with CaptureQueriesContext(connection) as one:
            desk.get(QUEUE)
        ask(world, 1)
        ask(world, 2)
        desk.get(QUEUE)
        with CaptureQueriesContext(connection) as three:
            page = desk.get(QUEUE).content.decode()
        assert page.count('class="card') == 3
        assert len(three) == len(one)

    def test_when_the_worker_has_stopped_people_are_told_to_phone_round(self, desk, world):
        assert "Messages may be late right now." in desk.get(QUEUE).content.decode()
        loop.tick(at=clock.now(), sheets=False)
        assert "Messages may be late" not in desk.get(QUEUE).content.decode()


class TestOne:
    def test_opening_it_is_seeing_it_and_leaves_a_trace(self, desk, world):
        alert = ask(world)
        desk.head(f"{QUEUE}{alert.code}/")
        assert Alert.objects.get().seen_at is None
        desk.get(f"{QUEUE}{alert.code}/")
        assert Alert.objects.get().state == "seen"
        trace = AuditEntry.objects.filter(event__in=["alert seen", "feedback opened"], actor=world.facilitator.code)
        assert set(trace.values_list("concerns", flat=True)) == {world.member.code}
        assert trace.count() == 2

    def test_it_tells_what_spoke_and_nothing_else_of_the_sheet(self, desk, world):
        page = desk.get(f"{QUEUE}{ask(world).code}/").content.decode()
        assert "“How steady do you feel right now?” was answered: 2 of 10" in page
        assert CANARY not in page
        assert "9 of 10" not in page

    @pytest.mark.parametrize("gone", ["after-session@9.9.9", "no-such-form@1.0.0"])
    def test_a_questionnaire_that_is_gone_takes_no_page_away(self, desk, world, gone):
        alert = ask(world)
        alert.answers.update(instrument=gone)
        answer = desk.get(f"{QUEUE}{alert.code}/")
        page = answer.content.decode()
        name, version = gone.split("@")
        assert answer.status_code == 200 and f"“{name}” {version} asked for a person (steadiness_low)" in page
        assert "I am on it" in page and "2 of 10" not in page
        assert "I reached them" in take(desk, alert, "acting").content.decode()
        alert.answers.update(instrument="arrival-check@1.0.0", rule="no-such-rule")
        assert "asked for a person (no-such-rule)" in desk.get(f"{QUEUE}{alert.code}/").content.decode()

    def test_a_question_about_self_harm_has_no_number_and_no_grade(self, desk, world):
        bring_wording(world, "phq-9")
        send(world, sheet(world, "phq-9"), {"phq9_9": 3})
        page = desk.get(f"{QUEUE}{Alert.objects.get().code}/").content.decode()
        assert "A question about thoughts of death or self-harm was answered above zero." in page
        assert "A clinician talks with the member today about safety" in page
        text = re.sub(r"<[^>]+>", " ", page).lower()
        assert not re.search(r"\b(risk|severe|moderate|high|low|urgent|critical|overdue|failed)\b", text)

    def test_a_tap_in_the_room_says_so(self, desk, world):
        Gathering.objects.filter(pk=world.gathering.pk).update(state="open", opened_at=world.at)
        alert = actions.raise_alert(
            member=world.member, group=world.group, gathering=world.gathering, level="contact",
            rules=["live-please-come"], source=Ref("signal", "s"), at=world.at,
        )  # fmt: skip
        page = desk.get(f"{QUEUE}{alert.code}/").content.decode()
        assert "Tapped: please come" in page
        assert "They may be with you now" in page

    def test_from_opening_to_closing(self, desk, world):
        alert = ask(world)
        page = desk.get(f"{QUEUE}{alert.code}/").content.decode()
        assert "I am on it" in page
        assert "Why this can be closed" not in page
        assert "I reached them" in take(desk, alert, "acting").content.decode()
        assert "Not reached yet" in take(desk, alert, "not-reached", note="Rang twice.").content.decode()
        assert "Why this can be closed" in take(desk, alert, "contacted").content.decode()
        page = take(desk, alert, "closed", reason="plan-agreed", note="A walk with a friend.").content.decode()
        assert "Ada closed it: We talked and agreed what comes next" in page
        assert "Rang twice." in page
        assert "A walk with a friend." in page
        assert "Your next step" not in page
        assert Alert.objects.get().state == "closed"

    def test_a_step_answers_with_a_redirect_so_that_reloading_repeats_nothing(self, desk, world):
        alert = ask(world)
        desk.get(f"{QUEUE}{alert.code}/")
        answer = desk.post(f"{QUEUE}{alert.code}/", {"step": "acting"})
        assert (answer.status_code, answer.headers["Location"]) == (303, f"{QUEUE}{alert.code}/")

    @pytest.mark.parametrize(
        ("sent", "says"),
        [
            ({"note": "Spoke."}, "Please pick the reason that fits best."),
            ({"note": "Spoke.", "reason": "boredom"}, "Please pick the reason that fits best."),
            ({"note": "Rang twice.", "reason": "handed-over"}, "Please pick the reason that fits best."),
            ({"reason": "plan-agreed", "note": " "}, "Please add a line on what you did"),
        ],
    )
    def test_what_is_still_needed_is_said_and_what_was_written_stays(self, desk, world, sent, says):
        alert = ask(world)
        Alert.objects.update(state="contacted")
        answer = take(desk, alert, "closed", **sent)
        page = answer.content.decode()
        assert answer.status_code == 422
        assert says in page
        assert sent.get("note", "").strip() in page
        assert Alert.objects.get().state == "contacted"

    def test_a_colleague_was_faster_and_the_note_is_not_lost(self, desk, world):
        alert = ask(world)
        desk.get(f"{QUEUE}{alert.code}/")
        actions.act(alert=alert, by=world.actor(world.facilitators[1]), at=world.at)
        answer = take(desk, alert, "acting", note="I will ring at four.")
        page = answer.content.decode()
        assert answer.status_code == 409
        assert "Perhaps a colleague was a moment faster." in page
        assert "I will ring at four." in page
        assert AlertStep.objects.filter(state="acting").count() == 1

    @pytest.mark.parametrize("step", ["", "raised", "delivered", "seen", "x" * 300])
    def test_a_step_that_is_none_changes_nothing(self, desk, world, step):
        alert = ask(world)
        assert take(desk, alert, step).status_code == 409
        assert Alert.objects.get().state == "raised"


class TestWhoSeesIt:
    def paths(self, alert):
        return [QUEUE, f"{QUEUE}{alert.code}/"]

    def test_the_other_facilitator_and_the_safety_lead(self, client, world):
        alert = ask(world)
        for person in (world.facilitators[1], world.safety_lead):
            enter(client, person)
            assert [client.get(path).status_code for path in self.paths(alert)] == [200, 200]
            assert "Ines" in client.get(QUEUE).content.decode()

    def test_nobody_else(self, client, world):
        alert = ask(world)
        other = make_world()
        for person in (*world.members[:2], world.organisation_lead, world.stranger()):
            enter(client, person)
            assert [client.get(path).status_code for path in self.paths(alert)] == [404, 404]
        for person in (other.facilitator, other.safety_lead):
            enter(client, person)
            assert "Ines" not in client.get(QUEUE).content.decode()
            assert client.get(self.paths(alert)[1]).status_code == 404
            assert take(client, alert, "acting").status_code == 404
        assert Alert.objects.get(pk=alert.pk).state == "raised"

    def test_staff_without_a_second_factor_are_sent_to_set_one_up(self, client, world):
        alert = ask(world)
        client.force_login(world.facilitator, backend=BACKEND)
        for path in self.paths(alert):
            assert client.get(path).headers["Location"] == "/account/factors/"
        assert Alert.objects.get().state == "raised"
