"""Every method of `kindcircle analyse`: the figures of R, the words beside them, JSON and a picture."""

import json
import os
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from kindcircle.doors.cli.analyse import analyse
from kindcircle.stats.effects import g_clustered
from kindcircle.stats.samples import summarise_arm
from tests.doors.cli.analysing import METHODS, figures, run, studies_file, table

REPOSITORY = Path(__file__).resolve().parents[3]
REFERENCE = Path(os.environ.get("KINDCIRCLE_REFERENCE", REPOSITORY.parent / "shared" / "reference")) / "stats"

needs_reference = pytest.mark.skipif(
    not REFERENCE.is_dir(), reason="the R reference folder is not on this machine (KINDCIRCLE_REFERENCE)"
)


def expected(folder, case):
    found = json.loads((REFERENCE / folder / "expected.json").read_text())["cases"]
    return next(one["expected"] for one in found if one["id"] == case)


@pytest.fixture
def file_of(tmp_path):
    def write(method):
        path = tmp_path / f"{method}.csv"
        path.write_text(METHODS[method][0]())
        return path

    return write


@pytest.mark.parametrize("method", METHODS)
def test_every_method_prints_text_and_json_and_draws(method, file_of, tmp_path):
    words = METHODS[method][1]
    picture = tmp_path / "out.svg"
    text = run(method, file_of(method), *words, "--plot", picture)
    assert text.exit_code == 0, text.stderr
    assert "95 % interval" in text.stdout or method == "round-robin"
    assert "Please keep in mind" in text.stdout
    assert "nan" not in text.stdout.casefold()
    assert f"The picture is in {picture}." in text.stderr
    root = ET.fromstring(picture.read_text())
    description = root.find("{http://www.w3.org/2000/svg}desc").text
    assert len(description) > 40
    record = figures(method, file_of(method), *words)
    assert record["analysis"] == method
    assert record["warnings"]
    # The same file and words give the same figures.
    assert figures(method, file_of(method), *words) == record


@pytest.mark.parametrize("name", [*METHODS, "heart", "power"])
def test_every_method_has_help(name):
    result = run(name, "--help")
    assert result.exit_code == 0
    assert result.stdout.startswith("Usage: analyse")
    assert name in analyse.commands


@needs_reference
def test_pooled_studies_are_those_of_metafor():
    found = figures(
        "meta", REFERENCE / "05_meta_analysis" / "thirdwave.csv", "--estimate", "yi", "--se", "sei", "--study", "study"
    )
    theirs = expected("05_meta_analysis", "thirdwave")["models"]["REML_knha"]
    assert found["estimate"] == pytest.approx(theirs["estimate"], rel=1e-4)
    assert [found["interval"]["low"], found["interval"]["high"]] == pytest.approx(theirs["ci"], rel=1e-4)
    assert found["heterogeneity"]["tau2"] == pytest.approx(theirs["tau2"], rel=1e-3)
    assert found["small_studies"]["egger"]["p"] < 0.001
    assert (
        found["small_studies"]["trim_and_fill_L0"]["filled"],
        found["small_studies"]["trim_and_fill_R0"]["filled"],
    ) == (0, 2)


@needs_reference
def test_indirect_effects_are_those_of_lavaan():
    file = REFERENCE / "04_serial_mediation" / "sim_n176.csv"
    found = figures("mediation", file, "--x", "x", "--m", "m1", "--m", "m2", "--y", "y")
    theirs = expected("04_serial_mediation", "sim_n176")
    assert found["n"] == theirs["n"]
    for name, value in theirs["effects"].items():
        assert found["effects"][name]["estimate"] == pytest.approx(value, rel=1e-8), name
    assert found["other_order"]["mediators"] == ["m2", "m1"]
    assert found["other_order"]["effects"]["total"] == pytest.approx(found["effects"]["total"]["estimate"])


