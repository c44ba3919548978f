"""Games under any sequence of moves, repeats and crashes: the scores add up, nothing is twice.

Members, owners and the clock do things in any order, events are brought again, and any batch may
be cut off in the middle and done once more.
"""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from bot.core.ids import EventKey, MemberId
from bot.games.beats import Beat, Told, apply_beats, apply_told
from bot.games.game import Game, GameKind, Missed, MoveResult, Started, Voted, Won
from bot.games.lane import Move, Stop, apply_moves, apply_openings, apply_stops
from bot.games.rows import find_game
from bot.games.votes import VoteWish, apply_votes
from bot.store.connection import Connection
from bot.store.lane import Apply
from bot.store.sql import Dialect
from tests.support.engines import examples
from tests.unit.games.support import IDIOMS, NOW, RULES, SECOND, VIP, move, opening, rows
from tests.unit.rewards.support import Watched, contents, new_books, run

MEMBERS = st.integers(1, 5)
TYPED = st.sampled_from([*IDIOMS.counts, "秀秀秀秀", "二", "四", "六", "九", "八"])
DEATHS = st.one_of(st.none(), st.integers(1, 12))
"""At which statement a batch is cut off, if it is."""


class Crash(Exception):
    """The power is gone."""


class Death:
    """Ends a batch at its n-th statement."""

    def __init__(self, at: int) -> None:
        self.left = at

    def before(self, statement: str) -> None:
        del statement
        self.left -= 1
        if not self.left:
            raise Crash


def told_of(won: Won) -> tuple[object, ...]:
    """What the group hears of a win: beats that came later are no part of it."""
    game = won.game
    return won.round, won.score, game.number, game.current, game.wins, game.ended_because


