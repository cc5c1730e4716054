"""Scripts of others that we serve are what their makers released: unchanged, licensed, and no more than is named."""

import gzip
import hashlib
import re
from pathlib import Path

from kindcircle.doors.web.shared.static_files import lightened

WEB = Path(__file__).parents[3] / "src/kindcircle/doors/web"
STATIC = WEB / "shared/static"
NOBLE = STATIC / "noble-hashes"


def weight(*first: str) -> int:
    """Packed bytes of these scripts and of all that they import at once, each file packed by itself."""
    waiting, found = [STATIC / name for name in first], set[Path]()
    while waiting:
        script = waiting.pop()
        if script not in found:
            found.add(script)
            waiting += [(script.parent / one).resolve() for one in re.findall(r' from "(\.[^"]+)"', script.read_text())]
    return sum(len(gzip.compress(lightened(one.name, one.read_text()).encode(), 9)) for one in found)


def test_every_file_of_others_is_the_one_that_was_looked_at() -> None:
    lines = (NOBLE / "FROM.txt").read_text().splitlines()
    named = dict(reversed(line.split()[1:]) for line in lines if line.startswith("sha256 "))
    found = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in NOBLE.iterdir()}
    assert found.pop("FROM.txt")
    assert found == named
    assert "The MIT License" in (NOBLE / "LICENSE").read_text()


def test_it_fetches_and_runs_nothing_but_itself() -> None:
    for script in NOBLE.glob("*.js"):
        text = script.read_text()
        code = "\n".join(line for line in text.splitlines() if not line.strip().startswith(("*", "/*", "//")))
        assert not any(word in code for word in ("fetch(", "eval(", "new Function", "WebAssembly", "document.")), script
        asked = {part.split('"')[1] for part in code.split(" from ")[1:] if part.startswith('"')}
        assert all(one.startswith("./") and (NOBLE / one).exists() for one in asked), (script.name, asked)


def test_a_page_without_a_key_of_ones_own_loads_nothing_of_it() -> None:
    for template in WEB.rglob("templates/**/*.html"):
        text = template.read_text()
        if "own-key/" not in text.replace("my-words/own-key/", ""):
            continue
        mine = template.name.startswith(("own_key", "_own_key"))
        assert mine or "{% if own_key" in text or "{% if body" in text, f"{template.name} brings it to everybody"


def test_a_key_of_ones_own_costs_a_page_little() -> None:
    assert weight("own-key/write.js") <= 6 * 1024
    assert weight("own-key/read.js") <= 7 * 1024  # with what draws a sheet
    assert weight("own-key/ways.js") <= 15 * 1024, "scrypt, where somebody has to be asked"
