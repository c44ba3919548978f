"""成语接龙, 猜歇后语, 抢答 and votes: starting them, playing, and how it stands.

A running game listens to what is said to the bot, and where the bot hears everything to what is
surely a move. All else is passed on, so that questions are answered as ever.
"""

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice

from bot.core.events import EventKind, Place
from bot.core.messages import CardUpdate, Text
from bot.core.ports import Hears
from bot.games.chain import Idioms, read_idiom
from bot.games.game import (
    Game,
    GameId,
    GameKind,
    Opening,
    Resting,
    Round,
    Running,
    Started,
    Stopped,
    Voted,
    VoteTurn,
)
from bot.games.games import Games
from bot.games.guessing import bare
from bot.games.lane import Move, Stop
from bot.games.vote import read_ballot, read_choice
from bot.games.votes import VoteWish
from bot.games.wordbook import Wordbook, Words
from bot.handlers.game_hours import end_of_game, quiet_until
from bot.handlers.game_moves import is_surely_move, seems_move, told
from bot.handlers.game_words import VOTE_BUTTON, GameSpeaker, is_fit
from bot.handlers.speech import answer, words
from bot.members.roster import Roster
from bot.persona.screening import first_stop
from bot.persona.voice import Voice
from bot.pipeline.context import Context, Nobody, Outcome, Pass, Reply
from bot.pipeline.routing import Route, member_command
from bot.settings.schema.commands import CommandName
from bot.settings.schema.games import Games as Rules
from bot.settings.schema.games import StartedBy
from bot.settings.schema.members import Act
from bot.wording.repeating import spelled
from bot.wording.rule import Origin

POOL = 60
"""Riddles and openings that are drawn, to take those that the group has not had lately."""

_BALLOT = re.compile(r"(\d{1,15}):([01])")

_KINDS = {
    CommandName.GAME_CHAIN: GameKind.CHAIN,
    CommandName.GAME_RIDDLES: GameKind.RIDDLES,
    CommandName.GAME_QUIZ: GameKind.QUIZ,
    CommandName.GAME_VOTE: GameKind.VOTE,
}


