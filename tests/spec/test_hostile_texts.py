"""The hostile texts are hostile: written into a page as they are, each that could run is seen."""

from html import escape

from tests.hostile import OUT, THEN, heaps, vectors, what_ran


def test_there_are_more_than_a_thousand_and_no_two_alike() -> None:
    found = vectors()
    assert len(found) == len(set(found)) > 1_000
    assert not any("\0" in one for one in found)


def test_a_page_that_does_not_escape_is_found_out() -> None:
    harmless = ("<javascript", "<div hidden", "<button", "<a data-leave")  # these only look as if they were ours
    plain = [one for one in THEN if one.startswith("<") and not one.startswith(harmless)]
    unseen = [one for one in plain if not what_ran(f"<p>{one}</p>")]
    assert not unseen
    assert what_ran(f'<input value="{THEN[29].join((chr(34), chr(34)))}">')
    assert what_ran(f"<textarea>{OUT[11]}{THEN[2]}</textarea>")


def test_a_page_that_escapes_is_at_peace() -> None:
    for one in vectors():
        assert not what_ran(f'<p title="{escape(one)}">{escape(one)}</p><textarea>{escape(one)}</textarea>'), one


def test_heaps_hold_them_all() -> None:
    everything = vectors()
    for longest in (200, 1_000, 20_000):
        made = list(heaps(longest))
        assert all(len(one) <= longest for one in made)
        whole = " ".join(made)
        assert all(one in whole for one in everything if len(one) <= longest)
