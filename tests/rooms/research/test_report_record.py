"""The report as a file: each figure of the page with every digit, nothing below five, no effect without its caution."""

import json

import pytest

from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib.errors import NotFound
from kindcircle.doors.web.facilitator.report_printed import printed
from kindcircle.rooms.groups.models import Membership
from kindcircle.rooms.research.report import report_to_keep
from kindcircle.rooms.research.report_record import FORM, as_record
from kindcircle.stats.effects.paired import PAIRED_EFFECTS
from kindcircle.stats.samples import summarise_pairs
from tests.rooms.research.test_report import AFTER, BEFORE, answer, hold_all, told
from tests.world import NAMES, World, join, make_person


def record(world: World) -> dict:
    found = report_to_keep(group=world.group, by=world.actor(world.facilitator), at=world.at, form="json")
    text = json.dumps(as_record(found), allow_nan=False)
    whole: dict = json.loads(text)
    return whole


def worry(world: World) -> dict:
    return next(one for one in record(world)["outcomes"] if one["instrument"] == "gad-7")


def keys(messages) -> list[str]:
    return [one["key"] for one in messages]


def test_eight_people_and_what_can_be_said_of_them(world):
    hold_all(world, absent={2: {0, 1}, 3: {0, 1}, 4: {0}})
    told(world)
    found = record(world)
    assert found["form"] == FORM and found["software"].startswith("kindcircle ")
    assert found["people"] == {"started": 8, "left": 0}
    assert (found["attendance"]["count"], found["attendance"]["n"]) == (27, 32)
    assert found["unwanted"]["people"]["one_sided_limit_if_none"] == pytest.approx(1 - 0.05 ** (1 / 8), rel=1e-12)
    # The main measure of this programme was not answered, so nothing is said of scores.
    assert {"cannot.cause", "cannot.private", "cannot.others", "cannot.safe"} <= set(keys(found["cannot_be_said"]))
    assert keys(found["can_be_said"]) == ["can.came", "can.unwanted"]


def test_figures_have_every_digit_and_say_where_they_come_from(world):
    told(world)
    found = worry(world)
    summary = summarise_pairs(BEFORE, AFTER)
    effect = PAIRED_EFFECTS["g_raw"](summary)
    assert found["effects"]["g_raw"]["estimate"] == effect.estimate
    assert found["effects"]["g_raw"]["interval"]["low"] == effect.interval().low
    assert found["mean_change"]["r"] == summary.r
    assert found["people"] == {"both": 7, "before_only": 1, "after_only": 0, "neither": 0}
    assert found["reliable_change"]["source"] and found["reliable_change"]["not_both_answers"] == 1
    assert [one["area"] for one in found["trials"]] == ["anxiety", "anxiety"]
    assert all(one["review"]["source"] and one["review"]["year"] for one in found["trials"])


def test_every_effect_says_its_interval_and_that_nobody_was_compared_in_one_sentence(world):
    told(world)
    found = worry(world)
    for one in (found["mean_change"], *found["effects"].values()):
        sentence = one["sentence"]
        assert sentence.endswith("without a programme.") and "there was no comparison group" in sentence
        for limit in (one["interval"]["low"], one["interval"]["high"]):
            assert f"{limit:.2f}".replace("-", "−") in sentence
        assert ". " not in sentence


def test_people_of_one_circle_make_the_interval_wider_by_the_usual_likeness(world):
    told(world)
    change = worry(world)["mean_change"]
    plain, wide = change["interval"], change["interval_as_for_people_of_one_circle"]
    assert (wide["high"] - wide["low"]) / (plain["high"] - plain["low"]) == pytest.approx((1 + 6 * 0.05) ** 0.5)
    assert (wide["high"] + wide["low"]) / 2 == pytest.approx(change["estimate"])


def test_below_five_pairs_there_is_no_number_at_all(world):
    told(world, after=[8, 12, 9, 10, None, None, None, None])
    found = worry(world)
    assert found["shown"] is False
    assert {"lines", "people", "mean_change", "effects", "sentence", "warnings", "reliable_change"}.isdisjoint(found)


def test_nobody_else_takes_it_and_each_taking_is_on_record(world):
    for person in (world.member, world.safety_lead, world.organisation_lead):
        with pytest.raises(NotFound):
            report_to_keep(group=world.group, by=world.actor(person), at=world.at, form="pdf")
    for form in ("pdf", "json"):
        report_to_keep(group=world.group, by=world.actor(world.facilitator), at=world.at, form=form)
    taken = AuditEntry.objects.filter(event="report taken", about_code=world.group.code)
    assert sorted(taken.values_list("actor", "reason")) == [
        (world.facilitator.code, "json"),
        (world.facilitator.code, "pdf"),
    ]


def test_from_twelve_people_on_paper_holds_effects_each_whole_in_a_sentence(world):
    def effects() -> list[str]:
        found = report_to_keep(group=world.group, by=world.actor(world.facilitator), at=world.at, form="pdf")
        parts = printed(found, [])["parts"]
        said = [run["text"] for one in parts if one["kind"] == "paragraph" for run in one["runs"]]
        return [text for text in said if "Hedges" in text]

    told(world)
    assert effects() == []
    for place in range(5):
        person = make_person(world.organisation, NAMES[place], at=world.at)
        join(world.group, person, Membership.Role.MEMBER, at=world.at)
        world.members.append(person)
    told_again(world)
    assert len(effects()) == 2
    for text in effects():
        assert "anywhere from" in text and "there was no comparison group" in text


def told_again(world: World) -> None:
    """Five more people answer both times."""
    for member, before, after in zip(world.members[8:], (14, 9, 12, 10, 15), (10, 9, 7, 4, 11), strict=True):
        answer(world, member, "gad-7", before, "baseline")
        answer(world, member, "gad-7", after, "after")
