"""Texts are found on every shelf, a site's edits are noticed, and only what is released can start a group."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from kindcircle.spec import shelves, skeleton
from kindcircle.spec.catalogue import Offer, is_released, missing_from, offers, programme_is_released, startable
from kindcircle.spec.instruments import load_instrument
from kindcircle.spec.library import all_library, load_library
from kindcircle.spec.practices import all_practices, load_practice, newest_practice
from kindcircle.spec.programmes import all_programmes, load_programme
from kindcircle.spec.released import release
from kindcircle.spec.texts import SHIPPED, ContentError, all_handouts, load_handout
from tests.content import own
from tests.content.own import CARD, CUP, FRAME, PAGE, plant, session


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Path]:
    """A site with words of its own, known to the package."""
    before = list(shelves._site)
    folder = own.write(tmp_path / "content")
    shelves.site_is_at(lambda: folder)
    yield folder
    shelves._site[:] = before


def touched(file: Path) -> None:
    """Make sure that an edit within the same tick of the clock is seen as one."""
    state = file.stat()
    os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns + 1_000_000))


def the_offer() -> Offer:
    return next(one for one in offers() if one.id == "five-weeks")


def test_a_text_is_found_on_whichever_shelf_it_stands(site: Path) -> None:
    assert load_programme("five-weeks", "1").title == "Five weeks"
    assert load_practice("p90-slow-cup") is newest_practice("p90-slow-cup")
    assert load_handout("our-card").title == "Our card"
    assert load_library("our-page").order == 90
    assert load_practice("p22-soles-of-the-feet", folder=SHIPPED) is load_practice("p22-soles-of-the-feet")
    assert {"p90-slow-cup", "p22-soles-of-the-feet"} <= {one.id for one in all_practices()}
    assert {"our-card", "hard-day-card"} <= {one.id for one in all_handouts()}
    assert all_library()[-1].id == "our-page"
    assert "five-weeks" in {one.id for one in all_programmes()}


def test_with_a_folder_only_that_folder_is_looked_in(site: Path) -> None:
    with pytest.raises(ContentError, match="no such file"):
        load_practice("p90-slow-cup", folder=SHIPPED)
    with pytest.raises(ContentError, match="no such file"):
        load_practice("p22-soles-of-the-feet", folder=site)
    with pytest.raises(ContentError, match="no such file"):
        load_programme("five-weeks", "1", folder=SHIPPED)


def test_a_site_without_words_of_its_own_has_one_shelf(tmp_path: Path) -> None:
    before = list(shelves._site)
    shelves.site_is_at(lambda: tmp_path / "content")
    try:
        assert shelves.shelves() == (SHIPPED,)
        (tmp_path / "content").mkdir()
        assert shelves.shelves() == (SHIPPED, tmp_path / "content")
    finally:
        shelves._site[:] = before


def test_an_edit_is_noticed_while_the_server_runs(site: Path) -> None:
    assert load_practice("p90-slow-cup").title == "Slow cup"
    plant(site, CUP, '"Slow cup"', '"Warm cup"')
    touched(site / CUP)
    assert load_practice("p90-slow-cup").title == "Warm cup"
    first = load_programme("five-weeks", "1")
    assert load_programme("five-weeks", "1") is first
    plant(site, f"{own.PROGRAMME}/session-2-talk.md", "This is ours.", "This is new.")
    touched(site / f"{own.PROGRAMME}/session-2-talk.md")
    assert "This is new." in load_programme("five-weeks", "1").session(2).talk.script
    plant(site, CARD, "Look round the room.", "Look at the sky.")
    touched(site / CARD)
    assert "Look at the sky." in load_handout("our-card").text


def test_a_site_s_questionnaire_is_read_again_after_an_edit(site: Path) -> None:
    file = site / "instruments/our-pulse/1.0.0.yaml"
    file.parent.mkdir(parents=True)
    text = (SHIPPED / "instruments/wcc-6/1.0.0.yaml").read_text(encoding="utf-8").replace("id: wcc-6", "id: our-pulse")
    file.write_text(text, encoding="utf-8")
    before = load_instrument("our-pulse", site=site).wording.languages["en"].title
    file.write_text(text.replace(f"title: {before}", "title: Our week"), encoding="utf-8")
    touched(file)
    assert load_instrument("our-pulse", site=site).wording.languages["en"].title == "Our week"


def test_a_draft_can_be_looked_at_and_not_started(site: Path) -> None:
    draft = the_offer()
    assert draft.own
    assert draft.programme is not None
    assert not draft.released
    assert not is_released(draft.programme)
    assert "five-weeks" not in {one.id for one in startable()}


def test_a_released_programme_can_be_started_until_a_word_of_it_changes(site: Path) -> None:
    release(site)
    assert the_offer().released
    assert "five-weeks" in {one.id for one in startable()}
    plant(site, f"{own.PROGRAMME}/session-2-talk.md", "This is ours.", "This is new.")
    assert not programme_is_released("five-weeks", "1")
    assert "five-weeks" not in {one.id for one in startable()}


def test_a_programme_released_in_part_is_a_draft(site: Path) -> None:
    release(site, [FRAME])
    assert not programme_is_released("five-weeks", "1")
    release(site)
    assert programme_is_released("five-weeks", "1")
    (site / own.PROGRAMME / "notes.md").write_text("Mine.\n", encoding="utf-8")
    assert not programme_is_released("five-weeks", "1")


def test_a_damaged_list_releases_nothing(site: Path) -> None:
    release(site)
    (site / "RELEASED.sha256").write_text("damaged\n", encoding="utf-8")
    assert not the_offer().released


@pytest.mark.parametrize("name", ["notes for Ann.md", "handouts/our\tcard.md", "library/a\nb.md"])
def test_a_name_with_a_space_damages_no_list(site: Path, name: str) -> None:
    release(site)
    (site / name).write_text("Mine.\n", encoding="utf-8")
    with pytest.raises(ContentError, match="not a name a content file can have"):
        release(site)
    assert programme_is_released("five-weeks", "1")


def test_what_ships_is_released_and_what_is_nowhere_is_not(site: Path) -> None:
    assert programme_is_released("kind-to-a-body-that-hurts", "1")
    assert not programme_is_released("kind-to-a-body-that-hurts", "999")
    assert {one.id for one in offers() if not one.own} == {one.id for one in all_programmes(folder=SHIPPED)}


def test_a_draft_that_cannot_be_opened_is_named_and_closes_no_page(site: Path) -> None:
    plant(site, session(2), "minutes: 75", "minutes: 74")
    touched(site / session(2))
    plant(site, FRAME, "form: closed", "form: weekly")
    touched(site / FRAME)
    plant(site, CUP, "number: P90", "number: P91")
    touched(site / CUP)
    plant(site, PAGE, "order: 90", "order: none")
    touched(site / PAGE)
    broken = the_offer()
    assert broken.programme is None
    assert [(fault.file, fault.place) for fault in broken.faults] == [(session(2), ""), (FRAME, "form")]
    assert "adds up to 75 minutes, not 74" in broken.faults[0].message
    assert "five-weeks" not in {one.id for one in (*startable(), *all_programmes())}
    assert "p90-slow-cup" not in {one.id for one in all_practices()}
    assert "our-page" not in {one.id for one in all_library()}
    with pytest.raises(ContentError, match="does not begin with its number"):
        all_practices(folder=site)
    with pytest.raises(ContentError, match="adds up to"):
        all_programmes(folder=site)


HOSTILE = {
    "a list within itself": b"id: &a [*a]",
    "names that unfold": b"a: &a [x, x]\nb: &b [*a, *a]\nid: [*b, *b]",
    "a field named by a list": b"? [a, b]\n: c",
    "no such day": b"id: 2020-13-45",
    "no such hour": b"id: 2020-01-01 99:00:00",
    "a number that is none": b"id: !!int x",
    "a yes that is none": b"id: !!bool x",
    "a time that is none": b"id: !!timestamp x",
    "a number without digits": b"id: 0b_",
    "a number too long to write": b"id: " + b"9" * 5_000,
    "a number too long to write, of another base": b"id: 0x" + b"f" * 5_000,
    "lists within lists": b"id: " + b"[" * 200_000,
    "lists within lists, line by line": b"id:\n  " + b"- " * 200_000,
    "more than anyone writes": b"id: " + b"x" * 1_100_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("file", [FRAME, session(2), CUP])
def test_no_file_of_a_site_brings_its_pages_down(site: Path, file: str, text: bytes) -> None:
    (site / file).write_bytes(b"---\n" + text + b"\n---\nWords.\n" if file == CUP else text)
    touched(site / file)
    if file == CUP:
        assert "p90-slow-cup" not in {one.id for one in all_practices()}
    else:
        assert [fault.file for fault in the_offer().faults] == [file]
    assert any(finding.file == file and finding.level == "error" for finding in own.check(site))


@pytest.mark.parametrize("file", [FRAME, session(2), f"{own.PROGRAMME}/session-2-talk.md", CUP, CARD, PAGE])
def test_a_link_out_of_the_folder_shows_nothing(site: Path, tmp_path: Path, file: str) -> None:
    secret = tmp_path / f"elsewhere{Path(file).suffix}"
    (site / file).rename(secret)
    (site / file).symlink_to(secret)
    found = [finding for finding in own.check(site) if finding.level == "error"]
    assert any("leads out of its folder" in finding.message for finding in found)
    # A link to a neighbour stays at home, as folders that are handed in from outside are made.
    (site / file).unlink()
    secret.rename((site / file).with_name(f"..{secret.name}"))
    (site / file).symlink_to(f"..{secret.name}")
    assert not [finding for finding in own.check(site) if "leads out" in finding.message]


def test_what_is_no_file_is_not_waited_for(site: Path) -> None:
    for file in (CUP, session(2)):
        (site / file).unlink()
        os.mkfifo(site / file)
    assert "p90-slow-cup" not in {one.id for one in all_practices()}
    assert [fault.file for fault in the_offer().faults] == [session(2)]


@pytest.mark.parametrize("name", ["a" * 300, "../../../etc/passwd", "a\0b", ".", "", "x/y"])
def test_an_odd_name_is_not_there(site: Path, name: str) -> None:
    for load in (load_practice, load_handout, load_library, load_programme):
        for version in ("1", name):
            with pytest.raises(ContentError):
                load(name, version)  # type: ignore[operator]


def test_what_a_programme_names_and_the_site_has_lost_is_said(site: Path) -> None:
    own.put(site, 2, "practice-b", "practice", "practice: p90-slow-cup, seconds: 120")
    programme = load_programme("five-weeks", "1")
    assert missing_from(programme) == ()
    (site / CUP).unlink()
    (site / CARD).unlink()
    assert missing_from(programme) == ("p90-slow-cup version 1 (120 s)", "our-card")


def test_nothing_the_package_ships_is_missing() -> None:
    for programme in all_programmes(folder=SHIPPED):
        assert missing_from(programme) == ()


@pytest.mark.parametrize("version", ["1", "2", "10"])
def test_a_file_is_named_after_its_version(version: str) -> None:
    assert shelves.file_name("our-card", version) == {"1": "our-card.md"}.get(version, f"our-card.v{version}.md")


def test_later_versions_of_handouts_and_pages_stand_beside_the_first(site: Path) -> None:
    for file, version in ((CARD, "10"), (CARD, "2"), (PAGE, "2")):
        text = (site / file).read_text(encoding="utf-8").replace('version: "1"', f'version: "{version}"')
        (site / file.replace(".md", f".v{version}.md")).write_text(text, encoding="utf-8")
    assert load_handout("our-card").version == "10"
    assert load_handout("our-card", 2).version == "2"
    assert load_library("our-page").version == "2"
    assert load_library("our-page", "1").version == "1"
    assert [one.version for one in all_handouts(folder=site)] == ["10"]
    with pytest.raises(ContentError, match="no such file"):
        load_handout("our-card", "3")


# A new programme ------------------------------------------------------------------------------


@pytest.mark.parametrize("weeks", [1, 2, 3, 4, 5, 8, 16])
@pytest.mark.parametrize("minutes", [45, 60, 75, 90, 165, 180])
def test_a_new_programme_is_whole_at_every_size(tmp_path: Path, weeks: int, minutes: int) -> None:
    files = skeleton.programme_files("our-own", 'Ours: a "test" {of} signs', weeks=weeks, minutes=minutes)
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    programme = load_programme("our-own", "1", folder=tmp_path)
    assert programme.title == 'Ours: a "test" {of} signs'
    assert [one.minutes for one in programme.sessions] == [minutes] * weeks
    assert {finding.rule for finding in own.check(tmp_path)} == {"text.draft", "release.new"}


@pytest.mark.parametrize(("weeks", "minutes"), [(0, 60), (17, 60), (5, 44), (5, 181)])
def test_a_size_that_cannot_work_is_refused(weeks: int, minutes: int) -> None:
    with pytest.raises(ValueError, match=r"has 1 to 16 weeks|lasts 45 to 180 minutes"):
        skeleton.programme_files("our-own", "Ours", weeks=weeks, minutes=minutes)


def test_own_practices_take_the_next_free_number(tmp_path: Path) -> None:
    (tmp_path / "practices").mkdir()
    for number in range(90, 100):
        name, text = skeleton.practice_file(f"cup-{number}", "Cup", folder=tmp_path)
        assert name == f"practices/p{number}-cup-{number}.md"
        (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="P90 to P99 are all taken"):
        skeleton.practice_file("one-more", "One more", folder=tmp_path)
