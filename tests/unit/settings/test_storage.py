"""bot.yaml, storage: a folder, or the address of a PostgreSQL database, which is a secret."""

import pytest

from .good_config import ENVIRONMENT, Configuration

ADDRESS = "postgres://yutang:pa55word@db.tea.example/yutang"


@pytest.mark.parametrize(
    "written", ["storage: ${DATABASE_URL}", "storage:\n  database: ${DATABASE_URL}"]
)
def test_the_address_of_a_database_may_stand_for_the_section(
    config: Configuration, written: str
) -> None:
    config.edit("bot.yaml", "brand:", f"{written}\nbrand:")

    storage = config.settings({**ENVIRONMENT, "DATABASE_URL": ADDRESS}).bot.storage

    assert storage.database is not None
    assert storage.database.get_secret_value() == ADDRESS
    assert storage.directory == "data"


def test_without_an_address_the_data_is_in_a_file(config: Configuration) -> None:
    assert config.settings().bot.storage.database is None


def test_an_address_of_something_else_is_refused_without_showing_it(config: Configuration) -> None:
    config.edit("bot.yaml", "brand:", "storage: ${DATABASE_URL}\nbrand:")

    problems = config.problems({**ENVIRONMENT, "DATABASE_URL": "mysql://root:pa55word@db/x"})

    assert len(problems) == 1
    assert "storage.database" in problems[0]
    assert "postgres://user:password@host/yutang" in problems[0]
    assert "pa55word" not in problems[0]
