"""What may still change once a lottery is published: only what is better for members.

The promotion rules 规范促销行为暂行规定 want the published rules kept; so does fairness.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields

from bot.rewards.lottery.terms import Terms
from bot.settings.schema.rewards.lottery import Pity, Prize

_JUDGED = frozenset(
    {"prizes", "pity", "ends_at", "fee_points", "draws_a_day", "draws", "winner_rest_days",
     "claim_days"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unfair:
    """A change that takes something from members.

    ``field`` is the key in rewards.yaml, below the lottery, ``instead`` what may be written.
    """

    field: tuple[str | int, ...]
    what: str
    instead: str


def unfair_changes(old: Terms, new: Terms) -> tuple[Unfair, ...]:
    """What of ``new`` breaks what ``old`` promised; nothing when it may take its place."""
    return tuple(_all(old, new))


def _all(old: Terms, new: Terms) -> Iterator[Unfair]:
    for field in fields(Terms):
        if field.name not in _JUDGED and getattr(old, field.name) != getattr(new, field.name):
            key = {"question": "quiz", "choices": "quiz"}.get(field.name, field.name)
            yield Unfair((key,), "was published and may not change", _back(old, field.name))
    yield from _end(old, new)
    yield from _numbers(old, new)
    yield from _prizes(old, new)
    yield from _pity(old.pity, new.pity)


def _back(old: Terms, name: str) -> str:
    value = getattr(old, name)
    shown = value if isinstance(value, str) and value else "what was published"
    return f"put back {shown}, or give the new lottery a key of its own"


def _end(old: Terms, new: Terms) -> Iterator[Unfair]:
    drawn = old.mode.is_drawn_among_entrants
    if new.ends_at < old.ends_at or (drawn and new.ends_at != old.ends_at):
        shown = f"{old.ends_at:%Y-%m-%d %H:%M} UTC"
        rule = "the time of the drawing was published" if drawn else "it may not end earlier"
        yield Unfair(("ends_at",), rule, f"let it end at {shown}{'' if drawn else ' or later'}")


def _numbers(old: Terms, new: Terms) -> Iterator[Unfair]:
    for name in ("fee_points", "winner_rest_days"):
        if getattr(new, name) > getattr(old, name):
            most = getattr(old, name)
            yield Unfair((name,), f"was published as {most}", f"write {most} or less")
    for name in ("draws_a_day", "draws"):
        if _is_tighter(getattr(old, name), getattr(new, name)):
            least = getattr(old, name)
            instead = f"write {least} or more, or 0" if least else "write 0"
            yield Unfair((name,), f"was published as {least}", instead)
    if new.claim_days < old.claim_days:
        instead = f"write {old.claim_days} or more"
        yield Unfair(("claim_days",), f"was published as {old.claim_days}", instead)


def _is_tighter(old: int, new: int) -> bool:
    """Whether a limit got smaller; 0 is none."""
    return bool(new) and (not old or new < old)


def _prizes(old: Terms, new: Terms) -> Iterator[Unfair]:
    places = {prize.key: (place, prize) for place, prize in enumerate(new.prizes)}
    for prize in old.real_prizes:
        if prize.key not in places:
            what = f"the prize {prize.key} was published"
            yield Unfair(("prizes",), what, f"put {prize.key} back")
            continue
        place, now = places[prize.key]
        yield from _prize(prize, now, ("prizes", place))
        if now.weight * old.total_weight < prize.weight * new.total_weight:
            what = f"the chance of {prize.key} was {prize.weight} in {old.total_weight}"
            instead = "let weight go from a blank only, so that no chance falls"
            yield Unfair(("prizes", place, "weight"), what, instead)
    kept = {prize.key for prize in old.prizes}
    if old.mode.is_drawn_among_entrants:
        order = [prize.key for prize in new.real_prizes if prize.key in kept]
        if order != [prize.key for prize in old.real_prizes]:
            what = "the order of the drawing was published"
            yield Unfair(("prizes",), what, "put the prizes back in their order")


def _prize(old: Prize, new: Prize, path: tuple[str | int, ...]) -> Iterator[Unfair]:
    for name in ("name", "kind", "amount", "value_fen", "slice_hours", "roll_over"):
        value = getattr(old, name)
        if getattr(new, name) != value:
            yield Unfair((*path, name), "was published and may not change", f"write {value}")
    if new.stock < old.stock:
        what = f"{old.stock} of it were published"
        yield Unfair((*path, "stock"), what, f"write {old.stock} or more")
    for name in ("most_a_member", "most_a_day"):
        if _is_tighter(getattr(old, name), getattr(new, name)):
            least = getattr(old, name)
            yield Unfair((*path, name), f"was published as {least}", f"write {least} or more, or 0")


def _pity(old: Pity | None, new: Pity | None) -> Iterator[Unfair]:
    if old is None or old == new:
        return
    if new is None or new.prize != old.prize:
        yield Unfair(("pity",), "was published", f"put it back: {_shown(old)}")
        return
    later_hard = old.hard and not 0 < new.hard <= old.hard
    later_soft = old.soft_from and not 0 < new.soft_from <= old.soft_from
    if later_hard or later_soft or new.soft_weight < old.soft_weight:
        yield Unfair(("pity",), f"was published as {_shown(old)}", "make it no harder to reach")


def _shown(pity: Pity) -> str:
    return ", ".join(f"{name} {value}" for name, value in pity.model_dump().items())
