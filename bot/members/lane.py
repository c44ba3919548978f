"""The members' hot statements in SQLite's SQL, for use inside lanes."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.core.ids import GroupKey, MemberId, UserId
from bot.members.people import Interaction, PersonRef, Role, Standing, TagHit
from bot.store.batch import read_batch, write_batch
from bot.store.fields import from_micros, to_micros

MICROS_A_DAY = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Sighting:
    """Someone acted: make sure we know him, and that he counts as in the group if he spoke there.

    ``group_key`` is None in private chats. ``present`` is False for events that do not prove that
    he is in the group (his leaving).
    """

    person: PersonRef
    group_key: GroupKey | None
    present: bool
    at: datetime


def sight(connection: sqlite3.Connection, sightings: Sequence[Sighting]) -> list[Standing]:
    """The standing of everyone sighted, in order; unknown people become members."""
    ids = identify(connection, [(item.person, item.at) for item in sightings])
    present: dict[tuple[GroupKey, MemberId], datetime] = {}
    for item in sightings:
        if item.present and item.group_key is not None:
            present.setdefault((item.group_key, ids[item.person]), item.at)
    # Whoever speaks is there, whatever member events were lost. A group that was never read
    # (synced_at is null) knows nobody's joining, so his counts as long ago.
    write_batch(
        connection,
        "INSERT INTO membership (group_key, member_id, joined_at)"
        " SELECT value ->> 0, value ->> 1, iif((SELECT synced_at FROM community_group"
        " WHERE key = value ->> 0) IS NULL, NULL, value ->> 2) FROM json_each(?)"
        " WHERE NOT EXISTS (SELECT 1 FROM membership WHERE group_key = value ->> 0"
        " AND member_id = value ->> 1 AND left_at IS NULL)",
        [(group, member, to_micros(at)) for (group, member), at in present.items()],
    )
    standings = _standings(
        connection, {(item.group_key or "", ids[item.person]) for item in sightings}
    )
    return [
        _standing(item.person, standings[item.group_key or "", ids[item.person]])
        for item in sightings
    ]


def identify(
    connection: sqlite3.Connection, people: Sequence[tuple[PersonRef, datetime]]
) -> dict[PersonRef, MemberId]:
    """Member ids of ``people``; those never seen before are added at their instant."""
    found = {
        PersonRef(realm, UserId(user_id)): MemberId(member_id)
        for realm, user_id, member_id in read_batch(
            connection,
            "SELECT json_group_array(json_array(i.realm, i.user_id, i.member_id))"
            " FROM json_each(?) AS w CROSS JOIN identity AS i"
            " ON i.realm = w.value ->> 0 AND i.user_id = w.value ->> 1",
            [(ref.realm, ref.user_id) for ref, _ in people],
        )
    }
    for ref, at in people:
        if ref not in found:
            cursor = connection.execute(
                "INSERT INTO member (created_at) VALUES (?)", (to_micros(at),)
            )
            found[ref] = MemberId(cursor.lastrowid or 0)
            connection.execute(
                "INSERT INTO identity VALUES (?, ?, ?)", (ref.realm, ref.user_id, found[ref])
            )
    return found


def record_interactions(
    connection: sqlite3.Connection, interactions: Iterable[Interaction]
) -> None:
    """Keep what members did, each once."""
    write_batch(
        connection,
        "INSERT INTO interaction (member_id, group_key, act, at, event_key, detail)"
        " SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5"
        " FROM json_each(?) WHERE true ON CONFLICT DO NOTHING",
        [
            (
                item.member_id,
                item.group_key or "",
                item.act,
                to_micros(item.at),
                item.event_key,
                item.detail,
            )
            for item in interactions
        ],
    )


def record_hits(connection: sqlite3.Connection, hits: Sequence[TagHit]) -> None:
    """Count the hits and give the tags that are due.

    What a person set by hand stays. A weaker rule renews a tag but does not make it less sure.
    """
    write_batch(
        connection,
        "INSERT INTO tag_hit SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3"
        " FROM json_each(?) WHERE true ON CONFLICT DO NOTHING",
        [(hit.member_id, hit.rule, hit.event_key, to_micros(hit.at)) for hit in hits],
    )
    counts = read_batch(
        connection,
        "SELECT json_group_array(json_array(number, n)) FROM ("
        " SELECT w.key AS number, count(*) AS n FROM json_each(?) AS w"
        " CROSS JOIN tag_hit AS h ON h.member_id = w.value ->> 0 AND h.rule = w.value ->> 1"
        " AND h.at > w.value ->> 2 GROUP BY w.key)",
        [
            (hit.member_id, hit.rule, to_micros(hit.at) - hit.within_days * MICROS_A_DAY)
            for hit in hits
        ],
    )
    for number, count in counts:
        hit = hits[number]
        if count >= hit.times:
            _give_tag(connection, hit, count, to_micros(hit.at))


def _give_tag(connection: sqlite3.Connection, hit: TagHit, count: int, at: int) -> None:
    rivals = json.dumps(hit.exclusive)
    by_hand = connection.execute(
        "SELECT 1 FROM member_tag WHERE member_id = ? AND source = 'person'"
        " AND tag IN (SELECT value FROM json_each(?))",
        (hit.member_id, rivals),
    ).fetchone()
    if by_hand:
        return
    connection.execute(
        "DELETE FROM member_tag WHERE member_id = ? AND tag IN (SELECT value FROM json_each(?))",
        (hit.member_id, rivals),
    )
    connection.execute(
        "INSERT INTO member_tag VALUES (?, ?, 'rule', ?, ?, ?, ?)"
        " ON CONFLICT (member_id, tag) DO UPDATE SET"
        " evidence = iif(excluded.confidence >= confidence OR expires_at <= excluded.added_at,"
        " excluded.evidence, evidence),"
        " confidence = iif(expires_at <= excluded.added_at, excluded.confidence,"
        " max(confidence, excluded.confidence)),"
        " expires_at = max(expires_at, excluded.expires_at) WHERE source = 'rule'",
        (
            hit.member_id,
            hit.tag,
            confidence_after(hit.confidence, count - hit.times + 1),
            hit.evidence,
            at,
            at + hit.for_days * MICROS_A_DAY,
        ),
    )


def confidence_after(single: float, hits: int) -> float:
    """How sure ``hits`` independent hits make us, when each alone makes us ``single`` sure."""
    return max(round(1 - (1 - single) ** hits, 3), 0.001)


def _standings(
    connection: sqlite3.Connection, wanted: set[tuple[str, MemberId]]
) -> dict[tuple[str, MemberId], list[Any]]:
    rows = read_batch(
        connection,
        "SELECT json_group_array(json_array(w.value ->> 0, m.id, m.name, m.blocked_at,"
        " s.group_key, s.joined_at, coalesce(o.role, a.role)))"
        " FROM json_each(?) AS w CROSS JOIN member AS m ON m.id = w.value ->> 1"
        " LEFT JOIN membership AS s ON s.id = (SELECT min(id) FROM membership"
        "  WHERE member_id = m.id AND left_at IS NULL AND group_key = iif(w.value ->> 0 = '',"
        "  group_key, w.value ->> 0))"
        " LEFT JOIN appointment AS o ON o.group_key = '' AND o.member_id = m.id"
        " LEFT JOIN appointment AS a ON a.member_id = m.id"
        "  AND a.group_key = iif(w.value ->> 0 = '', s.group_key, w.value ->> 0)",
        sorted(wanted),
    )
    return {(row[0], MemberId(row[1])): row for row in rows}


def _standing(person: PersonRef, row: list[Any]) -> Standing:
    asked, member_id, name, blocked_at, stays_in, joined_at, role = row
    return Standing(
        member_id=MemberId(member_id),
        user_id=person.user_id,
        name=name or person.user_id,
        named=bool(name),
        role=Role(role or Role.MEMBER),
        blocked=blocked_at is not None,
        group_key=GroupKey(asked or stays_in) if asked or stays_in else None,
        in_group=stays_in is not None,
        joined_at=None if joined_at is None else from_micros(joined_at),
    )
