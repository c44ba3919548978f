"""The pictures of submissions on the disk: a folder for each submission, deleted with its end.

A file is named by the digest of its bytes, so that keeping it twice keeps it once. What nobody may
use any more is deleted when that is decided, and looked for from time to time in case the program
died in between.
"""

import asyncio
import hashlib
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.members.submissions.submission import Submission, SubmissionId

MEDIA_FOLDER: Final = "media"
"""Where they lie in the folder of the data."""

SUFFIX: Final = ".jpg"


@dataclass(frozen=True, slots=True)
class PictureFiles:
    """Pictures below ``directory``, which need not be there yet."""

    directory: Path

    def path(self, number: SubmissionId, name: str) -> Path:
        """Where a picture lies, from the root of the disk."""
        return self._folder(number) / name

    def paths(self, submission: Submission) -> tuple[Path, ...]:
        """Where its pictures lie."""
        return tuple(self.path(submission.number, name) for name in submission.pictures)

    async def keep(self, number: SubmissionId, body: bytes) -> str:
        """Write a picture whole, and return its name."""
        return await asyncio.to_thread(self._write, number, body)

    async def discard(self, number: SubmissionId, name: str) -> None:
        """Delete one picture that is not wanted after all."""
        path = self.path(number, name)
        await asyncio.to_thread(path.unlink, missing_ok=True)

    async def delete(self, numbers: Iterable[SubmissionId]) -> None:
        """Delete all pictures of these submissions; that there are none is no mistake."""
        for number in numbers:
            await asyncio.to_thread(shutil.rmtree, self._folder(number), ignore_errors=True)

    async def numbers(self) -> tuple[SubmissionId, ...]:
        """The submissions of which there are pictures."""
        return await asyncio.to_thread(self._numbers)

    def _folder(self, number: SubmissionId) -> Path:
        return self.directory.resolve() / str(number)

    def _write(self, number: SubmissionId, body: bytes) -> str:
        name = hashlib.sha256(body).hexdigest() + SUFFIX
        path = self.path(number, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        torn = path.with_suffix(".part")
        with torn.open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        torn.replace(path)
        return name

    def _numbers(self) -> tuple[SubmissionId, ...]:
        if not self.directory.is_dir():
            return ()
        names = (path.name for path in self.directory.iterdir())
        return tuple(SubmissionId(int(name)) for name in names if name.isdecimal())
