"""The look keeps its promises: readable colours in both themes, small files, nothing inline, both directions."""

import gzip
import re
from pathlib import Path

import django_htmx
import pytest

from kindcircle.base.people.models import Palette
from kindcircle.doors.web.shared.static_files import joined, lightened

WEB = Path(__file__).parents[3] / "src/kindcircle/doors/web"
CSS = WEB / "shared/static/css"
JS = WEB / "shared/static/js"
TOGETHER = CSS / "every-page.css"
STYLES = sorted(set(CSS.glob("*.css")) - {TOGETHER})
SCRIPTS = sorted(JS.glob("*.js"))
TEMPLATES = sorted(WEB.rglob("*.html"))

TEXT = 4.5  # WCAG 2.2, 1.4.3: words against what is behind them
SHAPE = 3.0  # WCAG 2.2, 1.4.11: borders and marks that carry meaning

GROUNDS = ("paper", "card", "sunk")
PAIRS = [
    *[(word, ground, TEXT) for word in ("ink", "ink-soft", "plum", "plum-deep", "amber") for ground in GROUNDS],
    *[(word, "plum-wash", TEXT) for word in ("ink", "plum", "plum-deep", "ink-soft")],
    *[(word, "amber-wash", TEXT) for word in ("ink", "amber", "plum")],
    *[(word, "leaf-wash", TEXT) for word in ("ink", "leaf", "plum")],
    ("leaf", "paper", TEXT),
    ("on-plum", "plum", TEXT),
    ("on-plum", "plum-deep", TEXT),
    *[(shape, ground, SHAPE) for shape in ("edge", "lamp", "plum", "focus") for ground in ("paper", "card")],
    ("plum", "plum-wash", SHAPE),
    ("focus", "amber-wash", SHAPE),
    ("focus", "plum-wash", SHAPE),
]


def colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})\b", block))


def themes() -> dict[str, dict[str, str]]:
    text = (CSS / "tokens.css").read_text()
    light, dark_by_device, dark_by_choice = re.findall(r":root[^{]*\{\s*color-scheme: .*?\n *\}", text, flags=re.S)
    return {
        "light": colours(light),
        "dark by device": colours(light) | colours(dark_by_device),
        "dark by choice": colours(light) | colours(dark_by_choice),
    }


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2 definition: 0 black to 1 white."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    r, g, b = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_of_black_and_white_is_21():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)  # the well-known grey just below AA


@pytest.mark.parametrize("theme", ["light", "dark by device", "dark by choice"])
def test_every_pair_of_colours_can_be_read(theme):
    palette = themes()[theme]
    weak = {
        f"{front} on {ground}": round(contrast(palette[front], palette[ground]), 2)
        for front, ground, least in PAIRS
        if contrast(palette[front], palette[ground]) < least
    }
    assert weak == {}


def palettes() -> dict[str, dict[str, dict[str, str]]]:
    """Every palette a house may choose, in the same three ways, over what all of them share."""
    text, usual, found = (CSS / "palettes.css").read_text(), themes(), {"plum": themes()}
    for name in Palette.values:
        blocks = re.findall(rf'(:root[^{{]*):where\(\[data-palette="{name}"\]\) \{{(.*?)\}}', text, flags=re.S)
        if blocks:
            by = {selector.strip(): colours(block) for selector, block in blocks}
            light = by[":root"]
            found[name] = {
                "light": usual["light"] | light,
                "dark by device": usual["dark by device"] | light | by[':root:not([data-theme="light"])'],
                "dark by choice": usual["dark by choice"] | light | by[':root[data-theme="dark"]'],
            }
            # Amber, lamp and leaf mean the same in every house.
            for theme in found[name]:
                for same in ("amber", "lamp", "amber-wash", "leaf", "leaf-wash"):
                    assert found[name][theme][same] == usual[theme][same]
    return found


def test_every_palette_that_a_house_may_choose_is_drawn_and_readable():
    found = palettes()
    assert set(found) == set(Palette.values)
    weak = [
        f"{name}, {theme}: {front} on {ground}"
        for name, looks in found.items()
        for theme, palette in looks.items()
        for front, ground, least in PAIRS
        if contrast(palette[front], palette[ground]) < least
    ]
    assert weak == []
    for name, looks in found.items():
        assert looks["dark by device"] == looks["dark by choice"], name
        # Dark has a dark of its own for each colour; else one of the light ones would shine through.
        assert {one for one in looks["light"] if looks["light"][one] == looks["dark by choice"][one]} == set(), name


def test_the_palettes_differ_and_are_shown_beside_their_names():
    text = (CSS / "palettes.css").read_text()
    shown = dict(re.findall(r'\[data-swatch="(\w+)"\] \{\s*background: (#\w+);', text))
    assert shown == {name: looks["light"]["plum"] for name, looks in palettes().items()}
    assert len(set(shown.values())) == len(Palette.values)


def test_dark_is_the_same_dark_whether_chosen_or_followed():
    assert themes()["dark by device"] == themes()["dark by choice"]


def test_dark_changes_every_colour():
    light, dark = themes()["light"], themes()["dark by choice"]
    assert {name for name in light if light[name] == dark[name]} == set()


def packed(files: list[Path]) -> int:
    """Bytes over the line, each file packed by itself."""
    return sum(len(gzip.compress(lightened(file.name, file.read_text()).encode(), 9)) for file in files)


