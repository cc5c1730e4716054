"""What goes on paper: a programme's manual, one session's handout, one practice's script, one page for members."""

from __future__ import annotations

from collections.abc import Iterator
from gettext import gettext as _

from kindcircle.paper.blocks import Block, blocks, paragraphs
from kindcircle.spec.catalogue import uses_of
from kindcircle.spec.depths import DEPTHS
from kindcircle.spec.lengths import in_words
from kindcircle.spec.library import Page
from kindcircle.spec.practices import Length, Practice, Step
from kindcircle.spec.programmes import HomeOption, MeasureTime, PracticeUse, Programme, Session, Slot
from kindcircle.spec.texts import Handout, pinned_handout

Words = dict[str, object]

STRENGTHS = {
    "well-supported": _("well supported"),
    "some-support": _("some support"),
    "mixed": _("mixed results"),
    "unclear": _("not clear yet"),
    "not-shown": _("not shown"),
}
"""How sure research is of a claim, in words."""


def manual(programme: Programme) -> Words:
    """Everything a facilitator needs to lead a programme: the frame, each session, each script, each handout."""
    used = list(dict.fromkeys(uses_of(programme)))
    handouts = dict.fromkeys(
        name for session in programme.sessions for slot in session.agenda for name in slot.handouts
    )
    return _page(programme.title) | {
        "kicker": _("Facilitator manual"),
        "subtitle": programme.subtitle,
        "edition": _("Version {version}").format(version=programme.version),
        "contents": _("Contents"),
        "frame": _frame(programme),
        "sessions": [_session(session) for session in programme.sessions],
        "scripts_title": _("The practices, word for word"),
        "scripts": [_script(practice, lengths) for practice, lengths in _practices(used)],
        "handouts_title": _("Pages to hand out"),
        "handouts": [_handout(pinned_handout(name)) for name in handouts],
    }


def session_handout(programme: Programme, session: Session) -> Words:
    """The one page that members take home from a session."""
    return _page(session.talk.handout_title) | {
        "kicker": f"{programme.title} · {name_of(session)}",
        "blocks": blocks(session.talk.handout),
        "notes_title": _("My own words"),
    }


def page(handout: Handout) -> Words:
    """One page for members or facilitators, such as the group's agreements."""
    return _page(handout.title) | {"kicker": "", "blocks": _handout(handout)["blocks"], "notes_title": ""}


def agreement(title: str, lines: list[str], edition: str, after: str) -> Words:
    """What one group agreed on: its own lines in order, and under them what belongs to every such list."""
    own = {"kind": "list", "ordered": True, "items": [[_paragraph(line)] for line in lines]}
    return _page(title) | {"kicker": edition, "blocks": [own, *blocks(after)], "notes_title": ""}


def library_page(one: Page) -> Words:
    """One page of the library, with how sure each claim is."""
    found = blocks(one.text)
    if one.claims:
        found.append({"kind": "heading", "level": 2, "runs": paragraphs(_("How sure is this?"))[0]["runs"]})
        found.append(
            _list([f"{claim.text} ({STRENGTHS[claim.strength]}). {' '.join(claim.sources)}" for claim in one.claims])
        )
    return _page(one.title) | {"kicker": _("To read"), "blocks": found, "notes_title": ""}


def script(practice: Practice) -> Words:
    """One practice in every length, with all other ways, to read out or to keep."""
    return _page(practice.title) | {"script": _script(practice, list(practice.durations))}


def name_of(session: Session) -> str:
    """What a session is called: its label, or else its number."""
    return session.label or _("Meeting {n}").format(n=session.number)


def clock(seconds: int) -> str:
    """Seconds as minutes and seconds, such as 2:05."""
    return f"{seconds // 60}:{seconds % 60:02d}"


def _page(title: str) -> Words:
    return {"title": title, "lang": "en", "region": "GB", "foot": "Kindcircle"}


# The frame ------------------------------------------------------------------------------------------


