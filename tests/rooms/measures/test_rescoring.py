"""A rule is put right: every sheet is scored anew, both numbers stay, and not one answer changes."""

import hashlib
import shutil
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from click.testing import CliRunner
from django.conf import settings as site_settings
from django.test import Client

from kindcircle.base.access import SYSTEM
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib import codes
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.people.models import User
from kindcircle.doors.cli.rescoring import score_anew
from kindcircle.doors.web.shared.task_words import WORDS
from kindcircle.rooms.groups.models import Membership
from kindcircle.rooms.measures import actions, queries
from kindcircle.rooms.measures.course import own_courses
from kindcircle.rooms.measures.models import Assignment, Response, Score
from kindcircle.rooms.measures.rescoring import BATCH, Rescored, ScoredAnew, rescore, scored_anew
from kindcircle.rooms.safety.models import Alert
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.tasks.models import Task
from kindcircle.spec import instruments
from kindcircle.spec.corrections import correction_of
from kindcircle.spec.instruments import load_instrument
from kindcircle.spec.texts import SHIPPED
from kindcircle.stats.own_course import Word
from tests.doors.web.organisation.test_house import enter
from tests.rooms.measures.course_sheets import DAY, adding_up, answered, asked
from tests.world import World, make_world


@pytest.fixture(autouse=True)
def own_shelf(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of this site's own, in which corrected versions stand, beside two questionnaires as they are shipped."""
    settings.SITE_CONTENT = tmp_path / "content"
    (settings.SITE_CONTENT / "instruments").mkdir(parents=True)
    for name in ("gad-7", "phq-9"):
        shutil.copytree(SHIPPED / "instruments" / name, tmp_path / "shipped" / "instruments" / name)
    monkeypatch.setattr("kindcircle.spec.instruments.SHIPPED", tmp_path / "shipped")
    # With a memory of its own: what is read here must not stand for the whole shelf in other tests.
    afresh = lru_cache(maxsize=8)(instruments._read_library.__wrapped__)
    monkeypatch.setattr("kindcircle.spec.instruments._read_library", afresh)


def corrected(instrument: str, version: str, change: Any) -> None:
    """A later version on the site's own shelf, with its rule changed."""
    raw = yaml.safe_load((SHIPPED / "instruments" / instrument / "1.0.0.yaml").read_text(encoding="utf-8"))
    raw["version"] = version
    change(raw)
    file = site_settings.SITE_CONTENT / "instruments" / instrument / f"{version}.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")


def turned_round(raw: dict[str, Any]) -> None:
    """The GAD-7 with its last item counted the other way round: a rule that was wrong before, for this test."""
    total = next(one for one in raw["scores"] if one["id"] == "total")
    total["reverse"] = [7]
    raw["tests"] = [{"responses": [0] * 7, "expect": {"total": 3}}]


def everything_kept() -> str:
    """The raw answers of the whole site as one fingerprint, with when they came and in which state."""
    rows = Response.objects.order_by("pk").values_list("code", "sealed_answers", "state", "submitted_at")
    return hashlib.sha256(repr([(a, bytes(b), c, d) for a, b, c, d in rows]).encode()).hexdigest()


def anew(world: World, *, keep: bool = True) -> Rescored:
    return rescore(organisation=world.organisation, instrument="gad-7", keep=keep, by=SYSTEM, at=world.at + 99 * DAY)


def test_both_numbers_stay_and_the_corrected_one_counts(world: World) -> None:
    sheets = [answered(world, "baseline", total, member=world.members[n]) for n, total in enumerate((0, 9, 21))]
    before = everything_kept()
    corrected("gad-7", "1.0.1", turned_round)
    found = anew(world)
    assert (found.rule, found.sheets) == ("gad-7@1.0.1", 3)
    moved = {one.sheet: (one.before, one.after) for one in found.moved if one.scale == "total"}
    assert moved == {sheets[0].code: (0, 3), sheets[1].code: (9, 12), sheets[2].code: (21, 18)}
    # In the order in which they came, and nothing that stayed as it was.
    assert [(one.sheet, one.scale) for one in found.moved] == [(sheet.code, "total") for sheet in sheets]
    for sheet in sheets:
        rows = Score.every.filter(response__assignment=sheet, scale="total").order_by("pk")
        assert [(row.rule, row.current) for row in rows] == [("gad-7@1.0.0", False), ("gad-7@1.0.1", True)]
        assert Score.objects.get(response__assignment=sheet, scale="total").rule == "gad-7@1.0.1"
    # What was answered is as it was, byte for byte, and so is what the page of a group reads: one number a sheet.
    assert everything_kept() == before
    assert sorted(row.value or 0 for row in queries.scores_of(world.group, "gad-7", "total")) == [3, 12, 18]


