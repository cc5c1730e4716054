"""A member's own values in plain words, chosen by rule. None praises, blames, names an illness or ranks anybody."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from kindcircle.doors.web.shared import drawing
from kindcircle.rooms.measures.course import Line, Step
from kindcircle.rooms.measures.models import Assignment
from kindcircle.spec.norms import Fact
from kindcircle.spec.scoring import State
from kindcircle.stats.own_course import AtLeast, Word

Occasion = Assignment.Occasion


@dataclass(frozen=True, slots=True)
class Row:
    """One occasion in the table beside the picture."""

    when: str
    on: datetime
    value: str
    said: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Study:
    """What one study found, to lay behind one's line or not."""

    number: int
    name: str
    told: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Shown:
    """One measure, ready for the page. harder: then the page also says what one can do."""

    line: Line
    name: str
    sentence: str
    more: str
    harder: bool
    rows: tuple[Row, ...]
    picture: dict[str, Any]
    alt: str
    caption: str
    known: tuple[str, ...]
    studies: tuple[Study, ...]
    study: Study | None


def name_of(line: Line) -> str:
    """What a measure is called: the title of its sheet, and which of its sums where it has several."""
    if len(line.definition.headlines) == 1:
        return line.title
    return f"{line.title}: {PARTS().get(line.score.id, line.score.id.replace('_', ' '))}"


def PARTS() -> dict[str, str]:  # noqa: N802 - a table of words that waits for a language
    """Sums of sheets that have several, in words that one may read about oneself."""
    return {
        "self_total": _("kind to myself"),
        "to_others_total": _("kind to others"),
        "from_others_total": _("kindness from others"),
        "for_others": _("being kind to others"),
        "from_others": _("kindness from others"),
        "for_self": _("being kind to myself"),
        "inadequate_self": _("when I fall short"),
        "hated_self": _("when I am hard on myself"),
        "reassured_self": _("when I stand by myself"),
    }


def shown(line: Line, *, study: int = 0) -> Shown:
    """Everything the page says about one measure; `study` counts from 1, and 0 shows none."""
    sentence, more = said_of(line)
    studies = tuple(_study(line, number, fact) for number, fact in enumerate(line.research, start=1))
    chosen = next((one for one in studies if one.number == study), None)
    rows = tuple(_row(line, step) for step in line.steps)
    return Shown(
        line=line,
        name=name_of(line),
        sentence=sentence,
        more=more,
        harder=line.latest.word is Word.HARDER,
        rows=rows,
        picture=_picture(line, rows, chosen),
        alt=_alt(line, rows),
        caption=_caption(line),
        known=_known(line),
        studies=studies,
        study=chosen,
    )


def said_of(line: Line) -> tuple[str, str]:
    """The one sentence about the last sheet that was sent, and what goes with it."""
    step = line.latest
    if step.word is Word.FIRST or line.first is None:
        if step.value is None:
            return _not_told()
        return _("There is no second time yet."), _("One value alone says little.")
    texts = {
        Word.NOT_SCORED: _not_told(),
        Word.FORM_CHANGED: (
            _("It could not be told here."),
            _("The questions were changed in between, so we do not set the two side by side."),
        ),
        Word.OWN: (
            _("These are your values, as they were."),
            _("We wrote these questions. How much the answers move by themselves is not tested, so we say no more."),
        ),
        Word.NO_NORM: (
            _("These are your values, as they were."),
            _("We know of no sure figure for how much they move by themselves, so we say no more."),
        ),
        Word.AS_USUAL: (
            _("About as much as you usually vary."),
            _("The last value is near your first one. A step this small may mean nothing, up or down."),
        ),
        Word.EASIER: (
            _("Clearly more than you usually vary. It is easier than at first."),
            _("You need not hold on to it. It may go up and down again, and that is all right."),
        ),
        Word.HARDER: (
            _("Clearly more than you usually vary. It is harder than at first."),
            _("This happens to many people, and it is not your fault. Once in a while it is only chance."),
        ),
        Word.UP: (_("Clearly more than you usually vary. It is higher than at first."), ""),
        Word.DOWN: (_("Clearly more than you usually vary. It is lower than at first."), ""),
    }
    return texts[step.word]


def _not_told() -> tuple[str, str]:
    return _("It could not be told here."), _("Too much was left blank this time. That is all right.")


def _said_of_step(word: Word) -> str:
    """The same for one line of the table, in few words."""
    return {
        Word.MISSED: _("not filled in"),
        Word.NOT_SCORED: _("too much left blank for a number"),
        Word.FIRST: _("your first"),
        Word.FORM_CHANGED: _("the questions had changed"),
        Word.OWN: "",
        Word.NO_NORM: "",
        Word.AS_USUAL: _("about as much as you usually vary"),
        Word.EASIER: _("clearly more than usual, and easier"),
        Word.HARDER: _("clearly more than usual, and harder"),
        Word.UP: _("clearly more than usual, and higher"),
        Word.DOWN: _("clearly more than usual, and lower"),
    }[word]