def test_all_styles_weigh_no_more_than_15_kilobytes():
    # A palette comes only to the pages of a house that chose one.
    assert packed([style for style in STYLES if style.name != "palettes.css"]) <= 15 * 1024
    assert packed([CSS / "palettes.css"]) <= 1536


def test_an_ordinary_page_loads_no_more_than_20_kilobytes_of_script():
    assert packed(SCRIPTS) <= 20 * 1024


def test_a_meeting_loads_no_more_than_40_kilobytes_of_script():
    htmx = Path(django_htmx.__file__).parent / "static/django_htmx/htmx-2.min.js"
    live, loaded, waiting = WEB / "shared/static/live", set[str](), ["room.js"]
    while waiting:
        name = waiting.pop()
        if name not in loaded:
            loaded.add(name)
            waiting += re.findall(r'from "\./([a-z-]+\.js)"', (live / name).read_text())
    assert packed([*SCRIPTS, *(live / name for name in sorted(loaded)), htmx]) <= 40 * 1024


def test_a_page_with_fragments_brings_htmx_along():
    """Follows each template with hx- attributes up through whatever includes it, to the whole page."""
    texts = {str(file.relative_to(file.parents[1])): file.read_text() for file in TEMPLATES}
    texts |= {file.name: file.read_text() for file in TEMPLATES if file.parent.name == "templates"}
    reached = {name for name, text in texts.items() if re.search(r"\shx-(get|post|put|delete)=", text)}
    assert reached, "the live pages use htmx; if that has changed, this test and _htmx.html can go"
    while (
        more := {name for name, text in texts.items() if any(f'include "{one}"' in text for one in reached)} - reached
    ):
        reached |= more
    without = [n for n in reached if "{% extends" in texts[n] and "shared/_htmx.html" not in texts[n]]
    assert without == []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda file: file.name)
def test_a_script_is_short_and_keeps_nothing_in_the_browser(script):
    text = script.read_text()
    assert len(text.splitlines()) < 150
    # Taking something out of the store keeps nothing.
    text = re.sub(r"sessionStorage\.removeItem|indexedDB\?\.deleteDatabase", "", text)
    assert not re.search(
        r"localStorage|sessionStorage|indexedDB|innerHTML|outerHTML|insertAdjacent|document\.write|eval\(", text
    )


@pytest.mark.parametrize("style", STYLES, ids=lambda file: file.name)
def test_styles_work_from_right_to_left_and_fetch_nothing(style):
    text = re.sub(r"/\*.*?\*/", "", style.read_text(), flags=re.S)
    sided = re.findall(
        r"^\s*((?:margin|padding|border)-(?:left|right)|left|right|float|text-align: (?:left|right))\b", text, re.M
    )
    assert sided == []
    assert "url(" not in text
    assert "@import" not in text


def test_what_every_page_wears_is_sent_as_one_file():
    sent = joined(TOGETHER.read_text())
    names = re.findall(r'@import url\("(.+)"\);', TOGETHER.read_text())
    assert len(names) == 6 and "@import" not in sent
    assert sent.endswith("".join((CSS / name).read_text() + "\n" for name in names))


@pytest.mark.parametrize("style", STYLES, ids=lambda file: file.name)
def test_nothing_moves_unless_movement_is_welcome(style):
    text = style.read_text()
    welcome = re.findall(r"@media \(prefers-reduced-motion: no-preference\) \{.*?\n\}", text, flags=re.S)
    for block in welcome:
        text = text.replace(block, "")
    assert not re.search(r"(?<![-\w])(transition|animation|transform)\s*:", text)
    assert "@keyframes" not in text


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda file: str(file.relative_to(WEB)))
def test_templates_carry_no_inline_script_or_style(template):
    text = re.sub(r"{#.*?#}|{% comment.*?endcomment %}", "", template.read_text(), flags=re.S)
    assert not re.search(r"\sstyle\s*=", text)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text)
    assert "<style" not in text
    assert not re.search(r"<script(?![^>]*(?:\bsrc=|type=\"application/json\"))", text)
    assert "javascript:" not in text


NAMED_ONLY = {"leave", "scale"}  # not drawn: for scripts and tests to find


def test_what_is_wider_than_a_phone_can_be_moved_by_keyboard():
    """axe sees it only where there is so much in it that it really is wider."""
    wide = [one for page in TEMPLATES for one in re.findall(r'<div class="table-scroll"[^>]*>', page.read_text())]
    assert len(wide) > 10
    assert [one for one in wide if 'tabindex="0" role="region" aria-label="' not in one] == []


def test_every_class_a_template_uses_is_drawn():
    """A class nobody drew is a misspelling, or a part the gallery does not know: draw it in static/css."""
    drawn = set(re.findall(r"\.([a-z][a-z0-9-]*)", " ".join(style.read_text() for style in STYLES)))
    unknown = {}
    for template in TEMPLATES:
        # What a template fills in becomes one sign, so that half a class name is not taken for a whole one.
        text = re.sub(r"{%.*?%}", " ", re.sub(r"{{.*?}}", "@", template.read_text()))
        for classes in re.findall(r'\bclass="([^"]*)"', text):
            for word in classes.split():
                if "@" not in word and word not in drawn | NAMED_ONLY:
                    unknown.setdefault(word, template.name)
    assert unknown == {}
