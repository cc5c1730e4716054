"""Talking in pairs: asking everybody, matching, beginning, coming back. A yes is needed of each; nothing waits for one.

What somebody says here is never audited: that a person stayed, came back or would rather not be with somebody leaves
no trace. What those who lead begin and end is.
"""

import json
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.lib import codes
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.rooms.groups.models import Gathering, Membership
from kindcircle.rooms.live import announce, pairs, queries
from kindcircle.rooms.live.actions.command import Command, command
from kindcircle.rooms.live.errors import DoesNotFit, NotInThisSession, PairsChanged, why_not
from kindcircle.rooms.live.models_pairs import PairsAnswer, PairsDraft, PairWish
from kindcircle.rooms.live.pairs import Talk
from kindcircle.spec import pairing
from kindcircle.spec.timeline import Placed

Said = PairsAnswer.Said
LENGTHS = (4, 6, 8, 10, 12, 15, 20)
"""How many minutes a talk may be given."""

LONGER = 60
"""Seconds by which one press lengthens it."""


def ask_pairs(*, gathering: Gathering, prompt: str, by: Actor, at: datetime) -> Placed:
    """Ask everybody who is here: in a pair, or with those who lead? Never before the second meeting."""
    with command(gathering, by=by, at=at) as now:
        asked = {slot.id for slot in queries.session_of(gathering).agenda if slot.prompt is not None}
        if prompt not in asked:
            raise NotInThisSession
        if not pairs.may_talk_in_pairs(now.gathering):
            raise DoesNotFit(why_not("pairs_too_early"))
        going = now.placed.pairs
        if going is None or going.state == "over" or going.prompt != prompt:
            now.say("pairs_asked", {"pairs": codes.new_code(), "prompt": prompt})
    return now.placed


def answer_pairs(*, gathering: Gathering, talk: str, said: str, by: Actor, at: datetime) -> None:
    """What a member says of themselves. While people are asked: yes or stay.

    While they talk: back to the room, at any moment and without a reason; yes, to go on in one's own pair; or that one
    would like a pair, also for whoever came late or thought again. Answered twice, the later word holds.
    """
    with command(gathering, by=by, at=at, to=Permission.ROUND_TAKE_PART) as now:
        found = _talk(now, talk)
        place = queries.own_place(now.gathering, by)
        if place is None or place.code not in found.here:
            raise DoesNotFit(why_not("pairs_away"))
        _note(now, found, place, said, at=at, by_hand=False)


def mark_answer(*, gathering: Gathering, talk: str, member_code: str, said: str, by: Actor, at: datetime) -> None:
    """A facilitator marks what somebody without a device said aloud. A no that was said on a device stands."""
    with command(gathering, by=by, at=at) as now:
        found = _talk(now, talk)
        place = found.here.get(member_code)
        if place is None:
            raise DoesNotFit(why_not("absent"))
        own = found.said.get(member_code)
        if said != Said.STAY and own is not None and own.said in (Said.STAY, Said.BACK) and not own.by_hand:
            raise DoesNotFit(why_not("pairs_own_word"))
        _note(now, found, place, said, at=at, by_hand=True)


def swap_in_pairs(*, gathering: Gathering, talk: str, one: str, other: str, by: Actor, at: datetime) -> None:
    """Before the start: these two change places. Refused, without saying why, where somebody is to be kept apart."""
    with command(gathering, by=by, at=at) as now:
        found = _talk(now, talk, "asked")
        seen = pairs.proposal(found)
        placed = {who for group in seen.groups for who in group}
        if one == other or not {one, other} <= placed:
            raise PairsChanged
        change = {one: other, other: one}
        groups = [tuple(change.get(who, who) for who in group) for group in seen.groups]
        apart = pairs.kept_apart(now.gathering)
        if any(pairing.splits(group, apart) for group in groups):
            raise DoesNotFit(why_not("pairs_swap"))
        _draft(found, groups, seen.stays)


def keep_from_pairs(*, gathering: Gathering, talk: str, member_code: str, stays: bool, by: Actor, at: datetime) -> None:
    """Before the start: somebody who said yes stays with those who lead after all, or may have a pair again."""
    with command(gathering, by=by, at=at) as now:
        found = _talk(now, talk, "asked")
        if found.said_by(member_code) != Said.YES:
            raise PairsChanged
        seen = pairs.proposal(found)
        rest = [who for who in seen.stays if who != member_code]
        _draft(found, seen.groups, [*rest, member_code] if stays else rest)


def start_pairs(*, gathering: Gathering, talk: str, minutes: int, seen: str, by: Actor, at: datetime) -> Placed:
    """The pairs begin, just as they were seen. Where an answer has changed meanwhile, they are shown anew first."""
    with command(gathering, by=by, at=at) as now:
        going = now.placed.pairs
        if going is not None and going.pairs == talk and going.state == "running":
            return now.placed
        if minutes not in LENGTHS:
            raise NotInThisSession
        found = _talk(now, talk, "asked")
        proposed = pairs.proposal(found)
        if proposed.short or not proposed.groups or proposed.print != seen:
            raise PairsChanged
        groups = [list(group) for group in proposed.groups]
        now.say(
            "pairs_started", {"pairs": talk, "prompt": found.pairs.prompt, "seconds": minutes * 60, "groups": groups}
        )
        PairsDraft.objects.filter(gathering=now.gathering).delete()
    return now.placed


