"""排行, 隐身, 现身: who is ahead in the group, as words and as a picture; and who is not named."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.core.ids import GroupKey, MemberId
from bot.core.messages import Drawing, Outgoing
from bot.core.pictures import BoardLine, BoardPicture
from bot.core.text import fold
from bot.handlers.speech import answer, voice_in
from bot.members.roster import Roster
from bot.outbox.enqueue import post
from bot.persona.voice import Voice
from bot.pipeline.context import Context, Outcome, Reply
from bot.pipeline.routing import Route, member_command
from bot.rewards.boards.boards import Board, Boards, Due, Naming
from bot.rewards.boards.periods import Span, kept_at, span_before, span_of, span_of_campaign
from bot.rewards.boards.ranking import Place, moves, place_of, shown
from bot.rewards.days import community_date
from bot.settings.schema.commands import CommandName
from bot.settings.schema.rewards.boards import Measure, Period
from bot.settings.settings import HasSettings, Settings
from bot.store.db import Store

POST_LIFE: Final = timedelta(hours=12)
"""A kept board that could not be posted for so long is no news any more."""

_RUNNING: Final = (Period.DAY, Period.WEEK, Period.MONTH, Period.SEASON)


@dataclass(frozen=True, slots=True)
class Choice:
    """A board that can be asked for."""

    measure: Measure
    span: Span


@dataclass(frozen=True, slots=True)
class BoardHandlers:
    """Boards, and the wish not to be named on them."""

    voice: Voice
    boards: Boards
    roster: Roster

    def routes(self) -> tuple[Route, ...]:
        """The commands of this topic."""
        return (
            member_command(CommandName.BOARD, self.show),
            member_command(CommandName.HIDE, self.hide),
            member_command(CommandName.UNHIDE, self.unhide),
        )

    async def show(self, context: Context) -> Outcome:
        """排行, 排行 月, 排行 邀请, 排行 上周; alone it is the points of the week."""
        voice = voice_in(self.voice, context)
        speaker = Speaker(voice, self.boards, self.roster, context.settings, context.scope)
        choices = speaker.choices(context.now)
        typed = context.invocation.words if context.invocation else ""
        chosen = choices.get(_bare(typed)) if typed else _usual(context.settings, context.now)
        if chosen is None:
            return answer(
                self.voice,
                context,
                "boards.unknown",
                words=typed,
                command=context.word(CommandName.BOARD),
            )
        board = await self.boards.read(
            context.group_key,
            chosen.measure,
            chosen.span,
            now=context.now,
            rules=context.settings.rewards,
            zone=context.settings.zone,
        )
        reader = context.member.member_id
        return Reply(await speaker.draw(board, reader=reader, competes=not context.is_owner))

    async def hide(self, context: Context) -> Outcome:
        """隐身: the place stays, the name goes, on older boards too."""
        return await self._wish(context, Naming.SHY, "boards.hidden", "boards.hidden_already")

    async def unhide(self, context: Context) -> Outcome:
        """现身: named again."""
        return await self._wish(context, Naming.NAMED, "boards.named", "boards.named_already")

    async def _wish(self, context: Context, naming: Naming, done: str, already: str) -> Outcome:
        changed = await self.boards.wish(context.member.member_id, naming, context.now)
        return answer(self.voice, context, done if changed else already)


@dataclass(frozen=True, slots=True)
class Speaker:
    """Says and draws boards, in the conversation ``scope``."""

    voice: Voice
    boards: Boards
    roster: Roster
    settings: Settings
    scope: str

    async def draw(
        self, board: Board, *, reader: MemberId | None = None, competes: bool = True
    ) -> Drawing:
        """The first places, the reader's own with its neighbours, and the same in words."""
        rules = self.settings.rewards.boards
        places = shown(board.places, top=rules.top, reader=reader)
        lines = await self._lines(board, places, reader)
        mine = place_of(board.places, reader)
        unit = self._say(f"boards.unit_{board.measure}")
        title, days = self.title(board.measure, board.span), self._days(board.span)
        note = self._say("boards.note_running" if board.board_id is None else "boards.note_kept")
        picture = BoardPicture(
            title=title,
            period=days,
            lines=lines,
            unit=unit,
            mine=None if mine is None else mine.rank,
            note=note,
            brand=self.settings.bot.brand.name,
        )
        said = "\n".join(
            self._say("boards.line", rank=line.rank, name=line.name, score=line.score, unit=unit)
            for line in lines
        )
        text = self._say(
            "boards.shown", title=title, days=days, lines=said or self._say("boards.empty")
        )
        if reader is None:
            return Drawing(picture, text)
        return Drawing(picture, f"{text}\n{self._own(board, mine, unit, competes=competes)}")

    def choices(self, now: datetime) -> dict[str, Choice]:
        """Every board that can be asked for, by what may be typed for it."""
        today = community_date(now, self.settings.zone, self.settings.rewards.day_starts_at)
        found: dict[str, Choice] = {}
        for period in _RUNNING:
            running = span_of(period, today)
            name = self._say(f"boards.period_{period}")
            for span, time in (
                (running, name),
                (span_before(running), self._say("boards.last", period=name)),
            ):
                for measure in Measure:
                    counted = self._say(f"boards.measure_{measure}")
                    choice = Choice(measure, span)
                    for words in (time + counted, counted + time, self._title(counted, time)):
                        found.setdefault(_bare(words), choice)
                found.setdefault(_bare(time), Choice(Measure.POINTS, span))
        for measure in Measure:
            counted = self._say(f"boards.measure_{measure}")
            found.setdefault(_bare(counted), Choice(measure, span_of(Period.WEEK, today)))
        for campaign in self.settings.rewards.boards.campaigns:
            choice = Choice(campaign.measure, span_of_campaign(campaign))
            found[_bare(campaign.name)] = choice
        return found

    def title(self, measure: Measure, span: Span) -> str:
        """What a board is called: 积分周榜, or the name of its campaign."""
        for campaign in self.settings.rewards.boards.campaigns:
            if (campaign.measure, span_of_campaign(campaign)) == (measure, span):
                return campaign.name
        counted = self._say(f"boards.measure_{measure}")
        return self._title(counted, self._say(f"boards.period_{span.period}"))

    async def _lines(
        self, board: Board, places: tuple[Place, ...], reader: MemberId | None
    ) -> tuple[BoardLine, ...]:
        shy = await self.boards.read_shy(place.member_id for place in places)
        won = await self._moves(board)
        return tuple(
            [
                BoardLine(
                    rank=place.rank,
                    name=(
                        self._say("boards.shy")
                        if place.member_id in shy and place.member_id != reader
                        else await self.roster.read_name(place.member_id)
                    ),
                    score=place.score,
                    delta=won.get(place.member_id),
                )
                for place in places
            ]
        )

    async def _moves(self, board: Board) -> dict[MemberId, int]:
        """Places won since the last board of this kind, if it was kept."""
        if board.span.period is Period.CAMPAIGN:
            return {}
        span = span_before(board.span)
        before = await self.boards.find_kept(board.group_key, board.measure, span)
        return {} if before is None else dict(moves(before.places, board.places))

    def _own(self, board: Board, mine: Place | None, unit: str, *, competes: bool) -> str:
        """Where the reader stands, and what is between him and the next better place."""
        if mine is None:
            return self._say("boards.mine_none" if competes else "boards.mine_owner")
        if mine.rank == 1:
            return self._say("boards.mine_first", score=mine.score, unit=unit)
        own = {"rank": mine.rank, "score": mine.score, "unit": unit}
        gap = board.places[mine.rank - 2].score - mine.score
        if gap == 0:
            return self._say("boards.mine_equal", **own)
        return self._say("boards.mine", **own, gap=gap)

    def _title(self, counted: str, time: str) -> str:
        return self._say("boards.title", measure=counted, period=time)

    def _days(self, span: Span) -> str:
        if span.first == span.last:
            return f"{span.first}"
        return self._say("boards.days", first=span.first, last=span.last)

    def _say(self, template: str, **slots: object) -> str:
        return self.voice.say(template, scope=self.scope, **slots)


