"""A person decides and signs; the latest answer holds, and nobody decides over a colleague's head."""

from datetime import date, timedelta

import pytest

from kindcircle.base.lib.errors import NotFound
from kindcircle.base.outbox.models import Delivery
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.rooms.groups import actions as groups
from kindcircle.rooms.intake import actions
from kindcircle.rooms.intake.errors import (
    DecidedMeanwhile,
    SayWhy,
    SignWithYourName,
    TakenBack,
)
from kindcircle.rooms.intake.models import Application, Decision
from kindcircle.rooms.intake.queries import latest_decision
from tests.rooms.together import at_the_same_moment
from tests.world import World


def asked(world: World, name: str = "Una") -> Application:
    """Somebody asked to come and nobody has answered yet."""
    by = world.actor(world.facilitator)
    application, _ = groups.add_somebody(intake=world.group.intake, name=name, by=by, at=world.at)
    return application


def decide(world: World, application: Application, by: User | None = None, **more: object) -> Decision:
    about: dict[str, object] = {
        "outcome": "join",
        "reason": "Steady enough.",
        "letter": "Welcome.",
        "signature": seals.name_of(by or world.facilitator),
    }
    acting = world.actor(by or world.facilitator)
    return actions.decide(application=application, by=acting, at=world.at, **(about | more))  # type: ignore[arg-type]


def test_an_answer_is_signed_with_ones_own_name_and_every_word_is_sealed(world: World) -> None:
    application = asked(world)
    decision = decide(world, application, checklist={"crisis": {"ticked": True, "note": "has a plan"}})
    assert (
        seals.SIGNATURE.open(decision.sealed_signature or b"", code=decision.code, holder=application.person) == "Ada"
    )
    stored = Decision.objects.filter(pk=decision.pk).values_list(
        "sealed_reason", "sealed_letter", "sealed_checklist", "sealed_signature"
    )[0]
    assert not any(word in bytes(piece) for piece in stored for word in (b"Steady", b"Welcome", b"plan", b"Ada"))
    for other in ("Bo", "A da", "x" * 400):
        with pytest.raises(SignWithYourName):
            decide(world, application, signature=other)
    assert latest_decision(application) == decision


def test_reason_letter_and_plan_are_asked_for_before_anything_is_kept(world: World) -> None:
    application = asked(world)
    for wrong in ({"reason": " "}, {"letter": ""}, {"outcome": "join-with-plan"}, {"outcome": "never"}):
        with pytest.raises(SayWhy):
            decide(world, application, **wrong)
    assert not application.decisions.exists()


def test_two_who_decide_about_the_same_person_see_each_other(world: World) -> None:
    application = asked(world)
    first = decide(world, application, seen="")
    with pytest.raises(DecidedMeanwhile):
        decide(world, application, by=world.facilitators[1], outcome="later", seen="")
    assert latest_decision(application) == first
    # Having read the other's, the second may well decide anew; the first stays on record.
    second = decide(world, application, by=world.facilitators[1], outcome="later", seen=first.code)
    assert latest_decision(application) == second
    assert application.decisions.count() == 2


def test_two_who_press_at_the_very_same_moment_make_one_decision(committed: World) -> None:
    application = asked(committed)
    results = at_the_same_moment(
        [
            lambda who=who, outcome=outcome: decide(committed, application, by=who, outcome=outcome, seen="")
            for who, outcome in zip(committed.facilitators * 2, ("join", "later", "join", "later"), strict=True)
        ]
    )
    assert sorted(type(result).__name__ for result in results) == ["DecidedMeanwhile"] * 3 + ["Decision"]
    assert application.decisions.count() == 1


def test_a_form_sent_twice_is_one_decision_and_one_mail(world: World) -> None:
    application = asked(world)
    one = decide(world, application, seen="", client_key="k" * 22)
    assert decide(world, application, seen="", client_key="k" * 22) == one
    assert Delivery.objects.filter(about_kind="decision", about_code=one.code).count() == 1


def test_whoever_took_their_request_back_is_not_decided_about(world: World) -> None:
    application = asked(world)
    actions.take_back(application=application, by=world.actor(application.person), at=world.at)
    with pytest.raises(TakenBack):
        decide(world, application)


def test_only_later_carries_a_day(world: World) -> None:
    day = date(2027, 3, 1)
    assert decide(world, asked(world), outcome="later", ask_again_on=day).ask_again_on == day
    assert decide(world, asked(world, "Vera"), ask_again_on=day).ask_again_on is None


def test_only_those_who_are_named_decide(world: World) -> None:
    application = asked(world)
    for person in (world.organisation_lead, world.safety_lead, world.member, application.person):
        with pytest.raises(NotFound):
            decide(world, application, by=person)


def test_the_letter_is_for_its_reader_alone_and_the_first_opening_counts(world: World) -> None:
    application = asked(world)
    decision = decide(world, application)
    with pytest.raises(NotFound):
        actions.open_letter(decision=decision, by=world.actor(world.facilitator), at=world.at)
    reader = world.actor(application.person)
    later = world.at + timedelta(hours=2)
    assert actions.open_letter(decision=decision, by=reader, at=later) == "Welcome."
    actions.open_letter(decision=decision, by=reader, at=later + timedelta(days=1))
    assert Decision.objects.get(pk=decision.pk).letter_opened_at == later
