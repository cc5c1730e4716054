"""Whatever file or word somebody gives: figures, or one kind sentence that says what to put right."""

import csv
import io

import pytest

from kindcircle.doors.cli.analyse import analyse
from tests.doors.cli.analysing import METHODS, figures, run, table

# A number column of each method's file, in which things go wrong.
NUMBERS = {
    "before-after": "before",
    "two-arms": "after",
    "reliability": "i2",
    "mediation": "m1",
    "feasibility": "came",
    "meta": "sei",
    "mixed": "y",
    "round-robin": "liking",
}


def changed(text, column, change):
    """The file with the cells of one column changed: `change(place, cell)`."""
    rows = list(csv.reader(io.StringIO(text)))
    where = rows[0].index(column)
    for place, row in enumerate(rows[1:]):
        row[where] = change(place, row[where])
    return rows


def joined(rows, mark=","):
    out = io.StringIO()
    csv.writer(out, delimiter=mark, lineterminator="\n").writerows(rows)
    return out.getvalue()


def cell(words):
    """One cell of a number column holds these words; the message names the row and gives them back."""
    return lambda text, column: joined(changed(text, column, lambda place, old: words if place == 2 else old))


def every(words):
    return lambda text, column: joined(changed(text, column, lambda _place, _old: words))


def lines(keep):
    return lambda text, _column: "\n".join(keep(text.splitlines())) + "\n"


def upright(text):
    """Names and rows, so many of them that nobody would read them all."""
    names, *rows = csv.reader(io.StringIO(text))
    return [names, *rows * 6]


def in_bytes(data):
    return lambda _text, _column: data


NOT_TEXT = "This file is not plain text. Please save it as CSV (UTF-8) and try again."

