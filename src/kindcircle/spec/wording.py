"""The words of a scale, ready to show: our own from the package, other people's brought in by the site.

Words are kept only after a person has looked at a proposal (see `mapping`) and confirmed every open point
by name.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Literal

from kindcircle.spec.definition import Definition
from kindcircle.spec.documents.shape import Source as FileKind
from kindcircle.spec.mapping import Mapping, WordingError, fitting_forms, propose_mapping

__all__ = [
    "Mapping",
    "Source",
    "Wording",
    "WordingError",
    "apply_mapping",
    "fitting_forms",
    "included_wording",
    "propose_mapping",
]


@dataclass(frozen=True, slots=True)
class Source:
    """Where words came from: `included` in the package, `typed` by hand, or a file with its form and SHA-256."""

    kind: FileKind | Literal["included", "typed"]
    file: str = ""
    form: str = ""
    digest: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    confirmed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one version of a questionnaire in one language, ready to show.

    `items` and `labels` go by the definition's keys. Unscored items may be absent; then they are not asked.
    """

    instrument: str
    version: str
    language: str
    title: str
    instruction: str
    items: dict[str, str]
    labels: dict[str, str]
    notes: dict[str, str] = field(default_factory=dict)
    source: Source = field(default_factory=lambda: Source(kind="included"))

    def to_json(self) -> str:
        """As JSON text with sorted keys: the same words always give the same text."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Wording:
        """Back from `to_json`. WordingError when the text is anything else."""
        try:
            raw = json.loads(text)
            source = dict(raw.pop("source"))
            source["fields"] = tuple((str(ours), str(theirs)) for ours, theirs in source["fields"])
            source["confirmed"] = tuple(str(name) for name in source["confirmed"])
            made = cls(**raw, source=Source(**source))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise WordingError("This is not stored wording.") from error
        plain = (made.instrument, made.version, made.language, made.title, made.instruction)
        tables = (made.items, made.labels, made.notes)
        if not all(isinstance(words, str) for words in plain) or not all(
            isinstance(table, dict) and all(isinstance(words, str) for words in table.values()) for table in tables
        ):
            raise WordingError("This is not stored wording.")
        return made


def included_wording(definition: Definition, language: str = "en") -> Wording:
    """The words of our own instruments; English when the language is not there. WordingError for others."""
    languages = definition.wording.languages
    if not languages:
        raise WordingError(f"{definition.name} comes without words. They have to be brought in first.")
    chosen = language if language in languages else "en"
    words = languages[chosen]
    return Wording(
        instrument=definition.id,
        version=definition.version,
        language=chosen,
        title=words.title,
        instruction=words.instruction,
        items=dict(words.items),
        labels=dict(words.labels),
        notes=dict(words.notes),
    )


def apply_mapping(
    definition: Definition,
    mapping: Mapping,
    *,
    language: str,
    confirmed: frozenset[str] = frozenset(),
    title: str = "",
    instruction: str = "",
    file: str = "",
    digest: str = "",
) -> Wording:
    """The words to keep, once a person has confirmed every open point by name.

    `title` stands in for the definition's own name; `instruction` is needed when the file has none.
    WordingError, with the names still open, when anything is unresolved or a word is missing.
    """
    if (mapping.instrument, mapping.version) != (definition.id, definition.version):
        raise WordingError("This proposal was made for another questionnaire or version.")
    if mapping.stops or not mapping.complete:
        raise WordingError("This form does not fit the questionnaire.", mapping.stops)
    given = instruction.strip() or mapping.instruction
    still_open = [
        name
        for name in dict.fromkeys(mapping.to_confirm)
        if name not in confirmed and not (name == "instruction_missing" and given)
    ]
    if still_open:
        raise WordingError("Please look at the open points first.", still_open)
    if not given:
        raise WordingError("The file has no instruction. Please give one.", ["instruction_missing"])
    items = {pair.text_key: pair.text for pair in mapping.items}
    labels = {pair.label_key: pair.label for pair in mapping.answers if pair.label}
    asked = len(mapping.items) > mapping.scored_items
    need_items, need_labels = definition.needed_words(every_item=asked)
    lacking = sorted((need_items - set(items)) | (need_labels - set(labels)))
    if lacking:
        raise WordingError(f"Some words are empty: {', '.join(lacking)}.", lacking)
    return Wording(
        instrument=definition.id,
        version=definition.version,
        language=language,
        title=title.strip() or definition.name,
        instruction=given,
        items=items,
        labels=labels,
        source=Source(
            kind=mapping.source,
            file=file,
            form=mapping.form,
            digest=digest,
            fields=tuple((pair.item_id, pair.field) for pair in mapping.items),
            confirmed=tuple(sorted(set(mapping.to_confirm) & confirmed)),
        ),
    )
