"""My calendar, its link, the dates of a group, and what calendars get that send rubbish."""

import re
from datetime import timedelta

import pytest
import vobject
from django.core.cache import cache
from django.urls import reverse

from kindcircle.base.lib import clock
from kindcircle.base.outbox.models import Delivery
from kindcircle.base.people.models import StaffRole
from kindcircle.rooms.groups.models import Gathering, Membership
from kindcircle.rooms.groups.models_calendar import CalendarLink
from kindcircle.rooms.measures import asking
from kindcircle.rooms.measures.models import Assignment
from tests.world import World, make_group, make_staff, make_world

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
LINK = re.compile(r'<input id="link" value="https?://[^/]+(/calendar/[^"]+\.ics)"')
SEEN = re.compile(r'name="seen" value="([^"]*)"')


@pytest.fixture(autouse=True)
def _fresh_tries():
    cache.clear()


@pytest.fixture
def world(db: None) -> World:
    at = clock.now().replace(second=0, microsecond=0)
    return make_world(at=at, first_at=at + timedelta(days=10), members=2)


def enter(client, person, *, strong: bool = True):
    client.force_login(person, backend=BACKEND)
    session = client.session
    session["demo_door"] = strong
    session.save()
    return client


def make(client) -> str:
    """Make the link, or a new one; answers with its path."""
    seen = SEEN.search(client.get("/calendar/").content.decode()).group(1)
    assert client.post("/calendar/link/", {"do": "make", "seen": seen}).status_code == 303
    return LINK.search(client.get("/calendar/").content.decode()).group(1)


def test_a_member_has_their_dates_and_a_link_for_their_calendar(client, world):
    page = enter(client, world.member).get("/calendar/").content.decode()
    assert page.count("Add to a calendar") == 4 and "Make my link" in page
    assert not CalendarLink.objects.exists(), "looking makes nothing"
    path = make(client)
    client.logout()
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Cache-Control"] == "no-store" and answer["X-Robots-Tag"] == "noindex"
    assert not answer.cookies
    events = vobject.readOne(answer.content.decode()).contents["vevent"]
    assert {one.summary.value for one in events} == {"Appointment"} and len(events) == 4


def test_a_new_link_ends_the_old_and_off_ends_it(client, world):
    old = make(enter(client, world.member))
    new = make(client)
    assert old != new
    assert client.get(old).status_code == 404 and client.get(new).status_code == 200
    client.post("/calendar/link/", {"do": "off"})
    assert client.get(new).status_code == 404
    assert "Make my link" in client.get("/calendar/").content.decode()


def test_the_word_is_chosen_from_a_short_list(client, world):
    path = make(enter(client, world.member))
    assert client.post("/calendar/words/", {"title": "busy", "says_where": "on"}).status_code == 303
    whole = client.get(path).content.decode()
    assert "SUMMARY:Busy" in whole and "LOCATION:Room 2\\, first floor" in whole
    answer = client.post("/calendar/words/", {"title": "Compassion group"})
    assert answer.status_code == 422 and "Please choose one of these." in answer.content.decode()
    assert "SUMMARY:Busy" in client.get(path).content.decode()


RUBBISH = ["x", "é" * 300, "..", "%00", "%F0%9F%92%A9", "a" * 3000, "' OR 1=1 --", "meetings"]


@pytest.mark.parametrize("secret", RUBBISH)
def test_a_wrong_link_is_a_kind_404(client, world, secret):
    make(enter(client, world.member))
    client.logout()
    answer = client.get(f"/calendar/{secret}.ics")
    assert answer.status_code == 404
    assert world.group.name not in answer.content.decode()


def test_a_calendar_that_sends_rubbish_breaks_nothing(client, world):
    path = make(enter(client, world.member))
    client.logout()
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND", "REPORT", "MKCALENDAR"):
        answer = client.generic(method, path, b"\xff\x00<propfind/>", content_type="application/xml")
        assert answer.status_code == 405, method
    strange = {
        "HTTP_ACCEPT": "\x01/\xff",
        "HTTP_IF_NONE_MATCH": '"' * 500,
        "HTTP_IF_MODIFIED_SINCE": "yesterday",
        "HTTP_RANGE": "bytes=9-1",
        "HTTP_COOKIE": "session=\x01;;;=",
        "HTTP_AUTHORIZATION": "Basic ===",
    }
    answer = client.get(path + "?" + "a=b&" * 50, **strange)
    assert answer.status_code == 200
    assert len(vobject.readOne(answer.content.decode()).contents["vevent"]) == 4
    assert client.head(path).status_code == 200


def test_guessing_and_asking_too_often_become_slow(client, world):
    path = make(enter(client, world.member))
    client.logout()
    answers = [client.get(path).status_code for _ in range(65)]
    assert (answers.count(200), answers[-1]) == (60, 429)
    cache.clear()
    wrong = [client.get(f"/calendar/guess-{number}.ics").status_code for number in range(25)]
    assert wrong[0] == 404 and wrong[-1] == 429
    assert client.get(path).status_code == 200, "somebody else's wrong links stop nobody's right one"


def test_one_meeting_as_a_file_only_for_those_who_belong(client, world):
    path = reverse("calendar:meeting", args=[world.gathering.code])
    answer = enter(client, world.member).get(path)
    assert answer["Content-Disposition"] == 'attachment; filename="date.ics"'
    event = vobject.readOne(answer.content.decode()).vevent
    assert event.dtstart.value == world.gathering.starts_at and "location" not in event.contents
    # The same meeting has the same name in the feed, so a calendar shows it once.
    assert event.uid.value.encode() in client.get(make(client)).content
    other = make_world(members=1)
    for person in (world.safety_lead, world.organisation_lead, other.member):
        assert enter(client, person).get(path).status_code == 404
    Membership.objects.filter(user=world.member).update(left_at=world.at)
    assert enter(client, world.member).get(path).status_code == 404


