"""How far something new reaches: one group, a share of them, all."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

ALL = "all"

_SHARE = re.compile(r"(?:100|[1-9]\d?)%")
_GROUP = re.compile(r"[a-z][a-z0-9_-]{0,31}")


def _known_form(value: str) -> str:
    if value == ALL or _SHARE.fullmatch(value) or _GROUP.fullmatch(value):
        return value
    raise ValueError("write all, a share of the groups as 10%, or the key of one group")


Rollout = Annotated[
    str,
    AfterValidator(_known_form),
    Field(
        json_schema_extra={
            "pattern": f"^({_SHARE.pattern}|{_GROUP.pattern})$",
            "x-form": "all, a share of the groups, or the key of one group",
            "examples": ["10%"],
        }
    ),
]
"""灰度: all, a share of the groups as 10%, or the key of one group."""
