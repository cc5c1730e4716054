"""Every field of every model is sorted: private, personal, operational or research. Nobody forgets one."""

from collections import Counter

import pytest
from django.apps import apps
from django.db.models import BinaryField, ForeignKey, Model

SORTS = ("private", "personal", "operational", "research")
OURS = [model for model in apps.get_models() if model.__module__.startswith("kindcircle.")]


def field_names(model: type[Model]) -> set[str]:
    return {field.name for field in model._meta.get_fields() if field.concrete}


def flaws(model: type[Model]) -> str:
    """What is wrong with a model's `class Data`, ready to paste into it; empty when nothing is."""
    data = getattr(model, "Data", None)
    if data is None:
        return f"{model.__name__} has no `class Data`; give it one with: {', '.join(SORTS)}"
    sorted_ = Counter(name for sort in SORTS for name in getattr(data, sort, ()))
    missing = sorted(field_names(model) - set(sorted_))
    strange = sorted(set(sorted_) - field_names(model))
    twice = sorted(name for name, count in sorted_.items() if count > 1)
    lines = []
    if missing:
        lines.append(f"{model.__name__}.Data: put each of these into one set: {', '.join(map(repr, missing))}")
    if strange:
        lines.append(f"{model.__name__}.Data: take these out, there is no such field: {', '.join(map(repr, strange))}")
    if twice:
        lines.append(f"{model.__name__}.Data: keep each of these in one set only: {', '.join(map(repr, twice))}")
    return "\n".join(lines)


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_each_field_is_sorted_once(model: type[Model]) -> None:
    assert not flaws(model), flaws(model)


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_sealed_fields_are_private_or_personal(model: type[Model]) -> None:
    """What is sealed because of what it says is never called operational, so no export can pick it up."""
    sealed = {field.name for field in model._meta.get_fields() if field.concrete and field.name.startswith("sealed_")}
    assert sealed <= model.Data.private | model.Data.personal  # type: ignore[attr-defined]
    assert all(isinstance(model._meta.get_field(name), BinaryField) for name in sealed)


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_who_somebody_is_never_counts_as_research(model: type[Model]) -> None:
    people = {
        field.name
        for field in model._meta.get_fields()
        if isinstance(field, ForeignKey) and field.related_model.__name__ == "User"
    }
    assert not people & model.Data.research  # type: ignore[attr-defined]


def test_there_is_something_to_look_at() -> None:
    assert len(OURS) > 25


def test_a_forgotten_a_strange_and_a_doubled_field_are_named() -> None:
    class Forgetful(OURS[0]):  # type: ignore[misc, name-defined]
        class Data:
            private = {"code"}
            personal: set[str] = set()
            operational = {"code", "shoe_size"}
            research: set[str] = set()

        class Meta:
            app_label = "people"
            proxy = True

    try:
        said = flaws(Forgetful)
    finally:
        del apps.all_models["people"]["forgetful"]
        apps.clear_cache()
    assert "'name'" in said
    assert "'shoe_size'" in said
    assert "one set only: 'code'" in said
