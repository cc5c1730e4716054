"""The bones of a new programme or practice: complete and valid from the first minute, with hints where words go.

Minutes add up, each practice has a gentler one beside it, people are asked how it was, and the ending is named in
time. What stands between [[ and ]] is a hint for the author; until it is replaced the text can be looked at and
not released.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from kindcircle.spec import skeleton_words as words
from kindcircle.spec.practices import newest_practice, practice_files
from kindcircle.spec.programmes import CLOSING, OPENING
from kindcircle.spec.shelves import SHIPPED
from kindcircle.spec.texts import all_handouts

SHORTEST_MEETING, LONGEST_MEETING = 45, 180
FIRST_OWN_NUMBER, LAST_NUMBER = 90, 99


@dataclass(frozen=True, slots=True)
class Week:
    """One session to begin with: what it is about, two practices, and what eases each."""

    theme: str
    aim: str
    first: str
    easing_first: str
    second: str
    easing_second: str


FEET, SENSES, HUMAN = "p22-soles-of-the-feet", "p21-five-sense-landing", "p12-human-too"
FIRST = Week(
    "A kinder voice",
    "Hear how we speak to a friend, and how we speak to ourselves.",
    "p08-friend-and-self",
    HUMAN,
    "p01-three-part-pause",
    FEET,
)
MIDDLE = (
    Week(
        "The ground under us",
        "Find two ways to come back when a day is too much.",
        FEET,
        SENSES,
        "p03-comforting-contact",
        SENSES,
    ),
    Week(
        "Meeting the body",
        "Notice what the body feels, at our own pace.",
        "p19-scan-and-name",
        FEET,
        HUMAN,
        SENSES,
    ),
    Week(
        "Goodwill",
        "Wish somebody well, and try the same for ourselves.",
        "p25-goodwill",
        "p27-something-i-love",
        "p46-ordinary-minute",
        SENSES,
    ),
    Week(
        "Small kind acts",
        "Find what helps, and choose one thing that fits this week.",
        "p05-soothing-actions-menu",
        FEET,
        "p01-three-part-pause",
        FEET,
    ),
    Week(
        "A word from a friend",
        "Look back on one day with a kinder eye.",
        "p09-three-line-day",
        HUMAN,
        "p35-taking-in-the-good",
        SENSES,
    ),
)
LAST = Week(
    "What matters, and going on",
    "Choose what to keep, and say goodbye well.",
    "p34-what-matters-one-promise",
    "p35-taking-in-the-good",
    "p35-taking-in-the-good",
    SENSES,
)


def programme_files(name: str, title: str, *, weeks: int, minutes: int) -> dict[str, str]:
    """The files of a new programme, by their path in a content folder. ValueError when the numbers cannot work."""
    if not 1 <= weeks <= 16:
        raise ValueError("a programme has 1 to 16 weeks")
    if not SHORTEST_MEETING <= minutes <= LONGEST_MEETING:
        raise ValueError(f"a meeting lasts {SHORTEST_MEETING} to {LONGEST_MEETING} minutes")
    home = f"programmes/{name}/1"
    plan = [FIRST, *(MIDDLE[number % len(MIDDLE)] for number in range(weeks - 2)), LAST][-weeks:]
    # With one week alone there is one meeting, and it is the first.
    plan = [FIRST] if weeks == 1 else plan
    files = {f"{home}/programme.yaml": _frame(name, title, weeks, minutes)}
    for number, week in enumerate(plan, start=1):
        files[f"{home}/session-{number}.yaml"] = _session(number, weeks, minutes, week)
        files[f"{home}/session-{number}-talk.md"] = _talk(week)
        files[f"{home}/session-{number}-handout.md"] = _handout(week)
    return files


def practice_file(name: str, title: str, *, folder: Path) -> tuple[str, str]:
    """The path and text of a new practice, under the first number that is free for a site's own."""
    taken = {one[1:3] for one, _ in (*practice_files(SHIPPED), *practice_files(folder))}
    free = [number for number in range(FIRST_OWN_NUMBER, LAST_NUMBER + 1) if str(number) not in taken]
    if not free:
        raise ValueError(f"the numbers P{FIRST_OWN_NUMBER} to P{LAST_NUMBER} are all taken")
    own = f"p{free[0]}-{name}"
    return f"practices/{own}.md", words.PRACTICE.format(id=own, number=f"P{free[0]}", title=_quoted(title))