def _when(step: Step) -> str:
    """Which occasion it was."""
    number = {"number": step.gathering}
    if step.gathering is not None:
        told = {
            Occasion.ARRIVAL: _("Coming to meeting %(number)s") % number,
            Occasion.LEAVING: _("At the end of meeting %(number)s") % number,
            Occasion.SETTLING: _("After meeting %(number)s") % number,
            Occasion.WEEKLY: _("After meeting %(number)s") % number,
        }.get(Occasion(step.occasion))
        if told:
            return told
    return {
        Occasion.BASELINE: _("Before the first meeting"),
        Occasion.AFTER: _("At the end"),
        Occasion.FOLLOW_UP: _("Some months later"),
    }.get(Occasion(step.occasion), _("In between"))


def _row(line: Line, step: Step) -> Row:
    notes = []
    if step.state == State.PRORATED:
        counts = {"filled": step.filled, "of": step.of}
        notes.append(_("worked out from %(filled)s of %(of)s answers") % counts)
    if step.typed:
        notes.append(_("typed in from a card"))
    value = "" if step.value is None else number_of(line, step.value)
    return Row(_when(step), step.on, value, _said_of_step(step.word), tuple(notes))


def number_of(line: Line, value: float) -> str:
    """A value with as many decimals as its scale needs."""
    low, high = line.ends
    digits = 2 if high - low <= 6 else 1
    return number_format(round(value, digits), 0 if float(value).is_integer() else digits)


def _caption(line: Line) -> str:
    """How to read the picture: only what is in it."""
    told = []
    if line.validated and line.score.better != "neither":
        told.append(_("Here, higher is easier.") if line.score.better == "higher" else _("Here, lower is easier."))
    if any(step.value is None for step in line.steps):
        told.append(_("A dotted upright line is a time without a number."))
    if any(step.state == State.PRORATED for step in line.steps):
        told.append(_("An open mark is worked out from fewer answers."))
    return " ".join(told)


def _known(line: Line) -> tuple[str, ...]:
    """How we know how much these answers move by themselves."""
    if line.known is None or line.band is None:
        return ()
    half = number_of(line, round(line.band.half, 2))
    if isinstance(line.known.usual, AtLeast):
        step = {"points": half, "source": line.known.source}
        told = [_("A step of %(points)s points or more counts. So say the people who made it (%(source)s).") % step]
    else:
        told = [
            _("Such answers move by up to about %(points)s points, up or down, while nothing has changed.")
            % {"points": half}
        ]
        told.append(_study_behind(line))
    if line.no_room:
        told.append(_("You began close to the easy end. There is no room left here to show more."))
    return tuple(told)


def _study_behind(line: Line) -> str:
    known = line.known
    assert known is not None and known.fact is not None  # figures come from a study
    if known.own:
        facts = {"people": known.own.people, "source": known.fact.source}
        return _("We know it from %(people)s people who began here, and from a study (%(source)s).") % facts
    facts = {"population": known.fact.population, "source": known.fact.source}
    if known.fact.people:
        facts["people"] = number_format(known.fact.people, 0, force_grouping=True)
        return _("We know it from a study with %(people)s %(population)s (%(source)s).") % facts
    return _("We know it from a study with %(population)s (%(source)s).") % facts


def _study(line: Line, number: int, fact: Fact) -> Study:
    assert fact.mean is not None and fact.sd is not None  # only such facts are drawn
    words = {
        "source": fact.source,
        "population": fact.population,
        "mean": number_of(line, float(fact.mean)),
        "sd": number_of(line, float(fact.sd)),
    }
    told = _("In a study (%(source)s) the average of %(population)s was %(mean)s.") % words
    if fact.year:
        told += " " + _("That was in %(year)s.") % {"year": fact.year}
    if fact.people:
        told += " " + _("%(people)s people took part.") % {"people": number_format(fact.people, 0, force_grouping=True)}
    told += (
        " "
        + _(
            "The stretch with the dotted edge goes %(sd)s points up and down from it, as far as people there lay apart."
        )
        % words
    )
    mean, sd = float(fact.mean), float(fact.sd)
    low, high = line.ends
    return Study(number, fact.population, told, max(low, mean - sd), min(high, mean + sd))


def _picture(line: Line, rows: tuple[Row, ...], study: Study | None) -> dict[str, Any]:
    low, high = line.ends
    steps = [
        {
            "at": step.on.timestamp(),
            "value": step.value,
            "label": f"{row.when}: {row.value}",
            "short": date_format(localtime(step.on), "j M"),
            "hollow": step.state == State.PRORATED,
        }
        for step, row in zip(line.steps, rows, strict=True)
    ]
    return drawing.own_line(
        steps,
        joined=line.joined,
        lowest=low,
        highest=high,
        usual=(line.band.low, line.band.high) if line.band else None,
        research=(study.low, study.high) if study else None,
    )


def _alt(line: Line, rows: tuple[Row, ...]) -> str:
    """The whole picture in words, for whoever does not see it."""
    low, high = line.ends
    told = [_("%(name)s, on a scale from %(low)s to %(high)s.") % {
        "name": name_of(line), "low": number_of(line, low), "high": number_of(line, high)
    }]  # fmt: skip
    told += [f"{row.when}: {row.value or row.said}." for row in rows]
    if line.band:
        ends = {
            "low": number_of(line, round(max(low, line.band.low), 1)),
            "high": number_of(line, round(min(high, line.band.high), 1)),
        }
        told.append(_("As far as you usually vary: from %(low)s to %(high)s.") % ends)
    return " ".join(told)
