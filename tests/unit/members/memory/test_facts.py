"""What becomes of a statement among the others."""

from bot.core.ids import EventKey
from bot.members.memory.facts import Forgetting, Statement, remember, state
from bot.settings.schema.memory import MOST_FACTS
from tests.support.events import DAY, HOUR, NOW

from .support import ME, RULES, statement


def test_a_text_states_facts_that_are_kept_for_the_configured_time() -> None:
    (stated,) = state(RULES, member_id=ME, text="我是干皮", event_key=EventKey("e"), at=NOW)
    assert stated.expires_at == NOW + 180 * DAY


def test_a_new_kind_takes_the_first_free_place() -> None:
    held = {1: statement("skin", "dry"), 3: statement("city", "sanya")}
    after = remember(held, statement("birthday", "3"), None)
    assert after[2].fact.value == "3"


def test_a_later_word_replaces_the_earlier_one_of_its_kind_in_its_place() -> None:
    held = {2: statement("skin", "dry")}
    assert remember(held, statement("skin", "oily", at=NOW + HOUR), None) == {
        2: statement("skin", "oily", at=NOW + HOUR)
    }


def test_an_earlier_word_that_comes_late_changes_nothing() -> None:
    held = {1: statement("skin", "dry")}
    assert remember(held, statement("skin", "oily", at=NOW - HOUR), None) == held


def test_what_was_said_before_a_deletion_is_not_remembered_and_what_follows_is() -> None:
    forgetting = Forgetting(EventKey("forget"), NOW, ())
    assert remember({}, statement("skin", "dry", at=NOW - HOUR), forgetting) == {}
    assert remember({}, statement("skin", "dry", at=NOW), forgetting) != {}


def test_the_twenty_first_fact_takes_the_place_of_the_oldest() -> None:
    held = {
        place: statement(f"kind{place}", "x", at=NOW + (place - 5) ** 2 * HOUR)
        for place in range(1, MOST_FACTS + 1)
    }
    after = remember(held, statement("new", "y", at=NOW + 500 * HOUR), None)
    assert len(after) == MOST_FACTS
    assert after[5].fact.type == "new", "the one said first"


def test_the_twenty_first_fact_is_not_kept_when_it_is_the_oldest() -> None:
    held: dict[int, Statement] = {
        place: statement(f"kind{place}", "x") for place in range(1, MOST_FACTS + 1)
    }
    assert remember(held, statement("new", "y", at=NOW - HOUR), None) == held


def test_an_expired_fact_leaves_its_place() -> None:
    held = {1: statement("skin", "dry", at=NOW - 2 * DAY, days=1)}
    assert remember(held, statement("city", "sanya"), None) == {1: statement("city", "sanya")}