# What is wrong with the file: how it comes about, and words of the answer. "" where each method has its own.
WRONG_FILES = {
    "empty": (in_bytes(b""), "This file is empty."),
    "blank lines only": (in_bytes(b"\n \n\t\n"), "This file is empty."),
    "a byte order mark only": (in_bytes(b"\xef\xbb\xbf"), "This file is empty."),
    "column names only": (lines(lambda all_of: all_of[:1]), "no rows below them"),
    "a spreadsheet": (in_bytes(b"PK\x03\x04\x14\x00\x06\x00xl/workbook.xml"), NOT_TEXT),
    "a picture": (in_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), NOT_TEXT),
    "a zipped file": (in_bytes(b"\x1f\x8b\x08\x00\x00\x00\x00\x00"), NOT_TEXT),
    "a PDF": (in_bytes(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), NOT_TEXT),
    "another encoding": (lambda text, _column: (text + "Zoë,é").encode("latin-1"), NOT_TEXT),
    "half of a UTF-16 file": (lambda text, _column: text.encode("utf-16")[:-1], NOT_TEXT),
    "zero bytes inside": (lambda text, _column: text.replace("\n", "\0\n", 2).encode(), NOT_TEXT),
    "JSON": (in_bytes(b'{"before": 3}\n'), "This file is JSON."),
    "JSON of rows": (in_bytes(b'[\n  {"before": 3, "after": 2}\n]\n'), "This file is JSON."),
    "a web page": (in_bytes(b"<!doctype html>\n<html><body>Sign in</body></html>\n"), "is a web page or a document"),
    "a table of a web page": (
        lambda text, _column: f"\n<TABLE border=1>\n{text}</TABLE>\n".encode(),
        "is a web page or a document",
    ),
    "XML of a spreadsheet": (
        in_bytes(b'\xef\xbb\xbf<?xml version="1.0"?>\n<Workbook>\n</Workbook>\n'),
        "is a web page or a document",
    ),
    "a document of a word processor": (
        in_bytes(b"{\\rtf1\\ansi Dear all,\n\\par}\n"),
        "is a web page or a document",
    ),
    "a letter": (
        in_bytes(b"Dear all\nPlease find the figures below.\nBest wishes\n"),
        "The first row is one cell: Dear all.",
    ),
    "Parquet": (in_bytes(b"PAR1\x15\x04\x15\x10\nPAR1\n"), NOT_TEXT),
    "a file of SPSS": (in_bytes(b"$FL2@(#) SPSS DATA FILE\x02\x00\x00\x00"), NOT_TEXT),
    "an old spreadsheet": (in_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), NOT_TEXT),
    "UTF-16 that does not say so": (lambda text, _column: text.encode("utf-16-le"), NOT_TEXT),
    "UTF-32": (lambda text, _column: text.encode("utf-32"), NOT_TEXT),
    "upright strokes between": (
        lambda text, _column: text.replace(",", "|"),
        "please put commas, semicolons or tabs between them",
    ),
    "spaces between": (
        lambda text, _column: text.replace(",", "  "),
        "please put commas, semicolons or tabs between them",
    ),
    "other signs between further down": (
        lines(lambda all_of: [*all_of[:3], *(one.replace(",", ";") for one in all_of[3:])]),
        "Row 4 has 1 cells, and the first row has",
    ),
    "a title above": (lambda text, _column: f"Our study in spring\n{text}", "Please take off a title above the names."),
    "numbers of rows that have no name": (
        lambda text, _column: "\n".join(
            line if not place else f"{place},{line}" for place, line in enumerate(text.splitlines())
        ),
        "Please give it as many.",
    ),
    "a line without an end": (lines(lambda all_of: [*all_of[:3], "1," * 200_000]), "Row 4 has 200001 cells"),
    "a cell without an end": (cell("x" * 100_000), f'"{"x" * 39}…" in row 4'),
    "two lines in a cell": (cell("3\n4"), '"3 4" in row 4'),
    "rows and columns the wrong way round": (
        lambda text, _column: joined(zip(*upright(text), strict=True)),
        " more.",
    ),
    "a line of units": (
        lines(lambda all_of: [all_of[0], ",".join(["points"] * (all_of[0].count(",") + 1)), *all_of[1:]]),
        '"points" in row 2',
    ),
    "marks of two versions": (lines(lambda all_of: [all_of[0], "<<<<<<< mine", *all_of[1:]]), "Row 2 has 1 cells"),
    "a quotation mark left open": (lambda text, _column: text + '"1,2\n', "A quotation mark may be left open."),
    "a short row": (lines(lambda all_of: [*all_of[:3], "1", *all_of[3:]]), "Row 4 has 1 cells, and the first row has"),
    "a long row": (lines(lambda all_of: [*all_of[:2], all_of[2] + ",9,9"]), "Row 3 has"),
    "a column twice": (
        lambda text, column: joined(
            [
                [*row, row[row0]]
                for row in csv.reader(io.StringIO(text))
                for row0 in [text.split("\n")[0].split(",").index(column)]
            ]
        ),
        "There is more than one column called",
    ),
    "no column names": (lines(lambda all_of: all_of[1:]), "There is no column called"),
    "a column missing": (lambda text, column: text.replace(column, column + "_x", 1), "The columns are: "),
    "column names in capitals": (
        lambda text, _column: text.split("\n", 1)[0].upper() + "\n" + text.split("\n", 1)[1],
        "The columns are: ",
    ),
    "words among numbers": (cell("often"), '"often" in row 4'),
    "infinity": (cell("inf"), '"inf" in row 4'),
    "a number without an end": (cell("1e999"), '"1e999" in row 4'),
    "a true minus sign": (cell("\u22123"), '"\u22123" in row 4'),
    "a number in another base": (cell("0x1F"), '"0x1F" in row 4'),
    "a limit for a number": (cell("<0.01"), '"<0.01" in row 4'),
    "a star beside a number": (cell("3.5*"), '"3.5*" in row 4'),
    "a fraction": (cell("3/5"), '"3/5" in row 4'),
    "a time of day": (cell("12:30"), '"12:30" in row 4'),
    "money": (cell("€ 3"), '"€ 3" in row 4'),
    "a number too large": (cell("1e60"), "is too large for a score"),
    "underscores in numbers": (cell("1_000"), '"1_000" in row 4'),
    "numbers of another script": (cell("٣"), '"٣" in row 4'),
    "a percentage": (cell("84 %"), '"84 %" in row 4'),
    "a date": (cell("2026-01-31"), '"2026-01-31" in row 4'),
    "two numbers in a cell": (cell("3-4"), '"3-4" in row 4'),
    "a formula of a spreadsheet": (cell("=SUM(A1:A9)"), '"=SUM(A1:A9)" in row 4'),
    "a spreadsheet's error": (cell("#DIV/0!"), '"#DIV/0!" in row 4'),
    "a decimal comma between commas": (cell("3,5"), '"3,5" in row 4'),
    "a space among thousands": (cell("1 000"), '"1 000" in row 4'),
    "a code for missing in words": (cell("missing"), '"missing" in row 4'),
    "both decimal signs": (
        lambda text, column: joined(changed(text, column, lambda place, _old: ("1,5", "1.5")[place % 2]), ";"),
        "one way only",
    ),
    "nothing but gaps": (every(""), ""),
    "nothing but not-a-number": (every("NaN"), ""),
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", WRONG_FILES)
def test_a_wrong_file_is_explained_by_every_method(method, kind, tmp_path):
    source, words = METHODS[method]
    make, answer = WRONG_FILES[kind]
    content = make(source(), NUMBERS[method])
    file = tmp_path / "data.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    if (method, kind) == ("feasibility", "both decimal signs"):
        answer = "we need 1 or 0 there"
    refused(method, file, words, answer)


