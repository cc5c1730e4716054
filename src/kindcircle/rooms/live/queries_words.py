"""Reading words: how many are in, what is shown, one's own, and what a group was told it has in common."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q, QuerySet

from kindcircle.base.access import Actor
from kindcircle.base.vault import seals
from kindcircle.base.vault.keys import Holder, open_keys
from kindcircle.rooms.groups.models import Attendance, Gathering, Group
from kindcircle.rooms.groups.queries import present_places
from kindcircle.rooms.live import queries
from kindcircle.rooms.live.models_words import Asked, FeltAnswer, FeltShare, Word
from kindcircle.spec.felt import questions
from kindcircle.spec.timeline import Placed
from kindcircle.stats.disclosure import may_tell_again

LEAST = 4
"""Never fewer words than this are looked at or shown."""

NOT_ALONE = 3
"""Words that came from phones: none, or at least so many. Whoever wrote the others down knows which those are."""


@dataclass(frozen=True, slots=True)
class Said:
    """One word or line. name: whose it is, and only where somebody comes to them; else empty."""

    code: str
    text: str
    left_out: str = ""
    name: str = ""
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class Own:
    """What this person said themselves: words, or yes or no. state: of the asking, as the timeline has it."""

    asked: Asked
    text: str
    left_out: str = ""


def asked_now(gathering: Gathering, place: Placed) -> Asked | None:
    """What the group is being asked for, or is looking at, now."""
    words = place.words
    if words is None or words.state == "ended":
        return None
    return Asked.objects.filter(gathering=gathering, code=words.words).first()


def may_take_part(gathering: Gathering, by: Actor) -> bool:
    """Whether this person sits in the room: words are for those who are here."""
    return any(place.user_id == by.user_id for place in queries.here(gathering))


def words_in(asked: Asked) -> QuerySet[Word]:
    """Words of those who still have a place in the group, and those said by hand."""
    places = present_places(asked.gathering.group).values("user")
    return Word.objects.filter(Q(author=None) | Q(author__in=places), asked=asked).select_related("author")


def answers_in(asked: Asked) -> QuerySet[FeltAnswer]:
    """Answers of those who still have a place in the group."""
    places = present_places(asked.gathering.group).values("user")
    return FeltAnswer.objects.filter(asked=asked, author__in=places).select_related("author")


def how_many(asked: Asked) -> int:
    """How many words are in. For a question it stays untold: see `enough`."""
    return words_in(asked).count()


def enough(asked: Asked) -> bool:
    """Whether what came in may be looked at: words from LEAST on, answers from the number that the site set."""
    if asked.kind == Asked.Kind.FELT:
        return answers_in(asked).count() >= settings.FELT_FROM
    from_phones = words_in(asked).exclude(author=None).count()
    return how_many(asked) >= LEAST and (from_phones == 0 or from_phones >= NOT_ALONE)


def read_in(asked: Asked) -> list[Said]:
    """The words for those who lead, in the order drawn by lot, from the moment they looked at them.

    No name stands by one but where somebody comes to whoever wrote it.
    """
    return _opened(asked) if asked.read_at is not None else []


def shown_in(asked: Asked) -> list[Said]:
    """The words as everybody sees them. One that was taken back leaves no gap."""
    return [one for one in _opened(asked) if not one.left_out] if asked.shown_at is not None else []


def _opened(asked: Asked) -> list[Said]:
    rows = list(words_in(asked).exclude(place=None).order_by("place"))
    house = asked.gathering.group.organisation
    holders: list[Holder] = [row.author or house for row in rows]
    open_keys(holders)
    return [
        Said(
            code=row.code,
            text=seals.WORD.open(row.sealed_text, code=row.code, holder=holder),
            left_out=row.left_out,
            name=seals.name_of(row.author) if row.author and row.left_out == Word.LeftOut.CARE else "",
            by_hand=row.author_id is None,
        )
        for row, holder in zip(rows, holders, strict=True)
    ]


def own_word(asked: Asked, by: Actor) -> Own | None:
    """What this person said to this asking, or None."""
    if asked.kind == Asked.Kind.FELT:
        answer = answers_in(asked).filter(author_id=by.user_id).first()
        if answer is None:
            return None
        return Own(asked, seals.FELT.open(answer.sealed_answer, code=answer.code, holder=answer.author))
    word = words_in(asked).filter(author_id=by.user_id).first()
    if word is None or word.author is None:
        return None
    return Own(asked, seals.WORD.open(word.sealed_text, code=word.code, holder=word.author), word.left_out)


def own_words(gathering: Gathering, by: Actor) -> list[Own]:
    """Everything this person said in this meeting that is still kept, in the order in which it was asked for."""
    asked = Asked.objects.filter(Q(words__author=by.user_id) | Q(felt_answers__author=by.user_id), gathering=gathering)
    found = [own_word(one, by) for one in asked.distinct().order_by("asked_at", "pk")]
    return [one for one in found if one is not None]


def told_before(group: Group, question: str) -> list[FeltShare]:
    """What the group was told about this question before."""
    return list(FeltShare.objects.filter(asked__gathering__group=group, asked__prompt=question).order_by("told_at"))


def roster(gathering: Gathering) -> list[str]:
    """Who is here, by the codes of their places."""
    return sorted(place.code for place in queries.here(gathering))


def shown_to(group: Group, by: Actor) -> list[Asked]:
    """What this person saw together with the others in meetings of the group, newest first.

    Those who lead saw all of it. Others saw what was shown where they were; a share, where they were among the people
    it was told to.
    """
    rows = Asked.objects.filter(gathering__group=group, shown_at__isnull=False)
    rows = rows.select_related("gathering__group__organisation", "share").order_by("-shown_at", "-pk")
    if group.pk in by.facilitates:
        return list(rows)
    place = present_places(group).filter(user=by.user_id).first()
    if place is None:
        return []
    came = set(
        Attendance.objects.filter(gathering__group=group, user=place.user).values_list("gathering_id", flat=True)
    )
    return [
        row
        for row in rows
        if (place.code in row.share.roster if row.kind == Asked.Kind.FELT else row.gathering_id in came)
    ]


def may_ask(gathering: Gathering) -> dict[str, str]:
    """The questions that may be asked of those who are here now: new ones, and those told to the very same people."""
    here = roster(gathering)
    told: dict[str, list[list[str]]] = {}
    rows = FeltShare.objects.filter(asked__gathering__group=gathering.group_id)
    for prompt, people in rows.values_list("asked__prompt", "roster"):
        told.setdefault(prompt, []).append(people)
    return {one: text for one, text in questions().items() if may_tell_again(told.get(one, []), here)}
