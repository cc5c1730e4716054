"""Asking to come by the public page: an account is made quietly, for the words to lie under a key of their own."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from kindcircle.base.access import Actor, Facts, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit.log import Ref
from kindcircle.base.lib import codes
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.rooms.groups.actions.places import make_person
from kindcircle.rooms.intake.actions import apply
from kindcircle.rooms.intake.errors import NotOpenNow
from kindcircle.rooms.intake.models import Application, Intake, WeeklySlot
from kindcircle.rooms.intake.queries import takes_requests
from kindcircle.rooms.tasks.actions import raise_task
from kindcircle.rooms.tasks.kinds import Kind

HAND_OVER_WITHIN = timedelta(days=2)


def ask_to_come(
    *,
    intake: Intake,
    name: str,
    email: str,
    answers: Mapping[str, Any],
    slots: Iterable[WeeklySlot],
    key: str,
    at: datetime,
) -> Application:
    """Somebody without an account asks to come. The same form sent twice is one request.

    Two people may share one mailbox. The second asks all the same: codes go to whoever was first, so somebody of the
    house hands them a link, and nothing on the page is different. Raises NotOpenNow.
    """
    client_key = _kept(intake, key)
    with transaction.atomic():
        held = Intake.objects.select_for_update(no_key=True).select_related("organisation").get(pk=intake.pk)
        sent = Application.objects.filter(client_key=client_key).select_related("person").first()
        if sent is not None:
            return sent
        if not takes_requests(held, at=at):
            raise NotOpenNow
        person, shared = _person(held, name, email, at)
        application = apply(
            intake=held, person=person, answers=answers, slots=slots, source=Application.Source.PAGE,
            client_key=client_key, at=at,
            by=Actor(user_id=person.pk, code=person.code, organisation_id=person.organisation_id),
        )  # fmt: skip
        if shared:
            screener = held.screeners.select_related("user").order_by("pk").first()
            raise_task(
                Kind.SHARED_ADDRESS, organisation=held.organisation, about=Ref("application", application.code),
                once=application.code, due_at=at + HAND_OVER_WITHIN, owner=screener.user if screener else None,
                concerns=person, at=at,
            )  # fmt: skip
    return application


def asked_with(*, intake: Intake, key: str) -> Application | None:
    """The request that was sent with this very form, if it was."""
    return Application.objects.filter(client_key=_kept(intake, key)).select_related("person").first()


def ask_again(
    *,
    intake: Intake,
    person: User,
    answers: Mapping[str, Any],
    slots: Iterable[WeeklySlot],
    key: str,
    by: Actor,
    at: datetime,
) -> Application:
    """Somebody who is signed in asks to come, with the account they have. Raises NotOpenNow, AskedBefore."""
    require(by, Permission.IN_OWN_NAME, Facts(organisation_id=person.organisation_id, owner_id=person.pk))
    return apply(
        intake=intake, person=person, answers=answers, slots=slots, source=Application.Source.AGAIN,
        client_key=_kept(intake, f"{person.code}:{key}"), by=by, at=at,
    )  # fmt: skip


def _person(intake: Intake, name: str, email: str, at: datetime) -> tuple[User, bool]:
    """Their account, and whether somebody else comes in by this address already."""
    house = intake.organisation
    try:
        with transaction.atomic():
            return make_person(organisation=house, name=name, email=email, at=at), False
    except IntegrityError:
        person = make_person(organisation=house, name=name, email="", at=at)
        person.sealed_email = seals.ADDRESS.seal(email.strip(), code=person.code, holder=person)
        person.save(update_fields=["sealed_email"])
        return person, True


def _kept(intake: Intake, key: str) -> str:
    """What is kept of a form's key. The key itself stays with the browser: it lets whoever has it come in again."""
    return codes.digest(f"{intake.code}:{key}")
