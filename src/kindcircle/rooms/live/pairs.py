"""The pairs of a gathering: who may be asked, what they said, who with whom for now, who sits alone.

What is read here is for those who lead, except where `Own` says what one person sees of it.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from django.db.models import Q

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.lib.clock import milliseconds
from kindcircle.base.vault import seals
from kindcircle.base.vault.keys import open_keys
from kindcircle.rooms.groups.models import Attendance, Gathering, Membership
from kindcircle.rooms.groups.queries import present_places, programme_of
from kindcircle.rooms.intake.models import KeepApart
from kindcircle.rooms.live import queries
from kindcircle.rooms.live.models import Event
from kindcircle.rooms.live.models_pairs import PairsAnswer, PairsDraft, PairWish
from kindcircle.spec import pairing, timeline
from kindcircle.spec.circle import PlacedPairs

Said = PairsAnswer.Said
FIRST_MEETING = 2
"""Never before the second meeting: people have not seen yet how this group listens."""
LARGEST = 3
ANSWERS_KEPT = timedelta(hours=3)
"""Longer than any talk: what was said when asked goes then, where no end of the talk took it along."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """The pairs as they would begin now: codes, who stays although they said yes, and who could.

    short  so many would find nobody; those who lead choose who stays, one at a time, among `may_stay`
    print  changes when anything about it does: what is begun is what was seen
    """

    groups: tuple[pairing.Group, ...]
    stays: tuple[str, ...]
    short: int
    may_stay: tuple[str, ...]

    @property
    def print(self) -> str:
        """A short mark of these very groups."""
        told = json.dumps([self.groups, self.stays, self.short])
        return hashlib.sha256(told.encode()).hexdigest()[:16]


@dataclass
class Talk:
    """One talk in pairs as it stands: the people who are here, what they said, and the groups of this moment."""

    gathering: Gathering
    pairs: PlacedPairs
    here: dict[str, Membership] = field(default_factory=dict)
    said: dict[str, PairsAnswer] = field(default_factory=dict)

    @cached_property
    def names(self) -> dict[str, str]:
        """What people are called, by code, in seat order."""
        names = seals.names_of([place.user for place in self.here.values()])
        return {code: names[place.user_id] for code, place in self.here.items()}

    @cached_property
    def new(self) -> frozenset[str]:
        """Who is in an open circle for the first time: they stay with those who lead today."""
        if programme_of(self.gathering.group).form != "open":
            return frozenset()
        earlier = Attendance.objects.filter(gathering__group=self.gathering.group_id).exclude(gathering=self.gathering)
        known = set(earlier.values_list("user_id", flat=True))
        return frozenset(code for code, place in self.here.items() if place.user_id not in known)

    @cached_property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        """Who is with whom at this moment, by the groups that were begun: without who went, with who was brought."""
        began = enumerate(self.pairs.groups)
        return tuple(
            (
                *(who for who in group if self._is_in(who) and self.said[who].joined is None),
                *(who for who in self.here if self._is_in(who) and self.said[who].joined == number),
            )
            for number, group in began
        )

    @property
    def waiting(self) -> list[str]:
        """Who would like a pair and has none: they said so, or whoever was with them has gone."""
        asked = [who for who, row in self.said.items() if row.said == Said.JOIN]
        return [*(group[0] for group in self.groups if len(group) == 1), *asked]

    def said_by(self, who: str) -> str:
        """Yes, stay, back or join; empty where somebody has not said anything."""
        return self.said[who].said if who in self.said else ""

    def number_of(self, who: str) -> int | None:
        """Which group somebody is in now."""
        return next((number for number, group in enumerate(self.groups) if who in group), None)

    def places_for(self, who: str, apart: pairing.Apart) -> list[int]:
        """The groups that somebody may be brought to: one that has room, and where every wish is kept."""
        found = enumerate(self.groups)
        return [n for n, group in found if group and who not in group and self.has_room(n, who, apart)]

    def has_room(self, number: int, who: str, apart: pairing.Apart) -> bool:
        """Whether one more may come in: also beside those who began there and may come back at any moment."""
        group = self.groups[number]
        return len(group) < LARGEST and not pairing.splits((*{*group, *self.pairs.groups[number], who},), apart)

    def _is_in(self, who: str) -> bool:
        return who in self.here and self.said_by(who) == Said.YES


def talk_of(gathering: Gathering, placed: timeline.Placed) -> Talk | None:
    """The talk in pairs that people are asked about or have now; None when there is none or it is over."""
    if placed.pairs is None or is_over(placed.pairs):
        return None
    here = {place.code: place for place in queries.here(gathering)}
    code_of = {place.user_id: code for code, place in here.items()}
    rows = PairsAnswer.objects.filter(gathering=gathering, pairs=placed.pairs.pairs).order_by("pk")
    said = {code_of[row.member_id]: row for row in rows if row.member_id in code_of}
    return Talk(gathering, placed.pairs, here, said)


def is_over(pairs: PlacedPairs | None) -> bool:
    """Whether nobody is asked about pairs or in one, however it came to that."""
    return pairs is None or pairs.state == "over"


def forget_answers(gathering: Gathering) -> None:
    """That somebody stayed, came back, or was put with somebody before the start: nobody needs to know it any more."""
    PairsAnswer.objects.filter(gathering=gathering).delete()
    PairsDraft.objects.filter(gathering=gathering).delete()


def forget_due(*, at: datetime) -> int:
    """Nothing of it stays in a meeting that nobody ever closes, either. How many answers and drafts went."""
    fresh = PairsAnswer.objects.filter(at__gt=at - ANSWERS_KEPT)
    answers, _ = PairsAnswer.objects.exclude(pk__in=fresh.values("pk")).delete()
    drafts, _ = PairsDraft.objects.exclude(gathering__in=fresh.values("gathering")).delete()
    return answers + drafts


def may_talk_in_pairs(gathering: Gathering) -> bool:
    """Whether this is at least the second meeting, by its number and because people have really met."""
    met = Gathering.objects.filter(group=gathering.group_id, opened_at__isnull=False).exclude(pk=gathering.pk)
    return gathering.number >= FIRST_MEETING and met.exists()


def kept_apart(gathering: Gathering) -> frozenset[pairing.Two]:
    """Who is never put together in this group, by codes of places: members' own wishes and the intake's rules.

    Whose wish it is, and which of the two it is, cannot be told from it. Only for matching; no page shows it.
    """
    places = {place.code: place for place in present_places(gathering.group)}
    code_of = {place.user_id: code for code, place in places.items()}
    apart: set[pairing.Two] = set()
    wishes = list(PairWish.objects.filter(group=gathering.group_id, member__in=code_of).select_related("member"))
    open_keys([wish.member for wish in wishes])
    for wish in wishes:
        mine = code_of[wish.member_id]
        apart |= {frozenset((mine, other)) for other in opened(wish) if other in places and other != mine}
    rules = KeepApart.objects.filter(Q(one__in=code_of) & Q(other__in=code_of), ended_at=None)
    apart |= {frozenset((code_of[one], code_of[other])) for one, other in rules.values_list("one_id", "other_id")}
    return frozenset(apart)


def own_wish(gathering: Gathering, *, by: Actor) -> list[str]:
    """With whom somebody said they would rather not be, for themselves alone."""
    require(by, Permission.PAIRS_WISH, gathering)
    wish = PairWish.objects.filter(group=gathering.group_id, member=by.user_id).select_related("member").first()
    return [] if wish is None else opened(wish)


def opened(wish: PairWish) -> list[str]:
    """The codes in a wish."""
    return list(json.loads(seals.PAIR_WISH.open(wish.sealed_apart, code=wish.code, holder=wish.member)))


def known_to(gathering: Gathering, place: Membership) -> dict[str, str]:
    """The others of this group whom somebody can know by name: they came to a meeting that this person came to."""
    mine = Attendance.objects.filter(user=place.user_id, gathering__group=gathering.group_id).values("gathering")
    met = set(Attendance.objects.filter(gathering__in=mine).values_list("user_id", flat=True))
    others = [one for one in present_places(gathering.group) if one.user_id in met and one.pk != place.pk]
    names = seals.names_of([one.user for one in others])
    return {one.code: names[one.user_id] for one in others}


def talked_before(gathering: Gathering) -> dict[pairing.Two, int]:
    """How often each two have been in one group, earlier meetings and today."""
    rows = Event.objects.filter(gathering__group=gathering.group_id, kind="pairs_started").order_by("pk")
    told = rows.values_list("gathering_id", "data")
    return pairing.talked_before((data["groups"], meeting == gathering.pk) for meeting, data in told)


def proposal(talk: Talk) -> Proposal:
    """Pairs for everybody who is here and said yes, as those who lead have changed them so far."""
    draft = PairsDraft.objects.filter(gathering=talk.gathering, pairs=talk.pairs.pairs).first()
    willing = [who for who in talk.here if talk.said_by(who) == Said.YES and who not in talk.new]
    stays = tuple(who for who in willing if draft is not None and who in draft.stays)
    found = pairing.match(
        [who for who in willing if who not in stays],
        apart=kept_apart(talk.gathering),
        before=talked_before(talk.gathering),
        seed=talk.pairs.pairs,
        keep=draft.groups if draft is not None else (),
    )
    return Proposal(found.groups, stays, found.short, found.may_stay)


def beside(gathering: Gathering, moments: Iterable[tuple[str, datetime]]) -> dict[tuple[str, datetime], str]:
    """With whom each of these people (by code of place) was in a pair at that moment, in words for those who lead."""
    asked = list(moments)
    events = queries.events_of(gathering.pk)
    if not asked or not any(event.kind == "pairs_started" for event in events):
        return {}
    places = {place.code: place.user for place in present_places(gathering.group)}
    names = seals.names_of(list(places.values()))
    found = {}
    for who, at in asked:
        pairs = timeline.position(events, milliseconds(at), {}).pairs
        groups = pairs.groups if pairs is not None and pairs.state == "running" else ()
        others = [one for group in groups if who in group for one in group if one != who and one in places]
        if others:
            found[who, at] = ", ".join(names[places[one].pk] for one in others)
    return found
