"""Forty lines that no community may post, plain and in every disguise."""

from collections.abc import Callable

import pytest

from bot.wording.policy import Policy
from bot.wording.review import review
from bot.wording.rule import Grade, Origin

from .disguises import DISGUISES

BAD = """\
国家级实验室出品，值得信赖
世界级工艺，一瓶到位
全网销量第一的面霜来了
敏感肌第一品牌，大家都懂
全国首家主打稻米的护肤品
今晚全网最低，错过拍大腿
这瓶精华独一无二，找不到第二家
史无前例的大促开始了
填补国内空白的配方
顶级原料，奢养肌肤
修护的极品，用了就回不去
一瓶万能，全家都能用
抹上永久锁水，再也不干
祖传古方，三代传下来
特效祛黄，七天换张脸
百分百有效，无效退款
三天见效，立竿见影
绝对安全，婴儿都能吃
零副作用，放心大胆涂
国家机关推荐，品质有保证
国家领导人同款面霜
免检产品，不用看成分
稳赚的机会，零风险加入
能治疗湿疹和痤疮
消炎退红，一抹就好
深层杀菌，痘痘走开
正规药妆，胜过医院
祛疤神器，旧疤也能平
用一个月就生发
每天涂一涂，瘦脸看得见
抗敏首选，换季不红
温和换肤，像剥壳鸡蛋
含干细胞，让皮肤重生
排毒养颜，一身轻松
转发才能领取优惠券
分享到朋友圈得小样
集赞38个换正装
快来帮我砍一刀
拉人头有提成，躺赚不累
关注公众号即可领红包
加微信 hejian_8888 领内部价
""".splitlines()


def blocked(text: str) -> bool:
    found = review(text, Policy(), origin=Origin.OPERATOR)
    return any(finding.grade is Grade.BLOCK for finding in found)


def test_there_are_forty_of_them() -> None:
    assert len(set(BAD)) >= 40


@pytest.mark.parametrize("line", BAD)
def test_a_bad_line_is_caught(line: str) -> None:
    assert blocked(line)


@pytest.mark.parametrize("hide", DISGUISES)
@pytest.mark.parametrize("line", BAD)
def test_a_bad_line_is_caught_in_disguise(line: str, hide: Callable[[str], str]) -> None:
    assert blocked(hide(line))


@pytest.mark.parametrize("hide", DISGUISES)
def test_the_disguises_change_the_lines(hide: Callable[[str], str]) -> None:
    assert any(hide(line) != line for line in BAD)


@pytest.mark.parametrize("line", BAD)
def test_what_is_quoted_stands_where_it_is_said_to(line: str) -> None:
    for finding in review(line, Policy(), origin=Origin.OPERATOR):
        assert line[finding.start :].startswith(finding.what)
        assert finding.what
        assert finding.why
        assert finding.instead
