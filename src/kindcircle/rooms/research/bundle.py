"""One file for a researcher: rows in four formats, a codebook, our figures, and two scripts that find them again.

The folder follows Psych-DS (psychds-docs.readthedocs.io): `dataset_description.json` at the top, CSV files in `data/`.
"""

import io
import json
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from kindcircle.rooms.measures.queries import definition
from kindcircle.rooms.research.dataset import SEVERAL, Dataset
from kindcircle.rooms.research.figures import USUAL_ICC, Figure, by_person, figures, occasions, outcomes
from kindcircle.rooms.research.leaving import as_csv

WARNING = (
    "There was no comparison group. People who join when they feel worst tend to feel better later without any "
    "programme. These figures do not show that the programme did anything."
)
SCRIPTS = files("kindcircle.rooms.research") / "scripts"

PERSON = {
    "person": "A code of the person. The same in every file of this study, another in every other study.",
    "programme_version": "Which version of the programme they had. Empty where too few people had it.",
    "finished": "1: came as often as the programme's own rule asks; 0: did not; empty: too few people would share it.",
    "group": "A code of the group they sat in. Empty below 200 people, and where a group would give people away.",
}
SCORE = {
    "person": PERSON["person"],
    "occasion": "before: before the first meeting; after: after the last; later: at the follow-up.",
    "instrument": "The questionnaire, by its id in the codebook.",
    "instrument_version": "The version of the arithmetic that made the number. "
    f"{SEVERAL}: people had more than one, and which one would tell groups apart.",
    "score": "The score, by its id in the codebook.",
    "value": "The number, not rounded. Empty where too few questions were answered for one.",
    "state": "complete; prorated: worked out from most questions; partial, not_scorable or invalid: no number.",
    "answered": "How many of the score's questions were answered.",
    "of": "How many questions the score has.",
}

WITHHELD = {
    True: "Left out. Those who answered it, or those who were not asked, are too few or all of one group. Rows would "
    "show who they are. It may come with a later release.",
    False: "In part. Some answers came in later. They wait until enough people of two groups have them, because "
    "two files side by side would show who these people are.",
}


def bundle(found: Dataset, *, study: str, purpose: str, recipient: str, until: datetime, at: datetime) -> bytes:
    """The whole zip. The same rows and moment give the same bytes."""
    names = {kind: f"study-{study.replace('-', '')}_description-{kind}_data" for kind in ("people", "scores")}
    tables = {"people": _people(found), "scores": _scores(found)}
    made = figures(found)
    about = {
        "study": study,
        "programme": found.programme,
        "made_at": at.isoformat(timespec="seconds"),
        "use_until": until.date().isoformat(),
        "people": f"{names['people']}.csv",
        "scores": f"{names['scores']}.csv",
        "people_in_rows": len(found.people),
        "people_without_a_yes": found.left_out,
        "groups": found.groups,
        "mean_group_size": found.mean_size,
        "questionnaires_withheld": sum(one.whole for one in found.withheld),
        "questionnaires_in_part": sum(not one.whole for one in found.withheld),
        "icc": USUAL_ICC,
        "warning": WARNING,
    }
    parts: dict[str, str | bytes] = {
        "README.md": _readme(about, purpose, recipient),
        "dataset_description.json": _json(_description(found, about, purpose, tables)),
        "codebook.csv": as_csv(("table", "name", "means", "lowest", "highest", "better"), _codebook(found, tables)),
        "codebook.json": _json(_codebook(found, tables)),
        "report/figures.csv": as_csv([field.name for field in fields(Figure)], [asdict(one) for one in made]),
        "report/figures.json": _json([asdict(one) for one in made]),
        "report/parameters.csv": as_csv(("name", "value"), [{"name": n, "value": v} for n, v in about.items()]),
        "report/parameters.json": _json(about),
        "analysis/reproduce.py": (SCRIPTS / "reproduce.py").read_text(encoding="utf-8"),
        "analysis/reproduce.R": (SCRIPTS / "reproduce.R").read_text(encoding="utf-8"),
    }
    for kind, (columns, rows) in tables.items():
        parts[f"data/{names[kind]}.csv"] = as_csv(columns, rows)
        parquet, sav = _other_formats(columns, rows, found)
        parts[f"other-formats/{names[kind]}.parquet"] = parquet
        parts[f"other-formats/{names[kind]}.sav"] = sav
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(_entry(f"study-{study}/{name}", at), content)
    return held.getvalue()


Columns = Mapping[str, str]
"""What each column of a table means."""

Rows = list[dict[str, Any]]


def _people(found: Dataset) -> tuple[Columns, Rows]:
    """One line for each person, with their headline scores side by side, as a statistics program likes it."""
    values = by_person(found)
    wide = {
        f"{name.replace('-', '_')}_{score.id}_{occasion}": (name, score.id, occasion)
        for name in outcomes(found)
        for score in definition(name).headlines
        for occasion in occasions(found, name)
    }
    columns = PERSON | {column: f"{score} of {name}, {occasion}." for column, (name, score, occasion) in wide.items()}
    rows = [
        {
            "person": one.code,
            "programme_version": one.version,
            "finished": None if one.finished is None else int(one.finished),
            "group": one.group,
            **{column: values.get((one.code, *key)) for column, key in wide.items()},
        }
        for one in found.people
    ]
    return columns, rows


