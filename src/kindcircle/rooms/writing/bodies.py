"""What lies in an entry: the boxes of its page by name. The only place where a stored body becomes words, and back."""

import json
from collections.abc import Mapping

from kindcircle.rooms.writing.errors import DrawingAmiss, NothingWritten, TooLong
from kindcircle.rooms.writing.kinds import DRAWING, DRAWING_WORDS
from kindcircle.spec import strokes

LONGEST = 20_000  # letters; more than an hour's writing by hand


def body_of(boxes: Mapping[str, str]) -> str:
    """The boxes that hold something, as one text to seal. Raises NothingWritten, TooLong, DrawingAmiss."""
    filled = {name: words.strip() for name, words in boxes.items() if words.strip()}
    if DRAWING in filled:
        filled[DRAWING] = strokes.written(_marks(filled[DRAWING]))
    body = json.dumps({name: words for name, words in filled.items() if words}, ensure_ascii=False)
    check(body)
    return body


def check(body: str) -> None:
    """Whether this may be kept. Raises NothingWritten, TooLong, DrawingAmiss."""
    boxes = boxes_of(body)
    if not any(words.strip() for words in boxes.values()):
        raise NothingWritten
    _marks(boxes.get(DRAWING, ""))
    if sum(len(words) for name, words in boxes.items() if name != DRAWING) > LONGEST:
        raise TooLong(LONGEST)


def _marks(text: str) -> tuple[strokes.Mark, ...]:
    try:
        return strokes.read(text)
    except strokes.NoDrawing:
        raise DrawingAmiss from None


def boxes_of(body: str) -> dict[str, str]:
    """The boxes by name; a body that was written as one text is one box without a name."""
    try:
        found = json.loads(body)
    except ValueError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(words, str) for words in found.values()):
        return {"": body}
    return found


def words_of(body: str) -> str:
    """All the words, to be read by anybody who can read: without names of boxes and without numbers of a drawing."""
    return "\n\n".join(words for name, words in boxes_of(body).items() if name != DRAWING)


def drawing_of(body: str) -> tuple[strokes.Mark, ...]:
    """The drawing among them, if there is one that can be drawn."""
    try:
        return strokes.read(boxes_of(body).get(DRAWING, ""))
    except strokes.NoDrawing:
        return ()


def drawing_words(body: str) -> str:
    """What its writer said of the drawing."""
    return boxes_of(body).get(DRAWING_WORDS, "")