def agenda_minutes(minutes: int) -> dict[str, int]:
    """Minutes for each slot of a meeting; they add up exactly, and sharing takes what is left over."""
    ends = 4 if minutes < 90 else 6
    free = minutes - 3 * ends
    parts = {
        "open": ends,
        "checkin": max(5, free * 16 // 100),
        "teach": max(5, free * 18 // 100),
        "practice-a": max(9, free * 20 // 100),
        "sharing": 0,
        "practice-b": max(5, free * 12 // 100),
        "home": ends,
        "close": ends,
    }
    parts["sharing"] = minutes - sum(parts.values())
    return parts


def _use(name: str, most: int, *, shortest: bool = False) -> str:
    """A practice in its newest version and the longest length that fits, as it is written in a session."""
    practice = newest_practice(name, folder=SHIPPED)
    fitting = [length.seconds for length in practice.durations if length.seconds <= most]
    seconds = practice.shortest.seconds if shortest or not fitting else fitting[-1]
    version = "" if practice.version == "1" else f"version: '{practice.version}', "
    return f"{{practice: {name}, {version}seconds: {seconds}}}"


def _seconds(use: str) -> int:
    return int(use.rpartition(" ")[2].rstrip("}"))


def _page(name: str) -> str:
    """A handout in its newest version, as a slot names it."""
    version = next(handout.version for handout in all_handouts(folder=SHIPPED) if handout.id == name)
    return name if version == "1" else f"{name}@{version}"


def _ending(number: int, weeks: int) -> str:
    left = weeks - number
    if left == 0:
        return "This is our last meeting. We will take our time with it."
    if left == 1:
        return "Our last meeting is next week. If that brings up something, you can say so."
    if left == 2:
        return "After today we have two more meetings. It is good to know that early."
    return f"This is meeting {number} of {weeks}."


def _quoted(title: str) -> str:
    """A title as YAML takes it, whatever signs are in it."""
    return json.dumps(" ".join(title.split()), ensure_ascii=False)


def _frame(name: str, title: str, weeks: int, minutes: int) -> str:
    sessions = "\n".join(f"  - session-{number}.yaml" for number in range(1, weeks + 1))
    attend = max(1, (weeks * 3 + 3) // 4)
    return words.FRAME.format(
        id=name, title=_quoted(title), weeks=weeks, minutes=minutes, attend=attend, sessions=sessions
    )


def _session(number: int, weeks: int, minutes: int, week: Week) -> str:
    parts = agenda_minutes(minutes)
    # Two minutes of each practice slot are for saying what comes, and for settling afterwards.
    first = _use(week.first, parts["practice-a"] * 60 - 120)
    second = _use(week.second, parts["practice-b"] * 60 - 120)
    hello = "Thank you for what you told us last time. Here is what you said, and what we changed."
    texts = {
        "number": number,
        "theme": week.theme,
        "aim": week.aim,
        "minutes": minutes,
        "depth": {1: 2, 2: 3, 3: 3}.get(number, 4),
        "hello": hello if number > 1 else "Thank you for coming. A first meeting can feel strange, and that is fine.",
        "ending": _ending(number, weeks),
        "opening": f"{{practice: {OPENING}, {_pinned(OPENING)}seconds: 240}}",
        "opening_short": f"{{practice: {OPENING}, {_pinned(OPENING)}seconds: 120}}",
        "closing": f"{{practice: {CLOSING}, {_pinned(CLOSING)}seconds: 240}}",
        "closing_short": f"{{practice: {CLOSING}, {_pinned(CLOSING)}seconds: 120}}",
        "first": first,
        "first_title": newest_practice(week.first, folder=SHIPPED).title,
        "easing_first": _use(week.easing_first, _seconds(first)),
        "second": second,
        "second_title": newest_practice(week.second, folder=SHIPPED).title,
        "easing_second": _use(week.easing_second, _seconds(second)),
        "pages": f"[{', '.join(map(_page, ('group-agreements', 'what-backdraft-is')))}]" if number == 1 else "[]",
        "card": f"[{_page('hard-day-card')}]",
        "minimum": _use(FEET, 60),
        "at_need": _use(SENSES, 60),
        "usual": _use(week.second, 180),
    }
    slots = {f"minutes_{slot.replace('-', '_')}": length for slot, length in parts.items()}
    return words.SESSION.format(**texts, **slots)


def _pinned(name: str) -> str:
    version = newest_practice(name, folder=SHIPPED).version
    return "" if version == "1" else f"version: '{version}', "


def _talk(week: Week) -> str:
    return words.TALK.format(theme=week.theme)


def _handout(week: Week) -> str:
    return words.HANDOUT.format(aim=week.aim)
