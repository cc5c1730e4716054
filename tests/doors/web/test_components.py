"""The parts of our pages: what they show, what they say to people who do not see them, what they refuse."""

import math
import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from django.conf import settings as django_settings
from django.template import Context, Template
from django.test import Client, RequestFactory, override_settings

from kindcircle.doors.web.shared import drawing
from kindcircle.doors.web.shared.gallery import SENTENCES, SampleForm


def show(source: str, **context) -> str:
    return Template("{% load components %}" + source).render(Context(context))


def states(html: str) -> list[str]:
    return re.findall(r'data-state="([a-z]+)"', html)


class WellFormed(HTMLParser):
    """Every element that opens also closes, in order."""

    EMPTY = {"meta", "link", "br", "hr", "img", "input", "circle", "path", "line"}

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag, attributes):
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        if tag not in self.EMPTY:
            assert self.open.pop() == tag


# --- the ring ---


@pytest.mark.parametrize("count", [1, 2, 8, 15, 30])
def test_marks_stand_on_the_ring_and_never_touch(count):
    marks = drawing.seat_marks([{"state": "here"}] * count)
    assert len(marks) == count
    for mark in marks:
        assert math.hypot(mark["x"] - 50, mark["y"] - 50) == pytest.approx(drawing.RADIUS, abs=0.02)
    for one, other in pairwise(marks):
        assert math.hypot(one["x"] - other["x"], one["y"] - other["y"]) > one["r"] + other["r"]


def test_the_first_seat_is_at_the_top_and_the_round_goes_clockwise():
    top, right, bottom, left = drawing.on_ring(4)
    assert (top, right, bottom, left) == ((50, 8), (92, 50), (50, 92), (8, 50))


def test_ring_shows_each_seat_in_its_state_and_says_it_in_words():
    seats = [{"state": "here", "label": "Ana"}, {"state": "kept", "label": "Ben", "code": "b-1"}]
    html = show('{% ring seats label="1 of 2 are here" middle=1 note="of 2" %}', seats=seats)
    assert states(html) == ["here", "kept"]
    assert 'role="img" aria-label="1 of 2 are here"' in html
    assert 'data-seat="b-1"' in html
    assert "<strong>1</strong>of 2" in html


def test_names_stand_outside_the_ring_and_grow_away_from_it():
    seats = [{"state": "here", "short": name} for name in ("Ana", "Ben", "Bartholomew-James", "Kim")]
    marks = drawing.seat_marks(seats, names=True)
    assert [mark["side"] for mark in marks] == ["middle", "start", "middle", "end"]
    assert marks[2]["short"] == "Bartholomew…"
    for mark in marks:
        assert math.hypot(mark["text_x"] - 50, mark["text_y"] - 50) > drawing.RADIUS + mark["halo"] / 2


def test_ring_of_nobody_is_a_ring():
    html = show('{% ring seats label="Nobody yet" %}', seats=[])
    assert states(html) == []
    assert 'class="ring-line"' in html


def test_a_name_on_the_ring_cannot_become_code():
    seats = [{"state": "here", "label": "<script>x</script>", "short": "<b>x"}]
    html = show('{% ring seats label="x" names=True %}', seats=seats)
    assert "<script" not in html
    assert "&lt;b&gt;x" in html


@pytest.mark.parametrize(
    ("now", "expected", "words"),
    [
        (1, ["now", "ahead", "ahead", "ahead"], "Week 1 of 4"),
        (3, ["past", "past", "now", "ahead"], "Week 3 of 4"),
        (5, ["past", "past", "past", "past"], "All 4 weeks are behind us"),
    ],
)
def test_weeks_ring(now, expected, words):
    html = show("{% weeks_ring 4 now %}", now=now)
    assert states(html) == expected
    assert f'aria-label="{words}"' in html


# --- asking ---


def test_scale_has_eleven_numbers_and_none_is_chosen_beforehand():
    html = show('{% scale "steadiness" "How steady?" low="not" high="very" %}')
    assert re.findall(r'type="radio" name="steadiness" value="(\d+)"', html) == [str(n) for n in range(11)]
    assert "checked" not in html
    assert "<legend" in html


