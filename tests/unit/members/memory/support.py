"""A small memory: two skin types, two cities, a month."""

from datetime import datetime, timedelta

from bot.core.ids import EventKey, MemberId
from bot.members.memory.facts import Statement
from bot.members.memory.recognition import Fact
from bot.settings.schema.memory import FactForm, FactType, FactValue, MemoryRules, Remark
from tests.support.events import NOW

ME, OTHER = MemberId(1), MemberId(2)

SKIN = FactType(
    key="skin",
    name="肤质",
    purpose="for tests",
    phrases=("我是{value}", "我的皮肤是{value}"),
    told="自己是{value}",
    values=(
        FactValue(key="dry", name="干皮", also=("干性皮肤",)),
        FactValue(key="oily", name="油皮"),
    ),
)
CITY = FactType(
    key="city",
    name="城市",
    purpose="for tests",
    phrases=("我住在{value}",),
    told="在{value}",
    values=(FactValue(key="beijing", name="北京"), FactValue(key="sanya", name="三亚")),
)
MONTH = FactType(
    key="birthday",
    name="生日月份",
    purpose="for tests",
    form=FactForm.MONTH,
    unit="月",
    phrases=("我{value}生日", "我的生日是{value}"),
    told="是{value}的生日",
)
RULES = MemoryRules(
    leads=("其实", "记住"),
    unless_followed_by=("吗", "还是", "的"),
    never=("岁", "如果"),
    types=(SKIN, CITY, MONTH),
    remarks=(
        Remark(type="skin", values=("dry",), topics=("soap",), text="少用一点。"),
        Remark(type="city", values=("beijing",), topics=("soap", "air"), text="开加湿器。"),
        Remark(type="birthday", topics=("points",), text="生日快乐。"),
    ),
)


def statement(
    type_: str,
    value: str,
    *,
    at: datetime = NOW,
    key: str = "event/1",
    who: MemberId = ME,
    days: int = 180,
) -> Statement:
    """Something that a member said of himself at an instant."""
    return Statement(who, Fact(type_, value), EventKey(key), at, at + timedelta(days=days))
