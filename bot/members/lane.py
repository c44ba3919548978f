"""The members' hot statements, for use inside lanes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.core.ids import GroupKey, MemberId, UserId
from bot.members.people import Choice, Interaction, PersonRef, Role, Standing, TagHit, Talk
from bot.store.connection import Connection, Row
from bot.store.fields import from_micros, maybe_instant, to_micros
from bot.store.sql import over

MICROS_A_DAY: Final = 86_400_000_000

# Whoever speaks is there, whatever member events were lost. A group that was never read
# (synced_at is null) knows nobody's joining, so his counts as long ago.
_ENTER: Final = over(
    "group_key text, member_id int, at int",
    "INSERT INTO membership (group_key, member_id, joined_at)"
    " SELECT rows.group_key, rows.member_id,"
    " CASE WHEN g.synced_at IS NOT NULL THEN rows.at END"
    " FROM rows LEFT JOIN community_group AS g ON g.key = rows.group_key"
    " WHERE NOT EXISTS (SELECT 1 FROM membership AS s WHERE s.group_key = rows.group_key"
    " AND s.member_id = rows.member_id AND s.left_at IS NULL)",
)

_STANDINGS: Final = over(
    "group_key text, member_id int",
    "SELECT rows.group_key AS asked, m.id AS member_id, m.name, m.blocked_at,"
    " s.group_key AS stays_in, s.joined_at, coalesce(o.role, a.role) AS role,"
    " m.impersonal_since, m.unsubscribed_since, m.stepped_out_since,"
    " t.began_at, t.last_at, t.told_at"
    " FROM rows CROSS JOIN member AS m ON m.id = rows.member_id"
    " LEFT JOIN talk AS t ON t.member_id = m.id"
    " LEFT JOIN membership AS s ON s.id = (SELECT min(i.id) FROM membership AS i"
    "  WHERE i.member_id = m.id AND i.left_at IS NULL"
    "  AND (rows.group_key = '' OR i.group_key = rows.group_key))"
    " LEFT JOIN appointment AS o ON o.group_key = '' AND o.member_id = m.id"
    " LEFT JOIN appointment AS a ON a.member_id = m.id"
    "  AND a.group_key = CASE WHEN rows.group_key = '' THEN s.group_key ELSE rows.group_key END",
)

_KNOWN: Final = over(
    "realm text, user_id text",
    "SELECT i.realm, i.user_id, i.member_id FROM rows CROSS JOIN identity AS i"
    " ON i.realm = rows.realm AND i.user_id = rows.user_id",
)

_ADD_MEMBERS: Final = over(
    "id int, created_at int",
    "INSERT INTO member (id, created_at) SELECT id, created_at FROM rows",
)

_ADD_IDENTITIES: Final = over(
    "realm text, user_id text, member_id int",
    "INSERT INTO identity (realm, user_id, member_id) SELECT realm, user_id, member_id FROM rows",
)

_INTERACT: Final = over(
    "member_id int, group_key text, act text, at int, event_key text, detail text",
    "INSERT INTO interaction (member_id, group_key, act, at, event_key, detail)"
    " SELECT member_id, group_key, act, at, event_key, detail FROM rows WHERE true"
    " ON CONFLICT DO NOTHING",
)

_HIT: Final = over(
    "member_id int, rule text, event_key text, at int",
    "INSERT INTO tag_hit (member_id, rule, event_key, at)"
    " SELECT rows.member_id, rows.rule, rows.event_key, rows.at FROM rows"
    " CROSS JOIN member ON member.id = rows.member_id AND member.impersonal_since IS NULL"
    " WHERE true ON CONFLICT DO NOTHING",
)

_COUNT_HITS: Final = over(
    "member_id int, rule text, since int",
    "SELECT number, count(*) AS hits FROM rows CROSS JOIN tag_hit AS h"
    " ON h.member_id = rows.member_id AND h.rule = rows.rule AND h.at > rows.since"
    " GROUP BY number",
)

_SET_BY_HAND: Final = over(
    "tag text",
    "SELECT t.tag FROM rows CROSS JOIN member_tag AS t"
    " ON t.member_id = ? AND t.tag = rows.tag AND t.source = 'person'",
)

_TAKE_TAGS: Final = over(
    "tag text", "DELETE FROM member_tag WHERE member_id = ? AND tag IN (SELECT tag FROM rows)"
)

_GIVE_TAG: Final = (
    "INSERT INTO member_tag (member_id, tag, source, confidence, evidence, added_at, expires_at)"
    " VALUES (?, ?, 'rule', ?, ?, ?, ?) ON CONFLICT (member_id, tag) DO UPDATE SET"
    " evidence = CASE WHEN excluded.confidence >= member_tag.confidence"
    "  OR member_tag.expires_at <= excluded.added_at"
    "  THEN excluded.evidence ELSE member_tag.evidence END,"
    " confidence = CASE WHEN member_tag.expires_at <= excluded.added_at THEN excluded.confidence"
    "  ELSE greatest(member_tag.confidence, excluded.confidence) END,"
    " expires_at = greatest(member_tag.expires_at, excluded.expires_at)"
    " WHERE member_tag.source = 'rule'"
)


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


def sight(connection: Connection, sightings: Sequence[Sighting]) -> list[Standing]:
    """The standing of everyone sighted, in order; unknown people become members."""
    ids = identify(connection, [(item.person, item.at) for item in sightings])
    present: dict[tuple[GroupKey, MemberId], datetime] = {}
    for item in sightings:
        if item.present and item.group_key is not None:
            present.setdefault((item.group_key, ids[item.person]), item.at)
    connection.write(
        _ENTER, [(group, member, to_micros(at)) for (group, member), at in present.items()]
    )
    standings = _standings(
        connection, {(item.group_key or "", ids[item.person]) for item in sightings}
    )
    return [
        _standing(item.person, standings[item.group_key or "", ids[item.person]])
        for item in sightings
    ]


def identify(
    connection: Connection, people: Sequence[tuple[PersonRef, datetime]]
) -> dict[PersonRef, MemberId]:
    """Member ids of ``people``; those never seen before are added at their instant."""
    found = {
        PersonRef(row["realm"], UserId(row["user_id"])): MemberId(row["member_id"])
        for row in connection.read(_KNOWN, [(ref.realm, ref.user_id) for ref, _ in people])
    }
    new: dict[PersonRef, datetime] = {}
    for ref, at in people:
        if ref not in found:
            new.setdefault(ref, at)
    if new:
        (last,) = connection.execute("SELECT coalesce(max(id), 0) FROM member").fetchone()
        ids = {ref: MemberId(last + place) for place, ref in enumerate(new, start=1)}
        connection.write(_ADD_MEMBERS, [(ids[ref], to_micros(at)) for ref, at in new.items()])
        connection.write(_ADD_IDENTITIES, [(ref.realm, ref.user_id, ids[ref]) for ref in new])
        found.update(ids)
    return found


def record_interactions(connection: Connection, interactions: Iterable[Interaction]) -> None:
    """Keep what members did, each once."""
    connection.write(
        _INTERACT,
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


def record_hits(connection: Connection, hits: Sequence[TagHit]) -> None:
    """Count the hits and give the tags that are due; none to who wants nothing personal.

    What a person set by hand stays. A weaker rule renews a tag but does not make it less sure.
    """
    connection.write(
        _HIT, [(hit.member_id, hit.rule, hit.event_key, to_micros(hit.at)) for hit in hits]
    )
    counts = connection.read(
        _COUNT_HITS,
        [
            (hit.member_id, hit.rule, to_micros(hit.at) - hit.within_days * MICROS_A_DAY)
            for hit in hits
        ],
    )
    for number, count in counts:
        hit = hits[number]
        if count >= hit.times:
            _give_tag(connection, hit, count, to_micros(hit.at))


def _give_tag(connection: Connection, hit: TagHit, count: int, at: int) -> None:
    if connection.read(_SET_BY_HAND, [(tag,) for tag in hit.exclusive], hit.member_id):
        return
    take_tags(connection, hit.member_id, hit.exclusive)
    connection.execute(
        _GIVE_TAG,
        (
            hit.member_id,
            hit.tag,
            confidence_after(hit.confidence, count - hit.times + 1),
            hit.evidence,
            at,
            at + hit.for_days * MICROS_A_DAY,
        ),
    )


def take_tags(connection: Connection, member_id: MemberId, tags: Iterable[str]) -> None:
    """Take these tags from a member, whoever gave them."""
    connection.write(_TAKE_TAGS, [(tag,) for tag in tags], member_id)


def confidence_after(single: float, hits: int) -> float:
    """How sure ``hits`` independent hits make us, when each alone makes us ``single`` sure."""
    return max(round(1 - (1 - single) ** hits, 3), 0.001)


def _standings(
    connection: Connection, wanted: set[tuple[str, MemberId]]
) -> dict[tuple[str, MemberId], Row]:
    rows = connection.read(_STANDINGS, sorted(wanted))
    return {(row["asked"], MemberId(row["member_id"])): row for row in rows}


def _standing(person: PersonRef, row: Row) -> Standing:
    asked, member_id, name, blocked_at, stays_in, joined_at, role, *rights = row
    return Standing(
        member_id=MemberId(member_id),
        user_id=person.user_id,
        name=name or person.user_id,
        named=bool(name),
        role=Role(role or Role.MEMBER),
        blocked=blocked_at is not None,
        group_key=GroupKey(asked or stays_in) if asked or stays_in else None,
        in_group=stays_in is not None,
        joined_at=maybe_instant(joined_at),
        choices=choices_of(rights[:3]),
        talk=_talk(*rights[3:]),
    )


def choices_of(since: Sequence[int | None]) -> frozenset[Choice]:
    """The choices in force, by their instants in the order of ``Choice``."""
    return frozenset(choice for choice, at in zip(Choice, since, strict=True) if at is not None)


def _talk(began_at: int | None, last_at: int, told_at: int | None) -> Talk | None:
    if began_at is None:
        return None
    return Talk(from_micros(began_at), from_micros(last_at), maybe_instant(told_at))
