"""Where the values of ${NAME} come from: the environment first, then NAME=value files.

A name that is set to nothing counts as not set, because an empty secret opens doors.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values


@dataclass(frozen=True, slots=True)
class Names:
    """Values by name, and in words where a missing one belongs.

    ``complete`` is False while bot.yaml, which names one of the files, cannot be read: then nobody
    can say that a name has no value.
    """

    sources: tuple[Mapping[str, str], ...]
    advice: str
    complete: bool

    def __repr__(self) -> str:
        return f"Names({len(self.sources)} sources)"

    def get(self, name: str) -> str | None:
        """The value of ``name`` in the first source that has one."""
        return next((source[name] for source in self.sources if source.get(name)), None)


def is_file(path: Path) -> bool:
    """Whether there is such a file; a name that no file can have is none."""
    try:
        return path.is_file()
    except OSError:
        return False


def read_names(
    environment: Mapping[str, str], files: Sequence[Path], *, complete: bool
) -> tuple[Names, list[Path]]:
    """The environment and whichever of ``files`` exist, in this order of precedence.

    The second value lists the files that exist and cannot be read.
    """
    sources = [environment]
    unreadable = []
    for file in files:
        if not is_file(file):
            continue
        try:
            values = dotenv_values(file, interpolate=False, encoding="utf-8")
        except (OSError, ValueError):
            unreadable.append(file)
            continue
        sources.append({name: value for name, value in values.items() if value})
    shown = " or ".join(str(file) for file in dict.fromkeys(files))
    advice = f"set it in the environment or in {shown}"
    return Names(tuple(sources), advice, complete), unreadable
