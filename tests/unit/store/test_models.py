"""The Tortoise models say what the tables are."""

import importlib
from collections.abc import Iterator

import pytest
from tortoise.models import Model

from bot.store.connection import Connection, Row
from bot.store.fields import InstantField
from bot.tables import MODELS
from tests.support.stores import memory_database


def declared_models() -> list[type[Model]]:
    modules = [importlib.import_module(name) for name in MODELS]
    return [
        thing
        for module in modules
        for thing in vars(module).values()
        if isinstance(thing, type)
        and issubclass(thing, Model)
        and thing is not Model
        and thing.__module__ == module.__name__
    ]


@pytest.fixture(scope="module")
def database() -> Iterator[Connection]:
    connection = memory_database()
    yield connection
    connection.close()


def columns(database: Connection, table: str) -> dict[str, Row]:
    return {row["name"]: row for row in database.execute(f"PRAGMA table_info({table})")}


MODEL_CLASSES = declared_models()


def test_every_module_of_the_program_with_models_is_found() -> None:
    assert {model.__module__ for model in MODEL_CLASSES} == set(MODELS)


@pytest.mark.parametrize("model", MODEL_CLASSES, ids=lambda model: model.__name__)
def test_every_column_of_a_model_is_in_its_table(model: type[Model], database: Connection) -> None:
    table = model._meta.db_table
    assert table, "a model names its table"
    known = columns(database, table)
    assert known, f"there is no table {table}"
    assert set(model._meta.fields_db_projection.values()) <= set(known)


@pytest.mark.parametrize("model", MODEL_CLASSES, ids=lambda model: model.__name__)
def test_what_may_be_empty_in_a_model_may_be_empty_in_its_table_and_the_other_way_round(
    model: type[Model], database: Connection
) -> None:
    known = columns(database, model._meta.db_table)
    for name, column in model._meta.fields_db_projection.items():
        field = model._meta.fields_map[name]
        required = bool(known[column]["notnull"]) or bool(known[column]["pk"])
        assert field.null is not required, f"{model._meta.db_table}.{column}"


@pytest.mark.parametrize("model", MODEL_CLASSES, ids=lambda model: model.__name__)
def test_the_primary_key_of_a_model_is_the_tables(model: type[Model], database: Connection) -> None:
    known = columns(database, model._meta.db_table)
    keys = [name for name, row in known.items() if row["pk"]]
    assert keys == [model._meta.fields_db_projection[model._meta.pk_attr]]


@pytest.mark.parametrize("model", MODEL_CLASSES, ids=lambda model: model.__name__)
def test_columns_of_instants_are_instants_in_python(model: type[Model]) -> None:
    for name, field in model._meta.fields_map.items():
        if name == "at" or name.endswith("_at"):
            assert isinstance(field, InstantField), f"{model.__name__}.{name}"
