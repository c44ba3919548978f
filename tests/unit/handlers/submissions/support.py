"""A group with two members, its owner and the operator, and a platform that lends pictures."""

import io
import random
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from PIL import Image

from bot.core.errors import TransportError
from bot.core.events import EventKind, MediaKind, MediaRef, Place
from bot.core.ids import UserId
from bot.core.messages import Media, Message, Outgoing, Text
from bot.handlers.submissions.authors import AuthorHandlers
from bot.handlers.submissions.desk import SubmissionDesk
from bot.handlers.submissions.job import SubmissionJob
from bot.handlers.submissions.pictures import PictureTaking
from bot.handlers.submissions.reviewing import ReviewDesk
from bot.handlers.submissions.sending import SendingHandlers
from bot.members.people import PersonRef
from bot.members.roster import MoveKind
from bot.members.submissions.files import PictureFiles
from bot.members.submissions.submission import Submission
from bot.members.submissions.submissions import Submissions
from bot.store.db import Store
from tests.support.events import APP, NOW, REALM, ROBOT, make_event
from tests.support.pipeline import Pipeline
from tests.support.senders import capabilities
from tests.support.stores import read_value

TEXT = "谷雨面霜用了两周，早上起来脸不紧绷了，妆也服帖"
OTHER_TEXT = "换季的时候我先停酸类，再把保湿补足，省心很多"


def photo(colour: str = "green") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(file, "JPEG")
    return file.getvalue()


class Shelf:
    """Implements ``bot.core.ports.MediaSource``: what is not on it is out of reach."""

    def __init__(self) -> None:
        self.files = {"green": photo(), "red": photo("red"), "blue": photo("blue")}

    async def read_media(self, media: MediaRef) -> bytes:
        if media.address not in self.files:
            raise TransportError("It is gone.", reached=True)
        return self.files[media.address]


class Town:
    """小鹿 and 阿晴 are members, 汤圆 owns the group, 阿云 is the operator."""

    def __init__(self, store: Store, directory: Path) -> None:
        self.store = store
        table = replace(capabilities(), media=frozenset({MediaKind.IMAGE}))
        self.pipeline = Pipeline(store, tables={ROBOT: table, APP: table})
        place = self.pipeline
        self.files = PictureFiles(directory / "media")
        self.submissions = Submissions(store, place.live, place.clock, self.files)
        self.shelf = Shelf()
        taking = PictureTaking(self.submissions, {ROBOT: self.shelf, APP: self.shelf})
        desk = ReviewDesk(store, random.Random(1))
        groups = (
            SendingHandlers(place.voice, self.submissions, taking),
            AuthorHandlers(place.voice, self.submissions),
            SubmissionDesk(place.voice, self.submissions, desk, place.roster),
        )
        routes = [route for group in groups for route in group.routes()]
        place.dispatcher._routes = (*routes, *place.routes)
        self.job = SubmissionJob(self.submissions, place.roster, place.voice, place.live)

    async def open(self) -> None:
        await self.pipeline.roster.appoint(self.pipeline.live.current, NOW)
        for user in ("xiaolu", "aqing", "tangyuan", "ayun"):
            await self.pipeline.join(user, MoveKind.FOUND)

    async def say(self, user: str, text: str, *pictures: str, key: str | None = None) -> str:
        """Somebody writes in the group to the robot; its answer."""
        return await self._bring(user, text, pictures, Place.GROUP, key)

    async def tell(self, user: str, text: str, *pictures: str, key: str | None = None) -> str:
        """Somebody writes to the app in private; its answer."""
        return await self._bring(user, text, pictures, Place.PRIVATE, key)

    async def send_in(self, user: str = "xiaolu", text: str = TEXT, picture: str = "green") -> None:
        """Somebody sends something in and agrees to its use."""
        await self.say(user, f"晒单 {text}", picture)
        assert "号" in await self.say(user, "授权")

    async def one(self, number: int = 1) -> Submission:
        """A submission as it stands."""
        (one,) = [one for one in await self.all() if one.number == number]
        return one

    async def all(self) -> list[Submission]:
        query = "SELECT id FROM member ORDER BY id"
        found = [
            await self.submissions.read_of(row["id"], 99) for row in await self.store.read(query)
        ]
        return sorted((one for several in found for one in several), key=lambda one: one.number)

    async def letters(self, to: str) -> list[str]:
        """What was written to somebody in private beside answers."""
        return [words(note.message) for note in await self._notes(to) if words(note.message)]

    async def pictures_to(self, to: str) -> list[str]:
        """The files that somebody was shown."""
        return [
            note.message.path for note in await self._notes(to) if isinstance(note.message, Media)
        ]

    def on_disk(self) -> list[str]:
        """Which submissions have pictures on the disk."""
        return sorted(path.parent.name for path in self.files.directory.glob("*/*"))

    async def points(self, user: str) -> int:
        query = (
            "SELECT coalesce(max(a.balance), 0) FROM identity AS i JOIN account AS a"
            " ON a.kind = 'member' AND a.currency = 'points' AND a.holder = i.member_id || ''"
            " WHERE i.realm = ? AND i.user_id = ?"
        )
        return int(str(await read_value(self.store, query, REALM, user)))

    async def crash_while(self, user: str, typed: str, key: str) -> None:
        """Somebody writes to the app, and the program dies before the end of it is written."""
        event = make_event(typed, user=user, place=Place.PRIVATE, key=key)
        person = PersonRef(REALM, UserId(user))
        standing = await self.pipeline.roster.see(person, None, self.pipeline.clock.now())
        await self.pipeline.dispatcher.dispatch(event, standing)

    async def run_for(self, span: timedelta) -> None:
        """Let the job do everything that is due until so long after the start."""
        while (due := await self.job.next_due(NOW)) is not None and due <= NOW + span:
            await self.job.run(due)

    def wait(self, span: timedelta) -> datetime:
        self.pipeline.clock.advance(span)
        return self.pipeline.clock.now()

    async def _notes(self, to: str) -> list[Outgoing]:
        return [note for note in await self.pipeline.outbox() if note.target.address == to]

    async def _bring(
        self, user: str, text: str, pictures: tuple[str, ...], place: Place, key: str | None
    ) -> str:
        kind = EventKind.MEDIA if pictures else EventKind.TEXT
        event = make_event(
            text, user=user, kind=kind, place=place, key=key, at=self.pipeline.clock.now()
        )
        media = tuple(MediaRef(MediaKind.IMAGE, address) for address in pictures)
        return words(await self.pipeline.ask(replace(event, media=media)))


def words(message: Message | None) -> str:
    return message.text if isinstance(message, Text) else ""
