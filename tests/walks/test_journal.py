"""A journal: seven ways to write, words that no ended session takes, lines that come later, a rest when it is hard."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session

from kindcircle.base.lib import clock
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.writing import bodies
from kindcircle.rooms.writing.actions import write_entry
from kindcircle.rooms.writing.kinds import KINDS, Kind
from kindcircle.rooms.writing.models import AddedLater, Draft, JournalEntry, OwnPhrases
from kindcircle.spec.resting import Felt, own_day
from tests.site import RunningSite
from tests.walks.visitor import Visitor
from tests.world import World, make_world

WORDS = "Tired, and cross like a Zaunkoenig."
DAY = timedelta(days=1)


@pytest.fixture
def world(running_site: RunningSite) -> World:
    """A group that has come to the critic together, so that every kind of entry is open to its members."""
    world = make_world(members=2)
    world.group.programme, world.group.programme_version = "care-for-those-who-care", "1"
    world.group.save(update_fields=["programme", "programme_version"])
    for gathering in Gathering.objects.filter(group=world.group, number__lte=3):
        gathering.state = Gathering.State.CLOSED
        gathering.opened_at, gathering.closed_at = gathering.starts_at, gathering.ends_at
        gathering.save()
    return world


def first_box(kind: Kind) -> str:
    return kind.boxes[0]


def save_half(ines: Visitor, site: RunningSite, kind: Kind, words: str) -> None:
    """As the page does by itself a moment after typing."""
    sent = dict(next(form for form in ines.page.forms if first_box(kind) in form.names).fields)
    fields = {"key": sent["key"], "version": sent["version"], "csrfmiddlewaretoken": sent["csrfmiddlewaretoken"]}
    answer = ines.client.post(
        f"/draft/{kind.draft}/", data=fields | {first_box(kind): words}, headers={"Origin": site.url}
    )
    assert answer.status_code == 204


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)
def test_each_kind_is_begun_interrupted_found_again_kept_added_to_and_let_go(
    running_site: RunningSite, world: World, kind: Kind
) -> None:
    ines = Visitor(running_site, world.member).open("/journal/new/").open(f"/journal/new/{kind.id}/")
    assert ines.status == 200
    # Beside each page stand the ways out, and something easier.
    assert "It is too much right now" in ines.text and "Ways out, at any time" in ines.text
    save_half(ines, running_site, kind, WORDS)

    # The session ends; sending the page gives the words back, and signing in again finds them where they stood.
    Session.objects.filter(session_key=ines.cookie()).delete()
    ines.press("Save", {first_box(kind): WORDS + " And more."})
    assert ines.status == 401 and f"{WORDS} And more." in ines.text
    assert "Zaunkoenig" not in Visitor(running_site, world.members[1]).open(f"/journal/new/{kind.id}/").html
    ines = Visitor(running_site, world.member).open(f"/journal/new/{kind.id}/")
    assert "You began this before" in ines.text and WORDS in ines.html
    ines.press("Save", {"before": "wobbly", "after": "easier"})
    assert "Saved. Only you can read it." in ines.text
    assert not Draft.objects.filter(author=world.member).exists()

    # It is in the list by its kind, and opens for its writer alone.
    entry = JournalEntry.objects.get(author=world.member)
    assert entry.kind == kind.id and b"Zaunkoenig" not in bytes(entry.sealed_body)
    at = f"/journal/{entry.code}/"
    assert at in ines.open("/journal/").html
    ines.open(at)
    assert WORDS in ines.text and "A bit wobbly" in ines.text and "A bit easier" in ines.text
    for person in (world.members[1], *world.facilitators, world.safety_lead, world.organisation_lead):
        other = Visitor(running_site, person)
        assert other.open(at).status == 404 and other.open(f"{at}erase/").status == 404

    # A later day adds to it and changes nothing of it.
    ines.press("Add these lines", {"text": "It looks smaller now."})
    assert WORDS in ines.text and "It looks smaller now." in ines.text and "Added on" in ines.text
    ines.press("Add these lines", {"text": "  "})
    assert ines.status == 422 and AddedLater.objects.filter(entry=entry).count() == 1

    # It goes when its writer says so twice.
    ines.open(at).follow("Let this entry go")
    assert JournalEntry.objects.filter(pk=entry.pk).exists()
    ines.press("Let it go")
    assert not JournalEntry.objects.filter(author=world.member).exists()
    assert not AddedLater.objects.filter(entry__author=world.member).exists()
    assert ines.open(at).status == 404


def test_the_list_can_be_looked_at_by_kind(running_site: RunningSite, world: World) -> None:
    ines = Visitor(running_site, world.member)
    for kind, box in (("day", "feelings"), ("free", "text")):
        ines.open(f"/journal/new/{kind}/").press("Save", {box: kind})
    free = JournalEntry.objects.get(author=world.member, kind="free").code
    day = JournalEntry.objects.get(author=world.member, kind="day").code
    ines.open("/journal/").follow("Free writing")
    assert f"/journal/{free}/" in ines.html and f"/journal/{day}/" not in ines.html
    assert f"/journal/{day}/" in ines.open("/journal/?kind=nonsense").html


def test_two_pages_of_one_kind_never_write_over_each_other(running_site: RunningSite, world: World) -> None:
    free = next(kind for kind in KINDS if kind.id == "free")
    first = Visitor(running_site, world.member).open("/journal/new/free/")
    second = Visitor(running_site, world.member).open("/journal/new/free/")
    save_half(first, running_site, free, "from the first")
    sent = dict(next(form for form in second.page.forms if "text" in form.names).fields)
    answer = second.client.post(
        "/draft/journal-free/",
        data={name: sent[name] for name in ("key", "version", "csrfmiddlewaretoken")} | {"text": "from the second"},
        headers={"Origin": running_site.url},
    )
    assert answer.status_code == 409
    # Another kind has a draft of its own.
    assert "from the first" not in second.open("/journal/new/day/").html
    assert "from the first" in second.open("/journal/new/free/").html


def test_own_lines_are_found_once_and_met_again_where_they_help(running_site: RunningSite, world: World) -> None:
    ines = Visitor(running_site, world.member).open("/journal/new/words/")
    ines.press("Save", {"need": "Put your feet up.", "keep": "May I leave some things.\nMay I have one calm hour."})
    for page in ("/journal/", "/hard-day/"):
        said = ines.open(page).text
        assert "May I leave some things." in said and "May I have one calm hour." in said
    ines.open("/journal/").follow("Change them").press("Keep these lines", {"text": "One calm hour."})
    assert "One calm hour." in ines.text and "leave some things" not in ines.text

    # A page from before writes nothing over it. Both are shown.
    old = Visitor(running_site, world.member).open("/journal/my-words/")
    ines.open("/journal/my-words/").press("Keep these lines", {"text": "Newer."})
    old.press("Keep these lines", {"text": "Older."})
    assert old.status == 409 and "Newer." in old.text and "Older." in old.html
    old.press("Keep these lines", {"text": "Newer.\nOlder."})
    assert "Newer." in old.open("/hard-day/").text and "Older." in old.text
    assert b"Newer" not in bytes(OwnPhrases.objects.get(author=world.member).sealed_body)
    # Nobody else meets them.
    assert "Newer." not in Visitor(running_site, world.members[1]).open("/hard-day/").text


def test_after_three_evenings_that_were_harder_the_page_offers_a_rest_and_holds_nothing_back(
    running_site: RunningSite, world: World
) -> None:
    ines, now = Visitor(running_site, world.member), clock.now()
    for days in (2, 1):
        at = now - days * DAY
        write_entry(
            text=bodies.body_of({"feelings": "Heavy."}),
            practice="p09-three-line-day",
            felt=Felt(own_day(at, world.member.zone), "wobbly", "harder"),
            client_key=f"evening-{days}",
            author=world.member,
            by=world.actor(world.member),
            at=at,
        )
    assert "Some days without writing?" not in ines.open("/journal/new/day/").text
    ines.press("Save", {"feelings": "Heavy again.", "after": "harder"})
    assert "Some days without writing?" in ines.text
    for page in ("/journal/new/", "/journal/new/day/", "/journal/new/free/"):
        said = ines.open(page).text
        assert "Some days without writing?" in said and "Find the ground" in said and "Write to those who lead" in said
    # It is an offer. Writing stays open, and nobody hears of it.
    ines.open("/journal/new/free/").press("Save", {"text": "All the same."})
    assert "Saved. Only you can read it." in ines.text
    for person in (*world.facilitators, world.safety_lead, world.organisation_lead):
        assert "without writing" not in Visitor(running_site, person).open("/").text
    ines.open("/journal/new/free/").press("Save", {"text": "Tea.", "after": "easier"})
    assert "Some days without writing?" not in ines.text


def test_a_drawing_is_kept_shown_taken_along_and_erased_like_words(running_site: RunningSite, world: World) -> None:
    ines = Visitor(running_site, world.member).open("/journal/new/free/")
    form, sent = ines.filled("Save", {"drawing_words": "A heart on a hill"})
    ines.post(form.action, sent | {"drawing": ["[[4,1,2,400,300],[0,2,0,0,500,800,450]]"]})
    assert "Saved. Only you can read it." in ines.text
    entry = JournalEntry.objects.get(author=world.member)
    assert b"400" not in bytes(entry.sealed_body)
    ines.open(f"/journal/{entry.code}/")
    assert ines.html.count('<path class="ink-') == 2 and 'aria-label="A heart on a hill"' in ines.html
    # Something that is no drawing never gets that far, and takes no words with it.
    form, sent = ines.open("/journal/new/free/").filled("Save", {"text": "My words"})
    ines.post(form.action, sent | {"drawing": ['<svg onload="alert(1)">']})
    assert ines.status == 422 and "My words" in ines.html and "svg onload" not in ines.html
    assert JournalEntry.objects.filter(author=world.member).count() == 1


def test_what_a_group_has_not_come_to_waits_and_what_was_begun_never_does(
    running_site: RunningSite, world: World
) -> None:
    ines = Visitor(running_site, world.member).open("/journal/new/critic/")
    critic = next(kind for kind in KINDS if kind.id == "critic")
    Gathering.objects.filter(group=world.group).update(state=Gathering.State.PLANNED, opened_at=None, closed_at=None)
    later = Visitor(running_site, world.member).open("/journal/new/critic/")
    assert "This one can stir things up." in later.text and not [
        one for one in later.page.forms if "words" in one.names
    ]
    assert "/journal/new/critic/" not in later.open("/journal/new/").html
    save_half(ines, running_site, critic, WORDS)
    assert WORDS in later.open("/journal/new/critic/").html
