"""Who is asked what and when; what is offered; and whose words it is asked in."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kindcircle.base.access import SYSTEM
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib.errors import NotFound
from kindcircle.rooms.groups.errors import ProgrammeGone
from kindcircle.rooms.groups.models import Gathering, Group, Membership
from kindcircle.rooms.measures import actions, asking, queries
from kindcircle.rooms.measures.errors import VersionUnknown, WordsDoNotFit
from kindcircle.rooms.measures.models import Assignment, Wording
from kindcircle.spec.instruments import load_instrument
from tests.rooms.measures.sheets import HOUR, bring_wording, made_up_wording, send, sheet
from tests.world import World, join, make_person, make_world

DAY = timedelta(days=1)


def given(world: World, occasion: str) -> set[tuple[int, str]]:
    return set(Assignment.objects.filter(group=world.group, occasion=occasion).values_list("member_id", "instrument"))


def close(gathering: Gathering, at) -> None:
    Gathering.objects.filter(pk=gathering.pk).update(state="closed", opened_at=at - HOUR, closed_at=at)


class TestForAGathering:
    def test_everyone_present_gets_a_sheet_for_arriving_and_one_for_leaving(self, world: World):
        assert asking.assign_for_gathering(gathering=world.gathering, at=world.at) == 16
        assert given(world, "arrival") == {(person.pk, "arrival-check") for person in world.members}
        assert given(world, "leaving") == {(person.pk, "after-session") for person in world.members}

    def test_doing_it_again_adds_only_who_is_new(self, world: World):
        asking.assign_for_gathering(gathering=world.gathering, at=world.at)
        assert asking.assign_for_gathering(gathering=world.gathering, at=world.at) == 0
        join(world.group, make_person(world.organisation, "Late", at=world.at), Membership.Role.MEMBER, at=world.at)
        assert asking.assign_for_gathering(gathering=world.gathering, at=world.at) == 2

    def test_who_has_left_is_asked_nothing(self, world: World):
        world.member.memberships.update(left_at=world.at)
        asking.assign_for_gathering(gathering=world.gathering, at=world.at)
        assert world.member.pk not in {member for member, _ in given(world, "arrival")}

    def test_leaving_may_be_answered_until_the_next_day_also_when_it_began_late(self, world: World):
        late = world.at + timedelta(hours=3)
        asking.assign_for_gathering(gathering=world.gathering, at=late)
        row = Assignment.objects.filter(occasion="leaving").first()
        assert row.closes_at == late + HOUR + DAY


class TestForAGroup:
    ALL = {"scs-sf-12", "who-5", "phq-9", "gad-7", "illness-burden", "wcc-6"}

    def test_the_first_set_comes_before_the_first_gathering_and_not_after(self, world: World):
        first = world.gathering
        assert asking.assign_for_group(group=world.group, occasion="baseline", at=first.starts_at - 15 * DAY) == 0
        assert asking.assign_for_group(group=world.group, occasion="baseline", at=first.ends_at) == 0
        assert asking.assign_for_group(group=world.group, occasion="baseline", at=first.starts_at - DAY) == 8 * 6
        assert {name for _, name in given(world, "baseline")} == self.ALL

    def test_the_week_has_its_own_sheet_until_the_next_gathering(self, world: World):
        over = world.at + HOUR
        assert asking.assign_for_group(group=world.group, occasion="weekly", at=over) == 0
        close(world.gathering, over)
        assert asking.assign_for_group(group=world.group, occasion="weekly", at=over) == 8
        row = Assignment.objects.first()
        assert (row.instrument, row.gathering, row.closes_at) == (
            "wcc-6",
            world.gathering,
            world.gatherings[1].starts_at,
        )

    def test_the_last_set_comes_after_the_last_gathering_in_place_of_the_weeks(self, world: World):
        for gathering in world.gatherings:
            close(gathering, gathering.ends_at)
        over = world.gatherings[-1].ends_at
        assert asking.assign_for_group(group=world.group, occasion="weekly", at=over + HOUR) == 0
        assert asking.assign_for_group(group=world.group, occasion="after", at=over + 8 * DAY) == 0
        assert asking.assign_for_group(group=world.group, occasion="after", at=over + HOUR) == 8 * 7
        # By the house's own rule everybody is asked at the end whether anything became worse.
        assert {name for _, name in given(world, "after")} == self.ALL | {"harm-check"}

    def test_what_belongs_to_the_middle_comes_with_that_week_only(self, world: World):
        Group.objects.filter(pk=world.group.pk).update(programme_version="2")
        world.group.refresh_from_db()
        asked = []
        for gathering in world.gatherings[:3]:
            close(gathering, gathering.ends_at)
            asking.assign_for_group(group=world.group, occasion="weekly", at=gathering.ends_at + HOUR)
            rows = Assignment.objects.filter(gathering=gathering, occasion="weekly")
            asked.append(set(rows.values_list("instrument", flat=True)))
        assert asked == [{"wcc-6"}, {"wcc-6", "alliance-pulse", "harm-check"}, {"wcc-6"}]

    def test_three_months_later_the_same_questions_come_once_more(self, world: World):
        Group.objects.filter(pk=world.group.pk).update(programme_version="2")
        world.group.refresh_from_db()
        for gathering in world.gatherings:
            close(gathering, gathering.ends_at)
        over = world.gatherings[-1].ends_at
        ask = partial(asking.assign_for_group, group=world.group, occasion="follow-up")
        assert ask(at=over + 89 * DAY) == 0
        assert ask(at=over + 105 * DAY) == 0
        new = ask(at=over + 91 * DAY)
        later = Assignment.objects.filter(occasion="follow-up")
        assert new == later.count() > 0
        assert ask(at=over + 92 * DAY) == 0
        sheet = later.first()
        assert sheet is not None
        assert (sheet.opens_at, sheet.closes_at) == (over + 90 * DAY, over + 104 * DAY)

    def test_a_group_without_gatherings_is_asked_nothing(self, world: World):
        Gathering.objects.all().delete()
        for occasion in ("baseline", "weekly", "after"):
            assert asking.assign_for_group(group=world.group, occasion=occasion, at=world.at) == 0


class TestDue:
    def test_whatever_is_due_is_given_out_once(self, world: World):
        assert asking.assign_due(at=world.at) == 48
        assert asking.assign_due(at=world.at) == 0
        close(world.gathering, world.at + HOUR)
        assert asking.assign_due(at=world.at + 2 * HOUR) == 8

    def test_a_finished_group_gets_its_last_set(self, world: World):
        for gathering in world.gatherings:
            close(gathering, gathering.ends_at)
        Group.objects.update(state="finished")
        assert asking.assign_due(at=world.gatherings[-1].ends_at + HOUR) == 56
        assert asking.assign_due(at=world.gatherings[-1].ends_at + 90 * DAY) == 0

    def test_a_group_with_an_unknown_programme_does_not_hold_up_the_others(self, world: World):
        other = make_world(members=1)
        Group.objects.filter(pk=world.group.pk).update(programme="gone")
        with pytest.raises(ProgrammeGone):
            asking.assign_due(at=other.at)
        assert Assignment.objects.filter(group=other.group).count() == 6


class TestOne:
    def test_asking_again_gives_the_first_back(self, world: World):
        assert sheet(world) == sheet(world)

    def test_the_version_a_group_began_with_stays(self, world: World):
        first = sheet(world, "wcc-6", occasion="baseline")
        Assignment.objects.filter(pk=first.pk).update(version="0.9.0")
        assert sheet(world, "wcc-6", occasion="after").version == "0.9.0"

    def test_only_facilitators_of_the_group_and_the_house_itself_assign(self, world: World):
        more = {"occasion": "weekly", "opens_at": world.at, "closes_at": world.at + HOUR, "instrument": "wcc-6"}
        asking.assign(member=world.member, group=world.group, by=world.actor(world.facilitator), **more)
        other = make_world()
        for by in (world.actor(world.member), world.actor(world.organisation_lead), other.actor(other.facilitator)):
            with pytest.raises(NotFound):
                asking.assign(member=world.member, group=world.group, by=by, **more)

    def test_an_unknown_questionnaire_is_refused(self, world: World):
        with pytest.raises(VersionUnknown):
            sheet(world, "no-such-sheet")


class TestOffered:
    def open_codes(self, world: World, at=None, **more) -> list[str]:
        return [one.code for one in queries.open_assignments(world.actor(world.member, **more), at or world.at)]

    def test_what_is_open_now_and_not_answered(self, world: World):
        assignment = sheet(world)
        assert self.open_codes(world, world.at - HOUR) == []
        assert self.open_codes(world) == [assignment.code]
        assert self.open_codes(world, assignment.closes_at) == []
        send(world, assignment, {})
        assert self.open_codes(world) == []

    def test_what_closes_first_comes_first(self, world: World):
        late = sheet(world, occasion="weekly", closes_at=world.at + 9 * DAY)
        soon = sheet(world, occasion="leaving")
        assert self.open_codes(world) == [soon.code, late.code]

    def test_a_visitor_is_offered_the_sheets_of_that_gathering_only(self, world: World):
        sheet(world)
        here = sheet(world, occasion="arrival", gathering=world.gathering)
        assert self.open_codes(world, only_gathering=world.gathering.pk) == [here.code]

    def test_nobody_is_offered_anothers(self, world: World):
        sheet(world)
        assert queries.open_assignments(world.actor(world.members[1]), world.at) == []

    def test_a_sheet_without_words_is_not_offered_and_staff_are_told(self, world: World):
        assignment = sheet(world, "phq-9")
        assert self.open_codes(world) == []
        assert queries.missing_wordings(world.group) == ["PHQ-9"]
        bring_wording(world, "phq-9")
        assert self.open_codes(world) == [assignment.code]
        assert queries.missing_wordings(world.group) == []

    def test_words_in_another_language_do_not_count(self, world: World):
        sheet(world, "phq-9")
        bring_wording(world, "phq-9", language="fr")
        assert self.open_codes(world) == []

    def test_many_sheets_cost_no_more_queries_than_one(self, world: World):
        bring_wording(world, "phq-9")
        sheet(world, "phq-9")
        with CaptureQueriesContext(connection) as one:
            assert len(self.open_codes(world)) == 1
        for name in ("wcc-6", "after-session", "settling"):
            sheet(world, name)
        with CaptureQueriesContext(connection) as four:
            assert len(self.open_codes(world)) == 4
        assert len(four) == len(one)


class TestWords:
    def test_our_own_come_from_the_package(self, world: World):
        words = queries.words_for(world.organisation, load_instrument("after-session"), "en-gb")
        assert (words.language, words.title) == ("en", "Before you go")

    def test_other_peoples_come_from_the_newest_import_of_this_house(self, world: World):
        one = load_instrument("phq-9")
        assert queries.words_for(world.organisation, one, "en-gb") is None
        bring_wording(world, "phq-9", mark="First")
        bring_wording(world, "phq-9", mark="Second")
        bring_wording(make_world(members=1), "phq-9", mark="Elsewhere")
        assert queries.words_for(world.organisation, one, "en-gb").title == "Second sheet"

    def test_the_closest_language_is_chosen(self, world: World):
        for language in ("en", "en-gb", "fr"):
            bring_wording(world, "phq-9", language=language, mark=language)
        one = load_instrument("phq-9")
        for asked, got in (("en-gb", "en-gb"), ("en-us", "en"), ("fr-ch", "fr"), ("de", "en")):
            assert queries.words_for(world.organisation, one, asked).language == got

    def test_the_import_keeps_the_file_its_mark_and_who_accepted_the_terms(self, world: World):
        bring_wording(world, "phq-9")
        kept = Wording.objects.get()
        assert bytes(kept.source_file) == b"made up for a test"
        assert len(kept.source_sha256) == 64
        assert (kept.terms_accepted_by, kept.terms_accepted_at) == (world.organisation_lead, world.at)
        assert AuditEntry.objects.get(event="wording imported").about_code == kept.code

    def test_the_same_words_twice_are_one_import(self, world: World):
        assert bring_wording(world, "phq-9") == bring_wording(world, "phq-9")
        assert AuditEntry.objects.filter(event="wording imported").count() == 1

    def test_the_command_line_brings_words_as_the_house_itself(self, world: World):
        one = load_instrument("phq-9")
        kept = actions.import_wording(
            organisation=world.organisation, definition=one, wording=made_up_wording("phq-9"), source_name="x.csv",
            source_bytes=b"", by=SYSTEM, at=world.at,
        )  # fmt: skip
        assert kept.terms_accepted_by is None

    @pytest.mark.parametrize(("instrument", "other"), [("after-session", "after-session"), ("phq-9", "gad-7")])
    def test_words_that_do_not_fit_are_refused(self, world: World, instrument, other):
        with pytest.raises(WordsDoNotFit) as refused:
            actions.import_wording(
                organisation=world.organisation, definition=load_instrument(instrument),
                wording=made_up_wording(other), source_name="x", source_bytes=b"",
                by=world.actor(world.organisation_lead), at=world.at,
            )  # fmt: skip
        assert refused.value.sentence

    def test_words_with_a_gap_are_refused(self, world: World):
        words = made_up_wording("phq-9")
        del words.items["i9"]
        with pytest.raises(WordsDoNotFit):
            actions.import_wording(
                organisation=world.organisation, definition=load_instrument("phq-9"), wording=words, source_name="x",
                source_bytes=b"", by=world.actor(world.organisation_lead), at=world.at,
            )  # fmt: skip
        assert not Wording.objects.exists()

    def test_only_the_organisation_lead_brings_words(self, world: World):
        other = make_world()
        for by in (world.actor(world.facilitator), world.actor(world.member), other.actor(other.organisation_lead)):
            with pytest.raises(NotFound):
                actions.import_wording(
                    organisation=world.organisation, definition=load_instrument("phq-9"),
                    wording=made_up_wording("phq-9"), source_name="x", source_bytes=b"", by=by, at=world.at,
                )  # fmt: skip
