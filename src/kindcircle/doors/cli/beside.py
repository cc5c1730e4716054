"""Files that lie next to the one somebody named: shared answers, the questions to some answers. Read within bounds."""

from itertools import islice
from pathlib import Path

from kindcircle.spec.documents.bounded import Record, records_of, text_of
from kindcircle.spec.documents.bundle import MOST_FILES
from kindcircle.spec.documents.errors import DocumentError
from kindcircle.spec.documents.reading import Beside, read_questions
from kindcircle.spec.documents.reproschema import is_activity
from kindcircle.spec.documents.shape import Dictionary
from kindcircle.spec.documents.table import LARGEST


def around(file: Path) -> Beside:
    """The files of the same folder, and of the folders in it when the file is an activity that names them."""
    deep = file.stat().st_size <= 1_000_000 and is_activity(file.read_bytes())
    return _gather(file.parent, file.name, "**/*" if deep else "*")


def inside(folder: Path) -> Beside:
    """A folder that was named itself: the one activity in it, with all that belongs to it."""
    found = _gather(folder, "", "**/*")
    activities = [path for path, data in found.files.items() if is_activity(data)]
    return Beside(found.files, activities[0] if len(activities) == 1 else "")


def questions_for(addresses: set[str], there: Beside) -> Dictionary | None:
    """The one questionnaire among neighbouring files that answers point to by its address."""
    wanted = {address.partition("|")[0] for address in addresses if address}
    found = []
    for path, data in there.files.items():
        if path == there.path or b'"Questionnaire"' not in data:
            continue
        resources = [one for one in Beside({path: data}, "").resources() if text_of(one, "url") in wanted]
        found += [path] if resources else []
    if len(found) != 1:
        return None
    return read_questions(there.files[found[0]], beside=Beside(there.files, found[0]))


def dictionary_for(file: Path, there: Beside) -> Dictionary | None:
    """The dictionary that an export of answers was kept with: `name.data.csv` and `name.dictionary.csv`."""
    name = file.name.replace(".data.", ".dictionary.")
    data = there.files.get(name) if name != file.name else None
    return read_questions(data) if data else None


def systems_for(questions: Dictionary | None, there: Beside) -> frozenset[str]:
    """Addresses of the code systems at hand that define the answers of some questions."""
    codes = {one.code.casefold() for field in (questions.fields if questions else ()) for one in field.choices}
    return frozenset(
        text_of(one, "url")
        for one in there.resources()
        if text_of(one, "resourceType") == "CodeSystem" and _codes(one) & codes
    )


def _codes(system: Record) -> set[str]:
    try:
        return {text_of(one, "code").casefold() for one in records_of(system, "concept")}
    except DocumentError:
        return set()


def _gather(folder: Path, path: str, pattern: str) -> Beside:
    """Files below a folder, links left out; at most as many and as much as a zip may hold."""
    files: dict[str, bytes] = {}
    room = LARGEST
    for one in sorted(islice(folder.glob(pattern), MOST_FILES)):
        if one.is_symlink() or not one.is_file() or one.stat().st_size > room:
            continue
        files[one.relative_to(folder).as_posix()] = one.read_bytes()
        room -= len(files[one.relative_to(folder).as_posix()])
    return Beside(files, path)