def test_a_hidden_cause_is_asked_about_for_every_path_from_a_mediator(file_of):
    words = (file_of("mediation"), "--x", "before", "--m", "m1", "--m", "m2", "--y", "after", "--resamples", "1000")
    found = figures("mediation", *words, "--rho", "0.3", "--rho", "-0.3")
    first, last = found["hidden_cause"]
    assert (first["path"], last["path"]) == (["m1", "m2"], ["m2", "after"])
    assert (set(first["effects"]), set(last["effects"])) == ({"ind_serial"}, {"ind_m2", "ind_serial"})
    for one in (first, last):
        assert one["interval"]["low"] < one["vanishes_at_rho"] < one["interval"]["high"]
        assert one["share_of_all"] < one["share_of_the_rest"] == pytest.approx(one["vanishes_at_rho"] ** 2)
        for name, effect in one["effects"].items():
            low, high = sorted(row["estimate"] for row in effect["at"])
            assert low < found["effects"][name]["estimate"] < high
    said = run("mediation", *words).stdout
    assert "What a hidden cause of both could do" in said and f"ρ = {last['vanishes_at_rho']:.2f}".replace(
        "-", "−"
    ) in (said.replace("-", "−"))
    side = figures("mediation", *words, "--parallel")["hidden_cause"]
    assert side["undefined"] == "side_by_side"
    assert "tied to the other" in run("mediation", *words, "--parallel").stdout
    assert run("mediation", *words, "--rho", "1").exit_code == 2


@needs_reference
def test_a_mixed_model_is_that_of_lme4():
    file = REFERENCE / "06_mixed_models" / "sleepstudy.csv"
    words = ("--formula", "Reaction ~ Days + (Days | Subject)", "--df", "satterthwaite")
    found = figures("mixed", file, *words)
    assert found["effects"]["Days"]["estimate"] == pytest.approx(10.46729, rel=1e-5)
    assert found["effects"]["Days"]["se"] == pytest.approx(1.545790, rel=1e-4)
    assert found["effects"]["Days"]["df"] == pytest.approx(17, rel=1e-3)
    assert found["groups"] == {"Subject": 18}
    assert found["residual"]["all"] == pytest.approx(654.94, rel=1e-4)


@needs_reference
def test_groups_in_one_arm_only_are_counted_without_those_who_wait():
    file = REFERENCE / "06_mixed_models" / "sim_partially_nested.csv"
    found = figures("mixed", file, "--formula", "y ~ arm + (0 + arm | group)", "--residual-by", "arm")
    assert found["groups"]["group"] < 20
    assert set(found["residual"]) == {"0", "1"}
    assert found["df_method"] == "Kenward-Roger"


@needs_reference
def test_reliability_is_that_of_psych_and_lavaan():
    file = REFERENCE / "03_reliability" / "bfi_items.csv"
    found = figures("reliability", file, "--items", "N1,N2,N3,N4,N5")
    theirs = expected("03_reliability", "bfi_N_alpha")
    assert found["alpha"]["estimate"] == pytest.approx(theirs["alpha"], rel=1e-8)
    assert (found["n_rows"], found["n_complete"]) == (theirs["n_rows"], theirs["n_complete"])
    one = expected("03_reliability", "bfi_N_omega")
    assert found["omega"]["estimate"] == pytest.approx(one["omega_total_1factor"], rel=1e-4)
    turned = run("reliability", file, "--items", "A1,A2,A3,A4,A5")
    assert "A1 goes against the rest" in turned.stdout
    assert (
        "against the rest"
        not in run(
            "reliability", file, "--items", "A1,A2", "--items", "A3,A4,A5", "--reverse", "A1", "--span", "1", "6"
        ).stdout
    )


@needs_reference
def test_parts_of_ratings_are_those_of_tripler():
    file = REFERENCE / "07_social_relations" / "multiliking.csv"
    words = ("--rater", "perceiver.id", "--target", "target.id", "--group", "group.id", "--rating", "liking_a")
    found = figures("round-robin", file, *words)
    theirs = expected("07_social_relations", "multiliking_a")["tripler"]["components"]
    ours = list(found["parts"].values())
    for one, name in zip(ours, ("actor", "partner", "relationship"), strict=False):
        assert one["estimate"] == pytest.approx(
            next(v for k, v in theirs.items() if k.startswith(name))["estimate"], rel=1e-6
        )
    latent = figures("round-robin", file, *words, "--second", "liking_b", "--same-thing")
    assert "error" in latent["parts"]
    both = figures("round-robin", file, *words, "--second", "metaliking_a")
    assert len(both["two_ratings"]) == 6


def test_two_arms_with_a_start_say_more(file_of):
    found = figures("two-arms", file_of("two-arms"), *METHODS["two-arms"][1], "--id", "id")
    assert list(found["arms"]) == ["a", "b"]
    assert {"points", "g", "g_unequal", "g_glass", "points, start taken off", "d_ppc2"} == set(found["differences"])
    plain = figures(
        "two-arms", file_of("two-arms"), "--outcome", "after", "--arm-col", "arm", "--arm", "b", "--versus", "a"
    )
    assert plain["differences"]["points"]["estimate"] == pytest.approx(-found["differences"]["points"]["estimate"])
    assert "d_ppc2" not in plain["differences"]


