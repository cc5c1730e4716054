"""Any practice of the library on the day: which may be led, in which version, and what is easier than one that runs."""

from collections.abc import Mapping

from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.groups.queries import programme_of
from kindcircle.rooms.live import queries
from kindcircle.rooms.live.errors import NotInThisSession, NotToday
from kindcircle.rooms.live.models import Event
from kindcircle.spec.practices import Length, Practice, load_practice
from kindcircle.spec.programmes import PracticeUse
from kindcircle.spec.repertoire import Word, lengths_for, released_practices, word_on
from kindcircle.spec.texts import ContentError


def repertoire(gathering: Gathering) -> tuple[Practice, ...]:
    """Every practice that may be led today in at least one length, in the version that would be led."""
    session, programme = queries.session_of(gathering), programme_of(gathering.group)
    held = _versions_held(gathering)
    found = (_in_version(practice, held) for practice in released_practices())
    return tuple(practice for practice in found if lengths_for(practice, session, programme))


def lengths_today(gathering: Gathering, practice: Practice) -> tuple[tuple[Length, Word], ...]:
    """The lengths of a practice that may be led today, each with `yes`, or `ask` where a second look is needed."""
    return lengths_for(practice, queries.session_of(gathering), programme_of(gathering.group))


def use_today(gathering: Gathering, practice: str, seconds: int, *, sure: bool = False) -> PracticeUse:
    """What is started when somebody starts this: one practice, version and length. Raises NotInThisSession, NotToday.

    The run-sheet comes first. One practice has one version throughout a meeting, whatever is released meanwhile.
    sure  whoever leads has looked twice at something that stirs more than today's plan
    """
    planned = queries.planned_practices(gathering).get((practice, str(seconds)))
    if planned is not None:
        return planned
    found = _known(gathering, practice)
    length = next((one for one in found.durations if one.seconds == seconds), None) if found else None
    if found is None or length is None:
        raise NotInThisSession
    word = word_on(found, length, queries.session_of(gathering), programme_of(gathering.group))
    if word != "yes" and not (word == "ask" and sure):
        raise NotToday(word)
    return PracticeUse(practice=found.id, version=found.version, seconds=seconds)


def easier_than(gathering: Gathering, practice: str, seconds: str) -> PracticeUse | None:
    """What is easier than this practice: what the run-sheet keeps ready, or what the practice itself points to.

    The longest length that is not longer, or else the shortest. None where words are enough.
    """
    for slot in queries.session_of(gathering).agenda:
        if slot.practice and (slot.practice.practice, str(slot.practice.seconds)) == (practice, seconds):
            return slot.gentler
    led = queries.practices_of(gathering).get((practice, seconds))
    easier = _known(gathering, led.easier.practice) if led and led.easier.practice else None
    if easier is None:
        return None
    lengths = [length.seconds for length, _word in lengths_today(gathering, easier)]
    fitting = [one for one in lengths if one <= int(seconds)] or lengths[:1]
    return PracticeUse(practice=easier.id, version=easier.version, seconds=fitting[-1]) if fitting else None


def _known(gathering: Gathering, practice: str) -> Practice | None:
    held = _versions_held(gathering)
    found = next((one for one in released_practices() if one.id == practice), None)
    return _in_version(found, held) if found else None


def _versions_held(gathering: Gathering) -> Mapping[str, str]:
    """The version of each practice that this meeting is bound to: by its run-sheet, or because it was led before."""
    starts = Event.objects.filter(gathering=gathering, kind="practice_started").order_by("-n")
    led = {data["practice"]: data["version"] for data in starts.values_list("data", flat=True) if "version" in data}
    return led | {use.practice: use.version for use in queries.planned_practices(gathering).values()}


def _in_version(practice: Practice, held: Mapping[str, str]) -> Practice:
    version = held.get(practice.id, practice.version)
    try:
        return practice if version == practice.version else load_practice(practice.id, version)
    except ContentError:
        return practice