def refused(method, file, words, answer):
    folder = file.parent
    before = sorted(folder.iterdir())
    draws = any(one.name == "plot" for one in analyse.commands[method].params) and "--plot" not in words
    for extra in ((), ("--json", *(("--plot", folder / "out.svg") if draws else ()))):
        result = run(method, file, *words, *extra)
        assert sorted(folder.iterdir()) == before, "nothing is written"
        assert result.exit_code == 2, result.stdout
        assert result.stdout == ""
        assert answer in result.stderr
        said = result.stderr.strip()
        assert said
        assert "\n" not in said
        assert said.endswith((".", '"'))
        for rough in ("Traceback", "Error", "error:", "None", "nan", "ndarray", "float", "array"):
            assert rough not in said


@pytest.mark.parametrize("method", METHODS)
def test_files_that_are_no_files(method, tmp_path):
    words = METHODS[method][1]
    refused(method, tmp_path / "nowhere.csv", words, "We could not find the file")
    refused(method, tmp_path, words, "We could not open the file")
    refused(method, tmp_path / ("x" * 300), words, "We could not open the file")
    round_and_round = tmp_path / "round.csv"
    round_and_round.symlink_to(round_and_round)
    refused(method, round_and_round, words, "We could not open the file")
    huge = tmp_path / "huge.csv"
    with huge.open("wb") as out:
        out.truncate(600_000_000)  # holes take no room
    refused(method, huge, words, "larger than 500 MB")


SAVED_OTHERWISE = {
    "a hint for spreadsheets": lambda text: ("sep=;\r\n" + joined(csv.reader(io.StringIO(text)), ";")).encode(
        "utf-8-sig"
    ),
    "a byte order mark": lambda text: text.encode("utf-8-sig"),
    "UTF-16": lambda text: text.encode("utf-16"),
    "semicolons": lambda text: joined(csv.reader(io.StringIO(text)), ";").encode(),
    "tabs": lambda text: joined(csv.reader(io.StringIO(text)), "\t").encode(),
    "line ends of Windows": lambda text: text.replace("\n", "\r\n").encode(),
    "blank lines between": lambda text: text.replace("\n", "\n\n").encode(),
    "spaces around": lambda text: text.replace(",", " , ").encode(),
    "quotation marks": lambda text: "\n".join(
        ",".join(f'"{one}"' for one in line.split(",")) for line in text.split("\n")[:-1]
    ).encode(),
    "an unseen sign in the names": lambda text: text.replace(",", "\u200b,", 2).encode(),
    "line ends of old machines": lambda text: text.replace("\n", "\r").encode(),
    "no last line end": lambda text: text.rstrip("\n").encode(),
    "decimal commas": lambda text: joined(
        [
            [one.replace(".", ",") if one.replace(".", "", 1).lstrip("-").isdigit() else one for one in row]
            for row in csv.reader(io.StringIO(text))
        ],
        ";",
    ).encode(),
}


