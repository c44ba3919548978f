"""Whether a text is a move of a running game, and what is said of one that was judged."""

from typing import assert_never

from bot.core.messages import Text
from bot.games.chain import LENGTH, Idioms, read_idiom
from bot.games.game import (
    Game,
    GameKind,
    MissAnswer,
    Missed,
    MissedBecause,
    MoveResult,
    NothingRuns,
    Won,
)
from bot.games.guessing import bare, is_guess, is_right
from bot.handlers.game_words import GameSpeaker
from bot.pipeline.context import Nobody, Outcome, Pass, Reply
from bot.settings.schema.games import Games
from bot.settings.schema.members import Act


def seems_move(typed: str, game: Game, idioms: Idioms | None, rules: Games) -> bool:
    """Whether what was said to the bot is meant for the game: a move, right or wrong."""
    if game.kind is GameKind.CHAIN:
        word = None if idioms is None else read_idiom(typed, idioms)
        if word is None or idioms is None:
            return False
        known = word in idioms.counts
        return known or idioms.link(game.current.text, word, by_sound=rules.chain.by_sound)
    sounds = None if idioms is None else idioms.sounds
    answers = game.current.answers
    return is_right(typed, answers, sounds) or is_guess(typed, answers, rules.no_guess)


def is_surely_move(typed: str, game: Game, idioms: Idioms | None, rules: Games) -> bool:
    """Whether talk among members can only be a move: an idiom that links, or the right answer."""
    if game.kind is GameKind.CHAIN:
        word = bare(typed)
        if idioms is None or len(word) != LENGTH or word not in idioms.counts:
            return False
        return idioms.link(game.current.text, word, by_sound=rules.chain.by_sound)
    return bare(typed) in map(bare, game.current.answers)


async def told(result: MoveResult, speaker: GameSpeaker) -> Outcome:
    """What the group hears of a move."""
    match result:
        case NothingRuns():
            return Pass()
        case Missed(answer=MissAnswer.SILENT):
            return Nobody("a wrong move, a moment after another")
        case Missed():
            return Reply(Text(_missed(result, speaker)))
        case Won():
            return await _won(result, speaker)
    assert_never(result)


async def _won(won: Won, speaker: GameSpeaker) -> Reply:
    game, say = won.game, speaker.say
    if game.kind is GameKind.CHAIN:
        link, left = speaker.link(game.current.text), game.rounds - game.wins
        template = "chain.done" if game.is_over else "chain.linked"
        lead = say(template, score=won.score, link=link, left=left)
    else:
        lead = say("guess.right", answer=won.round.answers[0], score=won.score)
        lead += speaker.source_of(won.round)
    did = f"game {game.game_id}"
    if game.is_over:
        text = f"{lead}\n{await speaker.result(game)}"
        return Reply(await speaker.shown(game, text)).doing(Act.GAME_WON, did)
    if game.kind.is_guessed:
        lead = f"{lead}\n{speaker.question(game)}"
    return Reply(Text(lead)).doing(Act.GAME_WON, did)


def _missed(missed: Missed, speaker: GameSpeaker) -> str:
    game, because = missed.game, missed.because
    if game.kind is GameKind.CHAIN:
        return speaker.say(f"chain.missed_{because}", link=speaker.link(game.current.text))
    if because is not MissedBecause.WRONG:
        return speaker.say(f"guess.missed_{because}")
    if missed.answer is MissAnswer.HINTED:
        return speaker.say("guess.missed_hinted", question=speaker.question(game))
    if not missed.left:
        return speaker.say("guess.missed_wrong_last")
    return speaker.say("guess.missed_wrong", left=missed.left)
