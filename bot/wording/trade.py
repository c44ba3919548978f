"""What our trade may not say or promise: medicine, false haste, bait.

Medicine: 化妆品监督管理条例 art. 43 (cosmetics must not claim or hint at medical effects) and
art. 16 (against freckles, for whitening, against hair loss: after registration). Haste: 广告法
art. 28, which forbids what is not true. Bait: WeChat's rules for external links and 禁止传销条例.
"""

from typing import Final

from bot.wording.rule import Rule, Topic

_CARE: Final = "化妆品监督管理条例第四十三条：化妆品不得明示或暗示医疗作用"
_SPECIAL: Final = "化妆品监督管理条例第十六条：祛斑美白、防脱等属特殊化妆品，须先注册"
_HASTE: Final = "广告法第二十八条：时间、数量和奖品要真实，不能虚张声势"
_SHARING: Final = "微信外部链接内容管理规范：不得以奖励诱导分享、关注"
_PYRAMID: Final = "禁止传销条例：不得以发展人数计酬，也不要宣扬快速致富"

_GENTLE: Final = "改说感受和护理，例如“干的时候涂一层会舒服些”；不舒服请看医生"
_REGISTERED: Final = "有注册证就把功效和编号写进 screening.registered，没有就不提"
_DEED: Final = "奖励只给真实的参与，例如签到、到场、朋友自己进群"


def _medicine(key: str, pattern: str, *, why: str = _CARE, instead: str = _GENTLE) -> Rule:
    return Rule(key, Topic.MEDICINE, pattern, why, instead)


def _pressure(key: str, pattern: str, instead: str) -> Rule:
    return Rule(key, Topic.PRESSURE, pattern, _HASTE, instead)


def _bait(key: str, pattern: str, *, why: str = _SHARING, instead: str = _DEED) -> Rule:
    return Rule(key, Topic.BAIT, pattern, why, instead)


MEDICINE: Final = (
    _medicine(
        "treats",
        "治疗(?<!心理治疗)(?<!家庭治疗)(?<!药物治疗)(?<!不能治疗)(?<!不是治疗)(?<!替代治疗)(?<!医院治疗)"
        "(?<!医生治疗)(?<!接受治疗)(?<!放弃治疗)(?!医学|的过程|费)|疗效|药效|治愈(?!系)|根治|医治|主治(?!医)",
    ),
    _medicine("inflammation", "消炎(?!药)|抗炎|镇痛|止痒|退红消肿"),
    _medicine("germs", "(?:杀|抑|灭|除)菌(?!消毒)|抗菌|抗病毒|除螨"),
    _medicine(
        "drug_like",
        "药妆|(?:医学|医用|医美级?|药用)(?:护肤|面膜|敷料|级)|械字号|处(?<!此处)方(?!便|向|式|法)",
    ),
    _medicine("scars", "(?:祛|去|除|淡)(?:疤|瘢)"),
    _medicine(
        "hair_growth",
        "(?:生(?<!产生)(?<!发生)发|育发|固发)(?!展|现|动|出|表|电|的|言|布|掘|达|明)|止脱",
    ),
    _medicine(
        "slimming",
        "(?:瘦|小)脸(?=效果|针|霜|精华|神器|仪|面膜)|瘦脸|燃脂|溶脂|丰胸|丰乳|隆胸|(?:涂|抹|用)(?:着|了)?(?:就)?(?:能)?(?:减肥|瘦身)",
    ),
    _medicine("allergy", "抗敏|脱敏|抗过敏|防过敏"),
    _medicine(
        "skin_change", "(?<!交)换肤(?!感|质|色)|细胞再生|再生细胞|激活细胞|干细胞|修复受损细胞"
    ),
    _medicine("detox", "排毒|解毒|祛湿|活血|化瘀|祛风"),
    _medicine(
        "doctors",
        "(?:医生|医师|三甲|皮肤科)(?:都在用|同款|力荐|强烈推荐|联合研发|一致推荐)",
        instead="去掉医生和医院，写成分和试用的事实",
    ),
    _medicine(
        "registered_effects",
        "(?:祛斑|淡斑|美白|防脱|育发)(?:功效|效果|神器|利器|力)"
        "|(?:能|可以|帮(?:你|助)|轻松|快速|有效|强力|告别暗沉)(?:祛斑|淡斑|去斑|变白|美白|防脱)"
        "|(?:祛|淡|去)斑(?=霜|精华|面膜|乳|产品首选)|防脱(?=洗发水|精华|育发液)",
        why=_SPECIAL,
        instead=_REGISTERED,
    ),
)