class GameMachine(RuleBasedStateMachine):
    """One group and what happens in its games."""

    def __init__(self) -> None:
        super().__init__()
        self.connection: Connection = new_books()
        self.now: datetime = NOW
        self.numbers = 0
        self.moves: list[tuple[Move, MoveResult]] = []
        self.votes: list[tuple[VoteWish, Voted]] = []
        self.started: list[tuple[Any, Game]] = []

    def teardown(self) -> None:
        self.connection.close()

    def key(self) -> str:
        self.numbers += 1
        return f"event/{self.numbers}"

    def do(self, apply: Apply[Any, Any], death: int | None, *items: Any) -> list[Any]:
        """A batch; if it is cut off nothing of it is there, and it is done again."""
        if death is not None:
            before = contents(self.connection)
            watched: Any = Watched(self.connection, Death(death).before)
            try:
                return run(watched, apply, *items)
            except Crash:
                assert contents(self.connection) == before
        return run(self.connection, apply, *items)

    @rule(seconds=st.sampled_from([1, 4, 20, 50, 130, 1000]))
    def wait(self, seconds: int) -> None:
        self.now += seconds * SECOND

    @rule(kind=st.sampled_from(GameKind), rounds=st.integers(1, 4), death=DEATHS)
    def open(self, kind: GameKind, rounds: int, death: int | None) -> None:
        wish = opening(kind, self.key(), rounds=rounds, at=self.now, rest=timedelta(seconds=5))
        (result,) = self.do(apply_openings, death, wish)
        if isinstance(result, Started):
            self.started.append((wish, result.game))

    @rule(typed=st.lists(st.tuples(TYPED, MEMBERS), min_size=1, max_size=4), death=DEATHS)
    def type(self, typed: list[tuple[str, int]], death: int | None) -> None:
        """Several members at the same instant."""
        wishes = [move(text, who, key=self.key(), at=self.now) for text, who in typed]
        results = self.do(apply_moves, death, *wishes)
        self.moves += zip(wishes, results, strict=True)

    @rule(choices=st.lists(st.tuples(st.integers(0, 1), MEMBERS), min_size=1, max_size=4),
          death=DEATHS)  # fmt: skip
    def choose(self, choices: list[tuple[int, int]], death: int | None) -> None:
        if not self.started:
            return
        _, game = self.started[-1]
        wishes = [
            VoteWish(EventKey(self.key()), game.game_id, MemberId(who), self.now, choice)
            for choice, who in choices
        ]
        for wish, result in zip(wishes, self.do(apply_votes, death, *wishes), strict=True):
            if isinstance(result, Voted):
                self.votes.append((wish, result))

    @rule(death=DEATHS)
    def stop(self, death: int | None) -> None:
        self.do(apply_stops, death, Stop(EventKey(self.key()), VIP, self.now))

    @rule(death=DEATHS, seed=st.integers(0, 9))
    def beat(self, death: int | None, seed: int) -> None:
        for _, game in self.started[-2:]:
            wish = Beat(game.game_id, self.now, RULES, IDIOMS, lambda _: True, seed)
            (after,) = self.do(apply_beats, death, wish)
            if after is not None:
                self.do(apply_told, death, Told(after.game_id, after.beat))

    @rule(place=st.integers(0, 99))
    def bring_again(self, place: int) -> None:
        """Any earlier event, once more: it gets its first answer and changes nothing."""
        before = contents(self.connection)
        if self.moves:
            wish, first = self.moves[place % len(self.moves)]
            if isinstance(first, Won):
                (again,) = run(self.connection, apply_moves, wish)
                assert told_of(again) == told_of(first)
            elif isinstance(first, Missed):
                (again,) = run(self.connection, apply_moves, wish)
                assert (again.because, again.answer) == (first.because, first.answer)
        if self.started:
            wished, game = self.started[place % len(self.started)]
            (started,) = run(self.connection, apply_openings, wished)
            now = replace(started.game, beat=game.beat, told=game.told)
            assert now == game
        assert contents(self.connection) == before

    @invariant()
    def one_game_runs_at_most(self) -> None:
        assert len(list(rows(self.connection, "SELECT id FROM game WHERE ended_at IS NULL"))) < 2

    @invariant()
    def the_wins_that_were_told_are_the_wins(self) -> None:
        told = {str(wish.key) for wish, result in self.moves if isinstance(result, Won)}
        assert told == {key for (key,) in rows(self.connection, "SELECT event_key FROM game_win")}

    @invariant()
    def scores_add_up(self) -> None:
        """Each game has as many wins as its members have points, one for each round at most."""
        won = Counter(game for (game,) in rows(self.connection, "SELECT game_id FROM game_win"))
        for game_id, wins, rounds in rows(self.connection, "SELECT id, wins, rounds FROM game"):
            assert won[game_id] == wins <= rounds
        last: dict[tuple[int, int], int] = {}
        for wish, result in self.moves:
            if isinstance(result, Won):
                mine = (result.game.game_id, wish.member_id)
                assert result.score == last.get(mine, 0) + 1
                last[mine] = result.score

    @invariant()
    def every_link_fits(self) -> None:
        """In a chain each idiom was said once, and each member's continues the one before."""
        chains = rows(
            self.connection,
            "SELECT game_id, number, text, by_bot FROM game_round JOIN game ON game.id = game_id"
            " WHERE kind = 'chain' ORDER BY game_id, number",
        )
        before: dict[int, list[str]] = {}
        for game_id, _, text, by_bot in chains:
            said = before.setdefault(game_id, [])
            assert text not in said
            assert by_bot or IDIOMS.link(said[-1], text, by_sound=True)
            said.append(text)

    @invariant()
    def a_member_has_one_vote_and_it_is_his_last(self) -> None:
        mine = {(r.game.game_id, w.member_id): r.choice for w, r in self.votes}
        kept = rows(self.connection, "SELECT game_id, member_id, choice FROM game_vote")
        assert {(game, member): choice for game, member, choice in kept} == mine

    @invariant()
    def what_is_over_stays_over(self) -> None:
        for _, game in self.started:
            now = find_game(self.connection, "game.id = ?", game.game_id)
            assert now is not None
            assert now.told <= now.beat
            if now.wins == now.rounds:
                assert now.is_over


def test_games_are_fair_whatever_happens(engine: Dialect) -> None:
    del engine
    run_state_machine_as_test(
        GameMachine, settings=settings(max_examples=examples(80), stateful_step_count=30)
    )