def lengthen_pairs(*, gathering: Gathering, talk: str, by: Actor, at: datetime) -> Placed:
    """One minute more for every pair."""
    with command(gathering, by=by, at=at) as now:
        now.say("pairs_lengthened", {"pairs": talk, "seconds": LONGER})
    return now.placed


def bring_to_pair(*, gathering: Gathering, talk: str, member_code: str, number: int, by: Actor, at: datetime) -> None:
    """While the others talk: somebody without a pair is brought to one that has room, where every wish is kept."""
    with command(gathering, by=by, at=at) as now:
        found = _talk(now, talk, "running")
        if member_code not in found.waiting:
            raise PairsChanged
        if number not in found.places_for(member_code, pairs.kept_apart(now.gathering)):
            raise DoesNotFit(why_not("pairs_swap"))
        began = found.pairs.groups[number]
        row = found.said[member_code]
        row.said, row.joined, row.at = Said.YES, None if member_code in began else number, at
        row.save(update_fields=["said", "joined", "at"])
        announce.after_commit(now.gathering.code, None)


def end_pairs(*, gathering: Gathering, talk: str, by: Actor, at: datetime) -> Placed:
    """Everybody is back in the circle, or the question is taken back. What people answered goes."""
    with command(gathering, by=by, at=at) as now:
        going = now.placed.pairs
        if going is None or going.pairs != talk or going.state != "over":
            now.say("pairs_ended", {"pairs": talk})
    return now.placed


def wish_apart(*, gathering: Gathering, others: Sequence[str], by: Actor, at: datetime) -> None:
    """With whom of this group somebody would rather not be in a pair, from now on. Nobody else reads it, ever.

    Others whom they cannot know are passed over. An empty list leaves nothing behind.
    """
    require(by, Permission.PAIRS_WISH, gathering)
    with transaction.atomic():
        assert by.user_id is not None  # nobody but a member may
        member = User.objects.select_for_update(no_key=True).get(pk=by.user_id)
        place = queries.own_place(gathering, by)
        known = pairs.known_to(gathering, place) if place is not None else {}
        apart = sorted(known.keys() & set(others))
        wish = PairWish.objects.filter(group=gathering.group_id, member=member).first()
        if not apart:
            if wish is not None:
                wish.delete()
            return
        wish = wish or PairWish(group=gathering.group, member=member)
        wish.sealed_apart = seals.PAIR_WISH.seal(json.dumps(apart), code=wish.code, holder=member)
        wish.save()
        announce.after_commit(gathering.code, None)


def _talk(now: Command, talk: str, state: str = "") -> Talk:
    """The talk that is meant, in this state or in any."""
    found = pairs.talk_of(now.gathering, now.placed)
    if found is None or found.pairs.pairs != talk or state not in ("", found.pairs.state):
        raise DoesNotFit(why_not("pairs_started"))
    return found


def _note(now: Command, talk: Talk, place: Membership, said: str, *, at: datetime, by_hand: bool) -> None:
    word = _meant(now, talk, place.code, said)
    if word == Said.YES and place.code in talk.new:
        raise DoesNotFit(why_not("pairs_first_time"))
    row = talk.said.get(place.code) or PairsAnswer(gathering=now.gathering, member=place.user)
    row.pairs, row.said, row.by_hand, row.at = talk.pairs.pairs, word, by_hand, at
    if word != Said.YES:
        row.joined = None
    row.save()
    announce.after_commit(now.gathering.code, None)


def _meant(now: Command, talk: Talk, who: str, said: str) -> Said:
    """What an answer means at this moment."""
    if talk.pairs.state == "asked":
        if said not in (Said.YES, Said.STAY):
            raise DoesNotFit(why_not("pairs_started"))
        return Said(said)
    if said in (Said.STAY, Said.BACK):
        return Said.BACK
    if said not in (Said.YES, Said.JOIN):
        raise DoesNotFit(why_not("pairs_started"))
    if who in talk.new:
        raise DoesNotFit(why_not("pairs_first_time"))
    if said == Said.YES and _may_return(now, talk, who):
        return Said.YES
    # A yes that came when the others had begun already, or whose pair is no more.
    return Said.JOIN


def _may_return(now: Command, talk: Talk, who: str) -> bool:
    """Whether somebody is in a pair, or the one they were in still has their place."""
    if talk.number_of(who) is not None:
        return True
    number = next((number for number, group in enumerate(talk.pairs.groups) if who in group), None)
    return number is not None and talk.has_room(number, who, pairs.kept_apart(now.gathering))


def _draft(talk: Talk, groups: Sequence[Sequence[str]], stays: Sequence[str]) -> None:
    kept = {"pairs": talk.pairs.pairs, "groups": [list(group) for group in groups], "stays": list(stays)}
    PairsDraft.objects.update_or_create(gathering=talk.gathering, defaults=kept)
    announce.after_commit(talk.gathering.code, None)
