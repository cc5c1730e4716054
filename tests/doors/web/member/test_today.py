"""A member's own page: one thing on top, the right one, with few queries, and nobody else's words."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kindcircle.base.lib import clock, codes
from kindcircle.base.vault import keys
from kindcircle.doors.web.shared.markdown import as_html
from kindcircle.rooms.groups.models import Gathering, Group
from kindcircle.rooms.measures.models import Assignment
from kindcircle.rooms.practice.models import Play
from kindcircle.rooms.reminders.words import keep_words
from kindcircle.rooms.writing import actions, delivery
from tests.doors.web.member.people import hold, mid_course, signed_in
from tests.world import World, join, make_group, make_person, make_world

TODAY = "/today/"


@pytest.fixture
def now() -> datetime:
    return clock.now()


@pytest.fixture
def group(db, now) -> World:
    """A group that has met twice and meets again in three days."""
    return mid_course(now)


def main_of(client: Client) -> str:
    return client.get(TODAY).context["main"]


def said_to(client: Client) -> str:
    return client.get(TODAY).content.decode()


def give_sheet(world: World, *, instrument: str = "wcc-6", gathering: Gathering | None = None, occasion="weekly"):
    return Assignment.objects.create(
        member=world.member,
        group=world.group,
        gathering=gathering,
        instrument=instrument,
        version="1.0.0",
        occasion=occasion,
        opens_at=world.at,
        closes_at=clock.now() + timedelta(days=3),
    )


def letter_arrived(world: World, *, days_ago: int = 9, key: str = "k"):
    at = clock.now() - timedelta(days=days_ago)
    author = world.member
    actions.write_letter(
        text="CANARY-LETTER",
        deliver_on=(at + timedelta(days=1)).date(),
        client_key=key,
        author=author,
        by=world.actor(author),
        at=at,
    )
    delivery.deliver_due(at=clock.now())


def no_sheets(world: World) -> None:
    Assignment.objects.all().delete()


# --- the one thing on top ---


def test_the_order_of_what_matters(group, now):
    client = signed_in(group.member)
    client.get(TODAY)
    no_sheets(group)
    assert main_of(client) == "practice"
    letter_arrived(group)
    assert main_of(client) == "letter"
    give_sheet(group)
    assert main_of(client) == "sheet"
    group.gatherings[2].starts_at = now + timedelta(hours=11)
    group.gatherings[2].save()
    assert main_of(client) == "meeting"


def test_what_is_not_on_top_stands_below(group):
    sheet = give_sheet(group)
    letter_arrived(group)
    said = said_to(signed_in(group.member))
    assert said.index(f"/check/{sheet.code}/") < said.index("When you have a moment") < said.index("A letter from you")
    assert "This week at home" in said


def test_the_sheets_of_a_meeting_wait_on_its_own_page(group):
    coming = group.gatherings[2]
    coming.state, coming.opened_at = Gathering.State.OPEN, clock.now()
    coming.save()
    sheet = give_sheet(group, instrument="arrival-check", gathering=coming, occasion="arrival")
    said = said_to(signed_in(group.member))
    assert f"/gathering/{coming.code}/" in said
    assert sheet.code not in said


@pytest.mark.parametrize(
    ("starts_in", "state", "on_top"),
    [
        (timedelta(hours=13), "planned", False),
        (timedelta(hours=11), "planned", True),
        (timedelta(minutes=-20), "planned", True),
        (timedelta(days=-1), "planned", False),
        (timedelta(days=-1), "open", True),
        (timedelta(days=2), "closing", True),
    ],
)
def test_a_meeting_is_on_top_when_it_is_open_or_near(group, now, starts_in, state, on_top):
    coming = group.gatherings[2]
    coming.starts_at, coming.state = now + starts_in, state
    coming.opened_at = now if state != "planned" else None
    coming.save()
    assert (main_of(signed_in(group.member)) == "meeting") == on_top


def test_a_meeting_that_never_opened_is_said_to_be_so(group, now):
    group.gatherings[2].starts_at = now - timedelta(days=1)
    group.gatherings[2].save()
    assert "did not open" in said_to(signed_in(group.member))


# --- meeting, reminder, handout ---


def test_the_next_meeting_with_its_place_and_the_sites_own_video_room(group):
    said = said_to(signed_in(group.member))
    assert "Room 2, first floor" in said
    assert 'href="https://video.example.org/circle"' in said
    assert 'rel="noopener noreferrer"' in said


def test_a_reminder_shows_only_once_it_is_confirmed(group, now):
    words = {"gathering": group.gatherings[2], "words": "CANARY-REMINDER\n\nsee you", "at": now}
    draft = keep_words(**words, show=False, seen="", by=group.actor(group.facilitator))
    client = signed_in(group.member)
    assert "CANARY-REMINDER" not in said_to(client)
    keep_words(**words, show=True, seen=draft.saved_at.isoformat(), by=group.actor(group.facilitator))
    assert "CANARY-REMINDER" in said_to(client)


def test_time_is_shown_on_ones_own_clock_and_the_groups_when_they_differ(group):
    group.gatherings[2].starts_at = datetime.now(UTC).replace(hour=15, minute=30) + timedelta(days=2)
    group.gatherings[2].save()
    member = group.member
    member.zone = "Asia/Tokyo"
    member.save()
    said = said_to(signed_in(member))
    assert "00:30" in said
    assert "15:30 where the group meets" in said
    assert "where the group meets" not in said_to(signed_in(group.members[1]))


def test_the_practice_and_the_handout_are_those_of_the_last_meeting(group):
    said = said_to(signed_in(group.member))
    assert "/practice/p22-soles-of-the-feet/?seconds=60" in said
    assert "/practice/p19-scan-and-name/?seconds=600" in said
    assert "/practice/p03-comforting-contact/?seconds=20" in said
    assert "A friend to your body" in said
    assert "Three parts of being kind to yourself" not in said


# --- the beginning and the end ---


def test_before_the_first_meeting_there_is_something_to_read_and_no_practice(db, now):
    world = make_world(at=now, first_at=now + timedelta(days=4))
    client = signed_in(world.member)
    client.get(TODAY)
    no_sheets(world)
    assert main_of(client) == "welcome"
    said = said_to(client)
    assert "What a meeting is like" in said
    assert "/practice/" not in said


def test_after_the_last_meeting_it_says_what_stays(group):
    hold(group, 4)
    Group.objects.filter(pk=group.group.pk).update(state=Group.State.FINISHED)
    no_sheets(group)
    said = said_to(signed_in(group.member))
    assert "What stays with you" in said
    assert "Next meeting" not in said
    for title in ("Three parts of being kind to yourself", "A friend to your body", "A wiser voice"):
        assert title in said


def test_a_programme_whose_words_are_gone_leaves_the_rest_of_the_page(group):
    Group.objects.filter(pk=group.group.pk).update(programme_version="9")
    no_sheets(group)
    answer = signed_in(group.member).get(TODAY)
    assert answer.status_code == 200
    assert b"missing on this site" in answer.content
    assert b"My own words" in answer.content


def test_somebody_in_two_groups_sees_the_one_that_meets_next_first(group, now):
    other, _ = make_group(group.organisation, group.facilitators, at=now, first_at=now + timedelta(hours=2))
    other.name = "Friday circle"
    other.save()
    join(other, group.member, "member", at=now)
    answer = signed_in(group.member).get(TODAY)
    assert answer.context["course"].group == other
    assert answer.context["main"] == "meeting"
    assert b"Tuesday circle" in answer.content


# --- not today ---


def test_not_today_needs_no_reason_and_lasts_until_tomorrow(group):
    client = signed_in(group.member)
    no_sheets(group)
    answer = client.post("/today/not-today/")
    assert (answer.status_code, answer.headers["Location"]) == (303, TODAY)
    said = said_to(client)
    assert "put away until tomorrow" in said
    assert "/practice/" not in said
    session = client.session
    session["put_away_on"] = (timezone.localdate() - timedelta(days=1)).isoformat()
    session.save()
    assert "/practice/" in said_to(client)


def test_it_can_be_taken_out_again_and_nobody_else_knows(group):
    client = signed_in(group.member)
    client.post("/today/not-today/")
    assert "put away" not in said_to(signed_in(group.members[1]))
    client.post("/today/not-today/", {"back": "yes"})
    assert "/practice/" in said_to(client)
    assert client.get("/today/not-today/").status_code == 405


# --- what it never does ---


def test_it_counts_nothing(group):
    for number in range(3):
        Play.objects.create(
            member=group.member,
            practice="p22-soles-of-the-feet",
            practice_version="1",
            seconds_planned=60,
            seconds_played=60,
            client_key=str(number),
            started_at=clock.now(),
        )
    said = said_to(signed_in(group.member)).lower()
    for word in ("streak", "badge", "goal", "in a row", "times this week", "overdue", "missed", "failed"):
        assert word not in said


def test_nobody_elses_words_are_on_it(group, now):
    letter_arrived(group)
    author = group.member
    actions.write_entry(
        text="CANARY-JOURNAL", practice="p09-three-line-day", client_key="j", author=author,
        by=group.actor(author), at=now,
    )  # fmt: skip
    for reader in group.members:
        said = said_to(signed_in(reader))
        assert "CANARY" not in said
    assert "has arrived" not in said_to(signed_in(group.members[1]))


def test_who_has_no_member_page(group):
    for person in (group.facilitator, group.organisation_lead, group.safety_lead, group.stranger()):
        for address in (TODAY, "/hard-day/", "/journal/new/day/", "/letters/new/", "/practice/p22-soles-of-the-feet/"):
            assert signed_in(person).get(address).status_code == 404, (person, address)
    assert Client().get(TODAY).status_code == 302


def test_somebody_who_left_the_group_has_no_page_there(group, now):
    group.member.memberships.update(left_at=now)
    assert signed_in(group.member).get(TODAY).status_code == 404


def test_somebody_who_left_keeps_the_way_to_their_own_words_and_writes_no_more(group, now):
    group.member.memberships.update(left_at=now)
    browser = signed_in(group.member)
    for address in ("/journal/", "/letters/"):
        page = browser.get(address)
        assert page.status_code == 200
        assert f"{address}new/" not in page.content.decode()
        assert browser.get(f"{address}new/").status_code == 404


# --- how much it asks the database ---


def queries_of(world: World) -> int:
    client = signed_in(world.member)
    client.get(TODAY)  # a first visit, so that nothing else is counted
    keys.forget_opened()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert client.get(TODAY).status_code == 200
    return len(asked)


def test_few_queries_and_no_more_of_them_with_more_to_show(db, now):
    def full(number: int) -> World:
        world = mid_course(now)
        by = world.actor(world.facilitator)
        keep_words(gathering=world.gatherings[2], words="see you", show=True, seen="", by=by, at=now)
        no_sheets(world)
        for one in range(number):
            letter_arrived(world, key=f"{world.group.code}{one}")
            give_sheet(world, instrument=("wcc-6", "after-session", "arrival-check")[one])
            actions.write_entry(
                text="x", practice="p09-three-line-day", client_key=codes.new_code(), author=world.member,
                by=world.actor(world.member), at=now,
            )  # fmt: skip
        return world

    one, three = queries_of(full(1)), queries_of(full(3))
    # Session, account, who they are here, their house; groups, meetings, keys; sheets, what there is, letters, and
    # the words about the next meeting.
    assert one == three == 11


# --- hard day ---


def test_a_hard_day_offers_ground_comfort_and_people_and_keeps_nothing(group):
    client = signed_in(group.member)
    with CaptureQueriesContext(connection) as asked:
        said = client.get("/hard-day/").content.decode()
    assert not [one for one in asked if one["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert "Let your feet meet the floor" in said
    assert "Hold a warm cup" in said
    assert "People you can call" in said
    assert "<textarea" not in said
    assert "breath" not in said.split("<main", 1)[1].split("</main", 1)[0]


# --- our own words as HTML ---


def test_markdown_is_safe_and_its_headings_fit_the_page():
    made = as_html("## Two\n\n*soft* <script>x</script> [link](https://example.org)\n\n### Three", deeper=1)
    assert "<h3>Two</h3>" in made
    assert "<h4>Three</h4>" in made
    assert "<em>soft</em>" in made
    assert "<script" not in made
    assert "<a " not in made


def test_a_name_is_never_markup(group):
    person = make_person(group.organisation, "<b>Mo</b>", at=group.at)
    join(group.group, person, "member", at=group.at)
    assert "Hello, &lt;b&gt;Mo&lt;/b&gt;" in said_to(signed_in(person))
