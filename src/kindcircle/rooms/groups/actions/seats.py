"""A member's place: kept by those who decide, taken with the member's own yes, and given up with it."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max, Q

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.outbox import queue
from kindcircle.base.outbox.wishes import keep_wish, wish_of
from kindcircle.base.people.models import User
from kindcircle.rooms.groups.absences import wait_no_more
from kindcircle.rooms.groups.errors import (
    DecideAnew,
    GroupFull,
    GroupUnderWay,
    KeptApartFrom,
    NoDecision,
    TalkAgain,
)
from kindcircle.rooms.groups.models import Attendance, Gathering, Group, KeptPlace, Membership
from kindcircle.rooms.groups.out_and_back import note_back
from kindcircle.rooms.groups.queries import programme_of
from kindcircle.rooms.intake import actions as intake
from kindcircle.rooms.intake.actions.applying import hold
from kindcircle.rooms.intake.consent_texts import is_ready
from kindcircle.rooms.intake.draws import check_start
from kindcircle.rooms.intake.errors import HasAPlace, TextNotReady
from kindcircle.rooms.intake.models import Application, Consent, Decision, KeepApart
from kindcircle.rooms.intake.queries import current_consent, latest_decision
from kindcircle.rooms.tasks.actions import raise_task
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.spec.dates import wall_clock

# A talk and a decision hold this long; after that somebody asks how things are now.
DECISION_HOLDS = timedelta(weeks=6)
# A closed group takes nobody new once this many meetings are over.
OPEN_UNTIL_MEETING = 2
MAY_WRITE = "may-write"
"""The line of the consent about friendly reminders."""
ABOUT_MEETINGS = ("next-meeting", "new-time")
# By when somebody who leads has spoken with a person who took back their yes.
TALK_WITHIN = timedelta(days=2)


def keep_place(*, application: Application, group: Group, by: Actor, at: datetime) -> KeptPlace:
    """Keep a place in this group for somebody who may come; with their yes it is theirs. Twice is once.

    Raises NoDecision, DecideAnew, TextNotReady, TalkAgain, DrawFirst, StartsLater, GroupFull, GroupUnderWay,
    KeptApartFrom, TakenBack, HasAPlace while the one they came to before is theirs.
    """
    require(by, Permission.APPLICATION_DECIDE, application)
    with transaction.atomic():
        # The person first, then the group, everywhere: a yes given in this very moment is seen by one of the two.
        User.objects.select_for_update(no_key=True).get(pk=application.person_id)
        one_at_a_time(group)
        held = hold(application, standing=True)
        kept = KeptPlace.objects.filter(application=held, given_up_at=None).first()
        left = kept is not None and kept.taken_at is not None and not has_place(held)
        if kept is not None and kept.group_id == group.pk and not left:
            return kept
        if kept is not None and kept.taken_at is not None and not left:
            raise HasAPlace
        _check(held, group, at)
        KeptPlace.objects.filter(application=held, given_up_at=None).update(taken_at=None, given_up_at=at)
        kept = KeptPlace.objects.create(group=group, application=held, kept_by_id=by.user_id, kept_at=at)
        about = log.Ref("kept-place", kept.code)
        queue.enqueue("something-waiting", to=held.person, about=about, once=kept.code, at=at)
        _record(Event.PLACE_OFFERED, kept.code, "kept-place", group, held.person, by=by, at=at)
        _take(held.person, by=by, at=at)
    return kept


def give_up_place(*, kept: KeptPlace, by: Actor, at: datetime) -> None:
    """The place is for somebody else. A place that was taken is left, not given up."""
    require(by, Permission.APPLICATION_DECIDE, kept.application)
    with transaction.atomic():
        # A yes given in this very moment comes first or finds no place.
        User.objects.select_for_update(no_key=True).get(pk=kept.application.person_id)
        if KeptPlace.objects.filter(pk=kept.pk, taken_at=None, given_up_at=None).update(given_up_at=at):
            _record(Event.PLACE_GIVEN_UP, kept.code, "kept-place", kept.group, kept.application.person, by=by, at=at)


def say_yes(
    *,
    person: User,
    text: str,
    facts_number: int,
    items: Collection[str],
    signature: str,
    shown: Mapping[str, str],
    by: Actor,
    at: datetime,
) -> Consent:
    """The yes to taking part. Places that are kept for this person become theirs; those they have rest on it now.

    Raises what `intake.actions.sign` raises.
    """
    with transaction.atomic():
        consent = intake.sign(
            person=person, kind=Consent.Kind.TAKING_PART, text=text, facts_number=facts_number, items=items,
            signature=signature, shown=shown, by=by, at=at,
        )  # fmt: skip
        mine = Membership.objects.filter(user=person, role=Membership.Role.MEMBER, left_at=None)
        mine.filter(before_the_rule=False).update(consent=consent)
        if MAY_WRITE not in items:
            _no_reminders(person, by=by, at=at)
        _take(person, by=by, at=at)
    return consent


def take_back_yes(*, consent: Consent, by: Actor, at: datetime) -> list[Group]:
    """Withdraw the consent to taking part: every place that rests on it is left in the same moment.

    Returns the groups that were left. What was recorded until now stays, as the text said. Those who lead are asked to
    speak with the person, and to come in again takes a new decision.
    """
    require(by, Permission.CONSENT_OWN, consent)
    with transaction.atomic():
        person = User.objects.select_for_update(no_key=True).get(pk=consent.person_id)
        rows = Membership.objects.filter(user=person, role=Membership.Role.MEMBER, left_at=None)
        places = list(rows.select_related("group__organisation", "user"))
        rows.update(left_at=at)
        # In the middle of a meeting the minutes end here; whoever still arrives has left.
        Attendance.objects.filter(user=person, left_at=None, arrived_at__lte=at).exclude(
            gathering__state=Gathering.State.CLOSED
        ).update(left_at=at)
        kept = KeptPlace.objects.filter(application__person=person, given_up_at=None)
        kept.update(taken_at=None, given_up_at=at)
        mine = Application.objects.filter(person=person, state=Application.State.PLACED)
        mine.update(state=Application.State.DECIDED)
        intake.withdraw(consent=consent, by=by, at=at)
        for place in places:
            _remind_no_more(place, at)
            wait_no_more(place, at=at)
            _record(Event.PLACE_LEFT, place.group.code, "group", place.group, person, by=by, at=at)
            raise_task(
                Kind.CONSENT_WITHDRAWN,
                organisation=place.group.organisation,
                about=log.Ref("membership", place.code),
                once=f"{consent.code}:{place.group.code}",
                due_at=at + TALK_WITHIN,
                at=at,
                group_id=place.group_id,
                concerns=person,
            )
    return [place.group for place in places]


def one_at_a_time(group: Group) -> None:
    """Hold the group's row, so that nobody counts its seats while somebody else takes one. For one transaction."""
    Group.objects.select_for_update(no_key=True).get(pk=group.pk)


