"""Words that appear together: asking, saying, looking first, showing, taking back.

Nothing that a member does here is noted in the audit record: who said nothing would stand out in it.
"""

import secrets
from datetime import datetime

from django.conf import settings

from kindcircle.base.access import Actor, Permission
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.lib import erased
from kindcircle.base.vault import seals
from kindcircle.rooms.groups.models import Gathering, Membership
from kindcircle.rooms.live import announce, queries, queries_words
from kindcircle.rooms.live.actions.command import Command, command
from kindcircle.rooms.live.errors import LineTooLong, NotInThisSession
from kindcircle.rooms.live.errors_words import (
    NotBeforeReading,
    NotTheSamePeople,
    SayAWord,
    TooFewYet,
    WordsOver,
    WordsWait,
)
from kindcircle.rooms.live.models_words import Asked, FeltAnswer, FeltShare, Word
from kindcircle.rooms.safety import actions as safety
from kindcircle.rooms.safety.models import Alert
from kindcircle.spec.felt import questions
from kindcircle.spec.timeline import Placed
from kindcircle.stats.disclosure import Suppressed, may_tell_again, share_in_words

CARE_RULE = "live-word-care"
LONGEST = {Asked.Kind.WORD: 24, Asked.Kind.LINE: 200}
FELT = ("yes", "no")
KEY = range(22, 65)


def ask_words(*, gathering: Gathering, kind: str, prompt: str, by: Actor, at: datetime) -> Placed:
    """Ask everybody for one word, one line, or whether they have felt something. Never while a practice goes on.

    prompt  a step that asks something, or "" for how people are here; for `felt` the id of a question
    Raises NotInThisSession, NotTheSamePeople.
    """
    with command(gathering, by=by, at=at) as now:
        if kind not in Asked.Kind.values or not _is_asked(now.gathering, kind, prompt):
            raise NotInThisSession
        going = now.placed.words
        if going is not None and (going.kind, going.prompt, going.state) == (kind, prompt, "asked"):
            return now.placed
        if kind == Asked.Kind.FELT and prompt not in queries_words.may_ask(now.gathering):
            raise NotTheSamePeople
        asked = Asked(gathering=now.gathering, kind=kind, prompt=prompt, asked_at=at)
        now.say("words_asked", {"words": asked.code, "kind": kind, "prompt": prompt})
        asked.save(force_insert=True)
    return now.placed


def say_word(*, gathering: Gathering, words: str, text: str, by: Actor, at: datetime) -> None:
    """Say one's word or line, or yes or no. Said again it takes the place of what was said before.

    There is nothing here for a pass: whoever passes sends nothing. Raises SayAWord, LineTooLong, WordsOver.
    """
    with command(gathering, by=by, at=at, to=Permission.ROUND_TAKE_PART) as now:
        asked = _open(now, words)
        place = queries.own_place(now.gathering, by)
        if place is None or not queries_words.may_take_part(now.gathering, by):
            raise WordsOver
        if asked.kind == Asked.Kind.FELT:
            _answer(asked, place, text)
            return
        said = _tidy(asked, text)
        row = Word.objects.filter(asked=asked, author=place.user).first() or Word(asked=asked, author=place.user)
        row.sealed_text = seals.WORD.seal(said, code=row.code, holder=place.user)
        row.save()


def take_word_back(*, gathering: Gathering, words: str, by: Actor, at: datetime) -> None:
    """What this person said to this asking is gone, at once and everywhere, also after everybody has seen it."""
    with command(gathering, by=by, at=at, to=Permission.GATHERING_JOIN) as now:
        gone = []
        for kind in (Word, FeltAnswer):
            mine = kind.objects.filter(asked__gathering=now.gathering, asked__code=words, author=by.user_id)
            gone += [(kind._meta.label, code) for code in mine.values_list("code", flat=True)]
            mine.delete()
        announce.after_commit(now.gathering.code, None)
        for label, code in gone:
            erased.note(erased.ROW, label=label, code=code, at=at)


