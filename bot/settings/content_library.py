"""The files of the content folder as items: a file makes one, a template one for each row."""

from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from bot.settings.content_templates import ROWS, RawItem, plain_item, template_items
from bot.settings.csv_table import Table, read_table
from bot.settings.files import TEMPLATES
from bot.settings.markdown_file import Page
from bot.settings.nearest import nearest
from bot.settings.problems import Problem


def read_library(
    directory: Path, pages: Mapping[str, Page], tables: Mapping[str, str]
) -> tuple[list[RawItem], list[Problem]]:
    """The items of ``pages`` and ``tables`` by their names below ``directory``, and what is wrong.

    Heads are not validated yet.
    """
    items: dict[str, RawItem] = {}
    problems: list[Problem] = []
    for file, page in pages.items():
        if not file.startswith(f"{TEMPLATES}/"):
            items[file], refused = plain_item(file, page)
            problems += refused
    for file, page in pages.items():
        if file.startswith(f"{TEMPLATES}/"):
            made, mistakes = _of_template(directory, file, page, tables)
            taken = [raw for raw in made if raw.file in items]
            problems += [*mistakes, *(_already_there(page, raw) for raw in taken)]
            items |= {raw.file: raw for raw in made if raw.file not in items}
    return list(items.values()), problems


def _of_template(
    directory: Path, file: str, page: Page, tables: Mapping[str, str]
) -> tuple[list[RawItem], Iterable[Problem]]:
    name = page.head.data.get(ROWS)
    known = [PurePosixPath(table).name for table in tables]
    if ROWS not in page.head.data:
        instead = f"add {ROWS}: the name of a table in {TEMPLATES}, as serums.csv"
        return [], [page.head.problem((ROWS,), "missing key", instead, "key")]
    table_file = f"{TEMPLATES}/{name}"
    if table_file not in tables:
        instead = nearest(str(name), known) if known else f"put it into {TEMPLATES}"
        return [], [page.head.problem((ROWS,), f"no such table in {TEMPLATES}", instead)]
    table = read_table(str(directory / table_file), tables[table_file])
    return template_items(file, page, table) if isinstance(table, Table) else ([], table)


def _already_there(page: Page, raw: RawItem) -> Problem:
    what = f"there is another item {raw.key}"
    return page.head.problem((ROWS,), what, "rename the row, or the other one")
