"""How instants are kept: whole microseconds since 1970 (UTC), in every database alike."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tortoise.fields import BigIntField
from tortoise.models import Model

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_micros(instant: datetime) -> int:
    """Microseconds since 1970. ``instant`` must be timezone-aware."""
    return (instant - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """The UTC instant so many microseconds after 1970."""
    return _EPOCH + micros * _MICROSECOND


def maybe_micros(instant: datetime | None) -> int | None:
    """``to_micros`` for columns that may be empty."""
    return None if instant is None else to_micros(instant)


def maybe_instant(micros: int | None) -> datetime | None:
    """``from_micros`` for columns that may be empty."""
    return None if micros is None else from_micros(micros)


class InstantField(BigIntField):
    """A column of instants: BIGINT in the database, an aware UTC datetime in Python."""

    def to_db_value(self, value: Any, instance: type[Model] | Model) -> Any:  # noqa: ARG002
        return to_micros(value) if isinstance(value, datetime) else value

    def to_python_value(self, value: Any) -> Any:
        return from_micros(value) if isinstance(value, int) else value