def test_the_batch_is_on_record_without_a_name_or_a_number_of_points(world: World) -> None:
    answered(world, "baseline", 9)
    corrected("gad-7", "1.0.1", turned_round)
    anew(world)
    [entry] = AuditEntry.objects.filter(chain=world.organisation.code, event="scores made anew by a corrected rule")
    assert (entry.about_kind, entry.about_code, entry.concerns, entry.reason) == (
        "questionnaire", "gad-7@1.0.1", "", "1 sheets",
    )  # fmt: skip


def test_twice_changes_nothing_and_without_keeping_nothing_is_kept(world: World) -> None:
    answered(world, "baseline", 9)
    corrected("gad-7", "1.0.1", turned_round)
    looked = anew(world, keep=False)
    assert looked.sheets == 1 and Score.every.filter(rule="gad-7@1.0.1").count() == 0
    assert anew(world) == looked
    assert anew(world) == Rescored("", 0, ())
    assert AuditEntry.objects.filter(event="scores made anew by a corrected rule").count() == 1


def test_a_second_correction_stands_on_the_first(world: World) -> None:
    answered(world, "baseline", 9)
    corrected("gad-7", "1.0.1", turned_round)
    anew(world)
    corrected("gad-7", "1.0.2", lambda raw: None)  # it was right after all
    assert {(one.before, one.after) for one in anew(world).moved if one.scale == "total"} == {(12, 9)}
    assert Score.every.filter(scale="total").count() == 3 and Score.objects.filter(scale="total").count() == 1


def test_whoever_answers_after_the_correction_is_scored_by_it_and_both_can_be_compared(world: World) -> None:
    answered(world, "baseline", 9)
    corrected("gad-7", "1.0.1", turned_round)
    later = asked(world, "after")
    actions.submit_response(
        assignment=later, answers=adding_up("gad-7", 12), client_key=codes.new_code(), by=world.actor(world.member),
        at=later.opens_at + DAY,
    )  # fmt: skip
    assert Score.objects.get(response__assignment=later, scale="total").value == 15

    def words() -> list[Word]:
        [course] = own_courses(world.member, by=world.actor(world.member), at=world.at + 60 * DAY)
        return [step.word for step in course.lines[0].steps]

    # The same questions were asked both times, so one's own line says nothing else before the sheets are scored anew.
    assert words() == [Word.FIRST, Word.AS_USUAL]
    assert Score.every.filter(scale="total").count() == 2
    anew(world)
    assert words() == [Word.FIRST, Word.AS_USUAL]


def talks(world: World) -> int:
    return Task.objects.filter(kind=Kind.WORTH_A_TALK, group=world.group).count()


def test_a_rise_is_noticed_before_the_sheets_are_scored_anew(world: World) -> None:
    answered(world, "baseline", 9)
    corrected("gad-7", "1.0.1", turned_round)
    answered(world, "asked", 12)  # counts as 15 now, and the first as 12
    assert talks(world) == 0
    answered(world, "after", 18)  # counts as 21
    assert talks(world) == 1
    first = Score.every.get(response__assignment__occasion="baseline", scale="total")
    assert (first.rule, first.value, first.current) == ("gad-7@1.0.0", 9, True)
    assert Score.every.filter(scale="total").count() == 3