@pytest.mark.parametrize("value", [0, "0", 7, "7", 10])
def test_scale_shows_what_was_chosen_zero_included(value):
    html = show('{% scale "s" "?" low="a" high="b" value=value %}', value=value)
    assert re.findall(r'value="(\d+)" checked', html) == [str(value)]


@pytest.mark.parametrize("value", [None, "", "eleven", "-1", "99"])
def test_scale_chooses_nothing_for_what_is_not_on_it(value):
    assert "checked" not in show('{% scale "s" "?" low="a" high="b" value=value %}', value=value)


def test_scale_says_its_error_beside_the_question():
    html = show('{% scale "s" "?" low="a" high="b" error="Please choose." %}')
    assert 'aria-describedby="s-error"' in html
    assert 'id="s-error"' in html


def test_likert_marks_the_word_that_was_chosen():
    html = show('{% likert "l" "?" options value=2 %}', options=[(1, "a little"), (2, "quite"), (22, "very")])
    assert re.findall(r'value="(\d+)" checked', html) == ["2"]


@pytest.mark.parametrize("who", ["me", "facilitators", "group-unnamed", "group-named"])
def test_reader_line_always_leads_to_help(who):
    html = show("{% reader who %}", who=who)
    assert "can read this" in html
    assert 'href="/help/"' in html


def test_reader_line_refuses_a_reader_it_does_not_know():
    with pytest.raises(KeyError):
        show('{% reader "everyone" %}')


def test_field_ties_label_help_and_error_to_the_box():
    form = SampleForm({"name": ""})
    html = show("{% field form.name %}", form=form)
    assert '<label for="id_name">' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_helptext"' in html
    assert 'id="id_name_error"' in html
    assert 'aria-invalid="true"' in html


def test_field_keeps_what_was_written():
    html = show("{% field form.words %}", form=SampleForm({"words": "<b>my words</b>"}))
    assert "&lt;b&gt;my words&lt;/b&gt;" in html


def test_form_errors_lead_to_each_place_and_are_silent_without_errors():
    form = SampleForm({"name": "Ana", "day": "2026-12-01", "way": "call", "steady": "12"})
    html = show("{% form_errors form %}", form=form)
    assert re.findall(r'<a href="(#[^"]+)"', html) == ["#id_steady"]
    assert 'id="id_steady"' in show('{% field form.steady kind="scale" %}', form=form)
    assert show("{% form_errors form %}", form=SampleForm()).strip() == ""


# --- pictures of numbers ---


def test_each_line_runs_from_before_to_after_and_higher_stands_higher():
    lines = [{"label": "A", "before": 0, "after": 27, "change": "worse"}]
    placed = drawing.person_lines(lines, lowest=0, highest=27)["lines"][0]
    assert (placed["y1"], placed["y2"]) == (254.0, 14.0)


def test_a_scale_of_one_value_does_not_divide_by_nothing():
    lines = [{"label": "A", "before": 5, "after": 5, "change": "same"}]
    placed = drawing.person_lines(lines, lowest=5, highest=5)["lines"][0]
    assert placed["y1"] == placed["y2"] == 254.0


def test_an_interval_past_the_edge_is_cut_at_the_edge():
    rows = [{"label": "A", "estimate": 0.5, "low": -9.0, "high": 9.0}]
    placed = drawing.interval_plot(rows, lowest=-1, highest=2, step=0.5)["rows"][0]
    assert (placed["x1"], placed["x2"]) == (20.0, 400.0)


def test_ticks_are_written_plainly():
    ticks = drawing.interval_plot([], lowest=-1, highest=1, step=0.5)["ticks"]
    assert [tick["label"] for tick in ticks] == ["−1", "−0.5", "0", "0.5", "1"]
    assert [tick["zero"] for tick in ticks] == [False, False, True, False, False]


