"""The public page: kind to whoever asks, deaf to what is not meant for it, and it gives nothing away."""

from datetime import time, timedelta

import pytest
from django.urls import reverse

from kindcircle.base.lib import clock
from kindcircle.base.people.models import User
from kindcircle.doors.web.shared.coming_form import ComingForm
from kindcircle.doors.web.shared.meanwhile import PAGES, PRACTICES
from kindcircle.rooms.intake.models import Application, Intake, WeeklySlot
from kindcircle.rooms.intake.queries import opened_answers
from kindcircle.rooms.tasks.models import Task
from tests.world import World, make_intake

HOSTILE = "<script>alert(1)</script> \u202eevil\u202c {{ 7|add:7 }} ' OR 1=1 --"


@pytest.fixture
def intake(world: World) -> Intake:
    made = make_intake(world.organisation, world.facilitators, at=world.at, public=True, version="2")
    for day in (2, 4):
        WeeklySlot.objects.create(intake=made, weekday=day, starts=time(18))
    return made


def ask(client, intake: Intake, **fill):
    given = {"name": "Ada", "age": "43", "slots": "any", "key": "k" * 22}
    return client.post(f"/come/{intake.code}/", given | fill)


def test_it_asks_little_and_says_what_it_is(client, intake):
    page = client.get(f"/come/{intake.code}/")
    words = page.content.decode()
    assert page.headers["X-Robots-Tag"] == "noindex" and 'content="noindex, nofollow"' in words
    for line in ("It is training, not therapy", "We cannot promise", "stir up old hurt", "When kindness stings"):
        assert line in words
    assert words.count("<script") == words.count('<script src="/static/'), "nothing of anybody else"
    for must in (reverse("help"), reverse("leave"), "Any of these times", 'aria-label="Tuesday at 18:00"'):
        assert must in words


def test_search_engines_may_only_show_what_the_house_wants_shown(client, intake):
    Intake.objects.filter(pk=intake.pk).update(listed=True)
    page = client.get(f"/come/{intake.code}/")
    assert "X-Robots-Tag" not in page.headers and "noindex" not in page.content.decode()
    Intake.objects.filter(pk=intake.pk).update(state="closed")
    assert client.get(f"/come/{intake.code}/").headers["X-Robots-Tag"] == "noindex"
    for name in (*PRACTICES, *PAGES):
        assert client.get(f"/meanwhile/{name}/").status_code == 200
    assert client.get("/meanwhile/p06-letter-from-a-wise-friend/").status_code == 404


@pytest.mark.parametrize(("public", "state"), [(False, "open"), (True, "draft"), (False, "closed")])
def test_what_is_not_public_is_not_there(client, intake, public, state):
    Intake.objects.filter(pk=intake.pk).update(public=public, state=state)
    assert client.get(f"/come/{intake.code}/").status_code == 404
    assert ask(client, intake).status_code == 404
    assert client.get("/come/no-such-code/").status_code == 404


@pytest.mark.parametrize("age", ["17", "5", "0", str(clock.now().year - 17), str(clock.now().year - 3)])
def test_somebody_under_age_is_sent_on_kindly_and_nothing_is_kept(client, intake, age):
    before, tasks = User.objects.count(), Task.objects.count()
    answer = ask(client, intake, age=age, hopes="To be less alone.")
    assert answer.status_code == 200
    words = answer.content.decode()
    assert "We kept nothing of what you wrote." in words and reverse("help") in words
    assert "less alone" not in words and "_auth_user_id" not in client.session
    assert (User.objects.count(), Task.objects.count()) == (before, tasks)
    assert not Application.objects.filter(intake=intake).exists()


@pytest.mark.parametrize("age", ["", "old", "-4", "0x20", "121", "1700", "³³", "٤٣", str(clock.now().year - 18)])
def test_an_age_that_tells_nothing_is_asked_again(client, intake, age):
    answer = ask(client, intake, age=age, hopes="To sleep better.")
    assert answer.status_code == 422 and "To sleep better." in answer.content.decode()
    assert not Application.objects.filter(intake=intake).exists()


@pytest.mark.parametrize("age", ["18", "120", str(clock.now().year - 19), str(clock.now().year - 80)])
def test_grown_up_is_grown_up(client, intake, age):
    assert ask(client, intake, age=age).status_code == 303
    assert "age" not in opened_answers(Application.objects.get(intake=intake))