def test_a_card_that_is_typed_in_after_the_correction_shows_a_rise_too(world: World) -> None:
    late = asked(world, "baseline")
    answered(world, "asked", 18)
    corrected("gad-7", "1.0.1", turned_round)
    actions.submit_response(
        assignment=late, answers=adding_up("gad-7", 3), client_key=codes.new_code(), by=world.actor(world.facilitator),
        at=world.at + 20 * DAY, by_staff=world.facilitator,
    )  # fmt: skip
    assert talks(world) == 1


def test_a_shorter_form_is_set_beside_the_longer_whose_rule_was_corrected(world: World) -> None:
    def only_put_right(raw: dict[str, Any]) -> None:
        raw["tests"] = [{"responses": [0] * len(raw["items"]), "expect": {"total": 0}}]

    shutil.copytree(SHIPPED / "instruments" / "phq-8", site_settings.SITE_CONTENT / "instruments" / "phq-8")
    answered(world, "baseline", 2, "phq-9")
    corrected("phq-9", "1.0.1", only_put_right)
    sheet = asked(world, "asked", "phq-9")
    shorter = {key: value for key, value in adding_up("phq-9", 20).items() if key != "phq9_9"}
    actions.submit_response(
        assignment=sheet, answers=shorter, client_key=codes.new_code(), by=world.actor(world.member),
        at=sheet.opens_at + DAY, left_out=True,
    )  # fmt: skip
    sheet.refresh_from_db()
    assert (sheet.instrument, talks(world)) == ("phq-8", 1)


def turned_first_two(raw: dict[str, Any]) -> None:
    """The GAD-7 with its first two items counted the other way round."""
    total = next(one for one in raw["scores"] if one["id"] == "total")
    total["reverse"] = [1, 2]
    raw["tests"] = [{"responses": [0] * 7, "expect": {"total": 6}}]


def anew_talks(world: World) -> list[Task]:
    return list(Task.objects.filter(kind=Kind.WORTH_A_TALK_ANEW, group=world.group).order_by("pk"))


def sent(world: World, occasion: str, *items: int, member: User | None = None) -> Assignment:
    """One sheet of the GAD-7 with these answers, in the order of its lines."""
    sheet = asked(world, occasion, member=member)
    names = [item.id for item in load_instrument("gad-7").scored_items]
    actions.submit_response(
        assignment=sheet, answers=dict(zip(names, items, strict=True)), client_key=codes.new_code(),
        by=world.actor(sheet.member), at=sheet.opens_at + DAY,
    )  # fmt: skip
    return sheet


EASY_FIRST, HARD_FIRST = (3, 3, 0, 0, 0, 0, 0), (0, 0, 2, 2, 2, 0, 0)
"""By the shipped rule 6 and 6; with the first two lines turned round 0 and 12."""


def test_what_a_corrected_rule_shows_to_be_clearly_harder_waits_for_a_person(world: World) -> None:
    sent(world, "baseline", *EASY_FIRST)
    sent(world, "asked", *HARD_FIRST)
    same = world.members[1]
    for occasion in ("baseline", "asked"):
        sent(world, occasion, *EASY_FIRST, member=same)
    corrected("gad-7", "1.0.1", turned_first_two)
    anew(world, keep=False)
    assert talks(world) == 0 and not anew_talks(world), "only looking asks nobody"
    anew(world)
    [task] = anew_talks(world)
    at = world.at + 99 * DAY
    assert (task.concerns, task.owner, task.raised_at) == (world.member, world.facilitator, at)
    said = f"{WORDS[Kind.WORTH_A_TALK_ANEW].title} {WORDS[Kind.WORTH_A_TALK_ANEW].why}".casefold()
    assert "rule" in said and "chance" in said
    for never in ("severe", "depress", "alarm", "points", "gad"):
        assert never not in said
    assert talks(world) == 0 and not Alert.objects.filter(group=world.group).exists()
    anew(world)
    assert len(anew_talks(world)) == 1


def test_of_one_person_only_the_newest_occasion_is_asked_about(world: World) -> None:
    sent(world, "baseline", *EASY_FIRST)
    for occasion in ("asked", "after", "follow-up"):
        sent(world, occasion, *HARD_FIRST)
    corrected("gad-7", "1.0.1", turned_first_two)
    anew(world)
    [task] = anew_talks(world)
    assert ":follow-up:" in task.once_key


