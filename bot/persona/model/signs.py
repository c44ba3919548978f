"""The signs of an attack: phrases by which people try to talk a model round, with weights.

Three is enough by itself. What honest people say as well weighs two: it takes another sign beside
it, or a whole talk of them.
"""

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Sign:
    """A pattern of a kind of attack."""

    kind: str
    weight: int
    pattern: re.Pattern[str]


def _sign(kind: str, weight: int, *pieces: str) -> Sign:
    return Sign(kind, weight, re.compile("".join(pieces)))


_ORDER = (
    "忽略|无视|忘记|忘掉|抛开|抛弃|跳过|绕过|推翻|覆盖|清除|重置|解除|停止遵守|不(?:用|"
    "要|必|再)?(?:管|理会|遵守)"
)
_ORDER += "|ignore|disregard|forget|override|bypass"
_EARLIER = (
    "以上|之前|前面|上面|先前|原来|原有|刚才|所有|全部|你的|一切|previous|above|prior|all|your"
)
_RULES = "指令|指示|设定|提示|规则|命令|限制|约束|人设|口令|安全策略|instruction|prompt|rule"
_SHOW = "复述|重复|输出|打印|显示|告诉我|说出|念出|背出|翻译|展示|贴出|写出|公开|泄露|总结|给我看"
_SHOW += "|repeat|print|show|reveal|output|tell|translate"
_SECRETS = (
    "系统提示|提示词|提示语|系统指令|系统设定|systemprompt|初始(?:指令|设定|提示)|"
    "隐藏(?:指令|规则|信息)"
)
_SECRETS += "|内部(?:指令|规则|设定|资料)|(?:上面|以上|前面|开头|你的|你收到的)的?(?:全部|所有)?"
_SECRETS += "(?:设定|指令|规则|提示|prompt|instructions?)"
_ASK = "输出|列出|导出|告诉我|给我|查一下|查询|帮我查|发给我|发我|显示|说出|汇总|公布|泄露|透露"
_WHOSE = "所有|全部|全体|每个|各位|其他|别的|别人|成员|用户|客户|会员|群友|人家"
_PRIVATE = (
    "手机|电话|住址|地址|订单|身份证|微信|生日|真实姓名|名单|资料|隐私|积分明细|聊天记录|"
    "密码|密钥|apikey"
)
_GOODS = "积分|优惠券|红包|余额|现金|金币|免单|退款|兑换码|优惠码|会员等级"
_EVERYBODY = "所有人|大家|全群|每个人|每人|全体|任何人"