@pytest.mark.parametrize("method", METHODS)
def test_however_it_was_saved_the_figures_are_the_same(method, tmp_path):
    source, words = METHODS[method]
    file = tmp_path / "data.csv"
    file.write_text(source())
    usual = figures(method, file, *words)
    for kind, save in SAVED_OTHERWISE.items():
        file.write_bytes(save(source()))
        assert figures(method, file, *words) == usual, kind


FLAT = table(id=range(9), before=[3] * 9, after=[3] * 9, arm=["a"] * 5 + ["b"] * 4, m1=[1] * 9, i1=[2] * 9, i2=[2] * 9)
PEOPLE = METHODS["before-after"][0]()
STUDIES = METHODS["meta"][0]()
VISITS = METHODS["mixed"][0]()
RATINGS = METHODS["round-robin"][0]()
SESSIONS = METHODS["feasibility"][0]()
META = ("--estimate", "yi", "--se", "sei")
ARMS = ("--outcome", "after", "--arm-col", "arm")
PATH = ("--x", "before", "--m", "m1", "--y", "after", "--resamples", "1000")
MIXED = "y ~ time + (1 | group)"
ROBIN = METHODS["round-robin"][1]
CAME = ("--member", "member", "--attended", "came")


def with_column(text, name, values):
    rows = list(csv.reader(io.StringIO(text)))
    return joined([[*rows[0], name], *([*row, str(value)] for row, value in zip(rows[1:], values, strict=False))])


def swapped(text, column, place, words):
    return joined(changed(text, column, lambda row, old: words if row == place else old))


