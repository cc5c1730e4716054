"""Self-validation of hearts and gaps on data of one's own: what is there is answered, what is not has a reason."""

import json
from pathlib import Path

import pytest

from kindcircle.stats.validation import answer_folder
from kindcircle.stats.validation.reading import BadCase
from tests.stats.hearts import as_list, resting
from tests.stats.test_missing_visits import people

VISITS = {
    "id": "visits",
    "type": "mmrm",
    "input": "visits.csv",
    "factors": ["person", "week", "arm"],
    "levels": {"arm": ["list", "circle"]},
    "formula": "score ~ before + arm * week + us(week | person)",
    "emmeans": "~ arm | week",
    "contrast": "~ arm | week",
}
WEEK = {"start": "1", "middle": "4", "end": "12"}


def folder(path: Path, name: str, cases: list[dict], **files: str) -> Path:
    found = path / name
    found.mkdir()
    (found / "cases.json").write_text(json.dumps(cases))
    for file, text in files.items():
        (found / f"{file}.csv").write_text(text)
    return found


def visits_csv(**changed) -> str:
    table = people(8, 30, lost=0.4) | changed
    rows = zip(table["person"], table["arm"], table["visit"], table["before"], table["score"], strict=True)
    lines = [f"{who},{arm},{WEEK[when]},{before},{'' if y is None else y}" for who, arm, when, before, y in rows]
    return "\n".join(["person,arm,week,before,score", *lines]) + "\n"


def test_hearts_from_a_list_and_from_a_file(tmp_path: Path) -> None:
    beats = resting(3, seconds=200)
    found = answer_folder(
        folder(
            tmp_path,
            "08_ours",
            [
                {"id": "file", "input": "heart.csv"},
                {"id": "list", "rr_ms": [round(one) for one in beats]},
                {"id": "short", "rr_ms": [900, 910, 905, 890, 900]},
                {"id": "two", "rr_ms": [900, 910]},
                {"id": "impossible", "rr_ms": [900, 0, 910]},
            ],
            heart="rr_ms\n" + as_list(beats).decode(),
        )
    )
    assert found["file"] == found["list"]
    assert found["file"]["flagged"] == {"count": 0, "share": 0.0}
    assert found["short"]["frequency_spec"] is None and found["short"]["time"]["n"] == 5
    assert "too short" in found["reasons"]["short.frequency_spec"]
    assert found["file"]["neurokit2_frequency_information_only"] is None
    assert "not offer" in found["reasons"]["file.rhrv.pgram_ULF_VLF_LF_HF"]
    assert found["two"] == {"result": "undefined", "reason": "There are fewer than three times between beats."}
    assert found["impossible"]["result"] == "error" and "above zero" in found["impossible"]["reason"]


@pytest.mark.parametrize(
    ("case", "said"),
    [({"rr_ms": "900"}, "list of numbers"), ({"input": "heart.csv"}, "holds no number"), ({}, "'input'")],
)
def test_hearts_that_cannot_be_read(tmp_path: Path, case, said) -> None:
    with pytest.raises(BadCase, match=said):
        answer_folder(folder(tmp_path, "08_ours", [{"id": "a"} | case], heart="rr_ms,place\nNA,1\n"))


def test_visits_that_are_numbers_stand_in_their_order(tmp_path: Path) -> None:
    found = answer_folder(folder(tmp_path, "09_ours", [VISITS], visits=visits_csv()))["visits"]
    assert found["visits"] == ["1", "4", "12"]
    first, *_, last = found["satterthwaite"]["contrasts"]
    assert (first["contrast"], first["week"], last["week"]) == ("circle - list", "1", "12")
    assert last["lower.CL"] < last["estimate"] < last["upper.CL"]
    assert found["kenward_roger_linear"]["coef"]["before"]["se"] > found["satterthwaite"]["coef"]["before"]["se"]
    assert found["gls_check"]["logLik"] >= found["logLik_reml"]
    assert found["gls_check"]["max_abs_coef_difference"] < 0.01


def test_what_these_people_do_not_tell_has_a_reason(tmp_path: Path) -> None:
    table = people(8, 30)
    gone = [None if when == "end" else score for when, score in zip(table["visit"], table["score"], strict=True)]
    found = answer_folder(
        folder(
            tmp_path,
            "09_ours",
            [
                VISITS,
                {
                    "id": "empty",
                    "type": "undefined",
                    "input": "empty.csv",
                    "columns": ["a", "b"],
                    "m": 2,
                    "analysis": "b ~ a",
                },
                {"id": "alone", "type": "undefined", "input": "alone.csv", "n": 9, "k": 2},
                {"id": "agreed", "type": "rubin", "input": "agreed.csv"},
            ],
            visits=visits_csv(score=gone),
            empty="a,b\n,1\n,2\n,3\n",
            alone="imputation,term,estimate,se\n1,x,0.3,0.1\n",
            agreed="imputation,term,estimate,se\n1,x,0.3,0.1\n2,x,0.3,0.1\n1,z,0.5,0.2\n",
        )
    )
    assert found["visits"]["result"] == found["empty"]["result"] == found["alone"]["result"] == "undefined"
    assert "Nobody kept the visit 12" in found["visits"]["reason"]
    assert "no value at all" in found["empty"]["reason"] and "One filled-in table" in found["alone"]["reason"]
    assert found["agreed"]["terms"]["x"]["se"] == pytest.approx(0.1) and found["agreed"]["terms"]["x"]["df"] is None
    assert found["agreed"]["terms"]["z"] is None
    assert {"agreed.terms.x.df", "agreed.terms.z"} <= set(found["reasons"])


def test_one_seed_has_no_spread_over_seeds(tmp_path: Path) -> None:
    rows = "\n".join(f"{place % 3},{place},{'' if place % 4 == 0 else place * place % 17}" for place in range(40))
    case = {"id": "a", "type": "mice", "input": "m.csv", "columns": ["arm", "x", "y"], "m": 5, "method": "norm"}
    made = folder(tmp_path, "09_ours", [case | {"analysis": "y ~ x"}], m=f"arm,x,y\n{rows}\n")
    found = answer_folder(made)
    assert found["a"]["terms"]["x"]["se_mean"] > 0 and found["a"]["terms"]["x"]["se_mcsd"] is None
    assert found["a"] == answer_folder(made)["a"], "the same seed gives the same figures"


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ({"type": "guess"}, "none of mmrm, rubin, mice"),
        (VISITS | {"emmeans": "arm by week"}, "write ~ arm"),
        (VISITS | {"contrast": "~ arm + week"}, "levels of one factor"),
        (VISITS | {"formula": "score ~ dose + us(week | person)"}, "no column called dose"),
        (VISITS | {"formula": "score ~ arm"}, "one part us"),
        ({"type": "rubin", "input": "est.csv", "n": 3, "k": 3}, "larger than k"),
        ({"type": "rubin", "input": "est.csv"}, "an estimate and a standard error"),
        ({"type": "mice", "input": "est.csv", "columns": ["se"], "m": 2, "method": "cart"}, "neither pmm nor norm"),
    ],
)
def test_a_case_that_cannot_be_read_is_told(tmp_path: Path, case, said) -> None:
    files = {"visits": visits_csv(), "est": "imputation,term,estimate,se\n1,x,0.3,0.1\n2,x,0.3,\n"}
    with pytest.raises(BadCase, match=said):
        answer_folder(folder(tmp_path, "09_ours", [{**case, "id": "a"}], **files))