def has_place(application: Application) -> bool:
    """Whether somebody is in a group by this request."""
    return Membership.objects.filter(admission__application=application, left_at=None).exists()


def groups_with_room(application: Application) -> list[Group]:
    """The groups of this offer that still take somebody, the newest first."""
    rows = Group.objects.filter(intake=application.intake_id).select_related("organisation").order_by("-created_at")
    return [group for group in rows if _takes_people(group) and free_seats(group) > 0]


def free_seats(group: Group) -> int:
    """How many more people this group has room for: neither taken nor kept."""
    taken = Membership.objects.filter(group=group, role=Membership.Role.MEMBER, left_at=None).count()
    kept = KeptPlace.objects.filter(group=group, taken_at=None, given_up_at=None).count()
    return programme_of(group).size.max - taken - kept


def _check(application: Application, group: Group, at: datetime) -> None:
    decision = latest_decision(application)
    if decision is None or not decision.opens_a_place:
        raise NoDecision
    if not is_ready(group.organisation):
        raise TextNotReady
    if Consent.objects.filter(
        person=application.person, kind=Consent.Kind.TAKING_PART, withdrawn_at__gt=decision.decided_at
    ).exists():
        raise DecideAnew
    begins = Gathering.objects.filter(group=group).order_by("number").values_list("starts_at", flat=True).first()
    if (begins or at) - decision.decided_at > DECISION_HOLDS and at - decision.decided_at > DECISION_HOLDS:
        raise TalkAgain
    check_start(application, wall_clock(begins or at, group.zone).date())
    if not _takes_people(group):
        raise GroupUnderWay
    if free_seats(group) < 1:
        raise GroupFull(programme_of(group).size.max)
    if kept_apart(application.person, group):
        raise KeptApartFrom