def test_everything_typed_stays_when_something_is_missing(client, intake):
    tuesday = intake.slots.get(weekday=2)
    answer = ask(
        client, intake, age="", slots="", slot=[tuesday.code], email="no address", phone="020 1", safe="Only mornings",
        access="A chair", hopes="Rest", ways=["mail", "phone"],
    )  # fmt: skip
    words = answer.content.decode()
    assert answer.status_code == 422
    for typed in ("no address", "020 1", "Only mornings", "A chair", "Rest", 'value="kkkkkkkkkkkkkkkkkkkkkk"'):
        assert typed in words
    assert f'value="{tuesday.code}" aria-label="Tuesday at 18:00" checked' in words
    assert words.count(" checked") == 3  # that time, and the two ways


def test_a_way_that_is_safe_needs_what_it_goes_by(client, intake):
    words = ask(client, intake, ways=["mail", "text"]).content.decode()
    assert "You ticked that mail is safe." in words and "You ticked that ringing or texting is safe." in words
    assert ask(client, intake, ways=["by-hand"]).status_code == 303


def test_hundreds_of_times_that_nobody_offers_are_no_time(client, intake):
    junk = [f"junk{n}" for n in range(300)]
    assert ask(client, intake, slots="", slot=junk * 2).status_code == 400, "no form of ours has so many fields"
    answer = ask(client, intake, slots="", slot=junk)
    assert answer.status_code == 422 and "Please tick when you could come" in answer.content.decode()
    thursday = intake.slots.get(weekday=4)
    assert ask(client, intake, slots="", slot=[*junk, thursday.code]).status_code == 303
    assert list(Application.objects.get(intake=intake).slots.all()) == [thursday]


@pytest.mark.parametrize(
    "fill",
    [
        {"name": "n" * 61}, {"hopes": "h" * 2001}, {"email": "a" * 250 + "@example.org"}, {"phone": "1" * 41},
        {"name": "A\0da"}, {"ways": ["pigeon"]}, {"age": "43\0"}, {"name": " "},
    ],
)  # fmt: skip
def test_what_is_too_long_or_impossible_is_said_and_kept_on_the_page(client, intake, fill):
    answer = ask(client, intake, **fill)
    assert answer.status_code == 422
    assert not Application.objects.filter(intake=intake).exists()


def test_hostile_words_are_only_words(client, intake, world):
    assert ask(client, intake, name=HOSTILE[:60], hopes=HOSTILE).status_code == 303
    application = Application.objects.get(intake=intake)
    assert opened_answers(application)["hopes"] == HOSTILE
    words = ask(client, intake, name=HOSTILE[:60], age="", key="other").content.decode()
    assert "<script>alert" not in words


def test_too_many_from_one_address_wait_and_lose_nothing(client, intake):
    for number in range(30):
        client.logout()
        assert ask(client, intake, key=f"key{number}").status_code == 303
    client.logout()
    answer = ask(client, intake, key="one more", hopes="Some rest.")
    assert answer.status_code == 429 and "Some rest." in answer.content.decode()
    assert Application.objects.filter(intake=intake).count() == 30
    # Whoever has asked already is not shut out by a second press.
    assert ask(client, intake, key="key7").status_code == 303


def test_after_the_last_day_nobody_can_ask(client, intake):
    yesterday = (clock.now() - timedelta(days=2)).date()
    Intake.objects.filter(pk=intake.pk).update(closes_on=yesterday)
    assert "closed just now" in client.get(f"/come/{intake.code}/").content.decode()
    assert ask(client, intake).status_code == 409


def test_somebody_with_an_account_asks_with_it(client, intake, world):
    client.force_login(world.member, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(f"/come/{intake.code}/").content.decode()
    assert 'name="email"' not in page and "You are signed in" in page
    assert client.post(f"/come/{intake.code}/", {"age": "50", "slots": "any", "key": "again"}).status_code == 303
    application = Application.objects.get(intake=intake)
    assert (application.person, application.source) == (world.member, "again")
    assert "You have asked already" in client.get(f"/come/{intake.code}/").content.decode()
    assert client.post(f"/come/{intake.code}/", {"age": "50", "slots": "any", "key": "more"}).status_code == 303
    assert Application.objects.filter(intake=intake).count() == 1


def test_an_old_form_brings_nobody_in(client, intake):
    assert ask(client, intake).status_code == 303
    client.logout()
    Application.objects.filter(intake=intake).update(applied_at=clock.now() - timedelta(hours=1))
    assert ask(client, intake).status_code == 303
    assert "_auth_user_id" not in client.session
    assert "k" * 22 not in str(Application.objects.values().get(intake=intake)), "a key on a stolen disk opens nothing"


def test_the_form_knows_no_more_than_it_needs(intake):
    fields = set(ComingForm(intake, at=clock.now()).fields)
    assert fields == {"name", "age", "email", "phone", "ways", "safe", "access", "hopes"}
