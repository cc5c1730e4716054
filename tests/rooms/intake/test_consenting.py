"""A yes is said to one text in one version, without gaps; taking it back ends everything that rests on it."""

from datetime import timedelta

import pytest

from kindcircle.base.audit.events import Event
from kindcircle.base.audit.log import Ref
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.outbox import queue
from kindcircle.base.outbox.models import Delivery
from kindcircle.base.outbox.wishes import wish_of
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.doors.web.shared.consent_text import preview_for, text_for
from kindcircle.rooms.groups import actions as groups
from kindcircle.rooms.groups.consents import Counts, Stand, counts_of, not_current, stand_of
from kindcircle.rooms.groups.models import Attendance, KeptPlace, Membership
from kindcircle.rooms.intake import actions, consent_texts
from kindcircle.rooms.intake.errors import GapsLeft, NoSuchText, SignToSayYes, TextNotReady, TickToTakePart
from kindcircle.rooms.intake.models import Consent, ConsentFacts
from kindcircle.rooms.intake.queries import current_consent
from kindcircle.rooms.tasks.models import Task
from tests.world import World, make_world, yes_to

HOUR = timedelta(hours=1)


@pytest.fixture
def world(db: None) -> World:
    """A house as it is read from its row, hours and all."""
    world = make_world()
    world.organisation.refresh_from_db()
    return world


def say_yes(world: World, person: User, at_hours: int = 1, **changed: object) -> Consent:
    given = yes_to(world.organisation) | changed
    return groups.say_yes(person=person, by=world.actor(person), at=world.at + at_hours * HOUR, **given)


def house_says(world: World, *, asks_again: bool = True, **facts: str) -> ConsentFacts:
    newest = consent_texts.newest_facts(world.organisation)
    assert newest is not None
    return actions.keep_facts(
        organisation=world.organisation, facts=newest.facts | facts, asks_again=asks_again,
        by=world.actor(world.organisation_lead), at=world.at,
    )  # fmt: skip


def test_every_gap_of_both_layers_is_filled_by_the_house_or_by_the_site(world: World) -> None:
    short, full = consent_texts.layers()
    house, known = set(consent_texts.house_gaps()), set(consent_texts.KNOWN)
    assert house | known == {*short.fields, *full.fields} and not house & known
    text = text_for(world.member)
    assert "{" not in text.short + text.full
    assert "Ada and Bo." in text.full
    assert {item.id for item in full.items} == {
        *(one.id for one in (*text.needed, *text.free)), consent_texts.RESEARCH_ITEM
    }  # fmt: skip


@pytest.mark.parametrize("gap", consent_texts.house_gaps())
def test_one_empty_gap_keeps_everybody_out(world: World, gap: str) -> None:
    facts = ConsentFacts.objects.get(organisation=world.organisation)
    ConsentFacts.objects.filter(pk=facts.pk).update(facts=facts.facts | {gap: "  "})
    assert consent_texts.missing(world.organisation) == [gap]
    with pytest.raises(TextNotReady):
        say_yes(world, world.member)
    assert "[still to be filled in]" in preview_for(world.organisation, facts.facts | {gap: ""}, 1).full


def test_facts_are_versions_and_never_lose_a_line(world: World) -> None:
    first = consent_texts.newest_facts(world.organisation)
    assert first is not None
    assert house_says(world).pk == first.pk, "the same words are the same version"
    second = house_says(world, keep_for="ten \n years", what_else="not a gap")
    assert (second.number, second.facts["keep_for"], "what_else" in second.facts) == (2, "ten years", False)
    with pytest.raises(GapsLeft):
        house_says(world, keep_for="")
    for who in (world.facilitator, world.safety_lead, world.member, make_world().organisation_lead):
        with pytest.raises(NotFound):
            actions.keep_facts(
                organisation=world.organisation, facts={}, asks_again=True, by=world.actor(who), at=world.at
            )


def test_the_first_whole_version_asks_whatever_was_ticked(world: World) -> None:
    facts = ConsentFacts.objects.get(organisation=world.organisation)
    ConsentFacts.objects.filter(pk=facts.pk).update(facts={}, asks_again=False)
    assert house_says(world, asks_again=False, **facts.facts).asks_again


def test_what_a_programme_is_may_differ_from_the_house(world: World) -> None:
    key = consent_texts.own_nature(world.group.programme)
    house_says(world, **{key: "This one is a treatment."})
    assert "This one is a treatment." in text_for(world.member).short
    assert "The house says something about what it is." not in text_for(world.member).short


