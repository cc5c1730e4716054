"""The open circle for people whose group is over: invited once, answered or not, and let in by a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.outbox import queue
from kindcircle.base.people.models import Organisation, User
from kindcircle.base.vault import seals
from kindcircle.rooms.ending.errors import ConsentNeeded, NotACircle, NotNow
from kindcircle.rooms.ending.models import CircleInvitation
from kindcircle.rooms.groups.actions.seats import free_seats, give_seat, kept_apart, one_at_a_time
from kindcircle.rooms.groups.errors import GroupFull, KeptApartFrom
from kindcircle.rooms.groups.models import Gathering, Group, Membership
from kindcircle.rooms.groups.queries import gatherings_of, present_places, programme_of
from kindcircle.rooms.groups.series import said
from kindcircle.rooms.intake.models import Decision
from kindcircle.rooms.intake.queries import current_consent
from kindcircle.spec.texts import pinned_handout

INVITATION = "alumni-invitation"
WELCOME = "open-circle-welcome"
Answer = CircleInvitation.Answer


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody who would like to come, as those who lead the circle see them."""

    invitation: CircleInvitation
    name: str
    consents: bool


def circles_of(organisation: Organisation) -> list[Group]:
    """The open circles of a house that go on."""
    running = Group.objects.filter(organisation=organisation, state=Group.State.RUNNING).order_by("-created_at")
    return [group for group in running if programme_of(group).form == "open"]


def may_be_invited(organisation: Organisation) -> list[Group]:
    """The groups of a house that are over and were no circles, the newest first."""
    over = Group.objects.filter(organisation=organisation, state=Group.State.FINISHED).order_by("-created_at")
    return [group for group in over if programme_of(group).form == "closed"]


def invite(*, circle: Group, groups: Sequence[Group], by: Actor, at: datetime) -> int:
    """Let the present members of these finished groups know of the circle, each person once, ever.

    Returns how many were new. Raises NotACircle.
    """
    require(by, Permission.CIRCLE_INVITE, circle)
    house = circle.organisation
    known = {group.pk for group in may_be_invited(house)}
    if circle not in circles_of(house) or not groups or any(group.pk not in known for group in groups):
        raise NotACircle
    new = 0
    with transaction.atomic():
        one_at_a_time(circle)
        there = set(CircleInvitation.objects.filter(circle=circle).values_list("person_id", flat=True))
        there |= set(Membership.objects.filter(group=circle).values_list("user_id", flat=True))
        people = {place.user_id: place.user for group in groups for place in present_places(group)}
        for person in people.values():
            if person.pk in there:
                continue
            row = CircleInvitation(circle=circle, person=person, made_at=at)
            row.made_by_id = by.user_id  # type: ignore[assignment]  # nobody unsigned may invite
            row.save(force_insert=True)
            about = log.Ref("circle-invitation", row.code)
            queue.enqueue("something-waiting", to=person, about=about, once=row.code, at=at)
            new += 1
        about = log.Ref("group", circle.code)
        log.record(Event.CIRCLE_INVITED, by=by, about=about, at=at, chain=house.code)
    return new


def answer(*, invitation: CircleInvitation, yes: bool, by: Actor, at: datetime) -> None:
    """Somebody would like to come, or not. Said again in the other way, the last counts until they are in.

    Raises NotNow once that was decided, and when the circle is over.
    """
    require(by, Permission.CIRCLE_ANSWER, invitation)
    with transaction.atomic():
        row = _locked(invitation)
        if row.decided_at is not None or row.circle.state != Group.State.RUNNING:
            raise NotNow
        row.answer, row.answered_at = Answer.YES if yes else Answer.NO, at
        row.save(update_fields=["answer", "answered_at"])
        _record(Event.CIRCLE_ANSWERED, row, by, at)


def waiting(circle: Group, *, by: Actor) -> list[Asked]:
    """Who said yes and waits to be let in. Who said no, or nothing, is not named to anybody."""
    require(by, Permission.CIRCLE_ADMIT, circle)
    rows = list(
        CircleInvitation.objects.filter(circle=circle, answer=Answer.YES, decided_at=None)
        .select_related("person", "circle__organisation")
        .order_by("answered_at", "pk")
    )
    names = seals.names_of([row.person for row in rows])
    return [Asked(row, names[row.person_id], current_consent(row.person) is not None) for row in rows]


