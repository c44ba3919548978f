"""What all configuration models share."""

import re
from datetime import time
from enum import StrEnum
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
)


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
    if isinstance(value, time):
        return value
    if isinstance(value, str) and (match := _HOUR.fullmatch(value)):
        return time(int(match[1]), int(match[2]))
    raise ValueError('write a local time of day as "HH:MM", for example "08:30"')


def _no_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("write some text here")
    return value


LocalTime = Annotated[
    time,
    BeforeValidator(_read_time),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": f"^({_HOUR.pattern})$",
            "x-form": "a local time of day as HH:MM",
            "examples": ["08:30"],
        }
    ),
]
"""A time of day on the community's clock."""

Words = Annotated[str, AfterValidator(_no_blank), Field(json_schema_extra={"minLength": 1})]
"""Text that is not empty."""

KeyName = Annotated[
    str,
    Field(
        pattern=r"^[a-z][a-z0-9_-]{0,31}$",
        examples=["tea_lovers"],
        json_schema_extra={
            "x-form": "lower case letters, digits, - and _, starting with a letter, at most 32"
        },
    ),
]
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