def test_a_yes_needs_its_lines_a_name_and_the_text_of_today(world: World) -> None:
    person = world.member
    for changed, refusal in (
        ({"items": ["i-have-read", "i-join"]}, TickToTakePart),
        ({"signature": "  "}, SignToSayYes),
        ({"signature": "x" * 121}, SignToSayYes),
        ({"facts_number": 7}, NoSuchText),
        ({"text": "consent-full@0"}, NoSuchText),
    ):
        with pytest.raises(refusal):
            say_yes(world, person, **changed)
    with pytest.raises(NotFound):
        groups.say_yes(person=person, by=world.actor(world.facilitator), at=world.at, **yes_to(world.organisation))
    with pytest.raises(TickToTakePart):
        given = yes_to(world.organisation)
        actions.sign(person=person, kind="research", by=world.actor(person), at=world.at, **given)


def test_what_stood_there_is_kept_word_for_word_under_their_own_key(world: World) -> None:
    words = {"short": "Zaunkoenig runs this.", "full": "All of it."}
    consent = say_yes(world, world.member, shown=words)
    sealed = bytes(consent.copy.sealed_words)
    assert b"Zaunkoenig" not in sealed
    assert "Zaunkoenig" in seals.CONSENT_COPY.open(sealed, code=consent.code, holder=world.member)
    assert say_yes(world, world.member, 2, shown=words).pk == consent.pk, "the same yes twice is one"
    assert AuditEntry.objects.filter(event=Event.CONSENTED, concerns=world.member.code).count() == 1
    more = say_yes(world, world.member, 3, items=[*consent_texts.NEEDED_ITEMS, "safe-contact", "may-write"])
    consent.refresh_from_db()
    assert consent.replaced_at is not None and current_consent(world.member) == more


def test_a_no_to_reminders_is_a_no_to_mail_before_meetings(world: World) -> None:
    assert wish_of(world.member).meetings
    say_yes(world, world.member, items=consent_texts.NEEDED_ITEMS)
    wish = wish_of(world.member)
    assert (wish.meetings, wish.nudges, wish.news) == (False, False, True)


def test_taking_it_back_ends_places_minutes_and_reminders_and_leaves_the_record(world: World) -> None:
    person, by = world.member, world.actor(world.member)
    consent = say_yes(world, person)
    at = world.at + 2 * HOUR
    groups.open_gathering(gathering=world.gathering, online=False, at=at, by=world.actor(world.facilitator))
    groups.record_arrival(gathering=world.gathering, user=person, at=at)
    other = world.members[1]
    for to in (person, other):
        about = Ref("gathering", world.gatherings[1].code)
        queue.enqueue("next-meeting", to=to, about=about, once="x", at=at + HOUR)
    left = groups.take_back_yes(consent=consent, by=by, at=at + HOUR)
    assert left == [world.group]
    assert Attendance.objects.get(user=person).left_at == at + HOUR
    still = Delivery.objects.filter(kind="next-meeting", gave_up_at=None)
    assert [row.user for row in still] == [other]
    assert groups.take_back_yes(consent=consent, by=by, at=at + 2 * HOUR) == []
    task = Task.objects.get(concerns=person)
    assert (task.kind, task.group, task.owner) == ("consent-withdrawn", world.group, None)
    assert Membership.objects.get(user=person).left_at == at + HOUR
    assert not KeptPlace.objects.filter(application__person=person, given_up_at=None).exists()
    assert stand_of(person) == Stand.TAKEN_BACK
    with pytest.raises(NotFound):
        groups.take_back_yes(consent=say_yes(world, other), by=by, at=at)


def test_how_many_said_yes_to_what(world: World) -> None:
    eight = counts_of([world.group], world.organisation)[world.group.pk]
    assert eight == Counts(current=8)
    house_says(world, asks_again=False, contact="Ask us.")
    assert counts_of([world.group], world.organisation)[world.group.pk] == eight
    house_says(world, keep_for="ten years")
    say_yes(world, world.members[1])
    Membership.objects.filter(user=world.members[2]).update(before_the_rule=True, consent=None)
    Consent.objects.filter(person=world.members[2]).update(withdrawn_at=world.at)
    assert counts_of([world.group], world.organisation)[world.group.pk] == Counts(current=1, older=6, never=1)
    assert world.members[1].pk not in not_current(world.group)
    assert {stand_of(one) for one in (world.member, world.members[1], world.members[2])} == {
        Stand.NEWER, Stand.GIVEN, Stand.ASKED
    }  # fmt: skip
    assert stand_of(world.stranger()) == Stand.NOT_ASKED
    people = [*world.members, world.stranger()]
    given = [one for one in people if stand_of(one) == Stand.GIVEN]
    assert [one for one in people if consent_texts.yes_as_it_stands(one).exists()] == given
