"""What the law forbids is refused when the files are read, with its rule and what to write."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from bot.core.ids import GroupKey, LotteryId
from bot.rewards.lottery.promises import broken_promises
from bot.rewards.lottery.rounds import Round, RoundState
from bot.rewards.lottery.terms import hash_of, terms_of
from bot.settings.problems import Problems
from bot.settings.reload import Change, LiveSettings
from bot.settings.schema.rewards.lottery import Lottery
from tests.unit.rewards.support import DAY, NOW
from tests.unit.settings.good_config import Configuration

from .support import SEED, blank, gift, prize

GOOD: dict[str, Any] = {
    "key": "box",
    "title": "小样盲盒",
    "mode": "instant",
    "groups": ["tea"],
    "how": "发“抽奖”，不用转发",
    "claim": "自动到账",
    "organiser": "山茶公司",
    "contact": "发“人工”",
    "ends_at": "2026-11-30 20:00",
    "when_empty": "no_win",
    "prizes": [prize(), gift(), blank()],
}


def write(config: Configuration, **changes: Any) -> None:
    """The good configuration with one lottery."""
    entry = {key: value for key, value in (GOOD | changes).items() if value is not None}
    text = (config.directory / "rewards.yaml").read_text(encoding="utf-8").split("lotteries:")[0]
    listed = f"lotteries: {json.dumps([entry], ensure_ascii=False, indent=1)}\n"
    config.write("rewards.yaml", text + listed)


@pytest.fixture
def config(tmp_path: Path) -> Configuration:
    config = Configuration(tmp_path / "config")
    write(config)
    return config


def test_a_lawful_lottery_is_taken(config: Configuration) -> None:
    assert config.settings().rewards.lotteries[0].title == "小样盲盒"


DRAWN = {"mode": "at_time", "when_empty": None, "prizes": [prize(weight=0)]}


@pytest.mark.parametrize(
    ("changes", "key", "rule", "instead"),
    [
        ({"organiser": None}, "organiser", "规范促销行为暂行规定", "add organiser"),
        ({"how": None}, "how", "规范促销行为暂行规定", "add how"),
        ({"claim": " "}, "claim", "规范促销行为暂行规定", "add claim"),
        ({"contact": None}, "contact", "规范促销行为暂行规定", "add contact"),
        ({"ends_at": None}, "ends_at", "规范促销行为暂行规定", "ends_at or weekly"),
        (
            {"prizes": [gift(value_fen=5_000_001), blank()]},
            "prizes[0].value_fen", "50,000 yuan", "5000000 (fen) or less",
        ),
        (
            {"prizes": [prize(kind="fen", amount=5_000_001), blank()]},
            "prizes[0].value_fen", "50,000 yuan", "5000000 (fen) or less",
        ),
        ({"prizes": [gift(value_fen=0)]}, "prizes[0].value_fen", "the value", "add value_fen"),
        ({"prizes": [prize(stock=0)]}, "prizes[0].stock", "the number", "how many"),
        ({"prizes": [prize(weight=0)]}, "prizes[0].weight", "the odds", "1 or more"),
        ({"prizes": [blank()]}, "prizes", "nothing can be won", "add a prize"),
        ({"prizes": [prize(), prize()]}, "prizes[1].key", "same key", "its own key"),
        ({"how": "转发到群就能抽"}, "how", "诱导分享", "check-in"),
        ({"title": "集 赞抽奖"}, "title", "诱导分享", "check-in"),
        ({"how": "邀请一位好友多一次抽奖机会"}, "how", "诱导分享", "check-in"),
        ({"how": "充值 10 元抽一次"}, "how", "state's lottery", "fee_points"),
        ({"how": "9元一次"}, "how", "state's lottery", "fee_points"),
        ({"title": "全网第一抽奖"}, "title", "广告法第九条", "写数字本身和来处"),
        ({"groups": ["nowhere"]}, "groups[0]", "no group", "write one of tea"),
        ({"when_empty": None}, "when_empty", "odds", "no_win or renormalise"),
        ({"mode": "quiz"}, "quiz", "mode quiz", "add quiz"),
        ({"mode": "full"} | {"entrants": 0}, "entrants", "its mode", "how many entrants"),
        ({"starts_at": "2026-12-01 08:00"}, "ends_at", "not after its start", "after it starts"),
        ({"pity": {"prize": "gold", "hard": 3}}, "pity.prize", "no prize", "ten, sample"),
        ({"pity": {"prize": "ten"}}, "pity", "promises nothing", "hard"),
        (DRAWN | {"prizes": [prize()]}, "prizes[0].weight", "among entrants", "remove it"),
        (DRAWN | {"prizes": [blank()]}, "prizes[0].kind", "among entrants", "remove it"),
        (DRAWN | {"ends_at": "2026-11-30 23:30"}, "ends_at", "quiet hours", "another time"),
        (
            {"mode": "quiz", "quiz": {"question": "?", "choices": ["一"], "answers": ["C"]}},
            "quiz.answers[0]", "no letter", "write one of A",
        ),
    ],
)  # fmt: skip
def test_what_is_forbidden_is_told_with_its_rule_and_what_to_write(
    config: Configuration, changes: dict[str, Any], key: str, rule: str, instead: str
) -> None:
    write(config, **changes)
    problems = [line for line in config.problems() if f"lotteries[0].{key}  " in line]
    assert len(problems) == 1, config.problems()
    assert rule in problems[0]
    assert instead in problems[0]
    assert problems[0].startswith("rewards.yaml:")


@pytest.mark.parametrize("how", ["发“抽奖”，不用转发，不需要分享", "无需充值，免付费"])
def test_saying_that_something_is_not_needed_is_no_bait(config: Configuration, how: str) -> None:
    write(config, how=how)
    assert config.settings().rewards.lotteries[0].how == how


@pytest.mark.parametrize("key", ["winners", "must_win", "whitelist", "vip"])
def test_no_list_of_winners_can_be_written(key: str) -> None:
    with pytest.raises(ValidationError, match="extra"):
        Lottery.model_validate(GOOD | {key: ["xiaolu"]})
    with pytest.raises(ValidationError, match="extra"):
        Lottery.model_validate(GOOD | {"prizes": [prize() | {key: ["xiaolu"]}]})


def published(config: Configuration) -> Round:
    """The lottery of the files, as it was published at noon."""
    settings = config.settings()
    terms = terms_of(
        settings.rewards.lotteries[0], groups=[GroupKey("tea")], starts_at=NOW, zone=settings.zone
    )
    return Round(LotteryId(1), "box", 1, SEED, hash_of(SEED), RoundState.OPEN, terms, 1, NOW)


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"prizes": [prize(stock=4), gift(), blank()]}, "prizes[0].stock"),
        ({"prizes": [prize(amount=9), gift(), blank()]}, "prizes[0].amount"),
        ({"prizes": [prize(), gift(), blank(2)]}, "prizes[0].weight"),
        ({"prizes": [prize(most_a_day=1), gift(), blank()]}, "prizes[0].most_a_day"),
        ({"prizes": [prize(), blank()]}, "prizes"),
        ({"fee_points": 1}, "fee_points"),
        ({"draws": 3}, "draws"),
        ({"claim_days": 6}, "claim_days"),
        ({"winner_rest_days": 8}, "winner_rest_days"),
        ({"ends_at": "2026-11-30 19:00"}, "ends_at"),
        ({"organiser": "别家公司"}, "organiser"),
        ({"when_empty": "renormalise"}, "when_empty"),
        ({"key": "other"}, "lotteries"),
    ],
)
def test_after_the_start_nothing_is_taken_from_members(
    config: Configuration, changes: dict[str, Any], key: str
) -> None:
    found = published(config)
    write(config, **changes)
    broken = broken_promises([found], config.settings(), NOW)
    assert broken is not None
    assert key in {problem.key.removeprefix("lotteries[0].") for problem in broken.problems}
    assert all(problem.instead and problem.line > 1 for problem in broken.problems)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"prizes": [prize(stock=6), gift(), blank()]},
        {"prizes": [prize(weight=2), gift(weight=2), blank()]},
        {"draws_a_day": 0, "claim_days": 30, "winner_rest_days": 0},
        {"ends_at": "2026-12-06 20:00"},
        {"pity": {"prize": "ten", "hard": 9}},
    ],
)
def test_what_is_better_for_members_may_change(
    config: Configuration, changes: dict[str, Any]
) -> None:
    found = published(config)
    write(config, **changes)
    assert broken_promises([found], config.settings(), NOW) is None


def test_once_it_is_over_everything_may_change(config: Configuration) -> None:
    found = published(config)
    write(config, key="other")
    assert broken_promises([found], config.settings(), NOW + 30 * DAY) is None


def test_a_reload_that_breaks_a_promise_leaves_the_old_settings(config: Configuration) -> None:
    found, live = published(config), LiveSettings(config.settings())
    live.guard(lambda settings: broken_promises([found], settings, NOW))
    write(config, fee_points=99)
    refused = live.refresh(config.load)
    assert isinstance(refused, Problems)
    assert "规范促销行为暂行规定" in str(refused)
    assert live.current.rewards.lotteries[0].fee_points == 0
    write(config)
    assert isinstance(live.refresh(config.load), Change)