def test_what_is_not_shown_has_words_and_no_bar():
    html = show('{% interval_plot rows lowest=-1 highest=1 label="x" %}', rows=[{"label": "A", "instead": "Too few"}])
    assert "Too few" in html
    assert "estimate" not in html


# --- small things ---


def test_dialled_keeps_what_is_dialled():
    assert show("{{ '+44 (0)800 555-0199 <b>'|dialled }}") == "+4408005550199"


@pytest.mark.parametrize(
    ("cookie", "expected"),
    [("dark", ' data-theme="dark"'), ("light", ' data-theme="light"'), ("auto", ""), ('"><b>', "")],
)
def test_theme_follows_the_cookie_and_nothing_else(cookie, expected):
    request = RequestFactory().get("/")
    request.COOKIES["theme"] = cookie
    assert show("{% theme_attribute %}", request=request) == expected


def test_join_card_holds_a_square_of_its_own_and_the_code_in_letters():
    html = show('{% join_card link code="MOON 47" address="circle.example/join" %}', link="https://circle.example/j/x")
    assert html.count("<svg") == 2  # the square and the copy sign
    assert "MOON 47" in html
    assert "style=" not in html


# --- whole pages ---


@override_settings(DEMO=True)
def test_gallery_shows_everything_to_visitors_of_a_demo(db):
    answer = Client().get("/gallery/")
    assert answer.status_code == 200
    page = answer.content.decode()
    parser = WellFormed()
    parser.feed(page)
    assert parser.open == []
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert sorted(ids) == sorted(set(ids))


@override_settings(DEMO=False)
def test_there_is_no_gallery_on_a_real_site(db, client):
    assert client.get("/gallery/").status_code == 404
    assert client.get("/gallery/404/").status_code == 404


@override_settings(DEMO=True)
@pytest.mark.parametrize("status", sorted(SENTENCES))
def test_every_error_page_has_help_a_way_out_and_a_way_on(db, client, status):
    page = client.get(f"/gallery/{status}/").content.decode()
    assert 'class="help-now" href="/help/"' in page
    assert 'class="leave" href="/leave/"' in page
    assert re.search(r'class="button" href="/"', page)
    assert SENTENCES[status] in page


def test_a_page_that_is_not_there_leaves_to_a_neutral_place(db, client):
    answer = client.get("/no/such/page/")
    assert answer.status_code == 404
    assert f'data-leave="{django_settings.LEAVE_TO}"' in answer.content.decode()


def test_the_title_names_nothing_private(db, client):
    page = client.get("/help/").content.decode()
    title = re.search(r"<title>(.*?)</title>", page).group(1)
    assert title in ("Help now", "Help")


def own_line(*values, **more):
    steps = [{"at": 10.0 * n, "value": value, "label": "", "short": "1 May"} for n, value in enumerate(values)]
    return drawing.own_line(steps, joined=more.pop("joined", []), lowest=0, highest=20, **more)


def test_ones_own_line_stops_at_a_gap_and_a_lone_value_draws_none():
    found = own_line(20, 10, None, 0, joined=[[0, 1], [3]])
    assert found["lines"] == ["56.0,14.0 133.3,104.0"]
    assert [step["y"] for step in found["steps"]] == [14.0, 104.0, None, 194.0]
    assert own_line()["steps"] == [] and own_line(5)["steps"][0]["x"] == 172.0


def test_a_stretch_is_cut_at_the_ends_of_the_scale_and_the_usual_one_begins_with_the_first_value():
    found = own_line(None, 18, 4, usual=(14.0, 22.0), research=(-3.0, 5.0))
    assert found["usual"] == {"x": 172.0, "y": 14.0, "width": 128.0, "height": 54.0}
    assert found["research"] == {"x": 44.0, "y": 149.0, "width": 256.0, "height": 45.0}
    assert own_line(3)["usual"] is None


def test_dates_are_written_only_where_there_is_room():
    assert [step["named"] for step in own_line(1, 2, 3, 4, 5, 6, 7)["steps"]] == [
        True,
        False,
        True,
        False,
        True,
        False,
        True,
    ]
    assert all(step["named"] for step in own_line(1, 2)["steps"])