def test_what_was_asked_about_by_the_old_number_is_not_asked_again(world: World) -> None:
    sent(world, "baseline", 0, 0, 0, 0, 0, 0, 0)
    sent(world, "asked", 0, 0, 3, 3, 3, 0, 0)
    assert talks(world) == 1
    corrected("gad-7", "1.0.1", lambda raw: None)
    corrected("gad-7", "1.0.2", turned_first_two)
    assert anew(world).sheets == 2
    assert talks(world) == 1 and not anew_talks(world)


def test_a_card_after_the_scoring_anew_asks_nobody_a_second_time(world: World) -> None:
    sent(world, "baseline", *EASY_FIRST)
    late = asked(world, "asked")
    sent(world, "after", *HARD_FIRST)
    corrected("gad-7", "1.0.1", turned_first_two)
    anew(world)
    assert len(anew_talks(world)) == 1 and talks(world) == 0
    names = [item.id for item in load_instrument("gad-7").scored_items]
    actions.submit_response(
        assignment=late, answers=dict(zip(names, EASY_FIRST, strict=True)), client_key=codes.new_code(),
        by=world.actor(world.facilitator), at=world.at + 99 * DAY, by_staff=world.facilitator,
    )  # fmt: skip
    assert len(anew_talks(world)) == 1 and talks(world) == 0


def test_whoever_left_is_not_asked_about(world: World) -> None:
    sent(world, "baseline", *EASY_FIRST)
    sent(world, "asked", *HARD_FIRST)
    Membership.objects.filter(user=world.member, group=world.group).update(left_at=world.at + 50 * DAY)
    corrected("gad-7", "1.0.1", turned_first_two)
    assert anew(world).sheets == 2 and not anew_talks(world)


def test_a_version_that_asks_something_else_corrects_nothing(world: World) -> None:
    answered(world, "baseline", 9)

    def another_answer(raw: dict[str, Any]) -> None:
        raw["items"][0]["text_key"] = "another_question"

    corrected("gad-7", "1.0.1", another_answer)
    corrected("gad-7", "1.1.0", turned_round)
    one = load_instrument("gad-7", "1.0.0")
    assert correction_of(one, site=site_settings.SITE_CONTENT) is one
    assert anew(world).sheets == 0


def test_other_houses_and_people_are_left_alone(world: World) -> None:
    other = make_world()
    theirs = answered(other, "baseline", 9)
    answered(world, "baseline", 9)
    corrected("gad-7", "1.0.1", turned_round)
    assert anew(world).sheets == 1
    assert Score.objects.get(response__assignment=theirs, scale="total").rule == "gad-7@1.0.0"
    for person in (world.organisation_lead, world.safety_lead, world.facilitator, world.member):
        with pytest.raises(NotFound):
            rescore(
                organisation=world.organisation, instrument="gad-7", keep=True, by=world.actor(person), at=world.at
            )  # fmt: skip


def test_only_the_questionnaire_that_was_named_is_scored_anew(world: World) -> None:
    answered(world, "baseline", 9)
    phq = answered(world, "baseline", 9, "phq-9")

    def one_more_may_be_empty(raw: dict[str, Any]) -> None:
        next(one for one in raw["scores"] if one["id"] == "total")["missing"]["max_missing"] = 3
        raw["tests"] = [{"responses": [0] * 9, "expect": {"total": 0}}]

    corrected("gad-7", "1.0.1", turned_round)
    corrected("phq-9", "1.0.1", one_more_may_be_empty)
    assert anew(world).sheets == 1
    assert not Score.every.filter(response__assignment=phq, rule="phq-9@1.0.1").exists()


def test_what_is_only_tried_out_corrects_nothing(world: World) -> None:
    answered(world, "baseline", 9)

    def draft(raw: dict[str, Any]) -> None:
        turned_round(raw)
        raw["status"] = "draft"

    corrected("gad-7", "1.0.1", draft)
    assert anew(world).sheets == 0


