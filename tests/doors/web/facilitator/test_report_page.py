"""The report page says its one sentence, shows every figure with its n and interval, and names nobody."""

from tests.rooms.research.test_report import answer, hold_all, told

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def page_of(client, world) -> str:
    client.force_login(world.facilitator, backend=BACKEND)
    session = client.session
    session["demo_door"] = True
    session.save()
    answer = client.get(f"/desk/groups/{world.group.code}/report/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_shows_figures_with_interval_n_and_what_is_missing(client, world):
    hold_all(world, absent={2: {0, 1}, 3: {0, 1}, 4: {0}})
    told(world)
    page = page_of(client, world)
    assert "7 of 8 people have both scores. Missing one or both: 1." in page
    assert "too few to tell" in page
    assert "27 of 32" in page
    assert "95 % interval" in page
    assert "There was no comparison group" in page or "there was no comparison group" in page
    assert "Hedges&#x27; g" in page
    assert "A change of more than 3.9 points" in page


def test_no_member_is_named_on_it(client, world):
    told(world)
    page = page_of(client, world)
    for name in ("Ines", "Tomas", "Oluwa"):
        assert name not in page


def test_with_fewer_than_five_answers_no_figure_stands_on_the_page(client, world):
    told(world, after=[8, 12, 9, 10, None, None, None, None])
    page = page_of(client, world)
    assert page.count("Fewer than five people") >= 6
    assert "Hedges&#x27; g, g_raw" not in page


def test_a_group_nobody_has_joined_yet_has_a_calm_page(client, db):
    from tests.world import make_world

    assert "Fewer than five people" in page_of(client, make_world(members=0))


def test_the_shorter_form_of_the_night_says_on_the_page_and_in_the_file_whose_place_it_took(client, world):
    for member in world.members:
        answer(world, member, "phq-8", 12, "baseline")
        answer(world, member, "phq-8", 7, "after")
    page = page_of(client, world)
    assert "<summary>PHQ-8" in page and "Asked in place of PHQ-9" in page and page.count("Asked in place of") == 1
    record = client.get(f"/desk/groups/{world.group.code}/report.json").json()
    told_of = {one["instrument"]: one["stands_for"] for one in record["outcomes"]}
    assert told_of["phq-8"] == "PHQ-9" and told_of["phq-9"] == ""