@dataclass(slots=True)
class BoardJob:
    """The job that keeps boards when their time is over, and shows some of them to the group.

    Until the next board is over there is nothing to look for, unless the settings change.
    """

    store: Store
    boards: Boards
    roster: Roster
    voice: Voice
    live: HasSettings
    name: str = "boards"
    _quiet: tuple[str, datetime] | None = None
    """The settings' fingerprint, and the instant at which the next board is over."""

    async def run(self, now: datetime) -> None:
        """Keep, post, note it; after a crash in between the post is made up."""
        settings = self.live.current
        if self._quiet is not None:
            fingerprint, until = self._quiet
            if fingerprint == settings.fingerprint and now < until:
                return
        due = await self._due(settings, now)
        rules, zone = settings.rewards, settings.zone
        for one in (one for one in due if one.kept_at <= now):
            await self.boards.keep(one, now=now, rules=rules, zone=zone)
        for board in await self.boards.read_unannounced():
            await self._post(settings, board, now)
            if board.board_id is not None:
                await self.boards.mark_announced([board.board_id], now)
        later = min((one.kept_at for one in due if one.kept_at > now), default=None)
        self._quiet = None if later is None else (settings.fingerprint, later)

    async def next_due(self, now: datetime) -> datetime | None:
        """When the next board is over; at once when one is, or waits to be shown."""
        if await self.boards.read_unannounced():
            return now
        due = await self._due(self.live.current, now)
        return due[0].kept_at if due else None

    async def _due(self, settings: Settings, now: datetime) -> list[Due]:
        groups = [GroupKey(group.key) for group in settings.bot.groups]
        return await self.boards.read_due(
            groups, now=now, rules=settings.rewards, zone=settings.zone
        )

    async def _post(self, settings: Settings, board: Board, now: datetime) -> None:
        group = settings.group(board.group_key)
        place = None if group is None else settings.remark_place(group)
        at = _posted_at(settings, board.span)
        shown = _is_posted(settings, board) and now < at + POST_LIFE
        if group is None or place is None or not shown:
            return
        scope = f"group/{board.group_key}"
        voice = self.voice.speaking_as(settings.persona_of(group))
        speaker = Speaker(voice, self.boards, self.roster, settings, scope)
        message = await speaker.draw(board)
        key = f"board/{board.board_id}"
        outgoing = Outgoing(key, *place, message, not_before=at, expires_at=at + POST_LIFE)
        await post(self.store, [outgoing], now=now)


def _is_posted(settings: Settings, board: Board) -> bool:
    """Whether the group is shown this one: if there is anybody on it, and rewards.yaml says so."""
    period = board.span.period
    wanted = period is Period.CAMPAIGN or (
        settings.rewards.boards.posted.get(period) is board.measure
    )
    return wanted and bool(board.places)


def _posted_at(settings: Settings, span: Span) -> datetime:
    """The hour of posting on the day after the last one, but not before the board is over."""
    rules, zone = settings.rewards, settings.zone
    day = span.last + timedelta(days=1)
    wished = datetime.combine(day, rules.boards.posted_at, tzinfo=zone).astimezone(UTC)
    return max(wished, kept_at(span, zone, rules))


def _usual(settings: Settings, now: datetime) -> Choice:
    today = community_date(now, settings.zone, settings.rewards.day_starts_at)
    return Choice(Measure.POINTS, span_of(Period.WEEK, today))


def _bare(words: str) -> str:
    """Words as they are compared: without spaces, width and case."""
    return fold(words).replace(" ", "")