def test_two_arms_of_whole_groups(tmp_path):
    file = tmp_path / "groups.csv"
    arms = ["a"] * 12 + ["b"] * 11
    groups = [f"g{place // 4}" for place in range(23)]
    scores = [float(10 + place % 5 + 2 * (place < 12)) for place in range(22)] + [None]
    file.write_text(table(arm=arms, circle=groups, score=scores))
    words = ("two-arms", file, "--outcome", "score", "--arm-col", "arm", "--arm", "a", "--versus", "b")
    found = figures(*words, "--group", "circle", "--icc", "0.1")["differences"]
    one, two = summarise_arm(scores[:12]), summarise_arm(scores[12:])
    wanted = g_clustered(one, two, sizes=([4, 4, 4], [4, 4, 2]), icc=0.1)
    theirs = found["g_clustered"]
    assert (theirs["estimate"], theirs["df"]) == pytest.approx((wanted.estimate, wanted.df))
    assert (theirs["groups"], theirs["icc"], theirs["n"]) == ([3, 3], 0.1, [12, 10])
    width = {name: found[name]["interval"]["high"] - found[name]["interval"]["low"] for name in ("g", "g_clustered")}
    assert width["g_clustered"] > width["g"]
    assert "g_clustered" in run(*words, "--group", "circle", "--icc", "0.1").stdout
    assert "g_clustered" not in figures(*words)["differences"]
    for more, said in (
        (("--group", "circle"), "go together"), (("--icc", "0.1"), "go together"),
        (("--group", "circle", "--icc", "1"), "0<=x<1"),
    ):  # fmt: skip
        refused = run(*words, *more)
        assert refused.exit_code == 2 and said in refused.stderr
    file.write_text(table(arm=arms, circle=["g1", "g2"] * 11 + ["g1"], score=scores))
    refused = run(*words, "--group", "circle", "--icc", "0.1")
    assert refused.exit_code == 2 and "is in both arms" in refused.stderr


def test_too_small_to_matter_and_how_often_one_arm_is_higher(file_of):
    words = (file_of("two-arms"), *METHODS["two-arms"][1])
    found = figures("two-arms", *words, "--margin", "30")
    low, high = found["equivalence"]["interval"]["low"], found["equivalence"]["interval"]["high"]
    assert found["equivalence"]["holds"] is True and -30 < low < high < 30
    assert found["equivalence"]["interval"]["level"] == pytest.approx(0.9)
    higher = found["first_arm_higher"]
    assert 0 < higher["interval"]["low"] < higher["estimate"] < higher["interval"]["high"] < 1
    assert higher["n"] == [12, 12]
    assert figures("two-arms", *words)["equivalence"] is None
    said = run("two-arms", *words, "--margin", "30").stdout
    assert "Yes: the 90 % interval" in said and "30.00 points either way" in said
    narrow = run("two-arms", *words, "--margin", "0.001").stdout
    assert "Not shown" in narrow and "does not show a difference either" in narrow
    before = ("before-after", file_of("two-arms"), "--before", "before", "--after", "after")
    assert figures(*before, "--margin", "30")["equivalence"]["holds"] is True
    assert "Yes: the 90 % interval" in run(*before, "--margin", "30").stdout
    refused = run(*before, "--margin", "0")
    assert refused.exit_code == 2 and "x>0" in refused.stderr


def test_harms_that_nobody_had_still_have_a_limit(tmp_path):
    file = tmp_path / "people.csv"
    file.write_text(table(who=range(8), stayed=["yes"] * 7 + ["no"], harmed=[0] * 8, asked=[1, None] * 4))
    found = figures(
        "feasibility", file, "--member", "who", "--share", "stayed", "--share", "harmed", "--share", "asked"
    )
    assert found["shares"]["stayed"]["count"] == 7
    assert found["shares"]["harmed"]["upper_limit_if_zero"] == pytest.approx(0.3123, abs=1e-4)
    assert (found["shares"]["asked"]["n"], found["shares"]["asked"]["not_recorded"]) == (4, 4)
    text = run("feasibility", file, "--share", "harmed").stdout
    assert "0 of 8, 0.00, 95 % interval 0.00 to 0.32; none seen still allows up to 0.31" in text
    assert "Only 8 people" in text


