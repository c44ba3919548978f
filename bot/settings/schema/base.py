"""What all configuration models share."""

import re
from datetime import time
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field


class Section(BaseModel):
    """A frozen part of a file. Unknown keys are refused; inputs never appear in errors."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
        str_strip_whitespace=True,
    )


_HOUR = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


def _read_time(value: Any) -> Any:
    if isinstance(value, str):
        if match := _HOUR.fullmatch(value):
            return time(int(match[1]), int(match[2]))
        raise ValueError('write a local time of day as "HH:MM", for example "08:30"')
    return value


def _no_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("write some text here")
    return value


LocalTime = Annotated[
    time,
    BeforeValidator(_read_time),
    Field(json_schema_extra={"type": "string", "format": None, "pattern": _HOUR.pattern}),
]
"""A time of day on the community's clock."""

Words = Annotated[str, AfterValidator(_no_blank)]
"""Text that is not empty."""

KeyName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]
"""A name used by machines: lower case letters, digits, - and _, starting with a letter."""

Count = Annotated[int, Field(strict=True, ge=0)]
"""A whole number, zero or more."""

Positive = Annotated[int, Field(strict=True, ge=1)]
"""A whole number, one or more."""


class Weekday(StrEnum):
    """Days as written in weekly slots."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


class Pillar(StrEnum):
    """Content pillars 内容维度."""

    BRAND = "brand"
    PRODUCT = "product"
    INDUSTRY = "industry"
    USER = "user"


class Kind(StrEnum):
    """Content kinds 内容类型."""

    STORY = "story"
    ACTIVITY = "activity"
    PRODUCT = "product"
    RED_PACKET = "red_packet"
    LESSON = "lesson"
