"""Every sentence of the pages is there in every language, with the same gaps and tags; nothing is left over."""

import ast
import gettext
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import translation
from django.utils.formats import get_format

from tests.house.po import Sentence, sentences

PACKAGE = settings.PACKAGE
OTHERS = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
GAP = re.compile(r"%\(\w+\)[.\d]*[a-z]|%%|%s|\{\w*\}")
TAG = re.compile(r"<[^<>]*>")
DATE = re.compile(r"""\|date:["']([^"']+)["']|date_format\([^"\n]*"([^"]+)"\)""")
# The same in every language: for machines, and the clock that a TIME_FORMAT holds for already.
SAME = {"Y-m-d", "Y-m-d\\TH:i", "H:i", "Y", "F Y"}

needs_gettext = pytest.mark.skipif(
    not (shutil.which("xgettext") and shutil.which("msgfmt")),
    reason="GNU gettext is not installed here; CONTRIBUTING.md says how",
)


def file_of(language: str) -> Path:
    return PACKAGE / "locale" / language / "LC_MESSAGES" / "django.po"


def test_the_pages_speak_more_than_one_language() -> None:
    assert OTHERS == ["de"]


@pytest.fixture(scope="module")
def gathered(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Sentence]:
    """Every sentence that the code and the templates say today, gathered from a copy of them."""
    copy = tmp_path_factory.mktemp("gathered")
    for file in (*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.html")):
        to = copy / file.relative_to(PACKAGE)
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, to)
    (copy / "locale").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(copy)
        patch.setattr(settings, "LOCALE_PATHS", [copy / "locale"])
        call_command("makemessages", locale=["de"], no_location=True, no_wrap=True, verbosity=0)
    return sentences(copy / "locale" / "de" / "LC_MESSAGES" / "django.po")


@needs_gettext
@pytest.mark.parametrize("language", OTHERS)
def test_nothing_is_missing_and_nothing_left_over(gathered, language: str) -> None:
    known = sentences(file_of(language))
    assert len(gathered) > 6000
    missing, left_over = sorted(gathered.keys() - known.keys()), sorted(known.keys() - gathered.keys())
    assert (missing, left_over) == ([], []), "run tools/words, then give the new sentences their words"


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_is_said_and_sure(language: str) -> None:
    unsaid = [
        one.one
        for one in sentences(file_of(language)).values()
        if one.fuzzy or not all(one.said.values()) or len(one.said) != (2 if one.many else 1)
    ]
    assert unsaid == []


@pytest.mark.parametrize("language", OTHERS)
def test_gaps_tags_and_edges_are_the_same(language: str) -> None:
    wrong = [one.one for one in sentences(file_of(language)).values() if not fits(one)]
    assert wrong == []


def fits(one: Sentence) -> bool:
    """Whether each way of saying it has the gaps, tags and outer blanks of the English one."""
    return all(
        gaps(said) in (gaps(one.one), gaps(one.many or one.one))
        and sorted(TAG.findall(said)) == sorted(TAG.findall(one.one))
        and (said[:1].isspace(), said[-1:].isspace()) == (one.one[:1].isspace(), one.one[-1:].isspace())
        for said in one.said.values()
    )


def gaps(words: str) -> list[str]:
    return sorted(GAP.findall(words))


@pytest.mark.parametrize(
    ("said", "right"),
    [
        ("<b>%(n)s</b> da", True),
        ("<b>%(m)s</b> da", False),
        ("%(n)s da", False),
        ("<b>%(n)s</b> da ", False),
    ],
)
def test_a_planted_slip_is_found(said: str, right: bool) -> None:
    assert fits(Sentence(one="<b>%(n)s</b> here", said={0: said})) is right


@needs_gettext
@pytest.mark.parametrize("language", OTHERS)
def test_what_is_compiled_is_what_is_written(language: str, tmp_path: Path) -> None:
    fresh = tmp_path / "fresh.mo"
    subprocess.run(
        ["msgfmt", "--check-format", "--check-domain", "-o", fresh, file_of(language)],
        check=True,
    )
    assert catalogue(file_of(language).with_suffix(".mo")) == catalogue(fresh), "run tools/words"


