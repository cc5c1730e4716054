"""A member lets others read something, one step at a time, and takes it back. A third person looks on all the while."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db.models import QuerySet

from kindcircle.base.audit.events import Event
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib import clock
from kindcircle.rooms.groups.models import Membership
from kindcircle.rooms.sharing import handfuls, nudges
from kindcircle.rooms.sharing.models import Handful, Share
from kindcircle.rooms.writing import actions as writing
from kindcircle.rooms.writing.models import JournalEntry
from tests.site import RunningSite
from tests.walks.visitor import Visitor
from tests.world import World, make_world

LINE = "I was kind to my knees, Zaunkoenig <b>&amp; all</b> {{ 7 }}."
KEPT = "And this is for me alone: Nachtigall."


@pytest.fixture
def world(running_site: RunningSite) -> World:
    now = clock.now()
    return make_world(members=6, at=now - timedelta(days=2), first_at=now + timedelta(days=5))


def entry_of(world: World, number: int = 0, text: str = f"{LINE}\n\n{KEPT}") -> JournalEntry:
    who = world.members[number]
    return writing.write_entry(
        text=text, practice="p09-three-line-day", client_key=f"{who.code}{text}"[:60], author=who,
        by=world.actor(who), at=clock.now(),
    )  # fmt: skip


def shared(world: World) -> QuerySet[Share]:
    return Share.objects.filter(group=world.group)


def ten_minutes_pass(world: World) -> None:
    for row in shared(world):
        row.since, row.seen_from = row.since - timedelta(minutes=11), row.seen_from - timedelta(minutes=11)
        row.save()


def a_morning_comes() -> None:
    handfuls.gather_due(at=clock.now() + timedelta(days=1, minutes=30))


def begin(phone: Visitor, entry: JournalEntry, step: str, words: str = LINE) -> Visitor:
    phone.open(f"/journal/{entry.code}/").follow("Share a part of this")
    return phone.press("Look first", {"words": words, "step": step})


def circle_of(world: World, visitor: Visitor) -> str:
    return visitor.open(f"/circle-words/{world.group.code}/").html


def test_every_step_up_and_down_with_somebody_looking_on(running_site: RunningSite, world: World) -> None:
    ines, tomas, ada = (Visitor(running_site, who) for who in (*world.members[:2], world.facilitator))
    outside = [Visitor(running_site, who) for who in (world.safety_lead, world.organisation_lead)]
    outside.append(Visitor(running_site, make_world(members=1).facilitator))
    desk, entry = f"/desk/groups/{world.group.code}/shared/", entry_of(world)

    def onlookers_see(*, leaders: bool, group: bool) -> None:
        assert (("Zaunkoenig" in circle_of(world, tomas)), "Zaunkoenig" in ada.open(desk).html) == (group, group)
        assert ("Ines" in ada.text) == (leaders or group)
        for visitor in outside:
            for path in (f"/circle-words/{world.group.code}/", desk, f"/journal/{entry.code}/"):
                assert visitor.open(path).status in (403, 404) and "Zaunkoenig" not in visitor.html
        assert tomas.open(f"/journal/{entry.code}/").status == tomas.open(f"/share/journal/{entry.code}/").status == 404
        for visitor in (tomas, ada, *outside):
            assert "Nachtigall" not in visitor.html

    # Nothing is shared by itself, and the lowest step is chosen before anything is.
    ines.open(f"/journal/{entry.code}/").follow("Share a part of this")
    assert "Only you can read this, until you say who else may." in ines.text
    ines.press("Look first")
    assert "It stays yours alone." in ines.text and not shared(world).exists()

    # The look names who would read it, and is no sharing yet.
    begin(ines, entry, "leaders")
    for words in ("Those who lead: Ada, Bo.", "Nobody else in the group.", "It goes at", "cannot be unread"):
        assert words in ines.text
    assert LINE in ines.text and not shared(world).exists()
    assert ines.press("Change something").html.count("Zaunkoenig") == 1
    ines.press("Look first", {"step": "leaders"}).press("Yes, share it")
    assert "For ten minutes nobody sees it but you." in ines.text
    onlookers_see(leaders=False, group=False)
    ten_minutes_pass(world)
    onlookers_see(leaders=True, group=False)
    ada.open(desk).follow("Ines")
    assert LINE in ada.text
    assert AuditEntry.objects.filter(event=Event.SHARED_OPENED, concerns=world.member.code).count() == 1
    code = shared(world).get().code
    for visitor in (tomas, *outside):
        assert visitor.open(f"{desk}of/{code}/").status in (403, 404)
        assert visitor.open(f"/what-i-share/{code}/").status == 404

    # Ada sends a sign; Ines reads that one came, not from whom.
    ada.press("I hear you")
    ines.open("/what-i-share/")
    assert "A kind sign came I hear you" in ines.text and "Ada" not in ines.text

    # With the group, by name: the look says every name.
    ines.follow("Change who reads it").press("Go on", {"step": "named"})
    assert "In Tuesday circle: Tomas, Wren, Oluwa, Mei, Farid." in ines.text and "Ines" in ines.text
    ines.press("Yes, share it")
    onlookers_see(leaders=True, group=False)
    ten_minutes_pass(world)
    onlookers_see(leaders=True, group=True)
    assert LINE in tomas.open(f"/circle-words/{world.group.code}/").text and "<b>&amp; all" not in tomas.html
    tomas.press("With you")
    assert "With you · I hear you" in ines.open("/what-i-share/").text and "Tomas" not in ines.text

    # Down again: at once, and everywhere.
    ines.follow("Change who reads it").press("Go on", {"step": "leaders"})
    onlookers_see(leaders=True, group=False)
    # Without a name, what was read with one hides nobody: it comes along, and its writer reads that it may wait.
    ines.follow("Change who reads it").press("Go on", {"step": "unnamed"})
    for words in ("Who has read it before may remember.", "and it may take a little longer"):
        assert words in ines.text
    ines.press("Yes, share it")
    ten_minutes_pass(world)
    assert "Words of this page have been read before." in ines.open("/what-i-share/").text
    onlookers_see(leaders=False, group=False)
    ines.press("Take it back")
    assert "It is yours alone again, on every screen. What was read cannot be unread." in ines.text
    onlookers_see(leaders=False, group=False)
    assert ada.open(f"{desk}of/{code}/").status == 404 and "Zaunkoenig" not in ada.html
    assert "Nothing, and that is fine." in ines.open("/what-i-share/").text
    assert KEPT in ines.open(f"/journal/{entry.code}/").text


def test_within_ten_minutes_it_does_not_go(running_site: RunningSite, world: World) -> None:
    ines = Visitor(running_site, world.member)
    begin(ines, entry_of(world), "named").press("Yes, share it")
    assert "Nobody sees it yet." in ines.text
    ines.press("Do not let it go")
    assert "It did not go." in ines.text and not shared(world).exists()


def test_words_without_a_name_come_together_and_go_together(running_site: RunningSite, world: World) -> None:
    people = [Visitor(running_site, who) for who in world.members]
    desk = Visitor(running_site, world.facilitator)
    for number in range(4):
        begin(people[number], entry_of(world, number), "unnamed", f"Zaunkoenig {number}")
        for words in ("Without a name", "They do not see whose it is.", "It is never shown alone."):
            assert words in people[number].text
        people[number].press("Yes, share it")
        ten_minutes_pass(world)
        assert "Zaunkoenig" not in circle_of(world, people[5])
        assert "It waits for words of others" in people[number].open("/what-i-share/").text
    a_morning_comes()
    seen = people[5].open(f"/circle-words/{world.group.code}/")
    assert all(f"Zaunkoenig {number}" in seen.text for number in range(4))
    assert not any(name in seen.text for name in ("Ines", "Tomas", "Wren", "Oluwa"))
    desk.open(f"/desk/groups/{world.group.code}/shared/")
    assert "Zaunkoenig 3" in desk.text and not any(name in desk.text for name in ("Ines", "Tomas", "Wren", "Oluwa"))
    assert "yours" in people[2].open(f"/circle-words/{world.group.code}/").text

    people[2].open("/what-i-share/").press("Take it back")
    assert "Zaunkoenig" not in circle_of(world, people[5]) + desk.open(desk.path).html
    assert "It is no longer shown." in people[0].open("/what-i-share/").text


def test_somebody_who_leads_may_read_first(running_site: RunningSite, world: World) -> None:
    ada, ines, tomas = (Visitor(running_site, who) for who in (world.facilitator, *world.members[:2]))
    desk = f"/desk/groups/{world.group.code}/shared/"
    ada.open(f"/desk/groups/{world.group.code}/").follow("What members share").press("Read first from now on")
    begin(ines, entry_of(world), "named")
    assert "Those who lead read it first." in ines.text
    ines.press("Yes, share it")
    assert "Zaunkoenig" not in ada.open(desk).html
    ten_minutes_pass(world)
    assert LINE in ada.open(desk).text and "Ines" in ada.text and "Zaunkoenig" not in circle_of(world, tomas)
    ada.press("Give it back with this line", {"line": " "})
    assert ada.status == 422
    ada.press("Give it back with this line", {"line": "Shall we talk about it first?"})
    assert "Zaunkoenig" not in ada.html
    assert "Shall we talk about it first?" in ines.open("/what-i-share/").text
    ines.press("Take it back")
    begin(ines, entry_of(world), "named").press("Yes, share it")
    ten_minutes_pass(world)
    ada.open(desk).press("Let it in")
    assert LINE in tomas.open(f"/circle-words/{world.group.code}/").text


def words_of(world: World, number: int) -> dict[str, str]:
    """Which of the forms is about these words."""
    return {"share": shared(world).get(author=world.members[number]).code}


def test_words_without_a_name_are_read_first_together(running_site: RunningSite, world: World) -> None:
    people = [Visitor(running_site, who) for who in world.members]
    ada, desk = Visitor(running_site, world.facilitator), f"/desk/groups/{world.group.code}/shared/"
    ada.open(desk).press("Read first from now on")
    for number in range(5):
        # Those who lead see nothing of it, and are told of nothing, while it is not of four people.
        assert "Zaunkoenig" not in ada.open(desk).html and "To read before the group does" not in ada.text
        assert "Zaunkoenig" not in ada.open("/desk/tasks/").html
        begin(people[number], entry_of(world, number), "unnamed", f"Zaunkoenig {number}")
        assert "without your name, and only together with words of others." in people[number].text
        people[number].press("Yes, share it")
        ten_minutes_pass(world)
        assert "Those who lead read them first: all together" in people[number].open("/what-i-share/").text
    a_morning_comes()
    assert "among words of others" in people[0].open("/what-i-share/").text
    ada.open(desk)
    assert all(f"Zaunkoenig {number}" in ada.text for number in range(5))
    assert not any(name in ada.text for name in ("Ines", "Tomas", "Wren", "Oluwa", "Mei"))
    line = {"line": "Shall we talk about it first?"}
    ada.press("Give it back with this line", line, words_of(world, 4))
    assert line["line"] in people[4].open("/what-i-share/").text
    for number in range(3):
        assert "It goes with the others" in ada.press("Let it in", which=words_of(world, number)).text
        assert "Zaunkoenig" not in circle_of(world, people[5])
    assert "What you let in appears to the group in the morning" in ada.press("Let it in").text
    assert "Zaunkoenig" not in ada.html + circle_of(world, people[5])
    Handful.objects.filter(group=world.group).update(answered_at=clock.now() - timedelta(days=2))
    a_morning_comes()
    assert circle_of(world, people[5]).count("Zaunkoenig") == 4
    assert circle_of(world, people[5]).count("Zaunkoenig") == ada.open(desk).html.count("Zaunkoenig")


def test_a_name_that_waits_or_comes_back_says_what_the_group_reads(running_site: RunningSite, world: World) -> None:
    people = [Visitor(running_site, who) for who in world.members]
    ada, desk = Visitor(running_site, world.facilitator), f"/desk/groups/{world.group.code}/shared/"
    for number in range(6):
        begin(people[number], entry_of(world, number), "unnamed", f"Zaunkoenig {number}").press("Yes, share it")
    ten_minutes_pass(world)
    a_morning_comes()
    ada.open(desk).press("Read first from now on")
    ines = people[0].open("/what-i-share/").follow("Change who reads it").press("Go on", {"step": "named"})
    ines.press("Yes, share it")
    assert "Until then: The group can read it, without your name." in ines.text
    ten_minutes_pass(world)
    without = "The group can read it, without your name."
    assert f"Until they let it in, the group does not see your name. {without}" in ines.open("/what-i-share/").text
    bo = Visitor(running_site, world.facilitators[1])
    form, sent = bo.open(desk).filled("Give it back with this line", {"line": "Shall we talk, Rotkehlchen?"})
    ada.open(desk).press("Give it back with this line", {"line": "Shall we talk?"})
    assert f"It does not go to the group with your name. {without}" in ines.open("/what-i-share/").text
    assert "Zaunkoenig 0" in circle_of(world, people[5])
    # Who answers second does not lose what they wrote.
    bo.post(form.action, sent)
    assert bo.status == 409 and "Your line was not sent." in bo.text and "Shall we talk, Rotkehlchen?" in bo.text
    assert "Rotkehlchen" not in ines.open("/what-i-share/").text


def test_too_few_words_are_left_for_the_group(running_site: RunningSite, world: World) -> None:
    ines, ada = Visitor(running_site, world.member), Visitor(running_site, world.facilitator)
    desk = f"/desk/groups/{world.group.code}/shared/"
    ada.open(desk).press("Read first from now on")
    for number in range(4):
        phone = Visitor(running_site, world.members[number])
        begin(phone, entry_of(world, number), "unnamed", f"Zaunkoenig {number}").press("Yes, share it")
    ten_minutes_pass(world)
    a_morning_comes()
    line = {"line": "Shall we talk about it first?"}
    ada.open(desk).press("Give it back with this line", line, words_of(world, 3))
    for number in range(3):
        ada.press("Let it in", which=words_of(world, number))
    assert "Words of fewer than four people are left" in ada.text and "Zaunkoenig" not in ada.html
    assert "Too few words were left for the group. You have done nothing wrong." in ines.open("/what-i-share/").text
    # What nobody has read yet is let in when they stop.
    assert "are let in with that" in ada.open(desk).press("No longer read first").text


def test_nothing_that_was_typed_is_lost_and_a_look_that_is_old_is_looked_at_anew(
    running_site: RunningSite, world: World
) -> None:
    ines = Visitor(running_site, world.member)
    entry = entry_of(world)
    ines.open(f"/share/journal/{entry.code}/").press("Look first", {"words": "x" * 2001, "step": "leaders"})
    assert ines.status == 422 and "x" * 2001 in ines.html
    begin(ines, entry, "named")
    form, sent = ines.filled("Yes, share it")
    # Somebody left meanwhile: the same yes is asked once more, with the words in place.
    Membership.objects.filter(user=world.members[5]).update(left_at=clock.now())
    ines.post(str(ines.answer.url), sent)
    assert ines.status == 409 and LINE in ines.text and "Farid" not in ines.text and not shared(world).exists()
    # Other words under the same yes, or no look at all.
    for other in (sent | {"words": ["Something else"]}, sent | {"looked": [""]}, sent | {"step": ["leaders"]}):
        assert ines.post(str(ines.answer.url), other).status == 409 and not shared(world).exists()
    begin(ines, entry, "named")
    form, sent = ines.filled("Yes, share it")
    for _ in range(2):
        ines.post(f"/share/journal/{entry.code}/", sent)
    assert shared(world).count() == 1 and form.method == "post"
    Session.objects.filter(session_key=ines.cookie()).delete()
    ines.post(f"/share/journal/{entry.code}/", sent)
    assert ines.status == 401 and LINE in ines.text


def test_what_is_erased_or_left_is_shared_no_more(running_site: RunningSite, world: World) -> None:
    ines, tomas, wren = (Visitor(running_site, who) for who in world.members[:3])
    entry = entry_of(world)
    begin(ines, entry, "named").press("Yes, share it")
    begin(wren, entry_of(world, 2), "named", "Rohrdommel").press("Yes, share it")
    ten_minutes_pass(world)
    assert "Zaunkoenig" in circle_of(world, tomas) and "Rohrdommel" in tomas.html
    entry.delete()
    assert "Zaunkoenig" not in circle_of(world, tomas) and "Rohrdommel" in tomas.html
    Membership.objects.filter(user=world.members[2]).update(left_at=clock.now())
    assert "Rohrdommel" not in circle_of(world, tomas)
    assert wren.open(f"/circle-words/{world.group.code}/").status == 404


def test_what_stands_there_by_name_does_not_meet_silence(running_site: RunningSite, world: World) -> None:
    ines = Visitor(running_site, world.member)
    begin(ines, entry_of(world), "named").press("Yes, share it")
    ten_minutes_pass(world)
    nudges.remind_due(at=world.gathering.starts_at - timedelta(hours=20))
    ada = Visitor(running_site, world.facilitator).open("/desk/tasks/")
    assert "A kind sign for somebody who shared" in ada.text and "Zaunkoenig" not in ada.html
    ada.follow("A kind sign for somebody who shared")
    if "See what is shared" in ada.text:
        ada.follow("See what is shared")
    assert LINE in ada.text
    ada.press("Thank you for this")
    assert "A kind sign for somebody who shared" not in ada.open("/desk/tasks/").text
    assert "Thank you for this" in ines.open("/what-i-share/").text
    # From Today it is one step to what the others share.
    assert ines.open("/today/").follow("Circle of words").path == f"/circle-words/{world.group.code}/"
