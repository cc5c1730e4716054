"""Every figure about a group has a rule, a trial and its readers. One that is not on this list fails here.

Two kinds. What members hear, see on the wall, or are read aloud is told in words that were tried against every insider.
Numbers stand on pages that nobody who sits in the group can open; the matrix says who may, and is asked here.
"""

import ast
import importlib
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.house.matrix_expected import IN_MEETING, LEADING, MEMBERS, PAGES
from tests.house.matrix_house import LENT, VISITING

ROOMS = Path(__file__).parents[2] / "src" / "kindcircle" / "rooms"
DOORS = ROOMS.parent / "doors"
MAKES_FIGURES = {
    "statistics", "kindcircle.stats.disclosure", "kindcircle.stats.feasibility", "kindcircle.stats.before_after",
    "kindcircle.stats.rates", "kindcircle.stats.samples", "kindcircle.stats.effects", "kindcircle.stats.cohorts",
}  # fmt: skip
MAY_BE_NAMED = {
    "Suppressed", "Share", "SMALLEST_SHOWN", "Undefined", "BeforeAfter", "Proportion", "Rate", "Attendance",
    "Together", "Line", "Way", "FEWEST_TO_TELL_RANGE",
}  # fmt: skip
"""What a page may take from there, to show it or to say that it is not shown."""
SITS_IN_A_GROUP = MEMBERS | {VISITING, LENT}


@dataclass(frozen=True)
class Figure:
    """pages: where it stands. tried: the tests that hold it, as "file::test"; each of them is there and runs."""

    pages: tuple[str, ...]
    tried: tuple[str, ...]


MEANS, STORIES = "stats.test_group_means", "stats.test_group_stories"
SHARES, GROWING = "stats.test_disclosure_shares", "stats.test_disclosure_growing"

IN_WORDS = {
    # How we are together: a word for each level, and how alike they see it.
    "alliance.actions": Figure(
        ("facilitator:together",),
        (
            f"{MEANS}::test_after_one_telling_everybody_else_may_still_have_given_any_answer",
            f"{MEANS}::test_people_who_come_and_go_give_nobody_away",
            f"{MEANS}::test_three_tellings_to_the_same_people_give_nobody_away",
            f"{MEANS}::test_whether_answers_lie_close_gives_nobody_away_beside_two_words",
            f"{STORIES}::test_no_story_of_three_tellings_holds_more_than_words_told_afresh",
            "rooms.alliance.test_alliance::test_it_is_worked_out_once_and_a_late_answer_changes_nothing",
        ),
    ),
    "alliance.queries": Figure(
        ("facilitator:together", "organisation:together"),
        (
            f"{STORIES}::test_beside_the_last_telling_alone_a_leaver_would_be_given_away_after_a_time_of_others",
            "rooms.alliance.test_alliance::test_a_new_word_is_set_beside_the_newest_that_shares_somebody_with_it",
        ),
    ),
    # Have you felt this, live and on the wall.
    "live.actions.words": Figure(
        ("member:words", "facilitator:lead-words", "facilitator:wall-words"),
        (
            f"{SHARES}::test_one_person_who_knows_their_own_answer_learns_nobody_elses",
            f"{STORIES}::test_a_question_asked_again_of_the_same_people_gives_nobody_away_whoever_passed",
        ),
    ),
    "live.queries_words": Figure(
        ("member:words",), (f"{SHARES}::test_so_it_is_told_again_to_the_very_same_people_only",)
    ),
    # Was it talked about, as members say.
    "feedback.rate": Figure(
        ("facilitator:feedback", "organisation:home"),
        (
            f"{GROWING}::test_nobody_is_given_away_by_a_word_that_grows",
            f"{STORIES}::test_the_word_of_one_group_beside_those_of_the_house_gives_nobody_away",
        ),
    ),
    # Keep, change, need: which practices more than half would like more or less of.
    "ending.reviews": Figure(
        ("facilitator:review",),
        ("rooms.ending.test_reviews::test_more_and_less_told_side_by_side_give_nobody_away",),
    ),
    # The stretch around one's own first value, once fifty of a house stand behind it.
    "measures.norms": Figure(
        ("member:course", "facilitator:report"),
        ("rooms.measures.test_course::test_from_fifty_people_on_the_spread_is_that_of_the_house",),
    ),
}
IN_NUMBERS = {
    # The words to begin with, which are said aloud, come from these numbers.
    "feedback.queries": Figure(
        ("facilitator:feedback", "facilitator:feedback-of"),
        (
            "spec.test_feedback::test_words_said_aloud_give_nobody_away",
            "rooms.feedback.test_check_ins::test_a_number_of_our_own_sheets_a_count_of_others_and_nothing_of_the_pulse",
            "rooms.feedback.test_check_ins::test_below_five_answers_there_are_counts_alone",
        ),
    ),
    "practice.queries": Figure(
        ("facilitator:group", "organisation:home"),
        ("rooms.practice.test_plays::test_a_group_is_spoken_of_in_ranges_from_five_people_up",),
    ),
    "research.report": Figure(
        ("facilitator:report",),
        ("rooms.feedback.test_check_ins::test_the_report_of_a_group_leaves_the_pulse_out",),
    ),
    "research.report_record": Figure(
        ("facilitator:report-record", "facilitator:report-paper"),
        ("rooms.research.test_report_record::test_below_five_pairs_there_is_no_number_at_all",),
    ),
    "research.cohorts": Figure(
        ("organisation:evidence-of", "organisation:evidence-record", "organisation:evidence-paper"),
        (
            "rooms.research.test_programme::test_below_five_there_is_no_number_anywhere",
            "rooms.research.test_programme::test_what_was_told_once_stays_as_it_was",
        ),
    ),
    "research.programme": Figure(
        ("organisation:evidence-of", "organisation:evidence-paper"),
        (
            "stats.test_told_in_parts::test_sums_told_one_after_another_give_no_hidden_row_away",
            "rooms.research.test_programme::test_a_sum_over_groups_waits_where_it_would_give_one_away",
        ),
    ),
    # What a plan opens: everything in it rests on sums that only groups of five and more have.
    "research.programme_plan": Figure(
        ("organisation:evidence-of", "organisation:evidence-paper"),
        ("rooms.research.test_programme::test_a_plan_opens_figures_of_those_who_may_stand_in_them",),
    ),
    "research.programme_alike": Figure(
        ("organisation:evidence-of", "organisation:evidence-paper"),
        ("rooms.research.test_programme::test_no_view_shows_a_kind_of_fewer_than_five",),
    ),
    "research.programme_record": Figure(
        ("organisation:evidence-record",),
        ("rooms.research.test_programme::test_below_five_there_is_no_number_anywhere",),
    ),
    "research.house": Figure(
        ("organisation:home",),
        (
            "stats.test_disclosure_totals::test_no_hidden_number_of_people_can_be_worked_out",
            "stats.test_disclosure_totals::test_no_hidden_number_of_those_who_finished_can_be_worked_out",
        ),
    ),
    "research.unwanted": Figure(
        ("facilitator:unwanted-house", "facilitator:unwanted-export"),
        ("walks.test_unwanted::test_not_asked_is_not_none_and_a_board_gets_codes",),
    ),
    # Rows that leave, with our figures beside them: pooled, and never the same people with one group's answers more.
    "research.figures": Figure(
        ("organisation:release", "organisation:release-take"),
        (
            "rooms.research.test_batches::test_two_files_laid_side_by_side_show_nobody_or_enough",
            "rooms.research.test_batches::test_no_answers_and_no_version_are_one_groups_own",
            "rooms.research.test_takings_apart::test_whoever_subtracts_any_two_files_finds_nobody_or_enough",
        ),
    ),
    "backdraft.figures": Figure(
        ("facilitator:practices-land", "organisation:practices-land"),
        ("spec.test_backdraft::test_what_is_young_waits_and_what_stands_never_changes",),
    ),
}
ALL = IN_WORDS | IN_NUMBERS