def add_word(*, gathering: Gathering, words: str, text: str, key: str, by: Actor, at: datetime) -> None:
    """Somebody without a device says a word, and one of those who lead writes it down without a name.

    key  made by the page; the same again is the same word. A yes or no said aloud would have a face: never by hand.
    """
    with command(gathering, by=by, at=at) as now:
        asked = _open(now, words)
        if asked.kind == Asked.Kind.FELT or len(key) not in KEY:
            raise NotInThisSession
        if Word.objects.filter(asked=asked, client_key=key).exists():
            return
        row = Word(asked=asked, client_key=key)
        house = now.gathering.group.organisation
        row.sealed_text = seals.WORD.seal(_tidy(asked, text), code=row.code, holder=house)
        row.save(force_insert=True)
        _record(Event.WORD_ADDED, asked, by=by, at=at)


def read_words(*, gathering: Gathering, words: str, by: Actor, at: datetime) -> None:
    """Those who lead look first, without names. From then on nothing new comes in. Raises TooFewYet.

    If words still came while somebody reads, each could be told by who was typing just then.
    """
    with command(gathering, by=by, at=at) as now:
        asked = _asked(now, words)
        if asked.kind == Asked.Kind.FELT or now.placed.words is None or now.placed.words.state != "asked":
            raise WordsOver
        if asked.read_at is not None:
            return
        if not queries_words.enough(asked):
            raise TooFewYet
        rows = list(queries_words.words_in(asked))
        secrets.SystemRandom().shuffle(rows)
        for place, row in enumerate(rows):
            row.place = place
        Word.objects.bulk_update(rows, ["place"])
        asked.read_at = at
        asked.save(update_fields=["read_at"])
        _record(Event.WORDS_READ, asked, by=by, at=at)


def leave_word_out(*, gathering: Gathering, word: str, out: bool, by: Actor, at: datetime) -> None:
    """A word is not for the wall, for instance because it names somebody; or it is after all.

    Only its author is told, and nobody learns who that is.
    """
    with command(gathering, by=by, at=at) as now:
        row = _read_word(now, word)
        if row.left_out == Word.LeftOut.CARE:
            return
        row.left_out = Word.LeftOut.ASIDE if out else Word.LeftOut.NO
        row.save(update_fields=["left_out"])
        _record(Event.WORD_LEFT_OUT, row.asked, by=by, at=at)


def look_after_author(*, gathering: Gathering, word: str, by: Actor, at: datetime) -> None:
    """A word sounds as if somebody needs a person: those who lead see whose it is, and its author hears that they come.

    It stays off the wall and raises an alert, as "please come" does; so somebody answers for it. The one way in which a
    word gets a name; each time it is written into the audit record.
    """
    with command(gathering, by=by, at=at) as now:
        row = _read_word(now, word)
        if row.author is None:
            raise NotInThisSession
        if row.left_out == Word.LeftOut.CARE:
            return
        row.left_out = Word.LeftOut.CARE
        row.save(update_fields=["left_out"])
        _record(Event.WORD_AUTHOR_SEEN, row.asked, by=by, at=at, concerns=row.author.code)
        alert = safety.raise_alert(
            member=row.author,
            group=now.gathering.group,
            gathering=now.gathering,
            level=Alert.Level.CONTACT,
            rules=[CARE_RULE],
            source=log.Ref("word", row.code),
            at=at,
        )
        safety.mark_delivered(alert=alert, at=at)
        announce.after_commit(now.gathering.code, None)


