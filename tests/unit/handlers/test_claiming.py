"""Who may take a share of a red packet: members of its group, who have been there long enough."""

import random
from dataclasses import replace

from bot.core.events import EventKind, Place
from bot.core.ids import EventKey, MemberId
from bot.handlers.packets.claiming import PacketClaims
from bot.members.roster import MoveKind
from bot.persona.voice import Voice
from bot.rewards.packets.packets import OpenedPacket, PacketKind, Packets, Terms
from bot.store.db import Store
from tests.support.books import assert_stored_books_are_right
from tests.support.brand import Live, brand
from tests.support.events import GROUP, NOW, make_event
from tests.support.pipeline import Pipeline
from tests.support.stores import read_value


async def open_packet(store: Store, *, membership_hours: int = 0) -> tuple[Pipeline, OpenedPacket]:
    """The group's packet of ten shares, and a pipeline through which it is claimed."""
    settings = brand()
    rules = settings.rewards.model_copy(
        update={
            "packets": settings.rewards.packets.model_copy(
                update={"membership_hours": membership_hours}
            )
        }
    )
    live = Live(replace(settings, rewards=rules))
    rng = random.Random(1)
    packets = Packets(store, rng)
    pipeline = Pipeline(store, live=live)
    handlers = PacketClaims(store, Voice(live, rng), packets, pipeline.roster)
    pipeline = Pipeline(store, *handlers.routes(), live=live)
    await pipeline.roster.mark_synced(GROUP, NOW)
    opened = await packets.open(
        key=EventKey("open"),
        group_key=GROUP,
        owner_id=MemberId(99),
        terms=Terms(PacketKind.FIXED, 100, 10),
        now=NOW,
        rules=rules,
        zone=settings.zone,
    )
    assert isinstance(opened, OpenedPacket)
    return pipeline, opened


async def claims(store: Store) -> object:
    assert_stored_books_are_right(store)
    return await read_value(store, "SELECT count(*) FROM packet_claim")


async def test_a_member_claims_by_a_word_and_by_a_tap_one_share(store: Store) -> None:
    pipeline, packet = await open_packet(store)
    await pipeline.join("xiaolu", MoveKind.FOUND)
    tap = make_event(kind=EventKind.TAPPED, button=f"claim:{packet.packet_id}", task_id="t")

    await pipeline.bring(make_event("抢"), tap, make_event("抢红包"))

    assert await claims(store) == 1


async def test_a_tap_on_a_packet_of_another_group_or_on_none_takes_nothing(store: Store) -> None:
    pipeline, packet = await open_packet(store)
    for button in (f"claim:{packet.packet_id + 7}", "claim:"):
        await pipeline.bring(make_event(kind=EventKind.TAPPED, button=button, task_id="t"))

    assert await claims(store) == 0
    assert {state for state, _ in await pipeline.records()} == {"done"}


async def test_a_newcomer_has_to_wait(store: Store) -> None:
    pipeline, _ = await open_packet(store, membership_hours=24)
    await pipeline.join("xiaolu")

    await pipeline.bring(make_event("抢"))

    assert await claims(store) == 0


async def test_a_newcomer_does_not_get_round_the_waiting_time_in_a_private_chat(
    store: Store,
) -> None:
    pipeline, _ = await open_packet(store, membership_hours=24)
    await pipeline.join("xiaolu")

    await pipeline.bring(make_event("抢", place=Place.PRIVATE))

    assert await claims(store) == 0


async def test_someone_who_is_not_in_the_group_takes_nothing_from_its_packet_in_private(
    store: Store,
) -> None:
    pipeline, _ = await open_packet(store)

    await pipeline.bring(make_event("抢", user="stranger", place=Place.PRIVATE))

    assert await claims(store) == 0


async def test_someone_who_left_the_group_takes_nothing_from_its_packet_in_private(
    store: Store,
) -> None:
    pipeline, _ = await open_packet(store)
    await pipeline.join("xiaolu")
    await pipeline.join("xiaolu", MoveKind.LEFT)

    await pipeline.bring(make_event("抢", place=Place.PRIVATE))

    assert await claims(store) == 0