def facts(programme: Programme) -> list[str]:
    """A programme at a glance: how often, how long, how many people, and what counts as the whole course."""
    size = programme.size
    closed = programme.form == "closed"
    counted = sum(session.counts for session in programme.sessions)
    return [
        _("{n} meetings in {weeks} weeks, {minutes} minutes each").format(
            n=counted, weeks=programme.weeks, minutes=programme.session_minutes
        ),
        *(
            _("{name}: {minutes} minutes").format(name=session.label, minutes=session.minutes)
            for session in programme.sessions
            if session.label and session.minutes != programme.session_minutes
        ),
        _("{min} to {max} people; online at most {online}").format(min=size.min, max=size.max, online=size.online_max),
        _("A closed group") if closed else _("An open circle: anyone may come on the day"),
        programme.completion.words,
    ]


def _frame(programme: Programme) -> list[Words]:
    return [
        _part(_("For whom"), [_paragraph(programme.for_whom)]),
        _part(_("At a glance"), [_list(facts(programme))]),
        _part(_("What comes first"), [_list(programme.not_now)]),
        _part(_("Who leads"), [_paragraph(programme.facilitators)]),
        _part(_("How deep sharing goes"), [_paragraph(programme.depth_note)]),
        _part(_("Keeping people safe"), [_list(programme.safety)]),
        _part(_("What is asked, and when"), [_list([asked(time, programme) for time in programme.measures])]),
        _part(_("Where ideas come from"), [_list(programme.credits)]),
    ]


def asked(time: MeasureTime, programme: Programme) -> str:
    """One line of the schedule: when, and which questionnaires by their ids."""
    names = ", ".join(time.instruments)
    sessions = ", ".join(name_of(programme.session(number)) for number in time.sessions or ())
    at = {"before": _("before"), "after": _("at the end of"), "between": _("in the week after")}
    when = {
        "screening": _("Before a place is given"),
        "baseline": _("In the {n} days before the first meeting").format(n=time.within_days),
        "post": _("Within {n} days after the last meeting").format(n=time.within_days),
        "follow-up": _("{n} days after the last meeting").format(n=time.after_days),
    }.get(time.occasion)
    if when is None:
        each = _("each meeting")
        when = f"{at[time.moment or 'after']} {sessions or each}"
        # Only the very first letter: what follows may be a title, or a German noun.
        when = when[:1].upper() + when[1:]
    return f"{when}: {names}"


# One session ------------------------------------------------------------------------------------------


def _session(session: Session) -> Words:
    minute = 0
    slots: list[Words] = []
    for slot in session.agenda:
        slots.append(_slot(slot, minute))
        minute += slot.minutes
    return {
        "name": name_of(session),
        "theme": session.theme,
        "aim": session.aim,
        "minutes": _("{n} minutes").format(n=session.minutes),
        "plan_title": _("The plan"),
        "plan": [{"from": slot["from"], "title": slot["title"], "what": slot["what"]} for slot in slots],
        "materials_title": _("Have ready"),
        "materials": sorted({thing for slot in session.agenda for thing in slot.materials}),
        "safety_title": _("Keep in mind"),
        "safety": list(session.safety),
        "slots_title": _("Minute by minute"),
        "slots": slots,
        "talk_title": _("The talk: {title}").format(title=session.talk.title),
        "talk": blocks(session.talk.script),
        "home_title": _("At home"),
        "home": list(_home(session)),
        "handout_title": _("Handout: {title}").format(title=session.talk.handout_title),
        "handout": blocks(session.talk.handout),
    }


def _slot(slot: Slot, minute: int) -> Words:
    notes = [
        (_("Holder"), slot.holder),
        (_("Online"), slot.online),
        (_("In the room"), slot.in_person),
    ]
    practices = [
        (_("First, to find the ground"), slot.ground_first),
        (_("Practice"), slot.practice),
        (_("Gentler way"), slot.gentler),
        (_("And then"), slot.then),
    ]
    prompt = slot.prompt
    return {
        "from": f"{minute}–{minute + slot.minutes}",
        "title": slot.title,
        "what": ", ".join(_use(use) for use in (slot.practice, slot.then) if use),
        "script": paragraphs(slot.script),
        "prompt": "" if prompt is None else prompt.text,
        "prompt_label": "" if prompt is None else _("To share. How deep: {words}").format(words=DEPTHS[prompt.depth]),
        "practices": [{"label": label, "text": _use(use)} for label, use in practices if use],
        "notes": [{"label": label, "text": text} for label, text in notes if text],
    }