@dataclass(frozen=True, slots=True)
class GameHandlers:
    """Games in groups."""

    voice: Voice
    games: Games
    wordbook: Wordbook
    roster: Roster

    def routes(self) -> tuple[Route, ...]:
        """The commands of this topic, taps on votes, and moves, which look like any other talk."""
        return (
            member_command(CommandName.GAME_CHAIN, self.play),
            member_command(CommandName.GAME_RIDDLES, self.play),
            member_command(CommandName.GAME_QUIZ, self.play),
            member_command(CommandName.GAME_VOTE, self.vote),
            member_command(CommandName.GAME_STOP, self.stop),
            member_command(CommandName.GAME_SCORES, self.scores),
            Route(
                "vote", self.tapped, kind=EventKind.TAPPED, button=VOTE_BUTTON, members_only=True
            ),
            Route("game move", self.move, overhears=True),
        )

    async def play(self, context: Context) -> Outcome:
        """接龙, 猜谜, 抢答 start a game or show the one that runs; with words behind: a move."""
        assert context.invocation is not None, "routed by its command"
        kind, typed = _KINDS[context.invocation.name], context.invocation.words
        if (refusal := self._refuse_place(context, kind)) is not None:
            return refusal
        running = await self._running(context)
        if running is None:
            return await self._start(context, kind, await self._pool(context, kind))
        if running.kind is kind and typed:
            return await self._judge(context, running, typed, await self._idioms(running))
        return await self._is_running(context, running)

    async def vote(self, context: Context) -> Outcome:
        """投票 shows the vote that runs; with words behind it: a vote, or an owner's question."""
        if (refusal := self._refuse_place(context, GameKind.VOTE)) is not None:
            return refusal
        typed = context.invocation.words if context.invocation else ""
        running = await self._running(context)
        if running is not None and running.kind is GameKind.VOTE:
            choice = self._choice(context, running, typed)
            if choice is not None:
                return await self._vote(context, running, choice)
            speaker = self._speaker(context)
            return Reply(await speaker.shown(running, await speaker.state(running)))
        if running is not None:
            return await self._is_running(context, running)
        return await self._ask_group(context, typed)

    async def tapped(self, context: Context) -> Outcome:
        """A tap on a vote's button: this person's card shows what became of it."""
        found = _BALLOT.fullmatch(context.event.button.removeprefix(VOTE_BUTTON))
        game = await self.games.find_last(context.group_key)
        if found is None or game is None or game.game_id != GameId(int(found[1])):
            return Nobody("a button of a vote that is not this group's last one")
        speaker = self._speaker(context)
        reply = await self._vote(context, game, int(found[2]))
        text = await speaker.result(game)
        if isinstance(reply, Reply) and isinstance(reply.answer, Text):
            text = reply.answer.text
        card = speaker.ballot(game, text, context.event.task_id)
        update = CardUpdate(context.event.user_id, card)
        return replace(reply, answer=update) if isinstance(reply, Reply) else Reply(update)

    async def stop(self, context: Context) -> Outcome:
        """结束游戏: for who started it, owners and operators."""
        last = await self.games.find_last(context.group_key)
        if last is None:
            return answer(self.voice, context, "game.nothing_runs")
        may = context.is_owner or last.started_by == context.member.member_id
        if not last.is_over and not may:
            starter = await self.roster.read_name(last.started_by)
            until = self._speaker(context).hour(last.ends_at)
            return answer(self.voice, context, "game.refused_stop", starter=starter, until=until)
        stopped = await self.games.stop(Stop(context.event.key, context.group_key, context.now))
        if not isinstance(stopped, Stopped):
            return answer(self.voice, context, "game.nothing_runs")
        speaker = self._speaker(context)
        result = await speaker.result(stopped.game)
        text = words(self.voice, context, "game.stopped", result=result)
        return Reply(await speaker.shown(stopped.game, text))

    async def scores(self, context: Context) -> Outcome:
        """战绩: this game, or the last one, and what the person has won in all."""
        game = await self.games.find_last(context.group_key)
        if game is None:
            return answer(self.voice, context, "game.nothing_runs")
        speaker = self._speaker(context)
        text = await speaker.report(game)
        wins = await self.games.count_wins(context.member.member_id, context.group_key)
        mine = words(self.voice, context, "game.scores_mine", wins=wins)
        return Reply(await speaker.shown(game, f"{text}\n{mine}"))

    async def move(self, context: Context) -> Outcome:
        """Whatever is said while a game runs: a move of it, or for somebody else to answer."""
        if context.event.conversation.place is not Place.GROUP or not context.member.in_group:
            return Pass()
        game = await self._running(context)
        if game is None:
            return Pass()
        if game.kind is GameKind.VOTE:
            choice = self._choice(context, game, context.event.text)
            return Pass() if choice is None else await self._vote(context, game, choice)
        idioms = await self._idioms(game)
        table = context.settings.table(context.event.channel)
        must_be_sure = table.hears_in_groups is Hears.EVERYTHING
        rules = context.settings.calendar.games
        typed = context.event.text
        seems = is_surely_move if must_be_sure else seems_move
        if not seems(typed, game, idioms, rules):
            return Pass()
        return await self._judge(context, game, typed, idioms)

    async def _judge(
        self, context: Context, game: Game, typed: str, idioms: Idioms | None
    ) -> Outcome:
        if game.kind is GameKind.CHAIN and idioms is not None:
            typed = read_idiom(typed, idioms) or bare(typed)
        result = await self.games.move(
            Move(
                key=context.event.key,
                group_key=context.group_key,
                member_id=context.member.member_id,
                at=context.event.at,
                text=typed,
                rules=context.settings.calendar.games,
                idioms=idioms,
            )
        )
        return await told(result, self._speaker(context))

    async def _vote(self, context: Context, game: Game, choice: int) -> Reply | Pass:
        wish = VoteWish(
            key=context.event.key,
            game_id=game.game_id,
            member_id=context.member.member_id,
            at=context.event.at,
            choice=choice,
        )
        result = await self.games.vote(wish)
        if not isinstance(result, Voted):
            return Pass()
        option = result.game.current.answers[result.choice]
        lines = self._speaker(context).bars(result.game.current, result.counts)
        template = f"vote.voted_{result.turn}"
        reply = answer(self.voice, context, template, option=option, lines=lines)
        if result.turn is not VoteTurn.FIRST:
            return reply
        return reply.doing(Act.VOTED, f"game {result.game.game_id}")

    async def _ask_group(self, context: Context, typed: str) -> Outcome:
        """An owner's question becomes a vote; the bot speaks nobody else's words to the group."""
        if not context.is_owner:
            template = "vote.refused_members" if typed else "vote.none"
            command = context.word(CommandName.GAME_VOTE)
            return answer(self.voice, context, template, command=command)
        ballot = read_ballot(typed, context.persona.templates["vote.or"])
        if ballot is None:
            return answer(self.voice, context, "vote.form")
        stop = first_stop(typed, context.settings, persona=context.persona, origin=Origin.OPERATOR)
        if stop is not None:
            slots = {"word": spelled(stop.what), "why": stop.why, "instead": stop.instead}
            return answer(self.voice, context, "vote.refused_word", **slots)
        first, second = ballot.options
        question = ballot.question or words(
            self.voice, context, "vote.no_question", first=first, second=second
        )
        return await self._start(context, GameKind.VOTE, (Round(question, ballot.options),))

    async def _start(
        self, context: Context, kind: GameKind, pool: tuple[Round, ...] | None
    ) -> Outcome:
        rules, speaker = context.settings.calendar.games, self._speaker(context)
        if rules.started_by is StartedBy.OWNERS and not context.is_owner:
            command = "" if context.invocation is None else context.word(context.invocation.name)
            return answer(self.voice, context, "refused.not_owner", command=command)
        minutes, rounds = _length(rules, kind)
        ends_at = end_of_game(context.settings, context.now, minutes)
        if ends_at is None:
            quiet = quiet_until(context.settings, context.now + timedelta(minutes=1))
            until = speaker.hour(quiet or context.now)
            return answer(self.voice, context, "game.refused_quiet", until=until)
        name = speaker.name_of(kind)
        if pool is None:
            return answer(self.voice, context, "game.no_words", game=name)
        if not pool:
            template = "game.no_questions" if kind is GameKind.QUIZ else "game.no_words_left"
            return answer(self.voice, context, template, game=name)
        asked = min(rounds, len(pool)) if kind.is_guessed else 1
        result = await self.games.start(
            Opening(
                key=context.event.key,
                kind=kind,
                group_key=context.group_key,
                member_id=context.member.member_id,
                at=context.now,
                ends_at=ends_at,
                rounds=asked if kind.is_guessed else rounds,
                asked=asked,
                pool=pool,
                rest=timedelta(minutes=0 if context.is_owner else rules.rest_minutes),
            )
        )
        match result:
            case Started(game):
                return Reply(speaker.opened(game))
            case Running(game):
                return await self._is_running(context, game)
            case Resting():
                hour = speaker.hour(result.until)
                return answer(self.voice, context, "game.refused_resting", until=hour)

    async def _pool(self, context: Context, kind: GameKind) -> tuple[Round, ...] | None:
        """What a game can begin with, in a drawn order; None when the words are not installed."""
        rules = context.settings.calendar.games
        if kind is GameKind.QUIZ:
            asked = [Round(q.question, q.answers, q.source) for q in rules.quiz.questions]
            return self.games.draw(asked, len(asked))
        found = await self.wordbook.read()
        if found is None:
            return None
        candidates = _candidates(kind, found, rules.common_from)
        fit = (
            round_
            for round_ in self.games.draw(candidates, len(candidates))
            if is_fit(context.settings, context.group, " ".join([round_.text, *round_.answers]))
        )
        return tuple(islice(fit, POOL))

    def _refuse_place(self, context: Context, kind: GameKind) -> Reply | None:
        """Why there can be no game here, in words; None where there can."""
        if context.event.conversation.place is not Place.GROUP:
            command = "" if context.invocation is None else context.word(context.invocation.name)
            return answer(self.voice, context, "refused.only_in_group", command=command)
        if context.settings.is_customer_group(context.group):
            game = self._speaker(context).name_of(kind)
            return answer(self.voice, context, "game.refused_customer_group", game=game)
        return None

    async def _is_running(self, context: Context, game: Game) -> Reply:
        speaker = self._speaker(context)
        name, state = speaker.name_of(game.kind), await speaker.state(game)
        return answer(self.voice, context, "game.refused_running", game=name, state=state)

    async def _running(self, context: Context) -> Game | None:
        """The group's game, unless its time is over."""
        game = await self.games.find_running(context.group_key)
        return None if game is None or context.event.at >= game.ends_at else game

    async def _idioms(self, game: Game) -> Idioms | None:
        if game.kind not in (GameKind.CHAIN, GameKind.RIDDLES):
            return None
        found = await self.wordbook.read()
        return None if found is None else found.idioms

    def _choice(self, context: Context, game: Game, typed: str) -> int | None:
        before = context.persona.templates["vote.before"]
        return read_choice(typed, game.current.answers, before)

    def _speaker(self, context: Context) -> GameSpeaker:
        def say(template: str, **slots: object) -> str:
            return words(self.voice, context, template, **slots)

        return GameSpeaker(say, self.games, self.roster, context.settings)


def _candidates(kind: GameKind, found: Words, least: int) -> list[Round]:
    """Openings or riddles that are known well enough."""
    counts = found.idioms.counts
    if kind is GameKind.CHAIN:
        return [Round(word) for word, count in counts.items() if count >= least]
    return [
        Round(riddle.text, riddle.answers)
        for riddle in found.riddles
        if counts[riddle.answers[0]] >= least
    ]


def _length(rules: Rules, kind: GameKind) -> tuple[int, int]:
    """How many minutes a game lasts, and how many rounds can be won."""
    match kind:
        case GameKind.CHAIN:
            return rules.chain.minutes, rules.chain.rounds
        case GameKind.RIDDLES:
            return rules.riddles.minutes, rules.riddles.rounds
        case GameKind.QUIZ:
            return rules.quiz.minutes, rules.quiz.rounds
        case GameKind.VOTE:
            return rules.vote.minutes, 1
