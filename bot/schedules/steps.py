"""The fission step 裂变环节 at the end of each post: in rotation, and never soon again.

A step has several wordings, and each rests for some days in a group after it was shown there. When
all of them rest, nothing is posted: a post without a step does not exist, and neither does a step
that members have just read. ``python -m bot check`` sees to it that the weekly slots have enough.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.schedules.records import Post
from bot.settings.schema.calendar import FissionStep
from bot.settings.schema.front_matter import ROTATE


@dataclass(frozen=True, slots=True)
class StepText:
    """A wording of a step; its key is the step's and its place, as ``code.2``."""

    key: str
    text: str


def next_step(
    steps: Sequence[FissionStep],
    wished: str,
    posts: Sequence[Post],
    *,
    at: datetime,
    hears: bool,
    settled: StepText | None = None,
) -> StepText | None:
    """The wording for a post at ``at``: of the ``wished`` step, else the longest unused one.

    A ``settled`` one comes first as long as it is rested, whatever the file says by now.
    None when all rest. The order of decision counts between equals: the instants of two posts may
    be the same, or the other way round.
    """
    shown = {post.step: place for place, post in enumerate(posts)}

    def is_rested(wording: StepText, rest_days: int) -> bool:
        place = shown.get(wording.key)
        return place is None or at - posts[place].at >= timedelta(days=rest_days)

    if settled is not None and is_rested(settled, _rest_days(steps, settled)):
        return settled
    fitting = [step for step in steps if fits(step, hears=hears)]
    own = [step for step in fitting if wished == step.key and wished != ROTATE]
    for candidates in (own, fitting):
        rested = [
            wording
            for step in candidates
            for wording in texts_of(step)
            if is_rested(wording, step.rest_days)
        ]
        if rested:
            return min(_in_turn(rested), key=lambda wording: shown.get(wording.key, -1))
    return None


def fits(step: FissionStep, *, hears: bool) -> bool:
    """Whether a step suits a group where members can write to the bot, or one where they cannot."""
    return step.where == "everywhere" or (step.where == "robot") == hears


def texts_of(step: FissionStep) -> Iterator[StepText]:
    """All wordings of a step."""
    for number, text in enumerate(step.texts, start=1):
        yield StepText(".".join((step.key, str(number))), text.strip())


def _rest_days(steps: Sequence[FissionStep], wording: StepText) -> int:
    """How long a wording rests; one that the file has no more, as long as the longest of them."""
    own = (step.rest_days for step in steps if wording.key.rpartition(".")[0] == step.key)
    return next(own, max(step.rest_days for step in steps))


def _in_turn(wordings: Sequence[StepText]) -> list[StepText]:
    """First the first wording of every step, then the second ones: neighbours differ in kind."""
    return sorted(wordings, key=lambda wording: int(wording.key.rpartition(".")[2]))
