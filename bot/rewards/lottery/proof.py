"""Reads a lottery from the database, to be recomputed; for whoever has no running program."""

from bot.core.ids import LotteryId
from bot.rewards.lottery.rounds import Draw, Round, RoundState, Win
from bot.rewards.lottery.rows import DRAW, ROUND, load_wins, read_draw, read_round
from bot.rewards.lottery.verify import Line, Published, verify_round
from bot.store.connection import Connection


def prove_lottery(connection: Connection, lottery_id: LotteryId) -> tuple[Line, ...] | None:
    """What can be proved about a round, in lines; None when there is none with this number."""
    row = connection.execute(f"{ROUND} WHERE lottery.id = ?", (lottery_id,)).fetchone()
    if row is None:
        return None
    found = read_round(row)
    return (
        Line(holds=True, text=_title(found)),
        *verify_round(
            found,
            _load_published(connection, lottery_id),
            _load_draws(connection, lottery_id),
            _load_wins(connection, found),
        ),
    )


def _title(found: Round) -> str:
    seed = found.seed if found.state is RoundState.ENDED else "sealed until the end"
    return f"lottery {found.lottery_id} is {found.campaign} ({found.terms.title}), seed: {seed}"


def _load_published(connection: Connection, lottery_id: LotteryId) -> list[Published]:
    rows = connection.execute(
        "SELECT version, terms, terms_hash FROM lottery_terms WHERE lottery_id = ?"
        " ORDER BY version",
        (lottery_id,),
    )
    return [Published(version, terms, digest) for version, terms, digest in rows]


def _load_draws(connection: Connection, lottery_id: LotteryId) -> list[Draw]:
    rows = connection.execute(
        f"{DRAW} FROM lottery_draw WHERE lottery_id = ? ORDER BY position", (lottery_id,)
    )
    return [read_draw(row) for row in rows]


def _load_wins(connection: Connection, found: Round) -> list[Win]:
    return sorted(load_wins(connection, found), key=lambda win: win.win_id)
