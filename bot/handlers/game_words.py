"""How a game is spoken of: its start, where it stands, what the bot did of itself, and its end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, assert_never

from bot.core.messages import Button, Card, Drawing, Message, Text
from bot.core.pictures import BoardLine, BoardPicture
from bot.games.chain import Idioms
from bot.games.game import Game, GameKind, Round, Score, rank
from bot.games.games import Games
from bot.games.guessing import mask
from bot.games.vote import LETTERS, shares
from bot.members.roster import Roster
from bot.persona.screening import first_stop
from bot.settings.schema.bot import Group
from bot.settings.settings import Settings
from bot.wording.rule import Origin

Say = Callable[..., str]
"""Says a template with its slots, in some conversation."""

VOTE_BUTTON: Final = "vote:"
"""Start of the key of a vote's button; the game's id and the answer's place follow."""

LINES_SHOWN: Final = 10
"""Members named at the end of a game."""

_BAR: Final = "▇"
_BAR_PERCENT: Final = 10
"""So many percent are one piece of a bar."""


@dataclass(frozen=True, slots=True)
class GameSpeaker:
    """Speaks of games in one conversation."""

    say: Say
    games: Games
    roster: Roster
    settings: Settings

    def name_of(self, kind: GameKind) -> str:
        """What members call such a game."""
        return self.say(f"game.name_{kind}")

    def hour(self, instant: datetime) -> str:
        """An instant on the community's clock."""
        return instant.astimezone(self.settings.zone).strftime("%H:%M")

    def opened(self, game: Game) -> Message:
        """The start of a game, for everybody."""
        rules, minutes = self.settings.calendar.games, self._minutes(game)
        match game.kind:
            case GameKind.CHAIN:
                slots = {"word": game.current.text, "link": self.link(game.current.text)}
                return Text(self.say("chain.opened", rounds=game.rounds, minutes=minutes, **slots))
            case GameKind.RIDDLES:
                seconds, question = rules.riddles.seconds, self.question(game)
                text = self.say(
                    "riddles.opened", rounds=game.rounds, seconds=seconds, question=question
                )
                return Text(text)
            case GameKind.QUIZ:
                quiz, question = rules.quiz, self.question(game)
                text = self.say(
                    "quiz.opened",
                    rounds=game.rounds,
                    seconds=quiz.seconds,
                    tries=quiz.tries,
                    question=question,
                )
                return Text(text)
            case GameKind.VOTE:
                lines = self.bars(game.current, (0, 0))
                text = self.say("vote.opened", lines=lines, until=self.hour(game.ends_at))
                return self.ballot(game, text, f"game-{game.game_id}")
        assert_never(game.kind)

    def ballot(self, game: Game, text: str, task_id: str) -> Card:
        """A vote's card, with a button for each answer."""
        buttons = tuple(
            Button(option, f"{VOTE_BUTTON}{game.game_id}:{place}")
            for place, option in enumerate(game.current.answers)
        )
        return Card(game.current.text, text, buttons, task_id)

    def link(self, word: str) -> str:
        """What the next idiom begins with."""
        how = "sound" if self.settings.calendar.games.chain.by_sound else "same"
        return self.say(f"chain.link_{how}", last=word[-1])

    def question(self, game: Game) -> str:
        """The open question of a guessing game, with what its hints show."""
        slots = {"number": game.number + 1, "rounds": game.rounds, "text": game.current.text}
        if game.kind is GameKind.QUIZ:
            return self.say("quiz.question", **slots)
        told = game.current.answers[0]
        return self.say("riddles.question", hint=mask(told, game.hints), length=len(told), **slots)

    async def state(self, game: Game) -> str:
        """Where a running game stands, for whoever wants to join."""
        until = self.hour(game.ends_at)
        if game.kind is GameKind.VOTE:
            lines = self.bars(game.current, await self.games.read_counts(game.game_id))
            return self.say("vote.state", question=game.current.text, lines=lines, until=until)
        if game.kind is GameKind.CHAIN:
            word, left = game.current.text, game.rounds - game.wins
            slots = {"word": word, "link": self.link(word), "left": left}
            return self.say("chain.state", until=until, **slots)
        return self.say("guess.state", question=self.question(game), until=until)

    async def last_beat(self, game: Game, idioms: Idioms | None) -> str:
        """What the bot did of itself in a running game."""
        if game.kind is GameKind.CHAIN:
            before = await self.games.read_unwon(game.game_id, game.number - 1)
            word = game.current.text
            how = "helped" if before and self._is_link(before.text, word, idioms) else "fresh"
            return self.say(f"chain.{how}", word=word, link=self.link(word))
        if game.hints:
            return self.say("riddles.hinted", question=self.question(game))
        given = await self.games.read_unwon(game.game_id, game.number - 1)
        return "\n".join([*self._given_away(given), self.question(game)])

    async def result(self, game: Game) -> str:
        """How a game ended."""
        if game.kind is GameKind.VOTE:
            return self._vote_result(game, await self.games.read_counts(game.game_id))
        unwon = None
        if game.kind.is_guessed:
            unwon = await self.games.read_unwon(game.game_id, game.number)
        scores = await self.games.read_scores(game.game_id)
        ended = self.say("game.over_nobody", game=self.name_of(game.kind))
        if scores:
            lines = await self.score_lines(scores)
            ended = self.say("game.over", game=self.name_of(game.kind), lines=lines)
        return "\n".join([*self._given_away(unwon), ended])

    async def report(self, game: Game) -> str:
        """A game for who asks how it stands or went."""
        if not game.is_over or game.kind is GameKind.VOTE:
            state = await (self.result(game) if game.is_over else self.state(game))
            scores = await self.games.read_scores(game.game_id)
            if not scores:
                return state
            return self.say(
                "game.scores_running", state=state, lines=await self.score_lines(scores)
            )
        scores = await self.games.read_scores(game.game_id)
        if not scores:
            return self.say("game.over_nobody", game=self.name_of(game.kind))
        local = game.started_at.astimezone(self.settings.zone)
        lines = await self.score_lines(scores)
        return self.say(
            "game.scores_last", game=self.name_of(game.kind), day=f"{local:%m-%d}", lines=lines
        )

    async def shown(self, game: Game, text: str) -> Message:
        """``text`` with a picture of where the game stands, once there is something to see."""
        picture = await self.picture(game)
        return Text(text) if picture is None else Drawing(picture, text)

    async def picture(self, game: Game) -> BoardPicture | None:
        """Votes or scores as a board; None while there are none."""
        if game.kind is GameKind.VOTE:
            return self._vote_picture(game, await self.games.read_counts(game.game_id))
        scores = await self.games.read_scores(game.game_id)
        if not scores:
            return None
        local = game.started_at.astimezone(self.settings.zone)
        wins = sum(score.wins for score in scores)
        lines = [
            BoardLine(place, await self.roster.read_name(score.member_id), score.wins)
            for place, score in rank(scores)[:LINES_SHOWN]
        ]
        return BoardPicture(
            title=self.name_of(game.kind),
            period=self.say("game.period", day=f"{local:%m-%d}", wins=wins),
            lines=tuple(lines),
            unit=self.say("game.unit"),
            brand=self.settings.bot.brand.name,
        )

    async def score_lines(self, scores: Sequence[Score]) -> str:
        """Who won how much, a line each."""
        return "\n".join(
            [
                self.say(
                    "game.score_line",
                    rank=place,
                    name=await self.roster.read_name(score.member_id),
                    wins=score.wins,
                )
                for place, score in rank(scores)[:LINES_SHOWN]
            ]
        )

    def bars(self, vote: Round, counts: tuple[int, int]) -> str:
        """The votes for each answer as a bar, a line each."""
        return "\n".join(
            self.say(
                "vote.bar",
                letter=LETTERS[place],
                option=vote.answers[place],
                bar=_BAR * round(share / _BAR_PERCENT),
                share=share,
                votes=counts[place],
            ).rstrip()
            for place, share in enumerate(shares(counts))
        )

    def _vote_result(self, game: Game, counts: tuple[int, int]) -> str:
        question, votes = game.current.text, sum(counts)
        if not votes:
            return self.say("vote.over_nobody", question=question)
        lines = self.bars(game.current, counts)
        if counts[0] == counts[1]:
            return self.say("vote.over_equal", question=question, votes=votes, lines=lines)
        most = counts.index(max(counts))
        return self.say(
            "vote.over",
            question=question,
            option=game.current.answers[most],
            share=shares(counts)[most],
            votes=votes,
            lines=lines,
        )

    def _vote_picture(self, game: Game, counts: tuple[int, int]) -> BoardPicture | None:
        votes = sum(counts)
        if not votes:
            return None
        period = self.say("vote.period", votes=votes, until=self.hour(game.ends_at))
        if game.is_over:
            period = self.say("vote.period_over", votes=votes)
        lines = [
            BoardLine(1 + (count < max(counts)), f"{LETTERS[place]}. {option}", count)
            for place, (option, count) in enumerate(zip(game.current.answers, counts, strict=True))
        ]
        return BoardPicture(
            title=game.current.text,
            period=period,
            lines=tuple(sorted(lines, key=lambda line: line.rank)),
            unit=self.say("vote.unit"),
            brand=self.settings.bot.brand.name,
        )

    def _given_away(self, unwon: Round | None) -> list[str]:
        """The answer to a question that nobody won, with where it stands."""
        if unwon is None:
            return []
        return [self.say("guess.given_away", answer=unwon.answers[0]) + self.source_of(unwon)]

    def source_of(self, question: Round) -> str:
        """Where a question's answer can be looked up."""
        return self.say("guess.source", source=question.source) if question.source else ""

    def _is_link(self, before: str, after: str, idioms: Idioms | None) -> bool:
        by_sound = self.settings.calendar.games.chain.by_sound
        return idioms is not None and idioms.link(before, after, by_sound=by_sound)

    def _minutes(self, game: Game) -> int:
        return max(1, round((game.ends_at - game.started_at).total_seconds() / 60))


def is_fit(settings: Settings, group: Group, text: str) -> bool:
    """Whether the bot may say an idiom or a riddle in a group."""
    if any(word in text for word in settings.calendar.games.unfit):
        return False
    persona = settings.persona_of(group)
    return first_stop(text, settings, persona=persona, origin=Origin.ANSWER) is None
