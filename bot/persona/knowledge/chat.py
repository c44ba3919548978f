"""How Chinese is typed in chats, as data: what holds for every brand.

A brand's own words that mean the same stand in its configuration, not here.
"""

from typing import Final

SPOKEN: Final = {
    **dict.fromkeys(("咋整", "咋弄", "咋办", "肿么办"), "怎么办"),
    **dict.fromkeys(("咋", "肿么", "怎样", "如何"), "怎么"),
    **dict.fromkeys(("为啥", "为何"), "为什么"),
    **dict.fromkeys(("啥时候", "什么时候", "几点", "几号", "哪天"), "何时"),
    **dict.fromkeys(
        ("哪里", "哪儿", "在哪", "在哪里", "在哪儿", "去哪", "去哪里", "去哪儿"), "何处"
    ),
    **dict.fromkeys(("干嘛", "干啥"), "做什么"),
    **dict.fromkeys(("多长时间", "几天"), "多久"),
    **dict.fromkeys(("能不能", "可不可以", "可以"), "能"),
    **dict.fromkeys(("要不要", "用不用", "需不需要", "需要", "必须"), "要"),
    **dict.fromkeys(("没有", "木有"), "没"),
    **dict.fromkeys(("行不行", "行不", "行么"), "吗"),
    **dict.fromkeys(("你家", "咱家"), "你们家"),
    **dict.fromkeys(("不想", "不想要", "不要", "不愿"), "勿"),
    "啥": "什么",
    "有没有": "有",
    "是不是": "是",
    "会不会": "会",
    "多少": "几",
    "囗": "口",
}
"""What is typed, and the plain word for it. The longest one that fits is taken."""

FUNCTION: Final = frozenset(
    "怎么样什吗的了呢啊吧呀哦嘛是不要能可以有会几我你他她它们咱在和就还也都该"
)
"""Characters that every question has; alone, or in pairs of their own, they tell nothing."""

GENERIC: Final = frozenset({
    *"哪谁想办用做好多到说看给去上里个这那得着让把被一跟对从才再又很太没后前时啦哈嗯呗喽咧",
    "东西", "时候", "时间", "知道", "一次", "一下", "一个", "何时", "何处", "怎么办", "怎么回事",
    "为什么", "感觉", "请问", "你们家", "你们", "我们", "咱们", "大家", "家里", "里头", "里面",
    "这个", "那个", "哪个", "哪些", "适合", "合适", "正常", "到底", "还是", "一样", "要紧", "现在",
    "已经", "一直", "直接", "老是", "总是", "最近", "今天", "出来", "起来", "想要", "回事",
})  # fmt: skip
"""Words of any question: they count a little, and nobody misses them in an item."""
