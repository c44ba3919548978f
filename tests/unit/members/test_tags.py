"""Tags: which rules an act matches, and when enough hits make a tag."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.ids import EventKey, GroupKey, MemberId
from bot.members.lane import confidence_after, record_hits, record_interactions
from bot.members.people import Interaction, TagHit
from bot.members.portrait import read_group_numbers, read_portrait, read_tags
from bot.members.tags import EVIDENCE_CHARACTERS, match_rules, rule_name
from bot.settings.schema.members import Act, MembersFile, Tag, TagRule
from bot.store.connection import Connection, Row
from bot.store.db import Store
from bot.store.fields import to_micros
from bot.store.sql import Dialect
from tests.support.events import DAY, GROUP, HOUR, NOW
from tests.support.stores import memory_database

ME = MemberId(1)


def tag(key: str, exclusive: str = "") -> Tag:
    return Tag(key=key, name=key, purpose="for tests", owner="us", exclusive=exclusive)


def file(*rules: TagRule, tags: tuple[Tag, ...] = (tag("sun"), tag("fan"))) -> MembersFile:
    return MembersFile(tags=tags, rules=rules)


SUN = TagRule(tag="sun", keywords=("防晒", "SPF"), unless=("不喜欢防晒",), times=2, confidence=0.6)
FAN = TagRule(tag="fan", act=Act.CLAIM, times=3)


def match(
    members: MembersFile, text: str = "", *acts: Act, key: str = "event/1"
) -> tuple[TagHit, ...]:
    return match_rules(
        members,
        member_id=ME,
        acts=acts or (Act.MESSAGE,),
        text=text,
        event_key=EventKey(key),
        at=NOW,
    )


def test_a_keyword_anywhere_in_a_message_is_a_hit_with_what_was_said_around_it() -> None:
    (hit,) = match(file(SUN), "今天防晒涂了没")

    assert (hit.tag, hit.times, hit.confidence) == ("sun", 2, 0.6)
    assert hit.evidence == "今天防晒涂了没"
    assert (hit.member_id, hit.event_key, hit.at) == (ME, "event/1", NOW)


@pytest.mark.parametrize("text", ["spf50 够吗", "ＳＰＦ 是什么", "这个sPf"])
def test_case_and_width_do_not_hide_a_keyword(text: str) -> None:
    assert match(file(SUN), text)


def test_a_word_that_must_not_occur_spoils_the_hit() -> None:
    assert match(file(SUN), "我不喜欢防晒") == ()


def test_a_message_without_a_keyword_is_no_hit() -> None:
    assert match(file(SUN), "今天真热") == ()


def test_a_rule_about_an_act_looks_at_the_act_alone() -> None:
    (hit,) = match(file(SUN, FAN), "抢", Act.CLAIM)

    assert (hit.tag, hit.evidence) == ("fan", "claim")
    assert match(file(FAN), "claim", Act.MESSAGE) == ()


def test_a_rule_about_words_does_not_look_at_other_acts() -> None:
    assert match(file(SUN), "防晒", Act.COMMAND) == ()


def test_an_event_is_a_hit_for_each_rule_that_it_matches_under_the_rules_own_name() -> None:
    weak = TagRule(tag="sun", keywords=("防晒",), confidence=0.5, for_days=10)
    sure = TagRule(tag="sun", keywords=("涂防晒",), confidence=0.9, for_days=180)

    hits = match(file(weak, sure), "我天天涂防晒")

    assert [(hit.tag, hit.confidence) for hit in hits] == [("sun", 0.5), ("sun", 0.9)]
    assert [hit.rule for hit in hits] == [rule_name(weak), rule_name(sure)]
    assert rule_name(weak) != rule_name(sure)


def test_a_rule_keeps_its_name_while_it_asks_for_the_same_thing() -> None:
    assert rule_name(SUN) == rule_name(SUN.model_copy(update={"keywords": ("SPF", "防晒")}))
    assert rule_name(SUN) == rule_name(SUN.model_copy(update={"confidence": 0.9, "for_days": 3}))
    assert rule_name(SUN) != rule_name(SUN.model_copy(update={"keywords": ("防晒",)}))
    assert rule_name(SUN) != rule_name(SUN.model_copy(update={"tag": "fan"}))
    assert rule_name(FAN) != rule_name(FAN.model_copy(update={"act": Act.CHECKIN}))


def test_evidence_is_short_and_shows_the_keyword() -> None:
    (hit,) = match(file(SUN), "一" * 200 + "防晒" + "二" * 200)

    assert "防晒" in hit.evidence
    assert len(hit.evidence) == EVIDENCE_CHARACTERS


@pytest.mark.parametrize("before", [" " * 40, "\n" * 40, "\u200b" * 40, "㎏" * 20])
def test_evidence_shows_the_keyword_whatever_stands_before_it(before: str) -> None:
    (hit,) = match(file(SUN), f"{before}防晒涂多少")

    assert "防晒" in hit.evidence


def test_exclusive_tags_name_their_rivals_and_others_have_none() -> None:
    tags = (tag("dry", "skin"), tag("oily", "skin"), tag("soft", "skin"), tag("sun"))
    dry = TagRule(tag="dry", keywords=("干",))
    sun = TagRule(tag="sun", keywords=("晒",))
    hits = {hit.tag: hit for hit in match(file(dry, sun, tags=tags), "又干又晒")}

    assert sorted(hits["dry"].exclusive) == ["oily", "soft"]
    assert hits["sun"].exclusive == ()


# ---- counting


@pytest.fixture
def database(engine: Dialect) -> Iterator[Connection]:
    del engine
    connection = memory_database()
    connection.execute("INSERT INTO member (id, created_at) VALUES (1, 0), (2, 0)")
    yield connection
    connection.close()


def hit(
    key: str,
    *,
    of: str = "sun",
    rule: str = "",
    at: datetime = NOW,
    times: int = 1,
    confidence: float = 0.6,
    for_days: int = 30,
    exclusive: tuple[str, ...] = (),
    evidence: str = "said so",
    member: int = ME,
) -> TagHit:
    return TagHit(
        member_id=MemberId(member),
        tag=of,
        rule=rule or of,
        event_key=EventKey(key),
        at=at,
        times=times,
        within_days=14,
        for_days=for_days,
        confidence=confidence,
        evidence=evidence,
        exclusive=exclusive,
    )


def tags_of(database: Connection, member: int = ME) -> dict[str, Row]:
    rows = database.execute("SELECT * FROM member_tag WHERE member_id = ?", (member,))
    return {row["tag"]: row for row in rows}


def set_by_hand(database: Connection, name: str) -> None:
    database.execute(
        "INSERT INTO member_tag VALUES (1, ?, 'person', 1.0, 'he told me', 0, NULL)", (name,)
    )


def test_a_tag_is_given_when_its_rule_matched_often_enough(database: Connection) -> None:
    record_hits(database, [hit("1", times=3), hit("2", times=3)])
    assert tags_of(database) == {}

    record_hits(database, [hit("3", times=3)])
    assert set(tags_of(database)) == {"sun"}


def test_hits_outside_the_window_do_not_count(database: Connection) -> None:
    record_hits(database, [hit("1", times=2)])
    record_hits(database, [hit("2", times=2, at=NOW + 14 * DAY)])
    assert tags_of(database) == {}

    record_hits(database, [hit("3", times=2, at=NOW + 14 * DAY + HOUR)])
    assert set(tags_of(database)) == {"sun"}


def test_the_same_event_replayed_counts_once(database: Connection) -> None:
    for _ in range(3):
        record_hits(database, [hit("1", times=2)])

    assert tags_of(database) == {}
    assert database.execute("SELECT count(*) FROM tag_hit").fetchone()[0] == 1


def test_hits_of_another_member_do_not_count(database: Connection) -> None:
    record_hits(database, [hit("1", times=2), hit("2", times=2, member=2)])

    assert tags_of(database) == tags_of(database, 2) == {}


def test_a_tag_holds_so_many_days_from_its_latest_hit(database: Connection) -> None:
    record_hits(database, [hit("1", for_days=30)])
    assert tags_of(database)["sun"]["expires_at"] == to_micros(NOW + 30 * DAY)

    record_hits(database, [hit("2", for_days=30, at=NOW + DAY, evidence="again")])
    row = tags_of(database)["sun"]
    assert row["expires_at"] == to_micros(NOW + 31 * DAY)
    assert (row["evidence"], row["added_at"]) == ("again", to_micros(NOW))


def test_more_hits_make_surer(database: Connection) -> None:
    seen = []
    for number in range(4):
        record_hits(database, [hit(str(number), times=2, confidence=0.5)])
        seen.append(tags_of(database).get("sun"))

    assert seen[0] is None
    assert [row["confidence"] for row in seen[1:] if row] == [0.5, 0.75, 0.875]


SURE: dict[str, Any] = {"rule": "sure", "confidence": 0.9, "for_days": 180, "evidence": "I am"}
HINT: dict[str, Any] = {"rule": "hint", "confidence": 0.5, "for_days": 60, "evidence": "a hint"}


def test_a_weaker_hint_makes_nobody_less_sure_and_shortens_no_tag(
    database: Connection,
) -> None:
    record_hits(database, [hit("1", **SURE)])
    record_hits(database, [hit("2", **HINT, at=NOW + DAY)])

    row = tags_of(database)["sun"]
    assert (row["confidence"], row["evidence"]) == (0.9, "I am")
    assert row["expires_at"] == to_micros(NOW + 180 * DAY)


def test_of_two_rules_that_one_event_matches_the_surer_one_counts_in_whatever_order(
    database: Connection,
) -> None:
    record_hits(database, [hit("1", **HINT), hit("1", **SURE)])
    record_hits(database, [hit("1", of="fan", **SURE), hit("1", of="fan", **HINT)])

    for row in tags_of(database).values():
        assert (row["confidence"], row["evidence"]) == (0.9, "I am")


def test_hits_of_another_rule_of_the_same_tag_do_not_count(database: Connection) -> None:
    record_hits(database, [hit("1", rule="one", times=2), hit("2", rule="other", times=2)])
    assert tags_of(database) == {}

    record_hits(database, [hit("3", rule="one", times=2)])
    assert tags_of(database)["sun"]["confidence"] == 0.6


def test_a_tag_that_had_expired_is_as_sure_as_its_new_hit_makes_it(
    database: Connection,
) -> None:
    record_hits(database, [hit("1", **SURE)])
    late = NOW + 200 * DAY
    record_hits(database, [hit("2", **HINT, at=late)])

    row = tags_of(database)["sun"]
    assert (row["confidence"], row["evidence"]) == (0.5, "a hint")
    assert row["expires_at"] == to_micros(late + 60 * DAY)


def test_a_newer_exclusive_tag_pushes_the_older_one_out(database: Connection) -> None:
    record_hits(database, [hit("1", of="dry", exclusive=("oily",)), hit("2", of="sun")])
    record_hits(database, [hit("3", of="oily", exclusive=("dry",))])

    assert set(tags_of(database)) == {"oily", "sun"}


def test_a_tag_set_by_hand_is_not_pushed_out_by_a_rule(database: Connection) -> None:
    set_by_hand(database, "dry")
    record_hits(database, [hit("1", of="oily", exclusive=("dry", "soft"))])

    assert {name: row["source"] for name, row in tags_of(database).items()} == {"dry": "person"}


def test_a_tag_set_by_hand_is_not_changed_by_its_own_rule(database: Connection) -> None:
    set_by_hand(database, "sun")
    record_hits(database, [hit("1")])

    row = tags_of(database)["sun"]
    assert (row["source"], row["confidence"], row["evidence"]) == ("person", 1.0, "he told me")
    assert row["expires_at"] is None


# The settings take any confidence above 0 and up to 1.
CONFIDENCES = st.floats(0, 1, exclude_min=True, allow_nan=False)


@given(st.floats(0.01, 1), st.integers(1, 50))
def test_confidence_grows_with_every_hit_and_stays_within_one(single: float, hits: int) -> None:
    sure = confidence_after(single, hits)

    assert single - 0.001 <= sure <= confidence_after(single, hits + 1) <= 1
    assert confidence_after(single, 1) == pytest.approx(single, abs=0.001)


@given(CONFIDENCES, st.integers(1, 50))
def test_every_confidence_that_the_settings_allow_can_be_stored(single: float, hits: int) -> None:
    assert 0 < confidence_after(single, hits) <= 1


# ---- reading


async def put(store: Store, *hits: TagHit) -> None:
    def write(connection: Connection, _items: Sequence[None]) -> list[None]:
        connection.execute(
            "INSERT INTO member (id, created_at) VALUES (1, 0) ON CONFLICT DO NOTHING"
        )
        record_hits(connection, hits)
        return [None]

    await store.lane("hits", write).submit(None)


async def test_tags_are_read_the_surest_first_until_they_expire(store: Store) -> None:
    await put(
        store,
        hit("1", of="sun", confidence=0.5, for_days=10),
        hit("2", of="fan", confidence=0.9, for_days=5),
    )

    assert [held.tag for held in await read_tags(store, ME, NOW)] == ["fan", "sun"]
    assert [held.tag for held in await read_tags(store, ME, NOW + 5 * DAY)] == ["sun"]
    assert await read_tags(store, ME, NOW + 10 * DAY) == ()
    (first, *_) = await read_tags(store, ME, NOW)
    assert (first.source, first.evidence, first.expires_at) == ("rule", "said so", NOW + 5 * DAY)


def act(what: Act, key: str, at: datetime = NOW, group: str | None = GROUP) -> Interaction:
    return Interaction(ME, None if group is None else GroupKey(group), what, at, EventKey(key))


async def test_an_interaction_is_kept_once_and_shown_in_the_portrait(store: Store) -> None:
    await put(store)

    def write(connection: Connection, _items: Sequence[None]) -> list[None]:
        record_interactions(
            connection,
            [
                act(Act.MESSAGE, "1"),
                act(Act.MESSAGE, "1"),
                act(Act.QUESTION, "1"),
                act(Act.MESSAGE, "2", NOW + HOUR),
                act(Act.JOIN, "3", NOW - DAY),
            ],
        )
        return [None]

    await store.lane("acts", write).submit(None)
    portrait = await read_portrait(store, ME, GROUP, NOW + DAY)

    assert dict(portrait.acts) == {Act.MESSAGE: 2, Act.QUESTION: 1, Act.JOIN: 1}
    assert portrait.acts[0] == (Act.MESSAGE, 2)
    assert (portrait.last_seen_at, portrait.joined_at) == (NOW + HOUR, None)
    numbers = await read_group_numbers(store, GROUP, NOW)
    assert (numbers.count(Act.MESSAGE), numbers.count(Act.JOIN), numbers.speakers) == (2, 0, 1)
    assert (await read_group_numbers(store, GROUP, NOW - DAY)).speakers == 1
    assert numbers.members == 0