def taken(path: Path) -> set[tuple[str, str]]:
    """What a module takes from those that make figures: (module, name)."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            whole = [(f"{node.module}.{one.name}", one.name) for one in node.names]
            found |= {(node.module, name) for _, name in whole if node.module in MAKES_FIGURES}
            found |= {(full, full) for full, _ in whole if full in MAKES_FIGURES}
        elif isinstance(node, ast.Import):
            found |= {(one.name, one.name) for one in node.names if one.name in MAKES_FIGURES}
    return found


def test_every_room_that_works_a_figure_out_is_on_the_list() -> None:
    found = {".".join(path.relative_to(ROOMS).with_suffix("").parts) for path in ROOMS.rglob("*.py") if taken(path)}
    assert found == set(ALL), "a figure about a group needs its rule, its trial and its readers"


def test_no_page_works_one_out_by_itself() -> None:
    for path in (DOORS / "web").rglob("*.py"):
        assert {name for _, name in taken(path)} <= MAY_BE_NAMED, path


@pytest.mark.parametrize("room", ALL)
def test_what_holds_it_is_there(room: str) -> None:
    for page in ALL[room].pages:
        assert page in PAGES
    for trial in ALL[room].tried:
        module, _, name = trial.partition("::")
        assert callable(getattr(importlib.import_module(f"tests.{module}"), name))


@pytest.mark.parametrize("room", IN_NUMBERS)
def test_numbers_are_for_nobody_who_sits_in_a_group(room: str) -> None:
    for page in ALL[room].pages:
        for about in PAGES[page].about:
            for method in PAGES[page].methods.split():
                assert not PAGES[page].may(about, method) & SITS_IN_A_GROUP, page


def test_who_may_open_a_page_is_really_asked() -> None:
    assert PAGES["member:words"].may("open gathering", "GET") >= IN_MEETING & SITS_IN_A_GROUP
    assert PAGES["facilitator:report"].may("group", "GET") == LEADING