def test_who_leads_without_a_second_factor_sees_no_dates(client, world):
    answer = enter(client, world.facilitator, strong=False).get("/calendar/")
    assert (answer.status_code, answer["Location"]) == (302, "/account/factors/")


# --- moving ---


def moving(world: World, number: int, **other: str) -> tuple[str, dict[str, str]]:
    gathering = world.gatherings[number - 1]
    given = {"wall": f"{gathering.starts_at + timedelta(days=1):%Y-%m-%dT%H:%M}", "scope": "one", "zone": "UTC",
             "place": "Room 2, first floor", "video_link": "https://video.example.org/circle"}  # fmt: skip
    return reverse("calendar:move", args=[gathering.code]), given | other


@pytest.mark.parametrize("who", ["facilitator", "organisation_lead"])
def test_a_move_is_seen_before_it_is_done_and_done_once(client, world, who):
    enter(client, getattr(world, who))
    assert world.group.name in client.get(reverse("calendar:dates", args=[world.group.code])).content.decode()
    path, given = moving(world, 2, scope="after")
    page = client.post(path, given).content.decode()
    assert "What would change" in page and page.count("→") == 3
    before = list(Gathering.objects.values_list("starts_at", flat=True))
    assert before == [one.starts_at for one in world.gatherings]
    sent = given | {"do": "move", "seen": SEEN.search(page).group(1)}
    for _ in range(2):
        answer = client.post(path, sent)
        assert (answer.status_code, answer["Location"]) == (303, reverse("calendar:dates", args=[world.group.code]))
    told = Delivery.objects.filter(kind="new-time").values_list("user_id", flat=True)
    assert len(told) == len(set(told)) == (3 if who == "facilitator" else 4)
    later = Gathering.objects.filter(number__gt=1).order_by("number")
    assert [(b.starts_at - a.starts_at).days for a, b in zip(world.gatherings[1:], later, strict=True)] == [1, 1, 1]
    assert "held" not in client.get(answer["Location"]).content.decode()


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        ({"wall": "soon"}, "Please give a date and a time"),
        ({"wall": ""}, "Please fill this in."),
        ({"wall": "2020-01-01T18:00"}, "would be in the past"),
        ({"wall": "9999-12-31T23:59"}, "more than two years from now"),
        ({"scope": "some"}, "Please choose one of these."),
        ({"zone": "Mars/Base"}, "Please choose one of these."),
        ({"zone": "Asia/Tokyo"}, "One meeting alone stays"),
        ({"place": "", "video_link": ""}, "where the group meets"),
        ({"video_link": "not a link"}, "Please write a whole link"),
        ({"place": "a" * 200}, "160"),
    ],
)
def test_what_cannot_be_is_said_kindly_and_nothing_is_lost(client, world, spoilt, said):
    path, given = moving(world, 2, place="The garden house")
    enter(client, world.facilitator)
    for do in ("look", "move"):
        answer = client.post(path, given | spoilt | {"do": do, "seen": "x"})
        assert answer.status_code == 422
        page = answer.content.decode()
        assert said in page
        assert spoilt.get("place", "The garden house") in page
    assert Gathering.objects.get(pk=world.gatherings[1].pk).revision == 0


def test_a_preview_that_is_out_of_date_is_shown_anew(client, world):
    path, given = moving(world, 2)
    enter(client, world.facilitator)
    answer = client.post(path, given | {"do": "move", "seen": "older"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "A colleague changed these dates too" in page and "Yes, move it" in page
    assert client.post(path, given | {"do": "move", "seen": SEEN.search(page).group(1)}).status_code == 303


def test_double_booking_names_who_and_when(client, world):
    cleo = make_staff(world.organisation, "Cleo", StaffRole.Role.FACILITATOR, at=world.at)
    path, given = moving(world, 2)
    make_group(
        world.organisation, [world.facilitators[1], cleo], at=world.at,
        first_at=world.gatherings[1].starts_at + timedelta(days=1),
    )  # fmt: skip
    page = enter(client, world.facilitator).post(path, given).content.decode()
    assert "Meeting 2: Bo leads another group then" in page


def test_the_room_of_one_evening_is_shown_where_people_look(client, world):
    path, given = moving(world, 1, place="The garden house", video_link="")
    enter(client, world.facilitator)
    seen = SEEN.search(client.post(path, given).content.decode()).group(1)
    client.post(path, given | {"do": "move", "seen": seen})
    assert "The garden house" in client.get(f"/desk/groups/{world.group.code}/").content.decode()
    enter(client, world.member)
    for page in ("/today/", "/calendar/"):
        assert "The garden house" in client.get(page).content.decode()


def test_sheets_that_wait_for_a_meeting_wait_longer(client, world):
    first = world.gatherings[0]
    Gathering.objects.filter(pk=first.pk).update(starts_at=world.at + timedelta(days=2))
    first.refresh_from_db()
    assert asking.assign_for_group(group=world.group, occasion="baseline", at=clock.now())
    path, given = moving(world, 1, wall=f"{first.starts_at + timedelta(days=3):%Y-%m-%dT%H:%M}")
    enter(client, world.facilitator)
    seen = SEEN.search(client.post(path, given).content.decode()).group(1)
    client.post(path, given | {"do": "move", "seen": seen})
    first.refresh_from_db()
    assert {one.closes_at for one in Assignment.objects.filter(occasion="baseline")} == {first.ends_at}
