"""Each rule about words catches what no other does, and explains itself in clean words."""

import pytest

from bot.wording.folding import fold
from bot.wording.policy import Policy
from bot.wording.review import RULES, review
from bot.wording.rule import Grade, Origin, Rule, Topic

CAUGHT_BY = {
    "state_class": "我们用的是国家级配方",
    "world_class": "世界级的护肤体验",
    "highest_class": "最高级的原料",
    "best": "秋冬最佳面霜",
    "first_brand": "敏感肌第一国货",
    "first_in_market": "连续三年销量第一",
    "lowest_price": "今晚全网最低",
    "only_one_in_market": "全国首家成分超市",
    "without_equal": "无与伦比的质地",
    "fills_the_gap": "这项工艺填补国内空白",
    "top": "顶级原料",
    "superb": "这瓶是极品",
    "ace": "我们的王牌单品",
    "in_history": "史上最强折扣",
    "cure_all": "一瓶万能",
    "for_ever": "永久锁水",
    "of_ancestors": "祖传的方子",
    "wonder_effect": "三合一神效霜",
    "sure_to_work": "用过的人都说立竿见影",
    "harmless": "纯植物无副作用",
    "by_the_state": "国宴同款",
    "leaders": "国家领导人也来过",
    "awards": "本品是驰名商标",
    "no_risk": "稳赚的好机会",
    "first": "懂护肤的人第一选择",
    "only": "唯一指定用霜",
    "first_choice": "干皮首选",
    "largest": "本市最大的旗舰店",
    "newest": "采用最新科技",
    "superlative": "最受欢迎的一支",
    "best_goods": "我们做最好的面霜",
    "leading": "技术领先",
    "champion": "口碑冠军",
    "exclusive": "独家供应",
    "measured_effect": "含水量提升36%",
    "share_of_users": "92%的人愿意再买",
    "sold": "累计超3万支",
    "experts": "明星都在用",
    "patent": "专利配方",
    "treats": "可以治疗湿疹",
    "inflammation": "舒缓消炎",
    "germs": "深层杀菌",
    "drug_like": "药妆品质",
    "scars": "轻松祛疤",
    "hair_growth": "帮你生发",
    "slimming": "七天瘦脸",
    "allergy": "抗敏修护",
    "skin_change": "焕新换肤",
    "detox": "排毒养颜",
    "doctors": "皮肤科都在用",
    "registered_effects": "祛斑精华",
    "gone_soon": "手慢无",
    "last_day": "活动最后一天，快来",
    "seckill": "整点秒杀",
    "left": "仅剩5件",
    "you_won": "恭喜您获奖",
    "bargain": "跳楼价",
    "share_for_reward": "转发到朋友圈就能领小样",
    "collect_likes": "集赞换礼",
    "help_me_bargain": "帮我砍一刀",
    "follow_for_reward": "关注公众号就送小样",
    "heads": "拉3个人进群有礼",
    "easy_money": "在家躺赚",
}

HARMLESS = """\
手气最佳：小鱼
最佳食用时间是早上
建议的最佳水温是三十多度
我最近第一次来，最后一个走的，最初没想到
第一天第一步先洁面，第一时间补涂
最多 3 份，最少 1 份，首先看成分
你排在最前面，接到最大的一份
最晚 7 天内寄出
群里没有找到唯一的“小鱼”
兑换码是唯一码
绝对值不重要，极其干的时候多涂一层
钱不是万能的
此处方便停车，课程产生发展，交换肤感
独特效果图
不看病，不能治疗，去医院治疗
朋友自己进群，住满两天，你得 100 分，TA 得 50 分
分享一件今天的小事，抽空说说就好
转发消息请先问一句
不用转发就能抽，不需要分享就得积分
你说得对，分享得到大家喜欢
防晒、染发、祛斑美白这几类要有注册证
积分永久有效，永久删除你的资料
国家级湿地公园
现在领先 3 分
成分表最前面是水
""".splitlines()


def found(text: str) -> list[Rule]:
    plain = fold(text)
    return [rule for rule in RULES if rule.compiled.search(plain)]


def test_every_rule_has_a_line_here() -> None:
    assert list(CAUGHT_BY) == [rule.key for rule in RULES]


@pytest.mark.parametrize(("key", "line"), CAUGHT_BY.items())
def test_a_rule_alone_catches_its_line(key: str, line: str) -> None:
    assert [rule.key for rule in found(line)] == [key]


@pytest.mark.parametrize("line", HARMLESS)
def test_what_looks_alike_passes(line: str) -> None:
    assert [rule.key for rule in found(line)] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.key)
def test_a_pattern_is_written_as_texts_are_compared(rule: Rule) -> None:
    assert fold(rule.pattern) == rule.pattern


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.key)
def test_what_a_rule_tells_to_write_is_clean_itself(rule: Rule) -> None:
    for text in (rule.why, rule.instead):
        assert review(text, Policy(), origin=Origin.TEMPLATE) == ()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.key)
def test_no_rule_is_about_nothing(rule: Rule) -> None:
    assert rule.compiled.fullmatch("") is None


def test_grades_are_those_of_their_topics() -> None:
    grades = {rule.topic: rule.grade for rule in RULES}

    assert grades == {
        Topic.ABSOLUTE: Grade.BLOCK,
        Topic.EVIDENCE: Grade.HOLD,
        Topic.MEDICINE: Grade.BLOCK,
        Topic.PRESSURE: Grade.WARN,
        Topic.BAIT: Grade.BLOCK,
    }
