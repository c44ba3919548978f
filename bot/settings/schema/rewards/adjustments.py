"""rewards.yaml, adjustments: what operators correct by hand."""

from typing import Annotated

from pydantic import Field

from bot.settings.schema.base import Count, Positive, Section


class Adjustments(Section):
    """人工更正: always with a reason, and above an amount with a second operator."""

    most_points: Positive = 10_000
    """Most points of one correction."""

    second_person_over: Count = 500
    """A correction of more points than this waits for another operator."""

    wait_hours: Annotated[int, Field(strict=True, ge=1, le=168)] = 24
    """How long it waits; then nothing happens."""