def test_a_number_may_come_go_or_stand_on_more(world: World) -> None:
    sheet = asked(world, "baseline")
    actions.submit_response(
        assignment=sheet, answers={key: 0 for key in adding_up("gad-7", 0) if not key.endswith("7")},
        client_key=codes.new_code(), by=world.actor(world.member), at=sheet.opens_at + DAY,
    )  # fmt: skip

    def another_set(raw: dict[str, Any]) -> None:
        """Without the last item the total is whole; the first two have another name."""
        total = next(one for one in raw["scores"] if one["id"] == "total")
        total |= {"items": [1, 2, 3, 4, 5, 6], "range": [0, 18]}
        next(one for one in raw["scores"] if one["id"] == "gad2")["id"] = "first_two"
        raw |= {"bands": [], "norms": [], "change": []}
        raw["cutoffs"] = [one for one in raw["cutoffs"] if one["score"] == "total"]
        raw["tests"] = [{"responses": [0] * 7, "expect": {"total": 0}}]

    corrected("gad-7", "1.0.1", another_set)
    assert [(one.scale, one.before, one.was, one.after, one.now) for one in anew(world).moved] == [
        ("total", 0, "prorated", 0, "complete"),
        ("gad2", 0, "complete", None, ""),
        ("first_two", None, "", 0, "complete"),
    ]


def test_more_sheets_than_one_batch_are_all_scored(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kindcircle.rooms.measures.rescoring.BATCH", 2)
    assert BATCH > 2
    sheets = [answered(world, "baseline", 9, member=member).code for member in world.members[:5]]
    corrected("gad-7", "1.0.1", turned_round)
    found = anew(world)
    assert found.sheets == 5 and [one.sheet for one in found.moved] == sheets
    entries = AuditEntry.objects.filter(event="scores made anew by a corrected rule").order_by("pk")
    assert [entry.reason for entry in entries] == ["2 sheets", "2 sheets", "1 sheets"]
    # To whoever leads the house it is one scoring: 99 days later, by the house's own clock.
    on = (world.at + 99 * DAY).astimezone(ZoneInfo(world.organisation.zone)).date()
    assert scored_anew(world.organisation, "gad-7") == [ScoredAnew("1.0.1", on, 5)]
    assert scored_anew(world.organisation, "gad-2") == scored_anew(make_world().organisation, "gad-7") == []


def test_the_command_says_what_moves_and_keeps_it_when_asked(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    sheet = answered(world, "baseline", 9)
    code = world.organisation.code
    score_anew("gad-7", keep=False, house_code=code)
    assert "Nothing to do" in capsys.readouterr().out
    corrected("gad-7", "1.0.1", turned_round)
    score_anew("gad-7", keep=False, house_code=code)
    told = capsys.readouterr().out
    assert f"{sheet.code}  total: 9 (complete) -> 12 (complete)" in told and "Nothing was kept." in told
    score_anew("gad-7", keep=True, house_code=code)
    kept = capsys.readouterr().out
    assert "The earlier numbers are still there" in kept and "a talk waits with those who lead" in kept
    assert Score.objects.get(response__assignment=sheet, scale="total").value == 12


def test_whoever_leads_the_house_sees_when_sheets_were_scored_anew(world: World, client: Client) -> None:
    enter(client, world.organisation_lead)

    def page() -> str:
        return " ".join(client.get("/organisation/measures/gad-7/").content.decode().split())

    for member in world.members[:2]:
        answered(world, "baseline", 9, member=member)
    corrected("gad-7", "1.0.1", turned_round)
    anew(world, keep=False)
    assert "Scored anew" not in page()
    anew(world)
    on = (world.at + 99 * DAY).astimezone(ZoneInfo(world.organisation.zone))
    assert f"2 sheets by version 1.0.1, {on.day} {on:%B %Y}" in page() and "earlier numbers are kept" in page()


def test_the_command_is_there_and_explains_itself() -> None:
    from kindcircle.doors.cli.measures import measures

    told = CliRunner().invoke(measures, ["rescore", "--help"]).output
    assert "--keep" in told and "Running it twice changes nothing" in " ".join(told.split())
