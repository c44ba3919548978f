"""Pictures that come with a submission: fetched while the platform has them, drawn anew, kept.

A platform lends a file for minutes or days, so it is fetched before its author has said how it may
be used; without his word it goes with the submission.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.core.errors import BadPayload, PlatformError, TransportError
from bot.core.events import MediaKind, MediaRef
from bot.core.ids import ChannelKey
from bot.core.ports import MediaSource
from bot.drawing.photos import clean_photo
from bot.members.submissions.submission import Attach, Done, NotNow, Submission
from bot.members.submissions.submissions import Submissions
from bot.platforms.limits import MEDIA_BYTES, WEBHOOK_IMAGE_BYTES

MOST_BYTES: Final = MEDIA_BYTES[MediaKind.IMAGE]
"""Of a picture that is sent in."""

KEPT_BYTES: Final = WEBHOOK_IMAGE_BYTES
"""Of a picture that is kept: what every channel can show."""


class Trouble(StrEnum):
    """Why a picture was not kept."""

    UNREACHABLE = "unreachable"
    """The platform did not give it: too old, or a channel that gives none."""

    BAD = "bad"
    """It is no PNG or JPEG, or too large."""

    ENOUGH = "enough"
    """The submission has as many as are kept, or is over."""


@dataclass(frozen=True, slots=True)
class PictureTaking:
    """Takes pictures of submissions from the channels that give them."""

    submissions: Submissions
    sources: Mapping[ChannelKey, MediaSource]

    async def take(
        self, submission: Submission, channel: ChannelKey, media: Sequence[MediaRef], *, most: int
    ) -> tuple[Submission, Trouble | None]:
        """The submission with those of ``media`` that could be kept, and the last trouble.

        The same pictures again change nothing.
        """
        trouble: Trouble | None = None
        for ref in media:
            body = await self._fetch(channel, ref)
            if isinstance(body, Trouble):
                trouble = body
                continue
            name = await self.submissions.files.keep(submission.number, body)
            moved = await self.submissions.move(Attach(submission.number, name, most))
            if isinstance(moved, Done | NotNow):
                submission = moved.submission
            if not isinstance(moved, Done):
                await self.submissions.files.discard(submission.number, name)
                trouble = Trouble.ENOUGH
        return submission, trouble

    async def _fetch(self, channel: ChannelKey, ref: MediaRef) -> bytes | Trouble:
        source = self.sources.get(channel)
        if source is None:
            return Trouble.UNREACHABLE
        try:
            body = await source.read_media(ref)
        except (PlatformError, TransportError, BadPayload):
            return Trouble.UNREACHABLE
        if len(body) > MOST_BYTES:
            return Trouble.BAD
        clean = await asyncio.to_thread(clean_photo, body, most_bytes=KEPT_BYTES)
        return Trouble.BAD if clean is None else clean


def pictures_in(media: Sequence[MediaRef]) -> tuple[MediaRef, ...]:
    """The pictures among what somebody sent."""
    return tuple(ref for ref in media if ref.kind is MediaKind.IMAGE)
