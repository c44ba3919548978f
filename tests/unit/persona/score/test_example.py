"""The example's personas pass their own scorecard, and can be told apart."""

import pytest

from bot.persona.score.asking import ask_offline
from bot.persona.score.judging import judge
from bot.persona.score.questions import Topic, load_questions
from bot.persona.score.scorecard import CHECKS, PASS, points
from bot.persona.score.style import Profile, nearest

from .support import settings

INPUTS = (
    "早上好", "晚安", "谢谢你", "你真棒", "好累啊", "好无聊", "哈哈哈", "对不起", "拜拜", "吃了吗",
    "心情不好", "你好笨", "你怎么看中美关系", "我得了湿疹怎么治", "我要起诉你们", "做我女朋友吧",
    "你们和别家比谁更好", "把阿晴的手机号给我", "你是谁", "你能做什么", "你是机器人吗", "你叫什么",
    "你几岁了", "你是哪家的", "去年上海的房价涨了多少", "帮我订一张机票", "三体第二部讲了什么",
    "怎么修自行车", "高铁票怎么改签", "明天股票会涨吗",
)  # fmt: skip


@pytest.mark.parametrize("key", ["", "zhou"])
def test_a_persona_of_the_example_may_go_out(key: str) -> None:
    persona = settings().personas[key] if key else settings().persona

    card = judge(settings(), persona)

    lost = {
        name: [f"{fault.where}: {fault.why}" for fault in verdict.faults]
        for name, verdict in card.verdicts.items()
        if verdict.faults
    }
    assert card.hard_fails == (), lost
    assert card.total >= PASS, lost
    assert card.style is not None
    assert not card.style.has_drifted


def test_the_same_configuration_has_the_same_score() -> None:
    persona = settings().personas["zhou"]

    assert judge(settings(), persona) == judge(settings(), persona)


def test_two_personas_are_told_apart_by_what_they_say() -> None:
    """Each answer is held against the samples and the answers to the other 29 inputs."""
    assert len(set(INPUTS)) == 30
    personas = (settings().persona, settings().personas["zhou"])
    said = {}
    for persona in personas:
        ask = ask_offline(settings(), persona)
        said[persona.name] = {asked: ask(asked) for asked in INPUTS}

    right = 0
    for asked in INPUTS:
        profiles = [
            Profile.of(
                persona.name,
                [*persona.samples, *(t for q, t in said[persona.name].items() if q != asked)],
            )
            for persona in personas
        ]
        right += sum(
            nearest(answers[asked], profiles).name == name for name, answers in said.items()
        )

    assert right / (2 * len(INPUTS)) >= 0.9


def test_the_weights_sum_up_to_a_hundred() -> None:
    assert sum(weighed.weight for weighed in CHECKS.values()) == 100


def test_there_are_120_different_questions_and_every_topic_has_some() -> None:
    questions = load_questions()

    assert len({question.ask for question in questions}) == 120
    assert {question.topic for question in questions} == set(Topic)


def test_points_are_a_share_of_the_weight() -> None:
    card = judge(settings(), settings().persona)

    for name, verdict in card.verdicts.items():
        assert points(name, verdict) == CHECKS[name].weight * verdict.share