SQUEEZED: Final = (
    _sign("override", 3, rf"(?:{_ORDER}).{{0,8}}(?:{_EARLIER}).{{0,8}}(?:{_RULES})"),
    _sign("override", 3, rf"(?:{_ORDER})(?:以上|之前|前面|上面|一切|所有)(?:的)?(?:内容|对话)"),
    _sign(
        "reveal",
        3,
        rf"(?:{_SHOW}).{{0,8}}(?:{_SECRETS})|(?:把|将)(?:{_SECRETS}).{{0,10}}(?:{_SHOW}|",
        r"编码|发)",
    ),
    _sign("reveal", 3, r"你的(?:系统)?(?:提示词|prompt|隐藏规则|内部指令)"),
    _sign(
        "reveal",
        2,
        r"(?:这句话|这段话|本句|这里)(?:之前|前面|以上|以前)的?(?:所有|全部)?(?:内容|",
        r"文字|话)",
    ),
    _sign("reveal", 2, r"系统提示|systemprompt|提示词是什么|你的prompt"),
    _sign(
        "mode",
        3,
        r"(?:开发者|调试|上帝|管理员|维护|无限制|越狱|dan)模式|越狱|jailbreak|",
        r"developermode|debugmode|godmode|doanythingnow",
    ),
    _sign(
        "role",
        2,
        r"你现在(?:是|就是|扮演|变成)|从现在(?:开始|起)你|请?(?:你来|请|你)扮演|(?:假装|",
        r"假设|想象)你(?:是|没有)|actas|youarenow|pretendtobe",
    ),
    _sign("role", 2, r"(?:没有|不受|无|解除|突破)(?:任何)?(?:限制|约束|规则|道德|审查)"),
    _sign(
        "forged",
        2,
        r"(?:我是|这里是|本人是|我就是)(?:本群|你的|系统|平台|超级|官方|腾讯|",
        r"公司)*(?:管理员|开发者|开发人员|工程师|老板|总监|客服主管|运营负责人|创造者|",
        r"主人|admin)",
    ),
    _sign("forged", 2, r"系统(?:消息|通知|指令|命令|公告)|systemmessage"),
    _sign("forged", 2, r"管理员(?:命令|指令|授权|口令)|最高权限|root权限"),
    _sign(
        "forged",
        2,
        r"(?:立即|立刻|马上|必须|强制)(?:执行|照做|服从|发放|输出|回复|删除)|",
        r"新的?(?:指令|规则|设定)(?:如下|是|为)",
    ),
    _sign("data", 3, rf"(?:{_ASK}).{{0,6}}(?:{_WHOSE}).{{0,8}}(?:{_PRIVATE})"),
    _sign(
        "data",
        2,
        r"(?:告诉我|给我|查一?下|发给我|发我|把).{1,6}的(?:手机|电话|住址|地址|身份证|",
        r"微信|订单|生日)",
    ),
    _sign("data", 3, rf"(?:把|将)(?:{_WHOSE}).{{0,8}}(?:{_PRIVATE}).{{0,8}}(?:{_ASK}|给我|发)"),
    _sign(
        "crowd", 2, rf"(?:艾特|提醒|通知|圈|at)(?:一下)?(?:{_EVERYBODY}|全员|everyone|all\b)|atall"
    ),
    _sign(
        "goods",
        2,
        rf"(?:给|送|发|加|充|转|补|发放|赠送|增加|奖励).{{0,8}}(?:{_EVERYBODY}|",
        rf"我的?账).{{0,10}}(?:{_GOODS})",
    ),
    _sign(
        "goods",
        2,
        r"(?:帮我|给我|把)(?:的|我的)?.{0,4}(?:积分|余额|等级).{0,3}(?:改成|改为|设为|",
        r"加到|充到|清空)|清空积分",
    ),
    _sign("goods", 2, r"(?:说|回复|回答|公布|告诉).{0,8}(?:兑换码|优惠码|暗号|口令码|退款已)"),
    _sign(
        "goods",
        2,
        rf"(?:宣布|承诺|保证|告诉(?:{_EVERYBODY})|回复).{{0,12}}(?:{_GOODS}|买一送一|",
        r"免费领)",
    ),
    _sign(
        "memory",
        3,
        r"(?:记住|牢记|记下来?|写入记忆|存进记忆|保存到记忆).{0,10}(?:所有人|每个人|",
        r"任何人|买一送一|免单|规则|管理员|老板|以后都)",
    ),
    _sign("memory", 2, r"(?:从今以后|从今往后|以后每次|以后不管谁|今后凡是)"),
    _sign(
        "denial",
        2,
        r"(?:说|承认|回答|回复|声明|保证|发誓|坚称|告诉\w{0,3})(?:你|自己|我)?(?:就?是|",
        r"真的是)(?:个)?(?:真人|人类|活人|医生|律师|真的人)",
    ),
    _sign(
        "denial",
        2,
        r"(?:别|不要|不许|禁止)再?(?:说|承认|提)(?:自己|你)?是(?:一?个)?(?:ai|机器人|",
        r"人工智能)|不再是小",
    ),
    _sign(
        "denial", 2, r"(?:说|否认|回答|声明|发誓).{0,4}(?:不是|是)(?:一?个)?(?:机器人|ai|人工智能)"
    ),
    _sign(
        "claims",
        2,
        r"(?:说|保证|承诺|宣传|回答|告诉\w{0,3}).{0,10}(?:根治|治愈|治好|无副作用|包治|",
        r"胜诉|百分之?百|100有效)",
    ),
    _sign(
        "code",
        3,
        r"droptable|deletefrom|insertinto|ossystem|rmrf|evalexec|alertdocument|",
        r"executesql",
    ),
    _sign(
        "coding",
        2,
        r"(?:用|以|转成|翻译成|编码成|编成)(?:base64|十六进制|摩斯|摩尔斯|拼音|倒序|",
        r"反序|藏头诗|英文).{0,12}(?:输出|说|写|回答|提示|设定|指令|规则)",
    ),
)
"""What is looked for in letters, digits and characters alone."""

WRITTEN: Final = (
    _sign(
        "frame",
        3,
        r"<\|?/?(?:im_start|im_end|system|endoftext|assistant)|\[/?inst\]|<</?sys>>|",
        r"\[system\]",
    ),
    _sign(
        "frame",
        3,
        r"(?:^|\n)\s*(?:#{2,}|-{3,}|={3,})\s*(?:system|指令|新指令|instruction|override|",
        r"end)",
    ),
    _sign("frame", 3, r"(?:^|\n)\s*[\[【(]?(?:system|assistant|developer)[\]】)]?\s*[:：]"),
    _sign("frame", 2, r"(?:^|\n)\s*[\[【(]?系统[\]】)]?\s*[:：]"),
    _sign("frame", 2, r"[\"']role[\"']\s*:|<script"),
    _sign("crowd", 2, r"@(?:所有人|all|everyone|全体)"),
)
"""What is looked for in the text as written, where signs matter."""
