"""What somebody would like to hear by mail: their own choice, or the usual of their house. And one tap to pause."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.lib import erased
from kindcircle.base.outbox.models import (
    AS_THEY_COME,
    EVENING,
    MORNING,
    USUAL_A_WEEK,
    USUAL_HOUR,
    USUAL_NUDGES,
    Delivery,
    MailRule,
    MailWish,
    ReturnedMail,
)
from kindcircle.base.people.models import Organisation, StaffRole, User
from kindcircle.base.people.shut import MAIL
from kindcircle.spec import dates


@dataclass(frozen=True, slots=True)
class House:
    """How a house writes. Untouched, it is one reminder, the day before."""

    two_days_before: bool = False
    day_before: bool = True
    same_day: bool = False
    quiet_from: time = EVENING
    quiet_until: time = MORNING
    usual_messages: int = USUAL_A_WEEK
    most_nudges: int = USUAL_NUDGES


@dataclass(frozen=True, slots=True)
class Wish:
    """What one person would like.

    hour            of their own day, for reminders and nudges
    quiet_from      and quiet_until: the same hour twice means that no hour is quiet
    most_messages   in any seven days of theirs; 0 means as they come, which is usual for those who work here
    paused_until    the moment from which mail is welcome again, or None
    """

    any_mail: bool = True
    meetings: bool = True
    news: bool = True
    nudges: bool = False
    hour: int = USUAL_HOUR
    quiet_from: time = EVENING
    quiet_until: time = MORNING
    most_messages: int = USUAL_A_WEEK
    most_nudges: int = USUAL_NUDGES
    paused_until: datetime | None = None


def house_of(organisation: Organisation) -> House:
    """How this house writes."""
    return houses_of([organisation.pk])[organisation.pk]


def houses_of(organisations: Iterable[int]) -> dict[int, House]:
    """The same of several, by id."""
    names = House.__dataclass_fields__
    rows = {row.organisation_id: row for row in MailRule.objects.filter(organisation__in=organisations)}
    return {
        pk: House(**{name: getattr(rows[pk], name) for name in names}) if pk in rows else House()
        for pk in set(organisations)
    }


def wish_of(user: User) -> Wish:
    """What this person would like."""
    return wishes_of([user])[user.pk]


def wishes_of(people: Iterable[User]) -> dict[int, Wish]:
    """What these people would like, by id. Three queries however many they are."""
    people = list(people)
    houses = houses_of({user.organisation_id for user in people})
    said = {row.user_id: row for row in MailWish.objects.filter(user__in=people)}
    unsaid = [user.pk for user in people if user.pk not in said]
    staff = set(StaffRole.objects.filter(user__in=unsaid).values_list("user_id", flat=True)) if unsaid else set()
    return {
        user.pk: _wish(user, said.get(user.pk), houses[user.organisation_id], staff=user.pk in staff) for user in people
    }


def keep_wish(wish: Wish, *, user: User, zone: str, by: Actor, at: datetime) -> None:
    """Remember all that this person would like, and whose clock it goes by. Only they can say so."""
    keep_choices(asdict(wish), user=user, zone=zone, by=by, at=at)


def keep_choices(chosen: Mapping[str, Any], *, user: User, zone: str, by: Actor, at: datetime) -> None:
    """Remember these choices of theirs, by the names in Wish. What was not asked stays as it was."""
    more = dict(chosen)
    _keep(user, wants_mail=more.pop("any_mail", None), zone=zone, by=by, at=at, **more)


def stop_nudges(*, user: User, by: Actor, at: datetime) -> None:
    """No more nudges, by one tap. Everything else stays as it was."""
    _keep(user, nudges=False, by=by, at=at)


def pause(*, user: User, until: date | None, by: Actor, at: datetime) -> None:
    """No mail before this day of theirs; None ends the pause."""
    moment = dates.instant(datetime.combine(until, time()), user.zone) if until else None
    _keep(user, paused_until=moment, by=by, at=at)


def any_mail(*, user: User, wanted: bool, by: Actor, at: datetime) -> None:
    """No mail at all, for good; or mail again."""
    _keep(user, wants_mail=wanted, paused_until=None, by=by, at=at)


def keep_house(house: House, *, organisation: Organisation, by: Actor, at: datetime) -> None:
    """How this house writes from now on. What people chose for themselves stays."""
    require(by, Permission.MAIL_RULE_KEEP, organisation)
    with transaction.atomic():
        MailRule.objects.update_or_create(organisation=organisation, defaults=asdict(house))
        _ask_again(Delivery.objects.filter(user__organisation=organisation), at)
        about = log.Ref("organisation", organisation.code)
        log.record(Event.MAIL_RULE_CHANGED, by=by, about=about, at=at, chain=organisation.code)


def nudged(user: User) -> QuerySet[MailWish]:
    """The wish of this person for nudges; empty where they did not ask for any."""
    return MailWish.objects.filter(user=user, nudges=True)


def is_returned(user: User) -> bool:
    """Whether mail to this person came back for good."""
    return ReturnedMail.objects.filter(user=user).exists()


def _wish(user: User, row: MailWish | None, house: House, *, staff: bool) -> Wish:
    if row is None:
        return Wish(
            any_mail=user.wants_mail,
            quiet_from=house.quiet_from,
            quiet_until=house.quiet_until,
            most_messages=AS_THEY_COME if staff else house.usual_messages,
            most_nudges=house.most_nudges,
        )
    return Wish(
        any_mail=user.wants_mail,
        meetings=row.meetings,
        news=row.news,
        nudges=row.nudges and house.most_nudges > 0,
        hour=row.hour,
        quiet_from=row.quiet_from,
        quiet_until=row.quiet_until,
        most_messages=row.most_messages,
        most_nudges=min(row.most_nudges, house.most_nudges),
        paused_until=row.paused_until,
    )


def _keep(
    user: User, *, by: Actor, at: datetime, wants_mail: bool | None = None, zone: str = "", **changed: object
) -> None:
    require(by, Permission.MAIL_CHOOSE)
    require(by, Permission.IN_OWN_NAME, user)
    account: dict[str, object] = {} if wants_mail is None else {"wants_mail": wants_mail}
    account |= {"zone": zone} if zone else {}
    with transaction.atomic():
        another = wants_mail is not None and User.objects.filter(pk=user.pk, wants_mail=not wants_mail).exists()
        if account:
            User.objects.filter(pk=user.pk).update(**account)
        usual = asdict(wish_of(user))
        del usual["any_mail"]
        # A house that sends no nudges leaves this for the day it does.
        usual["most_nudges"] = max(1, int(usual["most_nudges"]))
        MailWish.objects.update_or_create(
            user=user, defaults=changed | {"chosen_at": at}, create_defaults=usual | changed | {"chosen_at": at}
        )
        _ask_again(Delivery.objects.filter(user=user), at)
        _record(Event.MAIL_CHOSEN, user, by=by, at=at)
        if another:
            note = erased.note_back if wants_mail else erased.note_left
            note(MAIL, person=user.code, at=at)


def _ask_again(rows: QuerySet[Delivery], at: datetime) -> None:
    """What was put off by an older choice is looked at by the new one, in the next round."""
    put_off = rows.filter(sent_at=None, gave_up_at=None, leased_until=None, due_at__gt=at)
    put_off.exclude(why="").update(due_at=at, why="")


def _record(event: Event, user: User, *, by: Actor, at: datetime) -> None:
    about = log.Ref("person", user.code)
    log.record(event, by=by, about=about, at=at, chain=user.organisation.code, concerns=user.code)
