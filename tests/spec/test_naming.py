"""Names of others in a note: found in every obvious form, and nothing found where nobody is named."""

import pytest

from kindcircle.spec.naming import names_in, without_names

GROUP = ["Ines", "Tomas", "Wren", "Ana Maria", "Will", "Jean-Luc", "O'Neil", "李"]


def found(text: str, *others: str, own: str = "") -> list[str]:
    return [one.words for one in names_in(text, others or GROUP, own=own)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Wren was calm", ["Wren"]),
        ("and wren was calm", ["wren"]),
        ("WREN!", ["WREN"]),
        ("Wren's chair, wren’s bag, Ines' coat", ["Wren's", "wren’s", "Ines'"]),
        ("sat by Inés and Tomás", ["Inés", "Tomás"]),
        ("W. asked, then T. and W.", ["W.", "T.", "W."]),
        ("Ana Maria, ana-maria, A. M., A.M. and Maria", ["Ana Maria", "ana-maria", "A. M.", "A.M.", "Maria"]),
        ("Will came; he will come; WILL too", ["Will", "WILL"]),
        ("jean luc spoke to Luc", ["jean luc", "Luc"]),
        ("O'Neil spoke", ["O'Neil"]),
        ("with 李 today", ["李"]),
        ("Wren_2 or (Wren)/Ines", ["Wren", "Ines"]),
    ],
)
def test_a_name_is_found_in_each_obvious_form(text: str, words: list[str]) -> None:
    assert found(text) == words


@pytest.mark.parametrize(
    "text",
    ["", "The wrench was lost", "He will rest", "Marian came", "We met at 10 a.m. today", "w. and t.", "Ω"],
)
def test_where_nobody_is_named_nothing_is_found(text: str) -> None:
    assert found(text, "Wren", "Tomas", "Will", "Maria", "", "  ") == []


def test_what_is_part_of_ones_own_name_is_left_alone() -> None:
    assert found("Mei was calm", "Mei Lin", "Mei", own="Mei") == []
    assert found("Mei sat by Lin. M. smiled.", "Mei Lin", own="Mei") == ["Lin"]
    assert found("Ines sat by Ida. I. smiled.", "Ida", own="Ines") == ["Ida"]


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("Wren spoke. wren's idea held.", "A member spoke. A member’s idea held."),
        ("We heard Wren. Then quiet.", "We heard a member. Then quiet."),
        ("It was W. Then quiet, by W.", "It was a member. Then quiet, by a member."),
        ("and W. too", "and a member too"),
        ("Wren", "A member"),
        ("ﬁne by Inés", "ﬁne by a member"),
    ],
)
def test_other_words_take_the_place(text: str, mended: str) -> None:
    assert without_names(text, names_in(text, GROUP), "a member") == mended
    assert names_in(mended, GROUP) == []


def test_a_place_is_where_the_words_stand_also_behind_letters_that_unfold() -> None:
    text = "ﬃ Ǻ then Inés’s, nobody else"
    [one] = names_in(text, ["Ines"])
    assert text[one.start : one.end] == one.words == "Inés’s"
