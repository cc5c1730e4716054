"""The pages about mail: what each kind of person is asked, what bad input meets, and two who write at once."""

from datetime import timedelta

import pytest
from django.urls import reverse

from kindcircle.base.outbox.models import MailRule, MailWish
from kindcircle.base.outbox.wishes import Wish, house_of, wish_of
from kindcircle.base.people.models import User
from kindcircle.rooms.reminders.models import Reminder
from tests.doors.web.member.people import signed_in
from tests.world import World

MAIL = "/mail/"
CHOICE = {
    "any_mail": "yes", "meetings": "on", "news": "on", "hour": "18", "quiet_from": "22:00", "quiet_until": "07:30",
    "most_messages": "3", "most_nudges": "2", "zone": "Europe/London",
}  # fmt: skip


def fields(client, path: str = MAIL) -> set[str]:
    return set(client.get(path).context["form"].fields)


def test_each_is_asked_only_what_is_theirs_to_choose(world: World) -> None:
    member, staff = signed_in(world.member), signed_in(world.organisation_lead)
    assert {"meetings", "nudges", "most_nudges"} <= fields(member)
    assert not {"meetings", "nudges", "most_nudges"} & fields(staff)
    assert "as they come" in staff.get(MAIL).content.decode()
    assert "as they come" not in member.get(MAIL).content.decode()
    assert "always comes, whatever you choose" in staff.get(MAIL).content.decode()
    MailRule.objects.filter(organisation=world.organisation).update(most_nudges=0)
    assert not {"nudges", "most_nudges"} & fields(member), "a house without nudges does not ask"
    assert member.post(MAIL, CHOICE).status_code == 303


def test_what_was_chosen_is_kept_with_the_clock_it_goes_by(world: World) -> None:
    assert signed_in(world.member).post(MAIL, CHOICE | {"nudges": "on"}).status_code == 303
    person = User.objects.get(pk=world.member.pk)
    wish = wish_of(person)
    assert (wish.hour, wish.most_messages, wish.most_nudges, wish.nudges) == (18, 3, 2, True)
    assert (wish.quiet_from.hour, wish.quiet_until.minute, person.zone) == (22, 30, "Europe/London")
    # Saving the page again during a pause does not end the pause.
    client = signed_in(world.member)
    client.post("/mail/pause/", {"do": "until", "until": (world.at + timedelta(days=9)).date().isoformat()})
    client.post(MAIL, CHOICE)
    assert wish_of(person).paused_until is not None


@pytest.mark.parametrize(
    "wrong",
    [
        {"hour": "23"}, {"hour": "25"}, {"quiet_from": "late"}, {"most_messages": "0"}, {"most_messages": "99"},
        {"zone": "Mars/Olympus"}, {"any_mail": "perhaps"}, {"most_nudges": "4", "nudges": "on"},
    ],
)  # fmt: skip
def test_bad_input_changes_nothing_and_loses_nothing(world: World, wrong) -> None:
    answer = signed_in(world.member).post(MAIL, CHOICE | {"quiet_until": "06:15"} | wrong)
    assert answer.status_code == 422
    assert "06:15" in answer.content.decode()
    assert not MailWish.objects.exists()


def test_one_tap_for_good_and_back(world: World) -> None:
    client = signed_in(world.member)
    client.post("/mail/pause/", {"do": "for-good"})
    assert not User.objects.get(pk=world.member.pk).wants_mail
    assert "You get no mail." in client.get(MAIL).content.decode()
    client.post("/mail/pause/", {"do": "again"})
    assert User.objects.get(pk=world.member.pk).wants_mail


def test_the_house_sets_its_usual_and_people_keep_theirs(world: World) -> None:
    signed_in(world.members[1]).post(MAIL, CHOICE)
    lead = signed_in(world.organisation_lead)
    rule = {"reminders": ["two_days_before", "same_day"], "usual_messages": "1", "most_nudges": "1"}
    assert lead.post("/organisation/mail/", rule | {"quiet_from": "x", "quiet_until": "08:00"}).status_code == 422
    assert lead.post("/organisation/mail/", rule | {"quiet_from": "20:00", "quiet_until": "09:00"}).status_code == 303
    house = house_of(world.organisation)
    assert (house.two_days_before, house.day_before, house.same_day, house.usual_messages) == (True, False, True, 1)
    mine, chosen = wish_of(world.member), wish_of(world.members[1])
    assert (mine.most_messages, mine.quiet_from.hour) == (1, 20)
    assert (chosen.most_messages, chosen.quiet_from.hour, chosen.most_nudges) == (3, 22, 1)
    assert wish_of(world.facilitator) == Wish(
        most_messages=0, most_nudges=1, quiet_from=mine.quiet_from, quiet_until=mine.quiet_until
    )


def test_two_facilitators_at_once_and_neither_loses_a_word(world: World) -> None:
    where = reverse("facilitator:reminder", args=[world.gatherings[1].code])
    ada, bo = signed_in(world.facilitator), signed_in(world.facilitators[1])
    assert ada.post(where, {"words": "Bring a blanket.", "seen": "", "do": "show"}).status_code == 303
    late = bo.post(where, {"words": "Bring a cushion.", "seen": "", "do": "show"})
    page = late.content.decode()
    assert late.status_code == 409
    assert "Bring a blanket." in page and "Bring a cushion." in page
    seen = Reminder.objects.get().saved_at.isoformat()
    assert bo.post(where, {"words": "", "seen": seen, "do": "show"}).status_code == 303
    assert "Your seat is kept." in bo.get(where).content.decode(), "an empty box brings the usual words back"
    assert Reminder.objects.get().sealed_words == b""


def test_asking_for_codes_again_and_again_gets_slow(world: World) -> None:
    client = signed_in(world.member)
    answers = [client.post("/mail/address/", {"address": f"a{number}@example.org"}).status_code for number in range(7)]
    assert answers[:5] == [303] * 5 and set(answers[5:]) == {429}