def show_words(*, gathering: Gathering, words: str, by: Actor, at: datetime) -> Placed:
    """Everybody sees the words together; or hears, in a few words, how many know what was asked.

    Raises TooFewYet, and NotTheSamePeople where a question was told before and somebody came or went meanwhile.
    """
    with command(gathering, by=by, at=at) as now:
        asked = _asked(now, words)
        if asked.shown_at is not None:
            return now.placed
        if asked.kind == Asked.Kind.FELT:
            _tell_share(asked, at=at)
        elif asked.read_at is None:
            raise NotBeforeReading
        elif queries_words.words_in(asked).filter(left_out="").exclude(place=None).count() < queries_words.LEAST:
            raise TooFewYet
        now.say("words_shown", {"words": words})
        asked.shown_at = at
        asked.save(update_fields=["shown_at"])
    return now.placed


def end_words(*, gathering: Gathering, words: str, by: Actor, at: datetime) -> Placed:
    """They are put away. Answers that were not told are gone."""
    with command(gathering, by=by, at=at) as now:
        going = now.placed.words
        if going is None or going.words != words or going.state != "ended":
            now.say("words_ended", {"words": words})
        FeltAnswer.objects.filter(asked__gathering=now.gathering, asked__code=words).delete()
    return now.placed


def _is_asked(gathering: Gathering, kind: str, prompt: str) -> bool:
    if kind == Asked.Kind.FELT:
        return prompt in questions()
    agenda = queries.session_of(gathering).agenda
    return prompt == "" or any(slot.id == prompt for slot in agenda if slot.prompt is not None)


def _asked(now: Command, words: str) -> Asked:
    asked = Asked.objects.filter(gathering=now.gathering, code=words).first()
    if asked is None:
        raise WordsOver
    asked.gathering = now.gathering
    return asked


def _open(now: Command, words: str) -> Asked:
    """The asking that takes words at this moment; nothing is asked of anybody in the middle of a practice."""
    going, practice = now.placed.words, now.placed.practice
    if going is None or going.words != words or going.state != "asked":
        raise WordsOver
    if practice is not None and not practice.finished:
        raise WordsWait
    asked = _asked(now, words)
    if asked.read_at is not None:
        raise WordsOver
    return asked


def _read_word(now: Command, word: str) -> Word:
    row = Word.objects.filter(asked__gathering=now.gathering, code=word).select_related("asked", "author").first()
    if row is None or row.asked.read_at is None or row.asked.shown_at is not None:
        raise WordsOver
    row.asked.gathering = now.gathering
    return row


def _tidy(asked: Asked, text: str) -> str:
    said = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    longest = LONGEST[Asked.Kind(asked.kind)]
    if not said:
        raise SayAWord
    if len(said) > longest:
        raise LineTooLong(longest)
    return said


def _answer(asked: Asked, place: Membership, said: str) -> None:
    if said not in FELT:
        raise SayAWord
    row = FeltAnswer.objects.filter(asked=asked, author=place.user).first()
    row = row or FeltAnswer(asked=asked, author=place.user)
    row.sealed_answer = seals.FELT.seal(said, code=row.code, holder=place.user)
    row.save()


def _tell_share(asked: Asked, *, at: datetime) -> None:
    """Work it out once, and let go of the answers in the same moment: no page and no disk can tell them afterwards."""
    here = queries_words.roster(asked.gathering)
    before = queries_words.told_before(asked.gathering.group, asked.prompt)
    if not may_tell_again([share.roster for share in before], here):
        raise NotTheSamePeople
    rows = list(queries_words.answers_in(asked))
    said = [seals.FELT.open(row.sealed_answer, code=row.code, holder=row.author) for row in rows]
    share = share_in_words(said.count("yes"), len(said), smallest=settings.FELT_FROM)
    if isinstance(share, Suppressed):
        raise TooFewYet
    FeltShare.objects.create(asked=asked, share=share, roster=here, told_at=at)
    FeltAnswer.objects.filter(asked=asked).delete()


def _record(event: Event, asked: Asked, *, by: Actor, at: datetime, concerns: str = "") -> None:
    chain = asked.gathering.group.organisation.code
    log.record(event, by=by, about=log.Ref("asked-words", asked.code), at=at, chain=chain, concerns=concerns)
