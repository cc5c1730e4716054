"""The database keeps nobody in a group without a signed decision to join and a consent that stands (hazard H11).

Every way round it is tried, also those that go past our own code, and each is refused by the database itself.
"""

from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction

from kindcircle.rooms.groups import actions as groups
from kindcircle.rooms.groups.models import Membership
from kindcircle.rooms.intake.models import Application, Consent, Decision
from tests.world import World, admit, make_world


def refused(way: Callable[[], object]) -> bool:
    """Whether the database says no. What it did until then is undone."""
    try:
        with transaction.atomic():
            way()
    except DatabaseError:
        return True
    return False


def place(world: World, **more: object) -> Membership:
    """A member's place, not saved, for somebody new who was talked with and said yes, as far as `more` lets it."""
    person = world.stranger()
    rests_on = admit(world.group, person, at=world.at)
    about: dict[str, object] = {
        "group": world.group, "user": person, "role": "member", "seat": 40, "joined_at": world.at,
    }  # fmt: skip
    return Membership(**(about | rests_on | more))


def test_a_place_that_rests_on_both_is_kept(world: World) -> None:
    assert not refused(place(world).save)


def test_none_without_a_decision_or_without_a_consent(world: World) -> None:
    for missing in ({"admission": None}, {"consent": None}, {"admission": None, "consent": None}):
        assert refused(place(world, **missing).save), missing


@pytest.mark.parametrize("outcome", ["later", "other-help"])
def test_none_on_an_answer_that_opens_no_place(world: World, outcome: str) -> None:
    one = place(world)
    Decision.objects.filter(pk=one.admission_id).update(outcome=outcome)
    assert refused(one.save)


def test_none_on_what_belongs_to_somebody_else(world: World) -> None:
    mine, theirs = place(world), place(world)
    assert refused(place(world, admission=theirs.admission).save)
    assert refused(place(world, consent=theirs.consent).save)
    mine.user = theirs.user
    assert refused(mine.save)


def test_none_on_a_consent_that_was_withdrawn_or_was_for_research(world: World) -> None:
    one = place(world)
    Consent.objects.filter(pk=one.consent_id).update(withdrawn_at=world.at)
    assert refused(one.save)
    other = place(world)
    Consent.objects.filter(pk=other.consent_id).update(kind=Consent.Kind.RESEARCH)
    assert refused(other.save)


def test_none_by_many_at_once_or_by_hand(world: World) -> None:
    one, bare = place(world), place(world, admission=None)
    assert refused(lambda: Membership.objects.bulk_create([bare]))
    assert refused(lambda: Membership.objects.bulk_create([one, bare], ignore_conflicts=False))
    table = Membership._meta.db_table
    columns = "code, group_id, user_id, role, seat, joined_at, before_the_rule"
    values = [bare.code, world.group.pk, bare.user_id, "member", 41, world.at, False]

    def by_hand() -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {table} ({columns}) VALUES (%s, %s, %s, %s, %s, %s, %s)", values)

    assert refused(by_hand)
    assert not Membership.objects.filter(user=bare.user_id).exists()


def test_none_by_changing_a_place_that_is_there(world: World) -> None:
    theirs = place(world)
    theirs.save()
    mine = Membership.objects.get(group=world.group, user=world.member)
    rows = Membership.objects.filter(pk=mine.pk)
    for change in (
        {"admission": None},
        {"consent": None},
        {"admission": theirs.admission},
        {"consent": theirs.consent},
        {"user": world.stranger()},
    ):
        assert refused(lambda change=change: rows.update(**change)), change
    # A facilitator does not become a member by a change of one word, nor does somebody who left come back.
    facilitates = Membership.objects.filter(group=world.group, user=world.facilitator)
    assert refused(lambda: facilitates.update(role="member"))
    theirs.left_at = world.at
    theirs.save()
    Decision.objects.filter(pk=theirs.admission_id).update(outcome="later")
    assert refused(lambda: Membership.objects.filter(pk=theirs.pk).update(left_at=None))


def test_a_consent_is_not_withdrawn_under_a_place_that_rests_on_it(world: World) -> None:
    consent = Membership.objects.get(group=world.group, user=world.member).consent
    assert consent is not None
    assert refused(lambda: Consent.objects.filter(pk=consent.pk).update(withdrawn_at=world.at))
    groups.take_back_yes(consent=consent, by=world.actor(world.member), at=world.at)
    assert not Membership.objects.filter(user=world.member, left_at=None).exists()


def test_what_a_place_rests_on_cannot_be_taken_from_under_it(world: World) -> None:
    mine = Membership.objects.get(group=world.group, user=world.member)
    for rows in (
        Decision.objects.filter(pk=mine.admission_id),
        Consent.objects.filter(pk=mine.consent_id),
        Application.objects.filter(person=world.member),
    ):
        assert refused(rows.delete), rows.model


def test_another_houses_decision_opens_nothing_here(world: World) -> None:
    other = make_world()
    theirs = Membership.objects.get(group=other.group, user=other.member)
    assert refused(place(world, admission=theirs.admission, consent=theirs.consent).save)
