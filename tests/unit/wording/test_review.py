"""The review as a whole: who wrote it, what is proven, whose numbers and links, which marks."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wording.marks import mark_ad, mark_ai
from bot.wording.policy import Policy
from bot.wording.repeating import Reviewed, spelled, starred
from bot.wording.review import review
from bot.wording.rule import Finding, Grade, Origin

from .disguises import DISGUISES

POLICY = Policy(
    blocked=("清库存", "Best"),
    banned=("亲们",),
    allowed=("顶级吃货节", "13800138000", "清库存日"),
    proven=("累计卖出 3 万支",),
    registered=("祛斑精华",),
    link_hosts=("pond.example.com",),
    shop_hosts=("shop.example.com",),
)


def found(text: str, origin: Origin = Origin.ANSWER) -> list[Finding]:
    return list(review(text, POLICY, origin=origin))


def words(text: str, origin: Origin = Origin.ANSWER) -> list[str]:
    return [finding.what for finding in found(text, origin)]


def test_a_finding_tells_grade_words_law_and_what_to_write() -> None:
    assert found("小鱼，这是世界级面霜") == [
        Finding(
            Grade.BLOCK,
            "世界级",
            "广告法第九条：不得使用绝对化用语",
            "写能核对的事实，例如成分、用量和适合谁",
            5,
        )
    ]


def test_the_worst_comes_first_and_what_lies_inside_is_not_told_again() -> None:
    findings = found("手慢无，干皮首选，全网第一品牌")

    assert [(finding.grade, finding.what) for finding in findings] == [
        (Grade.BLOCK, "全网第一"),
        (Grade.BLOCK, "第一品牌"),
        (Grade.HOLD, "首选"),
        (Grade.WARN, "手慢无"),
    ]


def test_the_brands_own_words_are_refused_and_it_is_said_where_they_are_listed() -> None:
    blocked, banned = found("ＢＥＳＴ，亲们")

    assert (blocked.what, banned.what) == ("ＢＥＳＴ", "亲们")
    assert "screening.blocked" in blocked.why
    assert "tone.banned" in banned.why


def test_nothing_is_looked_for_inside_an_allowed_phrase() -> None:
    assert words("顶级吃货节开始了") == []
    assert words("顶级吃货节，顶级面霜") == ["顶级"]
    assert words("示例号码 138 0013 8000") == []
    assert words("清库存日不是清库存") == ["清库存"]


def test_a_claim_with_evidence_may_go_in_these_words_only() -> None:
    assert words("累计卖出３万支") == []
    assert words("累计卖出 4 万支") == ["卖出 4 万"]


def test_a_registered_effect_may_be_claimed_and_medicine_may_not() -> None:
    assert words("新的祛斑精华") == []
    assert words("祛斑面膜能治疗") == ["祛斑", "治疗"]


def test_evidence_does_not_save_what_is_forbidden() -> None:
    policy = Policy(proven=("全网第一",))

    assert [finding.what for finding in review("全网第一", policy)] == ["全网第一"]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("打我 13912345678", "13912345678"),
        ("打我 +86 139-1234-5678", "+86 139-1234-5678"),
        ("１３９１２３４５６７８", "１３９１２３４５６７８"),
        ("证件 11010519491231002x", "11010519491231002x"),
        ("卡号 6222 0212 3456 7890 128", "6222 0212 3456 7890 128"),
        ("写信 someone@mail.example.org", "someone@mail.example.org"),
        ("加我 VX：hejian_88", "VX：hejian_88"),
        ("微信号 hejian88", "微信号 hejian88"),
        ("加 Q 群 61020333", "加 Q 群 61020333"),
        ("QQ 61020333", "QQ 61020333"),
    ],
)
def test_private_data_stay_in(text: str, what: str) -> None:
    assert words(text) == [what]


@pytest.mark.parametrize(
    "text",
    [
        "订单 202611231391234567890",
        "指纹 a13912345678b4",
        "证件 110105194912310021",
        "证件 11010519991331002x",
        "单号 6222021234567890127",
        "积分 13 分，余额 912345678",
        "价格 1391.2345678",
        "微信 iphone 版",
        "加微信群聊聊",
        "service@pond.example.com",
    ],
)
def test_numbers_that_are_none_and_our_own_address_may_go(text: str) -> None:
    assert words(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "https://pond.example.com/m/tea",
        "看 http://a.pond.example.com:8080 吧",
        "see pond.example.com now",
        "https://work.weixin.qq.com/gm/abc",
        "1.5 倍，见 2.3 节",
        "作者 Dr.Li",
    ],
)
def test_our_own_links_may_go(text: str) -> None:
    assert words(text) == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("看 https://evil.example/x", "https://evil.example"),
        ("evil.com 有券", "evil.com"),
        ("get it at evil.com now", "evil.com"),
        ("e v i l . c o m", "e v i l . c o m"),
        ("https://pond.example.com@evil.com/", "https://pond.example.com@evil.com"),
        ("https://pond.example.com.evil.com", "https://pond.example.com.evil.com"),
        ("https://evil.com pond.example.com", "https://evil.com"),
        ("evilpond.example.com", "evilpond.example.com"),
        ("weixin://dl/business", "weixin://dl"),
    ],
)
def test_other_links_stay_in(text: str, what: str) -> None:
    assert words(text) == [what]


@pytest.mark.parametrize("text", ["@所有人 开会", "@ 所 有 人", "＠ＡＬＬ", "@全体成员"])
def test_answers_do_not_call_everybody(text: str) -> None:
    for origin in (Origin.ANSWER, Origin.TEMPLATE):
        assert len(words(text, origin)) == 1
    for origin in (Origin.POST, Origin.OPERATOR):
        assert words(text, origin) == []


def test_a_person_whose_name_begins_like_everybody_may_be_called() -> None:
    assert words("@Allen 你好") == []


def test_a_text_that_sells_begins_with_the_mark() -> None:
    text = "来这里看看 https://shop.example.com/a"
    marked = mark_ad(text, POLICY)

    assert words(text) == ["https://shop.example.com"]
    assert marked == f"【广告】{text}"
    assert words(marked) == []
    assert words(f"【公告】\n{marked}") == []
    assert mark_ad(marked, POLICY) == marked
    assert mark_ad("看 https://pond.example.com", POLICY) == "看 https://pond.example.com"


def test_a_models_text_ends_with_the_mark() -> None:
    (missing,) = found("慢慢来", Origin.MODEL)
    marked = mark_ai("慢慢来 ")

    assert (missing.grade, missing.start) == (Grade.BLOCK, 3)
    assert marked == "慢慢来（AI 生成）"
    assert words(marked, Origin.MODEL) == []
    assert mark_ai("好(AI生成)") == "好(AI生成)"
    assert found("慢慢来") == []


@given(st.text())
def test_marking_twice_is_marking_once(text: str) -> None:
    assert mark_ai(mark_ai(text)) == mark_ai(text)
    assert mark_ad(mark_ad(text, POLICY), POLICY) == mark_ad(text, POLICY)


def test_members_words_are_no_advertising_of_ours() -> None:
    text = "顶级吃货，签到收好了"

    assert words(text) == ["顶级"]
    assert review(text, POLICY, quoted=("顶级吃货",)) == ()
    quoted = review("evil.com 说 @所有人", POLICY, quoted=("evil.com 说 @所有人",))
    assert [finding.what for finding in quoted] == ["evil.com", "@所有人"]


def test_a_name_is_repeated_with_stars_for_what_we_may_not_say() -> None:
    assert starred("顶级吃货", POLICY) == "＊＊吃货"
    assert starred("加V：hejian_88 领券", POLICY) == "＊＊＊＊＊＊＊＊＊＊＊＊ 领券"
    assert starred("小鱼🐟", POLICY) == "小鱼🐟"
    assert starred(Reviewed("@所有人"), POLICY) == "@所有人"


@given(st.text(st.sampled_from("顶级最佳 evil.com@所有人13912345678清库存小鱼"), max_size=30))
def test_what_has_stars_is_clean_and_as_long_as_before(name: str) -> None:
    shown = starred(name, POLICY)

    assert len(shown) == len(name)


@pytest.mark.parametrize("word", ["全网第一", "evil.com", "13912345678", "亲", "加微信abc_123"])
def test_a_refused_word_can_be_told(word: str) -> None:
    policy = Policy(blocked=("亲",))

    assert review(word, policy)
    assert review(f"卡在“{spelled(word)}”", policy) == ()


@given(st.text(), st.sampled_from(Origin))
def test_review_takes_any_text(text: str, origin: Origin) -> None:
    for finding in review(text, POLICY, origin=origin):
        assert text[finding.start :].startswith(finding.what)


@pytest.mark.parametrize("hide", DISGUISES)
@given(
    text=st.text(
        st.sampled_from("顶级极品最佳第一品牌万能首选特效秒杀领亲们清库存面霜，。"), max_size=24
    )
)
def test_no_disguise_changes_the_verdict(hide: Callable[[str], str], text: str) -> None:
    plain, hidden = found(text), found(hide(text))

    assert [(f.grade, f.why) for f in hidden] == [(f.grade, f.why) for f in plain]
