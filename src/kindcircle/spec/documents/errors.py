"""What can be wrong with a file somebody brings, said so that they can mend it."""

from __future__ import annotations


class DocumentError(ValueError):
    """A file cannot be used. The message is a sentence for a person; `code` is for programs.

    `row` is the row as a spreadsheet counts it, with the column names in row 1, or None when the fault is
    not in one row.
    """

    code = "unusable"

    def __init__(self, message: str, *, row: int | None = None) -> None:
        self.message = message
        self.row = row
        super().__init__(f"Row {row}: {message}" if row is not None else message)


class EmptyFile(DocumentError):
    code = "empty"


class TooLarge(DocumentError):
    code = "too_large"


class WrongEncoding(DocumentError):
    code = "wrong_encoding"


class NotCsv(DocumentError):
    code = "not_csv"


class MissingColumns(DocumentError):
    """`columns` names those that are not there."""

    code = "missing_columns"

    def __init__(self, columns: tuple[str, ...]) -> None:
        self.columns = columns
        named = ", ".join(f"“{column}”" for column in columns)
        super().__init__(f"The first row should name the columns. These are not there: {named}.")


class BrokenRow(DocumentError):
    code = "broken_row"


class DuplicateField(DocumentError):
    code = "duplicate_field"


class BrokenChoices(DocumentError):
    code = "broken_choices"


class NotJson(DocumentError):
    code = "not_json"


class NotXml(DocumentError):
    code = "not_xml"


class BrokenArchive(DocumentError):
    code = "broken_archive"


class UnknownFile(DocumentError):
    """A file of a kind we do not read, or one that holds something else than was asked for."""

    code = "unknown_file"


class BrokenQuestions(DocumentError):
    """The file is of a kind we know, but its questions do not hold together."""

    code = "broken_questions"


class QuestionsNeeded(DocumentError):
    """Answers alone do not say what was asked. The file with the questions has to come along."""

    code = "questions_needed"
