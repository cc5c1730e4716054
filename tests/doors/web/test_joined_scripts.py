"""Scripts that are sent as one file: each module once, in its order, and nothing that is not understood."""

import re

import pytest

from kindcircle.doors.web.shared.joined_scripts import JOINED, CannotJoin, with_imports
from kindcircle.doors.web.shared.static_files import sent, source

DOM = "export const parts = () => 1;\nexport function say() {\n  return parts();\n}\n"
CIRCLE = 'import { say } from "./dom.js";\n\nexport async function turn() {\n  return say();\n}\n'
TIMELINE = 'import { turn } from "./circle.js";\n\nexport { parts, say } from "./dom.js";\nexport class Line {}\n'
PAGE = (
    'import { turn as go } from "../live/circle.js";\nimport { Line, parts } from "../live/timeline.js";\n\n'
    'const say = await import("./late.js");\ngo(new Line(parts(say)));\n'
)
HOUSE = {"live/dom.js": DOM, "live/circle.js": CIRCLE, "live/timeline.js": TIMELINE, "phone/page.js": PAGE}


def of_house(**changed: str) -> str:
    house = HOUSE | {f"live/{name}.js": text for name, text in changed.items()}
    return with_imports("phone/page.js", house.__getitem__)


def test_each_module_comes_once_before_whoever_needs_it() -> None:
    text = of_house()
    assert re.findall(r"^const (\$\w+) =", text, re.M) == ["$live_dom", "$live_circle", "$live_timeline"]
    assert "const { turn: go } = $live_circle;" in text and "const { Line, parts } = $live_timeline;" in text
    assert "return { Line, parts: $live_dom.parts, say: $live_dom.say };" in text
    assert "return { turn };" in text and "async function turn()" in text


def test_what_comes_later_is_still_asked_for_later() -> None:
    text = of_house()
    assert 'await import("./late.js")' in text
    assert re.findall(r"^(?:import|export) .*", text, re.M) == []


@pytest.mark.parametrize(
    "changed",
    [
        {"dom": "export default 1;\n"},
        {"dom": "export let now = 1;\n"},
        {"dom": "export const parts = (one, two = ',') => [one, two], say = 2;\n"},
        {"dom": 'import "./circle.js";\n'},
        {"dom": 'import * as circle from "./circle.js";\n'},
        {"dom": 'import { turn } from "./circle.js";\n' + DOM},
        {"dom": 'export const late = () => import("./late.js");\n'},
        {"timeline": 'export { parts as bits } from "./dom.js";\n'},
    ],
    ids=[
        "a default",
        "a name that changes",
        "two at once",
        "no names",
        "all names",
        "a ring",
        "later, from a module",
        "another name",
    ],
)
def test_what_is_not_understood_stops_the_collecting(changed: dict[str, str]) -> None:
    with pytest.raises(CannotJoin, match="live/"):
        of_house(**changed)


def test_commas_within_a_value_are_no_second_name() -> None:
    text = of_house(dom="export const parts = ({ a, b = `,` }) => [a, b]; // a, b\nexport const say = [1, ','];\n")
    assert "return { parts, say };" in text


def test_a_script_that_is_not_there_is_named() -> None:
    with pytest.raises(FileNotFoundError, match=r"phone/nowhere\.js"):
        source("phone/nowhere.js")


@pytest.mark.parametrize("name", JOINED)
def test_our_own_come_whole(name: str) -> None:
    """Nothing is left to import from the start. That they run, the tests with a browser show."""
    text = sent(name, source(name))
    assert not re.search(r"\b(?:import|export)\b(?!\()", text)
    assert text.count("const $live_dom=") == 1