WRONG_WORDS = [
    # Somebody is there twice, or nobody is named.
    (
        "before-after",
        swapped(PEOPLE, "id", 4, "1"),
        ("--before", "before", "--after", "after", "--id", "id"),
        '"1" stands twice in the column id: in rows 2 and 6',
    ),
    (
        "before-after",
        swapped(PEOPLE, "id", 4, ""),
        ("--before", "before", "--after", "after", "--id", "id"),
        "Row 6 has nothing in the column id.",
    ),
    ("two-arms", swapped(PEOPLE, "id", 4, "1"), (*ARMS, "--arm", "a", "--versus", "b", "--id", "id"), "stands twice"),
    (
        "meta",
        swapped(STUDIES, "study", 3, "Study 1"),
        (*META, "--study", "study"),
        "Results of the same people are not independent",
    ),
    ("feasibility", swapped(SESSIONS, "session", 1, "1"), (*CAME, "--session", "session"), "are both about"),
    ("feasibility", swapped(SESSIONS, "member", 1, ""), CAME, "Row 3 has nothing in the column member."),
    ("round-robin", swapped(RATINGS, "target", 1, "p1"), ROBIN, "p0 rates p1 twice in the group 1."),
    ("round-robin", swapped(RATINGS, "rater", 1, ""), ROBIN, "Row 3 has nothing in the column rater."),
    # Numbers that cannot be.
    (
        "meta",
        swapped(STUDIES, "vi", 2, "-0.04"),
        ("--estimate", "yi", "--variance", "vi"),
        "Row 4 has -0.04 in the column vi, and it must be above 0.",
    ),
    ("meta", swapped(STUDIES, "sei", 2, "0"), META, "Row 4 has 0 in the column sei"),
    ("meta", swapped(STUDIES, "sei", 0, "1e-200"), META, "must be a usable number above 0"),
    ("meta", STUDIES, (*META, "--variance", "vi"), "either --se or --variance"),
    ("meta", STUDIES, ("--estimate", "yi"), "either --se or --variance"),
    (
        "meta",
        swapped(STUDIES, "weeks", 2, ""),
        (*META, "--moderator", "weeks"),
        "Row 4 has nothing in the column weeks.",
    ),
    ("meta", with_column(STUDIES, "same", [1] * 12), (*META, "--moderator", "same"), "the same for all studies"),
    ("feasibility", swapped(SESSIONS, "came", 2, "2"), CAME, 'has "2" in row 4, and we need 1 or 0 there'),
    ("feasibility", swapped(SESSIONS, "came", 2, "-1"), CAME, 'has "-1" in row 4'),
    ("reliability", PEOPLE, ("--items", "i1,i2,i3", "--span", "1", "3"), "has an answer outside 1 to 3"),
    ("reliability", PEOPLE, ("--items", "i1,i2,i3", "--span", "5", "1"), "lowest, then the highest"),
    ("reliability", PEOPLE, ("--items", "i1,i2,i3", "--reverse", "i1"), "lowest and highest answer are needed"),
    ("reliability", PEOPLE, ("--items", "i1,i2,i2"), "The item i2 is named twice."),
    ("reliability", PEOPLE, ("--items", "i1,i9"), "There is no column called i9. The columns are: id, arm,"),
    ("reliability", PEOPLE, ("--items", "i1"), "Two items are needed at least."),
    # Nothing varies, or there is too little.
    ("before-after", FLAT, ("--before", "before", "--after", "after"), "nothing to work out"),
    ("reliability", FLAT, ("--items", "i1,i2"), "All scores are the same"),
    ("mediation", FLAT, PATH, "All scores are the same"),
    ("mixed", VISITS, ("--formula", "y ~ time + (1 | arm)"), ""),
    ("mixed", "y,time,group\n" + "3,1,a\n3,2,b\n" * 6, ("--formula", MIXED), "All scores are the same"),
    ("mixed", "y,time,group\n1,1,a\n2,1,b\n", ("--formula", MIXED), "too few people"),
    (
        "mixed",
        "y,time,group\n" + "".join(f"{place},{place % 3},a\n" for place in range(9)),
        ("--formula", MIXED),
        "Two groups",
    ),
    (
        "two-arms",
        "id,before,after,arm\n1,2,3,a\n2,3,4,b\n3,4,5,b\n",
        (*ARMS, "--arm", "a", "--versus", "b"),
        "at least two people",
    ),
    ("before-after", "before,after\n3,4\n", ("--before", "before", "--after", "after"), "we need at least two"),
    ("reliability", "i1,i2\n3,4\n", ("--items", "i1,i2"), "too few people"),
    ("mediation", "before,m1,after\n3,4,5\n", PATH, "too few people"),
    (
        "round-robin",
        "group,rater,target,liking\n1,a,b,3\n1,b,a,4\n",
        ROBIN,
        "No group of four or more has every rating",
    ),
    ("round-robin", "\n".join(RATINGS.splitlines()[:20]) + "\n", ROBIN, "with a gap: 1"),
    # Columns and groups that are not what they should be.
    ("two-arms", PEOPLE, (*ARMS, "--arm", "a", "--versus", "c"), "It has: a, b."),
    ("two-arms", PEOPLE, (*ARMS, "--arm", "a", "--versus", "a"), "name the same arm"),
    ("two-arms", PEOPLE.replace(",b,", ",a,"), (*ARMS, "--arm", "a", "--versus", "b"), "It has: a."),
    (
        "mediation",
        PEOPLE,
        ("--x", "before", "--m", "before", "--y", "after"),
        "Each variable has one part in the model.",
    ),
    (
        "mediation",
        PEOPLE,
        ("--x", "before", "--m", "m1", "--m", "m2", "--m", "i1", "--y", "after"),
        "one or two mediators",
    ),
    ("mediation", PEOPLE, ("--x", "before", "--m", "stayed", "--y", "after"), "has two values only"),
    ("mediation", PEOPLE, (*PATH, "--group", "group"), "too few groups"),
    (
        "mediation",
        with_column(PEOPLE, "twice", [2 * float(row.split(",")[3]) for row in PEOPLE.splitlines()[1:]]),
        ("--x", "before", "--m", "twice", "--y", "after"),
        "one straight line",
    ),
    ("mixed", VISITS, ("--formula", "y time"), "A formula reads like"),
    ("mixed", VISITS, ("--formula", "y ~ time + (1 | group"), "A bracket is left open"),
    ("mixed", VISITS, ("--formula", "y ~ weeks + (1 | group)"), "There is no column"),
    ("mixed", VISITS, ("--formula", "y ~ arm + (1 | group)"), "If it holds labels, add --factor arm."),
    ("mixed", VISITS, ("--formula", "y ~ arm + (1 | group)", "--factor", "arm=other"), "It has: programme, waitlist."),
    ("mixed", VISITS, ("--formula", "y ~ time + time2 + (1 | group)"), "The columns are: group, person, arm, time, y."),
    (
        "mixed",
        with_column(VISITS, "double", [2 * int(row.split(",")[3]) for row in VISITS.splitlines()[1:]]),
        ("--formula", "y ~ time + double + (1 | group)"),
        "cannot be told apart",
    ),
    ("mixed", swapped(VISITS, "group", 2, ""), ("--formula", MIXED), "Row 4 has nothing in the column group."),
    (
        "mixed",
        with_column(VISITS, "one", ["x"] * 200),
        ("--formula", "y ~ one + (1 | group)", "--factor", "one"),
        "has one value only",
    ),
    ("feasibility", SESSIONS, ("--attended", "came"), "also needs --member"),
    ("feasibility", SESSIONS, ("--member", "member"), "--attended with --member, or --share"),
    ("feasibility", PEOPLE, ("--share", "arm"), '"a" in row 2'),
    ("round-robin", RATINGS, (*ROBIN, "--same-thing"), "needs a second rating"),
    # Pictures that cannot be.
    ("meta", STUDIES, (*META, "--plot", "forest.png"), "ends in .svg"),
    ("meta", STUDIES, (*META, "--plot", "/nowhere/at/all/forest.svg"), "There is no folder called /nowhere/at/all."),
]