def test_few_studies_are_told_with_what_they_can_bear(tmp_path):
    file = tmp_path / "few.csv"
    words = ("meta", file, "--estimate", "yi", "--variance", "vi", "--study", "study")
    file.write_text(studies_file(3))
    three = run(*words).stdout
    assert "There are too few studies for this figure." in three
    assert "Where one more programme may lie is told from 5 studies on." in three
    assert "egger" not in three
    file.write_text(studies_file(2))
    assert "two studies" in run(*words).stdout
    file.write_text(studies_file(1))
    assert "1 study. one common effect" in run(*words).stdout
    refused = run(*words, "--funnel", tmp_path / "f.svg")
    assert (refused.exit_code, "A funnel needs 10 studies, and there are 1." in refused.stderr) == (2, True)
    file.write_text(studies_file(12))
    drawn = run(
        *words, "--funnel", tmp_path / "f.svg", "--moderator", "weeks", "--leave-one-out", "--plot", tmp_path / "p.svg"
    )
    assert (tmp_path / "f.svg").exists()
    assert "With what differs between studies" in drawn.stdout
    assert "Without one study" in drawn.stdout
    # Variances and standard errors are the same studies.
    by_se = figures("meta", file, "--estimate", "yi", "--se", "sei")
    assert by_se["estimate"] == pytest.approx(figures(*words)["estimate"], rel=1e-3)


def test_studies_that_agree_too_well_do_not_make_it_sure(tmp_path):
    file = tmp_path / "same.csv"
    file.write_text(table(yi=[0.5] * 4, sei=[0.2, 0.25, 0.3, 0.2]))
    words = ("meta", file, "--estimate", "yi", "--se", "sei")
    found = figures(*words)
    assert found["p"]["undefined"] == "no_spread_left"
    assert found["interval"]["low"] == pytest.approx(found["interval"]["high"])
    wider = found["interval_never_narrower"]
    assert wider["high"] - wider["low"] > 0.5
    assert "never narrower than usual  95 % interval 0.14 to 0.86" in run(*words).stdout
    file.write_text(studies_file())
    assert figures(*words)["interval_never_narrower"] is None


def test_mediation_never_goes_without_its_caution(file_of):
    words = METHODS["mediation"][1]
    found = run("mediation", file_of("mediation"), *words)
    assert "these data cannot show which came first" in found.stdout
    assert "In the other order, m2 before m1" in found.stdout
    other = figures("mediation", file_of("mediation"), *words, "--seed", "2", "--interval", "bca")
    assert other["seed"] == 2
    assert other["effects"]["ind_serial"]["interval"]["method"].startswith("bca")
    parallel = figures("mediation", file_of("mediation"), *words, "--parallel")
    assert parallel["other_order"] is None
    assert "d21" not in parallel["effects"]


def test_a_design_is_planned_by_formula_and_tried_out(tmp_path):
    plain = figures("power", "two-arms", "--effect", "0.5")
    assert (plain["count"], plain["people"]) == (64, [64, 64])
    groups = figures(
        "power",
        "groups",
        "--effect",
        "0.8",
        "--size",
        "8",
        "--groups",
        "6",
        "--lost",
        "0.2",
        "--simulate",
        "1000",
        "--cores",
        "2",
    )
    assert groups["people"] == [48, 48]
    assert groups["invited"] == [60, 60]
    assert groups["simulated"]["power"] == pytest.approx(groups["power"], abs=0.06)
    alone = figures(
        "power",
        "groups",
        "--effect",
        "0.8",
        "--size",
        "8",
        "--groups",
        "6",
        "--lost",
        "0.2",
        "--simulate",
        "1000",
        "--cores",
        "1",
    )
    assert alone["simulated"] == groups["simulated"]
    picture = tmp_path / "p.svg"
    few = run("power", "partly-grouped", "--effect", "1", "--size", "7.5", "--groups", "3", "--plot", picture)
    assert "An arm with 3 groups tells about these groups only." in few.stdout
    assert picture.exists()
    before_after = run("power", "before-after", "--effect", "0.5", "--r", "0.5")
    assert "34" in before_after.stdout
    assert "There was no comparison group." in before_after.stdout
    share = figures("power", "share", "--share", "0.5", "--half-width", "0.1", "--none-seen-below", "0.05")
    assert (share["people"], share["people_without_harm"]) == (93, 59)
