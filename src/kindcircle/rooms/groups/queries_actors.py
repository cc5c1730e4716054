"""Who people are here, as the rows stand. Never kept from one question to the next, so that leaving counts at once."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import F, FilteredRelation, Q

from kindcircle.base.access import Actor
from kindcircle.base.people.models import User
from kindcircle.rooms.groups.models import Membership


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody with an open account: the places they hold, as group and role, and what they do for the house."""

    user: User
    places: frozenset[tuple[int, str]]
    roles: frozenset[str]

    def leads(self, group_id: int) -> bool:
        """Whether they have a facilitator's place in this group."""
        return (group_id, Membership.Role.FACILITATOR) in self.places

    def actor(
        self,
        *,
        strong: bool,
        only_gathering: int | None = None,
        tablet_of: int | None = None,
        stands_in: Collection[int] = (),
    ) -> Actor:
        """Them as somebody who asks. stands_in: groups that they lead without a place, around a meeting."""
        led = {group for group, role in self.places if role == Membership.Role.FACILITATOR}
        return Actor(
            user_id=self.user.pk,
            code=self.user.code,
            organisation_id=self.user.organisation_id,
            roles=self.roles,
            member_of=frozenset(group for group, role in self.places if role == Membership.Role.MEMBER),
            facilitates=frozenset(led.union(stands_in)),
            strong=strong,
            only_gathering=only_gathering,
            tablet_of=tablet_of,
        )


def known(user_ids: Collection[int]) -> dict[int, Known]:
    """These people with their places and roles, in one question for all of them. Closed accounts are left out.

    The users come with what a sign-in is checked against, and nothing that is sealed.
    """
    rows = (
        User.objects.filter(pk__in=user_ids, is_active=True)
        .annotate(place=FilteredRelation("memberships", condition=Q(memberships__left_at=None)))
        .annotate(in_group=F("place__group_id"), placed_as=F("place__role"), serves_as=F("staff_roles__role"))
        .only("code", "organisation_id", "password", "is_active", "sessions_valid_from")
    )
    users: dict[int, User] = {}
    places: dict[int, set[tuple[int, str]]] = {}
    roles: dict[int, set[str]] = {}
    for row in rows:  # one for each place and role of a person
        users[row.pk] = row
        if row.in_group is not None:
            places.setdefault(row.pk, set()).add((row.in_group, row.placed_as))
        if row.serves_as is not None:
            roles.setdefault(row.pk, set()).add(row.serves_as)
    return {pk: Known(user, frozenset(places.get(pk, ())), frozenset(roles.get(pk, ()))) for pk, user in users.items()}


def themselves(person: User) -> Actor:
    """Who did it the first time. After an old copy came back the record says so again, since it does not know it."""
    return Actor(user_id=person.pk, code=person.code, organisation_id=person.organisation_id)