def _use(use: PracticeUse) -> str:
    practice = use.load()
    return f"{practice.number} {practice.title}, {in_words(use.seconds)}"


def _home(session: Session) -> Iterator[Words]:
    def option(label: str, one: HomeOption) -> Words:
        return {"label": label, "text": f"{one.words} {one.how_often}. ({_use(one.practice)})"}

    yield option(_("Kind minimum"), session.home.minimum)
    for one in session.home.usual:
        yield option(_("Usual"), one)
    if session.home.at_need:
        yield {"label": _("On a hard day"), "text": _use(session.home.at_need)}


# One practice -----------------------------------------------------------------------------------------


def _practices(uses: list[PracticeUse]) -> Iterator[tuple[Practice, list[Length]]]:
    """Each practice once, by number, in every length that is used."""
    lengths: dict[tuple[str, str], set[int]] = {}
    for use in uses:
        lengths.setdefault((use.practice, use.version), set()).add(use.seconds)
    for (_name, _version), seconds in sorted(lengths.items()):
        practice = next(use for use in uses if (use.practice, use.version) == (_name, _version)).load()
        yield practice, [practice.length(one) for one in sorted(seconds)]


def _script(practice: Practice, lengths: list[Length]) -> Words:
    ways = [
        (_("Without touch"), practice.access.no_touch),
        (_("Without the breath"), practice.access.no_breath),
        (_("With eyes open"), practice.access.eyes_open),
        (_("Seated"), practice.access.seated),
        (_("Hard of hearing"), practice.access.hard_of_hearing),
        (_("Low vision"), practice.access.low_vision),
        (_("Little reading or writing"), practice.access.low_literacy),
    ]
    return {
        "title": f"{practice.number} {practice.title}",
        "purpose": practice.purpose,
        "before_title": _("Say first"),
        "before": practice.before,
        "facts": [
            {"label": _("Ways out"), "items": list(practice.exits)},
            {"label": _("Something easier"), "items": [practice.easier.words]},
            {"label": _("Take care"), "items": list(practice.cautions)},
            {"label": _("What is known"), "items": [practice.evidence.line, *practice.evidence.sources]},
        ],
        "lengths": [
            {
                "title": in_words(length.seconds) + (f": {length.name}" if length.name else ""),
                "steps": list(_steps(length)),
            }
            for length in lengths
        ],
        "ending": practice.ending,
        "after_title": _("Ask afterwards, if people like"),
        "after": practice.after,
        "ways_title": _("Other ways to do it"),
        "ways": [{"label": label, "text": text} for label, text in ways],
        "guide": blocks(practice.guide),
    }


def _steps(length: Length) -> Iterator[Words]:
    at = 0
    for step in length.steps:
        yield {"at": clock(at), "purpose": step.purpose, "say": step.say, "ways": list(_ways(step))}
        at += step.seconds


def _ways(step: Step) -> Iterator[Words]:
    labels = {
        "no_touch": _("Without touch"),
        "no_breath": _("Without the breath"),
        "seated": _("Seated"),
        "eyes_open": _("With eyes open"),
        "low_literacy": _("Without writing"),
    }
    for way, words in step.ways.items():
        yield {"label": labels[way], "text": words}
    if step.zone_skipped:
        yield {"label": _("Left out"), "text": step.zone_skipped}


# Small things -----------------------------------------------------------------------------------------


def _handout(handout: Handout) -> Words:
    found = blocks(handout.text)
    if handout.items:
        found.append(_list([item.text for item in handout.items]))
    return {"title": handout.title, "blocks": found}


def _part(title: str, found: list[Block]) -> Words:
    return {"title": title, "blocks": found}


def _paragraph(text: str) -> Block:
    return paragraphs(text)[0]


def _list(texts: list[str] | tuple[str, ...]) -> Block:
    return {"kind": "list", "ordered": False, "items": [[_paragraph(text)] for text in texts]}
