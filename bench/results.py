"""Keeping bench/RESULTS.md: each benchmark replaces its own section and leaves the others alone."""

from pathlib import Path

FILE = Path(__file__).with_name("RESULTS.md")
HEAD = """# Results

Ratios within one run on one machine hold better than seconds; read those first. Each section is written by its
own benchmark (`make bench`), which says how it measures.
"""


def write(name: str, text: str, file: Path = FILE) -> None:
    """Put `text` (Markdown) between the markers of section `name`, adding the section at the end if it is new."""
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    section = f"{begin}\n{text.strip()}\n{end}"
    whole = file.read_text(encoding="utf-8") if file.exists() else HEAD
    before, found, rest = whole.partition(begin)
    whole = before + section + rest.partition(end)[2] if found else f"{whole.rstrip()}\n\n{section}\n"
    file.write_text(whole, encoding="utf-8")


def table(heads: list[str], rows: list[list[str]]) -> str:
    """A Markdown table: the first column is text, the others are numbers."""
    lines = ["| " + " | ".join(heads) + " |", "|---|" + "---:|" * (len(heads) - 1)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])
