"""Scripts of others that we serve are what their makers released: unchanged, licensed, and no more than is named."""

import hashlib
from pathlib import Path

NOBLE = Path(__file__).parents[3] / "src/kindcircle/doors/web/shared/static/noble-hashes"


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
