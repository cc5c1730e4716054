"""What bench/room.py has to say, as Markdown."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bench import results
from tests.spec.test_clocks import simulated_skew

if TYPE_CHECKING:
    from bench.room import Case, Run

Found = list[tuple["Case", dict[str, "Run"]]]
PEERS = {"bare": "bare library", "channels": "Channels", "otree": "oTree"}


def pair(waits: np.ndarray) -> str:
    """p50 / p99 in ms."""
    return f"{np.percentile(waits, 50):.1f} / {np.percentile(waits, 99):.1f}" if len(waits) else "–"


def report(found: Found, engine: str) -> str:
    peers = [kind for kind in PEERS if any(kind in runs for _, runs in found)]
    names = [PEERS[kind] for kind in peers]
    return "\n\n".join(
        [
            f"## A cue to the last of sixteen screens ({engine})",
            "`bench/room.py`. Rooms of 15 members and a facilitator. *From the tap*: until the last of sixteen screens "
            "has it; by a form of the real page, or by the same command said in another process. *From done*: since "
            "that process went on, with the event on disk. Peers get the same frame at the same pace in the same run; "
            "each server has one core.",
            results.table(
                ["p50 / p99, ms", "led by", "from the tap", "from done", *names, "not delivered"],
                [_waits(case, runs, peers) for case, runs in found],
            ),
            "*Processor*: what the server used for one screen, beyond what the same open sockets use while nothing "
            "happens (*quiet*); in brackets where forms come to the same process. *×*: beside ours.",
            results.table(
                ["µs for one screen", "ours", *names, *(f"× {name}" for name in names), "quiet, % of a core"],
                [_costs(case, runs, peers) for case, runs in found],
            ),
            results.table(
                ["KB for one socket", "ours", *names],
                [[case.name, *(_memory(runs, kind) for kind in ("ours", *peers))] for case, runs in found],
            ),
            *_storms(found),
            *_goals(found, engine),
        ]
    )


def _waits(case: "Case", runs: dict[str, "Run"], peers: list[str]) -> list[str]:
    ours = runs["ours"]
    led = f"{case.way}{f', {case.servers} processes' if case.servers > 1 else ''}"
    others = [pair(runs[kind].waits(0)) if kind in runs else "" for kind in peers]
    missing = f"{ours.missing} of {len(ours.done) * 16}"
    return [case.name, led, pair(ours.waits(0)), pair(ours.waits(1)), *others, missing]


def _costs(case: "Case", runs: dict[str, "Run"], peers: list[str]) -> list[str]:
    ours = runs["ours"]
    # Where forms come to the same process, they are nearly all of its work and tell nothing of a delivery.
    apart = case.way == "actions"
    # With few cues among many sockets the quiet part is nearly all, and the difference says nothing.
    told = ours.each > 0
    each = [f"{runs[kind].each:.0f}" if kind in runs else "" for kind in peers]
    ratios = [f"{runs[kind].each / ours.each:.2f}" if kind in runs and apart and told else "" for kind in peers]
    own = f"{ours.each:.0f}" if told else "–"
    return [case.name, own if apart else f"({own})", *each, *ratios, f"{100 * ours.quiet:.1f}"]


def _memory(runs: dict[str, "Run"], kind: str) -> str:
    return f"{runs[kind].memory / 1024:.0f}" if kind in runs else ""


def _storms(found: Found) -> list[str]:
    return [
        f"All {case.rooms * 16} sockets cut and back at once, each with its snapshot: ours {runs['ours'].storm:.1f} s, "
        f"bare library without sign-in and snapshot {runs['bare'].storm or 0:.1f} s; "
        f"{len(runs['ours'].faults)} could not come back."
        for case, runs in found
        if runs["ours"].storm is not None
    ]


@dataclass(frozen=True)
class Goal:
    """A goal of the performance note: at most (or at least) so much, and what was measured."""

    name: str
    must: float
    stretch: float
    measured: float
    unit: str
    why: str = ""
    """What stands in the way where it is missed."""
    bare: float | None = None
    """The same of the bare library: on a busy machine it tells how much is the machine."""

    def row(self) -> list[str]:
        least = self.stretch > self.must
        met, well = (
            (self.measured >= edge) if least else (self.measured <= edge) for edge in (self.must, self.stretch)
        )
        verdict = "stretch" if met and well else "met" if met else f"**missed**{f': {self.why}' if self.why else ''}"
        sign, bare = "≥" if least else "≤", "" if self.bare is None else f"{self.bare:.3g}"
        return [
            self.name,
            f"{sign} {self.must:g} / {self.stretch:g} {self.unit}",
            f"{self.measured:.3g}",
            bare,
            verdict,
        ]


def _goals(found: Found, engine: str) -> list[str]:
    """The goals that this run can answer."""
    runs = {case.rooms: kinds for case, kinds in found if engine == "PostgreSQL"}
    goals = []
    if ten := runs.get(10):
        ours, bare, channels = ten["ours"], ten["bare"], ten.get("channels")
        goals.append(Goal("P1 a delivery beside the bare library", 3, 2, ours.each / bare.each, "times", READ_BACK))
        if channels:
            ratio = channels.each / ours.each
            goals.append(Goal("P1 Channels beside a delivery of ours", 3, 5, ratio, "times", LAYER))
        if otree := ten.get("otree"):
            goals.append(Goal("P1 oTree beside a delivery of ours", 6, 10, otree.each / ours.each, "times", LAYER))
    if many := runs.get(200):
        ours = many["ours"]
        goals.append(Goal("P2 200 rooms, p99 from done", 20, 8, _p99(ours), "ms", BUSY, _p99(many["bare"])))
        goals.append(Goal("P2 200 rooms, not delivered", 0, 0, ours.missing, ""))
        goals.append(Goal("P4 3,200 sockets back at once", 6, 3, ours.storm or 0, "s", SIGNED_IN, many["bare"].storm))
        goals.append(Goal("P4 could not come back", 0, 0, len(ours.faults), ""))
        goals.append(Goal("P5 memory for a socket", 40, 25, ours.memory / 1024, "KB", "", many["bare"].memory / 1024))
    if most := runs.get(400):
        ours = most["ours"]
        goals.append(
            Goal("P3 400 rooms, two processes, p99 from done", 30, 10, _p99(ours), "ms", BUSY, _p99(most["bare"]))
        )
        goals.append(Goal("P3 400 rooms, not delivered", 0, 0, ours.missing, ""))
    if ten and many:
        growth = many["ours"].each / ten["ours"].each
        goals.append(Goal("P9 a delivery at 200 rooms beside one at 10", 1.25, 1, growth, "times"))
    if not goals:
        return []
    skew = simulated_skew(seed=15, delay="uniform 100")
    early = simulated_skew(seed=15, delay="uniform 100", exchanges=8)
    goals.append(Goal("P6 15 simulated devices, uniform 100 ms, skew p99", 50, 25, skew, "ms"))
    goals.append(Goal("P6 the same a second after a cold join (8 exchanges)", 80, 80, early, "ms"))
    return [results.table(["goal", "must / stretch", "measured", "bare", ""], [goal.row() for goal in goals])]


READ_BACK = (
    "the event is read back from the table once for each room, by a thread, and each socket has a writer of its own"
)
LAYER = "the peer sends on what it is handed; ours reads each cue from the table, which with few rooms is half the work"
SIGNED_IN = (
    "who comes together is asked about in two questions; what is left is the opening of each socket and, for each "
    "room, who is here and what those who lead are told"
)
BUSY = "where the bare library is slow too, it is the machine; else the disk and the database"


def _p99(run: "Run") -> float:
    waits = run.waits(1)
    return float(np.percentile(waits, 99)) if len(waits) else float("inf")