def admit(*, invitation: CircleInvitation, by: Actor, at: datetime) -> Membership:
    """One of those who lead signs that this person may come to the circle; with their yes that stands, they are in.

    The decision stands beside the one by which they came to their first group. Raises NotNow, ConsentNeeded,
    GroupFull, KeptApartFrom.
    """
    require(by, Permission.CIRCLE_ADMIT, invitation)
    with transaction.atomic():
        # The person first: a yes that is taken back in this very moment is seen by one of the two.
        User.objects.select_for_update(no_key=True).get(pk=invitation.person_id)
        row = _locked(invitation)
        circle, person = row.circle, row.person
        there = Membership.objects.filter(group=circle, user=person, left_at=None).first()
        if there is not None:
            return there
        if row.answer != Answer.YES or row.decided_at is not None or circle.state != Group.State.RUNNING:
            raise NotNow
        one_at_a_time(circle)
        consent = current_consent(person)
        if consent is None:
            raise ConsentNeeded
        if free_seats(circle) < 1:
            raise GroupFull(programme_of(circle).size.max)
        if kept_apart(person, circle):
            raise KeptApartFrom
        came_by = (
            Membership.objects.filter(user=person, role=Membership.Role.MEMBER, admission__isnull=False)
            .select_related("admission__application")
            .order_by("-joined_at")
            .first()
        )
        if came_by is None or came_by.admission is None:
            raise NotNow  # before anybody signed for anybody: they ask to come anew
        decision = Decision(application=came_by.admission.application, outcome=Decision.Outcome.JOIN, decided_at=at)
        decision.decided_by_id = by.user_id  # type: ignore[assignment]  # nobody unsigned may admit
        reason = _("May come to the open circle, after a group of this house.")
        letter = pinned_handout(WELCOME).text
        decision.sealed_reason = seals.DECISION.seal(reason, code=f"{decision.code}:reason", holder=person)
        decision.sealed_letter = seals.DECISION.seal(letter, code=f"{decision.code}:letter", holder=person)
        decision.save(force_insert=True)
        give_seat(circle, person, decision, consent, at)
        CircleInvitation.objects.filter(pk=row.pk).update(decided_at=at)
        about = log.Ref("circle-invitation", row.code)
        queue.enqueue("something-waiting", to=person, about=about, once=f"{row.code}:in", at=at)
        chain = circle.organisation.code
        log.record(Event.DECIDED, by=by, about=about, at=at, chain=chain, concerns=person.code, reason="join")
    return Membership.objects.get(group=circle, user=person)


def words_of(invitation: CircleInvitation) -> str:
    """The invitation as its reader sees it: our words, with what is known of the circle."""
    circle, person = invitation.circle, invitation.person
    coming = gatherings_of(circle).exclude(state=Gathering.State.CLOSED).first()
    leading = [place.user for place in present_places(circle, Membership.Role.FACILITATOR)]
    names = seals.names_of([*leading, person])
    return pinned_handout(INVITATION).fill(
        {
            "first_name": names[person.pk],
            "circle": circle.name,
            "rhythm": _("once a week"),
            "place": f"{circle.place.rstrip('.')}." if circle.place else circle.video_link,
            "first_date": said(coming.starts_at, circle.zone) if coming else _("not yet known"),
            "led_by": _(" and ").join(names[one.pk] for one in leading),
            "reach_us": _("Write to us from your page."),
        }
    )


def invitations_for(actor: Actor) -> list[CircleInvitation]:
    """What somebody was invited to and has not answered, or said yes to and waits for."""
    return list(invitations_of(actor).select_related("circle__organisation").order_by("pk"))


def invitations_of(actor: Actor) -> QuerySet[CircleInvitation]:
    """The same as rows, before they are fetched."""
    rows = CircleInvitation.objects.filter(person_id=actor.user_id, decided_at=None, circle__state=Group.State.RUNNING)
    return rows.exclude(answer=Answer.NO)


def _locked(invitation: CircleInvitation) -> CircleInvitation:
    rows = CircleInvitation.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("circle__organisation", "person").get(pk=invitation.pk)


def _record(event: Event, row: CircleInvitation, by: Actor, at: datetime) -> None:
    about, chain = log.Ref("circle-invitation", row.code), row.circle.organisation.code
    log.record(event, by=by, about=about, at=at, chain=chain, concerns=row.person.code)