PRESSURE: Final = (
    _pressure(
        "gone_soon",
        "再不(?:抢|买|下单|来|入)就?(?:没|晚|来不及|亏)|错过(?:再)?等一年|手慢(?:就)?无",
        "写出截止的日期和剩下的数量",
    ),
    _pressure(
        "last_day",
        "最后(?:\\d+(?:小时|分钟|天|件|单|名|席))|最后一天(?=[,。!~]|优惠|特价|活动|抢|啦|了|$)",
        "核对截止日期，直接写“到几月几日为止”",
    ),
    _pressure(
        "seckill", "秒杀|疯抢|抢疯|狂抢|抢购一空|(?:限量|火热|疯狂)抢购", "写出开始的时间和价格"
    ),
    _pressure(
        "left",
        "(?:仅|只)剩(?:最后)?\\d+(?:件|份|单|席|个名额)|即将(?:恢复原价|涨价|售罄)|马上涨价",
        "核对数量和价格，照实写",
    ),
    _pressure(
        "you_won",
        "点击(?:领奖|领红包|领取大奖)|恭喜(?:您|你)?(?:获奖|中大奖|被抽中)",
        "中奖名单由抽奖记录公布，不用这样开头",
    ),
    _pressure(
        "bargain", "跳楼价|亏本(?:卖|甩|清)|清仓甩|吐血价|白菜价", "写出原价、现价和到哪天为止"
    ),
)

_SHARED: Final = (
    "(?<!不用)(?<!无需)(?<!不必)(?<!不需要)(?<!不)(?:转发|分享|转给)(?:本|这条|此|这个|该)?(?:群|文章?|链接|海报|活动|消息|内容)?(?:给|到|至)?"
    "(?:\\d+个|[一二两三四五六七八九十]+[个位])?(?:朋友圈|好友|朋友|微信群|群里?|别的群)?(?:并)?(?:截图)?(?:给我)?[,]?"
)

BAIT: Final = (
    _bait(
        "share_for_reward",
        f"{_SHARED}(?:(?:才|后|即|就|便)(?:可以?|能|会)?|可以?|能|立)?"
        "(?:领|得(?!到)|送|抽(?!空)|返(?!回)|换|赢|解锁|免费|获得?|参加抽奖|参与抽奖|多一次|再抽)"
        f"|{_SHARED}(?:才|后)(?:可|能)",
    ),
    _bait(
        "collect_likes",
        "集(?:满|齐|够)?(?:\\d+|[一二三四五六七八九十]+)?(?:个)?赞|攒赞|求赞|点赞(?:满|够|过)\\d+",
    ),
    _bait("help_me_bargain", "砍一刀|帮(?:我|忙)?(?:砍价|砍一|助力|点一下助力)|好友助力|邀请助力"),
    _bait(
        "follow_for_reward",
        "关注(?:公众号|我们|本号|店铺)?(?:后|才|即可?|就)(?:可以?|能)?(?:领|得|送|抽|看全文)",
    ),
    _bait(
        "heads",
        "拉(?:人头|\\d+(?:个)?人|满\\d+人)|发展下线|招下线|团队奖金?|多级(?:返利|分销)|裂变赚",
        why=_PYRAMID,
    ),
    _bait(
        "easy_money",
        "躺赚|躺着(?:就)?(?:能)?(?:赚|收)钱?|(?:日|月|年)(?:入|赚)(?:过|上|超)?(?:\\d+|[千万百]|十万)|轻松赚",
        why=_PYRAMID,
        instead="去掉收入的说法",
    ),
)

TRADE: Final = (*MEDICINE, *PRESSURE, *BAIT)
