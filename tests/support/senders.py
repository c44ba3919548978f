"""A channel that sends nothing: it notes what it was given and answers as the test says."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from bot.core.clock import Clock
from bot.core.ids import ChannelKey
from bot.core.messages import Outgoing, TargetKind
from bot.core.ports import Capabilities, Hears, Outcome, Rate, SendResult

SENT = SendResult(Outcome.SENT)


def capabilities(
    *,
    hears: Hears = Hears.MENTIONS,
    answers_in_request: bool = True,
    answers_later: bool = True,
    streams: bool = False,
    changes_cards_later: bool = False,
    cards_in_answers: bool = True,
    pushes_to: Iterable[TargetKind] = (TargetKind.GROUP, TargetKind.PERSON),
    repeat_is_safe_to: Iterable[TargetKind] = (),
    rates: Iterable[Rate] = (),
) -> Capabilities:
    """A channel's table with the fields that tests care about."""
    return Capabilities(
        hears_in_groups=hears,
        sees_members=True,
        answers_in_request=answers_in_request,
        answers_later=answers_later,
        streams=streams,
        changes_cards_later=changes_cards_later,
        pushes_to=frozenset(pushes_to),
        repeat_is_safe_to=frozenset(repeat_is_safe_to),
        cards_in_answers=cards_in_answers,
        mentions=True,
        text_bytes=2048,
        markdown_bytes=4096,
        rates=tuple(rates),
    )


@dataclass
class FakeSender:
    """Implements ``bot.core.ports.Sender``.

    ``answers`` are given in turn, then ``otherwise`` for ever; an exception among them is raised
    as a defect of the sender would be. ``sends`` holds what was sent and when.
    """

    key: ChannelKey
    clock: Clock
    capabilities: Capabilities = field(default_factory=capabilities)
    answers: deque[SendResult | BaseException] = field(default_factory=deque)
    otherwise: SendResult = SENT
    sends: list[tuple[datetime, Outgoing]] = field(default_factory=list)

    async def send(self, outgoing: Outgoing) -> SendResult:
        self.sends.append((self.clock.now(), outgoing))
        answer = self.answers.popleft() if self.answers else self.otherwise
        if isinstance(answer, BaseException):
            raise answer
        return answer

    async def close(self) -> None:
        return None

    @property
    def keys(self) -> list[str]:
        """The keys of what was sent, in order."""
        return [outgoing.key for _, outgoing in self.sends]