@pytest.mark.parametrize(("method", "content", "words", "answer"), WRONG_WORDS)
def test_wrong_words_and_numbers_are_explained(method, content, words, answer, tmp_path):
    file = tmp_path / "data.csv"
    file.write_text(content)
    if answer:
        refused(method, file, words, answer)
    else:
        # Too few groups to say much is still an answer, with its warning.
        assert "so what lies between them is hardly known" in run(method, file, *words).stdout


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("two-arms", "--effect", "0"), "the effect is not 0"),
        (("two-arms", "--effect", "nan"), "finite"),
        (("two-arms", "--effect", "inf"), "finite"),
        (("groups", "--effect", "0.3", "--size", "8", "--icc", "0.1", "--cv", "2"), "nobody in it"),
        (("groups", "--effect", "0.001", "--size", "8", "--icc", "0.9"), "Not even a million"),
        (("two-arms", "--effect", "0.5", "--simulate", "500", "--analysis", "mixed"), "with groups"),
        (("two-arms", "--effect", "0.5", "--plot", "p.pdf"), "ends in .svg"),
        (("share", "--share", "0.5"), "--half-width or --people"),
        (("share", "--people", "9"), "--half-width or --people"),
    ],
)
def test_a_plan_that_cannot_be_is_explained(words, answer):
    result = run("power", *words)
    assert result.exit_code == 2
    assert answer in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    "words",
    [
        ("power", "groups", "--effect", "0.5"),
        ("power", "two-arms", "--effect", "half"),
        ("power", "groups", "--effect", "0.5", "--size", "8", "--icc", "1"),
        ("power", "share", "--people", "-3"),
        ("before-after", "x.csv", "--before", "a", "--after", "b", "--better", "sideways"),
        ("before-after", "x.csv", "--before", "a", "--after", "b", "--digits", "-1"),
        ("meta", "x.csv"),
        ("mixed", "x.csv"),
        ("nothing",),
    ],
)
def test_a_word_too_few_or_too_many_says_how_it_goes(words):
    result = run(*words)
    assert result.exit_code == 2
    assert "Usage:" in result.stderr


def test_there_are_forty_kinds_at_least():
    assert len(WRONG_FILES) + len({(method, answer) for method, _content, _words, answer in WRONG_WORDS}) > 90
    assert len(WRONG_FILES) >= 60