def _takes_people(group: Group) -> bool:
    """Whether somebody new may still come in: not once it is over, nor once a closed group knows one another."""
    if group.state == Group.State.FINISHED:
        return False
    over = Gathering.objects.filter(group=group, state=Gathering.State.CLOSED).count()
    return programme_of(group).form != "closed" or over < OPEN_UNTIL_MEETING


def kept_apart(person: User, group: Group) -> bool:
    """Whether somebody in this group, or for whom a place is kept there, must not sit with this person."""
    pairs = KeepApart.objects.filter(Q(one=person) | Q(other=person), ended_at=None)
    others = {pair.one_id if pair.other_id == person.pk else pair.other_id for pair in pairs}
    there = Membership.objects.filter(group=group, left_at=None, user_id__in=others)
    coming = KeptPlace.objects.filter(group=group, given_up_at=None, taken_at=None, application__person_id__in=others)
    return there.exists() or coming.exists()


def _take(person: User, *, by: Actor, at: datetime) -> None:
    """Turn each place that is kept for this person into theirs, if they have said yes."""
    consent = current_consent(person)
    if consent is None:
        return
    rows = KeptPlace.objects.filter(application__person=person, taken_at=None, given_up_at=None)
    for kept in rows.select_related("group__organisation", "application").order_by("pk"):
        decision = latest_decision(kept.application)
        if decision is None or not decision.opens_a_place:
            continue  # somebody decided otherwise meanwhile
        one_at_a_time(kept.group)
        if not _takes_people(Group.objects.get(pk=kept.group_id)):
            KeptPlace.objects.filter(pk=kept.pk).update(given_up_at=at)  # the yes came when it was too late for it
            continue
        give_seat(kept.group, person, decision, consent, at)
        KeptPlace.objects.filter(pk=kept.pk).update(taken_at=at)
        Application.objects.filter(pk=kept.application_id).update(state=Application.State.PLACED)
        _record(Event.PLACE_TAKEN, kept.code, "kept-place", kept.group, person, by=by, at=at)


def give_seat(group: Group, person: User, decision: Decision, consent: Consent, at: datetime) -> None:
    """A seat on the ring; whoever was here before comes back to their own."""
    places = Membership.objects.filter(group=group, user=person)
    if places.update(left_at=None, admission=decision, consent=consent):
        note_back(places.get().code, at=at)
    else:
        rows = Membership.objects.filter(group=group, role=Membership.Role.MEMBER)
        seat = (rows.aggregate(last=Max("seat"))["last"] or 0) + 1
        Membership.objects.create(
            group=group, user=person, role=Membership.Role.MEMBER, seat=seat, joined_at=at, admission=decision,
            consent=consent,
        )  # fmt: skip


def _no_reminders(person: User, *, by: Actor, at: datetime) -> None:
    """A no to friendly reminders holds for mail too. They may choose otherwise on their page about mail, any day."""
    wish = wish_of(person)
    if wish.meetings or wish.nudges:
        keep_wish(replace(wish, meetings=False, nudges=False), user=person, zone=person.zone, by=by, at=at)


def _remind_no_more(place: Membership, at: datetime) -> None:
    """What was still to be sent about meetings to come is not sent to somebody who has left."""
    to_come = Gathering.objects.filter(group=place.group_id).exclude(state=Gathering.State.CLOSED)
    for code in to_come.values_list("code", flat=True):
        for kind in ABOUT_MEETINGS:
            queue.take_back(kind, to=place.user, about=log.Ref("gathering", code), at=at)


def _record(event: Event, code: str, kind: str, group: Group, person: User, *, by: Actor, at: datetime) -> None:
    chain = group.organisation.code
    log.record(event, by=by, about=log.Ref(kind, code), at=at, chain=chain, concerns=person.code)