def _scores(found: Dataset) -> tuple[Columns, Rows]:
    return SCORE, [asdict(row) for row in found.rows]


def _codebook(found: Dataset, tables: Mapping[str, tuple[Columns, Rows]]) -> Rows:
    """Every column, every score of every questionnaire in the rows, from its definition, and what was withheld."""
    lines: Rows = [
        {"table": kind, "name": name, "means": means, "lowest": None, "highest": None, "better": None}
        for kind, (columns, _rows) in tables.items()
        for name, means in columns.items()
    ]
    for name in outcomes(found):
        one = definition(name)
        for score in one.scores:
            low, high = score.range or (None, None)
            means = f"{one.name}: {one.measures}. Owner: {one.licence.attribution}."
            lines.append(
                {
                    "table": "score",
                    "name": f"{name} {score.id}",
                    "means": means,
                    "lowest": low,
                    "highest": high,
                    "better": score.better,
                }
            )
    lines += [
        {
            "table": "withheld",
            "name": f"{one.instrument} {one.occasion}",
            "means": WITHHELD[one.whole],
            "lowest": None,
            "highest": None,
            "better": None,
        }
        for one in found.withheld
    ]
    return lines


def _description(
    found: Dataset, about: Mapping[str, Any], purpose: str, tables: Mapping[str, tuple[Columns, Rows]]
) -> dict[str, Any]:
    columns = {name: means for kind in tables.values() for name, means in kind[0].items()}
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": about["study"],
        "description": f"{purpose} People who took part in {found.programme} and said yes to research. {WARNING}",
        "schemaVersion": "Psych-DS 0.4.0",
        "temporalCoverage": None,
        "conditionsOfAccess": f"For the named recipient, until {about['use_until']}.",
        "variableMeasured": [
            {"@type": "PropertyValue", "name": name, "description": means} for name, means in columns.items()
        ],
    }


def _readme(about: Mapping[str, Any], purpose: str, recipient: str) -> str:
    return f"""# {about["study"]}

For: {recipient}
What for: {purpose}
To be used until {about["use_until"]}, then deleted. Made {about["made_at"]}.

{about["people_in_rows"]} people of {about["groups"]} groups of `{about["programme"]}` said yes to research and stand
here. {about["people_without_a_yes"]} more had a place in a group of this programme that has ended, and do not.

A questionnaire counts once for each occasion. Withheld: {about["questionnaires_withheld"]}. In part:
{about["questionnaires_in_part"]}. The codebook names them under `withheld`, and says why. Answers that came in after
these rows were asked for are not here either, unless an earlier file held them. They take a new release.

Names and days are left out, and nothing that anybody wrote is here. The rows are **coded, not anonymous**: whoever
knows somebody in a group may still know more. Please do not try to find out who is who, do not pass the file on, and do
not publish a table with a cell below 11.

- `data/`: two tables as CSV; `other-formats/`: the same as Parquet and SPSS
- `codebook.csv`, `codebook.json`: what each column and score means
- `report/`: our figures, and what they rest on
- `analysis/`: the same figures again, in Python and in R

{WARNING}
Only one number here is not from the rows: people of one group are taken to be alike by an intraclass correlation of
{about["icc"]}, which widens `wide_low` and `wide_high`.
"""


def _other_formats(columns: Columns, rows: Rows, found: Dataset) -> tuple[bytes, bytes]:
    import polars  # both take long to load, and few requests need them
    import pyreadstat

    numbers = {name for name in columns if name not in PERSON and name not in SCORE} | {"value"}
    whole = {"finished", "answered", "of"}
    schema = {
        name: polars.Float64 if name in numbers else polars.Int32 if name in whole else polars.String
        for name in columns
    }
    frame = polars.DataFrame(rows, schema=schema)
    parquet = io.BytesIO()
    frame.write_parquet(parquet)
    labels: dict[str, dict[Any, str]] = {}
    if "finished" in columns:
        labels["finished"] = {0: "did not come often enough", 1: "came often enough"}
    # An empty text is how SPSS keeps a gap in words.
    words = [name for name, kind in schema.items() if kind is polars.String]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.sav"
        pyreadstat.write_sav(
            frame.with_columns(polars.col(words).fill_null("")),
            str(path),
            file_label=f"{found.programme}"[:64],
            column_labels=[means[:255] for means in columns.values()],
            variable_value_labels=labels,
        )
        return parquet.getvalue(), path.read_bytes()


def _json(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _entry(name: str, at: datetime) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, at.timetuple()[:6])
    info.compress_type = zipfile.ZIP_DEFLATED
    return info