def catalogue(file: Path) -> dict[object, str]:
    with file.open("rb") as compiled:
        return dict(gettext.GNUTranslations(compiled)._catalog)


@pytest.mark.parametrize("language", OTHERS)
def test_every_way_to_write_a_date_is_known(language: str) -> None:
    asked = {
        first or second
        for file in (*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.html"))
        for first, second in DATE.findall(file.read_text(encoding="utf-8"))
    } - SAME
    assert len(asked) > 5
    with translation.override(language):
        assert sorted(way for way in asked if get_format(way) == way) == []


def test_no_page_changes_the_capitals_of_words() -> None:
    """German nouns have one wherever they stand; a page that makes letters small would take it away."""
    found = [
        f"{file.name}: {words}"
        for file in PACKAGE.rglob("*.html")
        for words in re.findall(r"\{[{%][^{}]*\|(?:lower|title|upper)\b[^{}]*[}%]\}", file.read_text(encoding="utf-8"))
    ]
    assert found == []


def said_in_code(source: str) -> set[str]:
    """Every sentence that a module hands over to be said in another language, by whatever name it calls gettext."""
    tree, names, found = ast.parse(source), dict[str, str](), set[str]()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in ("django.utils.translation", "gettext"):
            names |= {one.asname or one.name: one.name for one in node.names if "gettext" in one.name}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            words = node.args[names[node.func.id].startswith(("pgettext", "npgettext"))]
            found |= {words.value} if isinstance(words, ast.Constant) and isinstance(words.value, str) else set()
    return found


@pytest.mark.parametrize("language", OTHERS)
def test_the_gatherer_finds_what_the_code_says(language: str) -> None:
    """It knows gettext by few names and reads nothing within an f-string: what it misses would stay in English."""
    known = {one.one for one in sentences(file_of(language)).values()}
    missed = {
        str(file.relative_to(PACKAGE)): sorted(lost)
        for file in PACKAGE.rglob("*.py")
        if (lost := said_in_code(file.read_text(encoding="utf-8")) - known)
    }
    assert missed == {}


def test_a_planted_sentence_under_another_name_is_found() -> None:
    head = "from django.utils.translation import gettext as _, gettext_lazy as later, pgettext\n"
    source = head + """said = [later("One"), f"{_('Two')} {number}", pgettext("of a day", "Three")]"""
    assert said_in_code(source) == {"One", "Two", "Three"}


# When a sentence is said --------------------------------------------------------------------------

AT_ONCE = {"gettext", "ngettext", "pgettext", "npgettext"}


def said_at_import(source: str) -> list[int]:
    """Lines whose words are fixed when the server starts, in the usual language, whoever reads them later."""
    tree = ast.parse(source)
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            names |= {one.asname or one.name: one.name for one in node.names}
    found: list[int] = []

    def walk(node: ast.AST) -> None:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            return
        called = names.get(node.func.id, "") if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
        filled = node.left if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) else None
        late = isinstance(filled, ast.Call) and isinstance(filled.func, ast.Name) and filled.func.id in names
        if called in AT_ONCE or late:
            found.append(node.lineno)
        for child in ast.iter_child_nodes(node):
            walk(child)

    walk(tree)
    return found


def test_no_words_are_fixed_when_the_server_starts() -> None:
    found = {
        str(file.relative_to(PACKAGE)): lines
        for file in PACKAGE.rglob("*.py")
        if (lines := said_at_import(file.read_text(encoding="utf-8")))
    }
    assert found == {}, "gettext_lazy, or a function, says them in the language of whoever reads"


def test_planted_words_that_are_fixed_too_early_are_found() -> None:
    head = "from django.utils.translation import gettext as _, gettext_lazy, ngettext_lazy\n"
    assert said_at_import(head + 'WORDS = {"a": _("Hello")}') == [2]
    assert said_at_import(head + 'MANY = ngettext_lazy("%(n)s day", "%(n)s days", "n") % {"n": 2}') == [2]
    assert said_at_import(head + 'WORDS = gettext_lazy("Hello")\ndef say():\n    return _("Hello")') == []
