"""What a group's report can say and what it cannot, chosen by rule from the table in docs/methods/before-after.md."""

from dataclasses import dataclass

from kindcircle.stats.before_after import BeforeAfter
from kindcircle.stats.change import ReliableChange
from kindcircle.stats.disclosure import SMALLEST_SHOWN, Suppressed
from kindcircle.stats.feasibility import Proportion
from kindcircle.stats.results import Reason, Undefined
from kindcircle.stats.sentences import ENOUGH_TO_TELL, Message


@dataclass(frozen=True, slots=True)
class Sayable:
    """Two lists for one reader. The second is never empty: one group before and after always leaves things open."""

    can: tuple[Message, ...]
    cannot: tuple[Message, ...]


def sayable(found: BeforeAfter | Suppressed, *, unwanted: Proportion, meetings_held: int) -> Sayable:
    """Both lists for the main measure of one group. `unwanted`: people with an unwanted event, of all who started."""
    can = [Message("can.came")] if meetings_held else []
    can.append(Message("can.unwanted"))
    cannot = [Message("cannot.cause")]
    if isinstance(found, Suppressed):
        cannot.append(Message("cannot.private", {"smallest": SMALLEST_SHOWN}))
    elif isinstance(found.change, Undefined) and found.change.reason is Reason.VERSION_CHANGED:
        cannot.append(Message("cannot.version"))
    else:
        more, less = _of_scores(found)
        can += more
        cannot += less
    cannot.append(Message("cannot.others"))
    limit = unwanted.upper_limit_if_zero()
    if not isinstance(limit, Undefined):
        cannot.append(Message("cannot.safe", {"n": unwanted.n, "share": round(100 * limit)}))
    return Sayable(tuple(can), tuple(cannot))


def _of_scores(found: BeforeAfter) -> tuple[list[Message], list[Message]]:
    can, cannot = [Message("can.moved", {"n": found.pairs.n})], []
    if isinstance(found.reliable, ReliableChange):
        can.append(Message("can.reliable", {"line": found.reliable.smallest_reliable_change}))
        cannot.append(Message("cannot.one"))
    else:
        cannot.append(Message("cannot.usual"))
    if found.pairs.n < ENOUGH_TO_TELL:
        cannot.insert(0, Message("cannot.average", {"n": found.pairs.n}))
    else:
        can.append(Message("can.average"))
    if found.pairs.dropped:
        cannot.append(Message("cannot.missing", {"missing": found.pairs.dropped, "started": found.pairs.n_listed}))
    return can, cannot
