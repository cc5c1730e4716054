"""`kindcircle analyse heart`: heart-rate variability of one recording, or of two beside each other."""

import json
from dataclasses import fields
from gettext import gettext as _
from pathlib import Path
from typing import Any

import click

from kindcircle.doors.cli.analyse.desk import picture_place, plot_option, save
from kindcircle.doors.cli.sorry import Sorry
from kindcircle.figures import Figure, Row, intervals
from kindcircle.spec.documents.errors import DocumentError
from kindcircle.spec.documents.heartbeats import Heartbeats, read_heartbeats
from kindcircle.stats.hrv import look_over, spectrum, time_domain
from kindcircle.stats.hrv_pairs import Compared, Measured, Steady, compare_rmssd, compare_sdnn, measure
from kindcircle.stats.results import Interval, Undefined


@click.command("heart")
@click.argument("file", type=click.Path(path_type=Path), metavar="BEATS")
@click.option("--after", type=click.Path(path_type=Path), metavar="BEATS", help="A second recording, to set beside it.")
@plot_option("Draw the kept figures with their intervals.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON with every digit.")
def heart(file: Path, after: Path | None, plot: Path | None, as_json: bool) -> None:
    """Heart-rate variability from times between beats.

    BEATS is a list or a column of times in milliseconds or seconds (TXT, CSV), or the FIT file of a watch. The
    figures by definition stand over all intervals as they are; "kept" leaves out what looks like no plain heartbeat.
    """
    picture_place(plot)
    before, second = _read(file), None if after is None else _read(after)
    drawn = _drawn(before, second) if plot is not None else None
    _tell(before, second, as_json)
    if plot is not None and drawn is not None:
        save(drawn, plot)


def _tell(before: Heartbeats, second: Heartbeats | None, as_json: bool) -> None:
    if as_json:
        record: dict[str, Any] = _recording(before)
        if second is not None:
            record = {"before": record, "after": _recording(second)} | _beside(before, second)
        click.echo(json.dumps(record, indent=2, allow_nan=False))
        return
    for beats in (before, second):
        if beats is not None:
            click.echo(_in_words(beats))
    if second is not None:
        click.echo(_beside_in_words(before, second))


def _drawn(before: Heartbeats, second: Heartbeats | None) -> Figure:
    """Both figures of each recording on one line of milliseconds; the numbers stand beside each row."""
    found = [(_("first"), measure(before.rr_ms))]
    if second is not None:
        found.append((_("second"), measure(second.rr_ms)))
    if all(isinstance(one, Undefined) for _name, one in found):
        raise Sorry(_("There is nothing to draw: %(why)s") % {"why": _in_words(before)})
    rows = []
    for figure in ("RMSSD", "SDNN"):
        for name, one in found:
            label = figure if second is None else f"{figure}, {name}"
            rows.append(_row(label, one, figure))
    kept = [one for _name, one in found if not isinstance(one, Undefined)]
    left_out = _("%(flagged)s of %(n)s times between beats left out.") % {
        "flagged": sum(one.n_flagged for one in kept),
        "n": sum(one.n_recorded for one in kept),
    }
    why = _("One pair cannot tell why.")
    note = f"{left_out} {why}" if second is not None else left_out
    return intervals(rows, title=_("How much the heartbeat varied"), axis="ms", note=note, zero=None, digits=1)


def _row(label: str, one: Measured | Undefined, figure: str) -> Row:
    if isinstance(one, Undefined):
        return Row(label, instead=_(one.text))
    steady = one.rmssd if figure == "RMSSD" else one.sdnn
    ends = steady.interval()
    return Row(label, steady.value, ends.low, ends.high)


def _read(file: Path) -> Heartbeats:
    try:
        return read_heartbeats(file.read_bytes())
    except DocumentError as problem:
        raise Sorry(str(problem)) from problem
    except FileNotFoundError as problem:
        raise Sorry(_("We could not find the file %(file)s.") % {"file": file}) from problem
    except OSError as problem:
        raise Sorry(_("We could not read the file %(file)s.") % {"file": file}) from problem


def _plain(value: Any) -> Any:
    """A figure as JSON: a number, an object of numbers, or an object that says why there is none."""
    if isinstance(value, Undefined):
        return {"undefined": str(value.reason), "why": _(value.text)}
    if isinstance(value, Interval):
        return [value.low, value.high]
    if isinstance(value, Steady):
        return {"value": value.value, "ci": _plain(value.interval())}
    if hasattr(value, "__dataclass_fields__"):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    return value


def _recording(beats: Heartbeats) -> dict[str, Any]:
    looked = look_over(beats.rr_ms)
    return {
        "source": beats.source,
        "time": _plain(time_domain(beats.rr_ms)),
        "frequency_spec": _plain(spectrum(beats.rr_ms)),
        "flagged": looked.count,
        "flagged_share": looked.share,
        "kept": _plain(measure(beats.rr_ms)),
    }


def _beside(before: Heartbeats, after: Heartbeats) -> dict[str, Any]:
    one, two = measure(before.rr_ms), measure(after.rr_ms)
    if isinstance(one, Undefined) or isinstance(two, Undefined):
        return {}
    return {"rmssd": _plain(compare_rmssd(one, two)), "sdnn": _plain(compare_sdnn(one, two))}


def _in_words(beats: Heartbeats) -> str:
    looked, found = look_over(beats.rr_ms), measure(beats.rr_ms)
    said = _("%(n)s times between beats, %(flagged)s of them left out") % {
        "n": len(beats.rr_ms),
        "flagged": looked.count,
    }
    if isinstance(found, Undefined):
        return f"{said}. {_(found.text)}"
    rows = [f"  {name:<6} {_steady(one)}" for name, one in (("RMSSD", found.rmssd), ("SDNN", found.sdnn))]
    return "\n".join([said, *rows])


def _steady(one: Steady) -> str:
    ends = one.interval()
    return f"{one.value:.1f} ms, " + _("95 %% interval %(low)s to %(high)s") % {
        "low": f"{ends.low:.1f}",
        "high": f"{ends.high:.1f}",
    }


def _beside_in_words(before: Heartbeats, after: Heartbeats) -> str:
    one, two = measure(before.rr_ms), measure(after.rr_ms)
    if isinstance(one, Undefined) or isinstance(two, Undefined):
        return _("These two cannot be set beside each other.")
    rows = [("RMSSD", compare_rmssd(one, two)), ("SDNN", compare_sdnn(one, two))]
    said = [f"  {name:<6} {_compared(found)}" for name, found in rows]
    return "\n".join([_("Second beside first"), *said, _("One pair cannot tell why; see docs/methods.")])


def _compared(found: Compared | Undefined) -> str:
    if isinstance(found, Undefined):
        return _(found.text)
    ends = found.interval
    return f"{found.told}: × {found.ratio:.2f}, " + _("95 %% interval %(low)s to %(high)s") % {
        "low": f"{ends.low:.2f}",
        "high": f"{ends.high:.2f}",
    }
