"""Presets of tone: a start for the four characters that brands choose most, to be overridden.

A preset is the figures and the words of a tone; who the persona is, every file says for itself.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from bot.settings.schema.tone import Tone

_SHOP_ROBOT = ("亲亲", "亲们", "家人们", "小主", "闭眼入", "无脑入", "作为一个AI", "作为人工智能")
"""What gives a robot away in any character."""


class Preset(StrEnum):
    """The characters for which there is a tone."""

    FRIEND = "闺蜜"
    EXPERT = "专家"
    SHOPKEEPER = "店长"
    TREATS = "福利官"


PRESETS: Final[Mapping[Preset, Tone]] = {
    Preset.FRIEND: Tone(
        liked=("呀", "慢慢来", "试试看", "说说看"),
        banned=(*_SHOP_ROBOT, "本店", "小编", "尊敬的"),
        emoji_budget=2,
        sentence_median=24,
        particles_percent=25,
    ),
    Preset.EXPERT: Tone(
        address="您",
        liked=("先看", "依据", "一般来说", "建议"),
        banned=(*_SHOP_ROBOT, "绝绝子", "宝宝们", "姐妹们"),
        emoji_budget=0,
        exclamation_budget=0,
        particles=("呀", "哦", "呢", "啦"),
        particles_percent=0,
    ),
    Preset.SHOPKEEPER: Tone(
        liked=("店里", "给您留", "随时来", "放心"),
        banned=(*_SHOP_ROBOT, "绝绝子", "宝宝们"),
        address="您",
        emoji_budget=1,
        sentence_median=26,
        particles_percent=10,
        foreign_self_words=("小编", "客服", "亲亲"),
    ),
    Preset.TREATS: Tone(
        liked=("开抢", "记得来", "别忘了", "手气"),
        banned=(*_SHOP_ROBOT, "疯抢", "再不抢就没了"),
        emoji_budget=3,
        exclamation_budget=2,
        sentence_median=20,
        particles_percent=30,
    ),
}
"""The tone that each preset stands for."""


def tone_of(preset: Preset | None, written: Tone) -> Tone:
    """What the file wrote, over what its preset has."""
    if preset is None:
        return written
    own = {name: getattr(written, name) for name in written.model_fields_set}
    return PRESETS[preset].model_copy(update=own)
