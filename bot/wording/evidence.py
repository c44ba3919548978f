"""Claims that may be true and then must be proven: comparisons, firsts, figures, experts.

广告法 art. 11 (figures and quotations are true and name their source), 12 (patents name their
number) and 4 (nothing that misleads). With an entry under ``screening.evidence`` they may go.
"""

from typing import Final

from bot.wording.rule import Rule, Topic

_SOURCE: Final = "广告法第十一条：数据和引证要真实、准确，并标明出处"
_COMPARED: Final = "广告法第四条、第十一条：比较要有依据，不能误导"
_PROVE: Final = "把出处、日期和适用范围写进 screening.evidence，或者改成不用比较的说法"

_GOODS: Final = (
    "(?:产品|单品|品牌|面霜|精华|防晒|面膜|乳液|水乳|护肤品|化妆品|成分|配方|选择|牌子"
    "|口红|洁面|一款|价格)"
)


def _claim(key: str, pattern: str, *, why: str = _COMPARED, instead: str = _PROVE) -> Rule:
    return Rule(key, Topic.EVIDENCE, pattern, why, instead)


EVIDENCE: Final = (
    _claim(
        "first",
        f"第一(?={_GOODS}|(?:的|好|大){_GOODS}|好用|梯队|阵营|名的?{_GOODS})"
        "|(?:我们|品牌|禾间|本品|这款|它)(?:是|做到(?:了)?|稳坐|位列)(?:了)?第一(?=[,。!]|$)",
    ),
    _claim(
        "only",
        f"唯一(?:的)?(?={_GOODS}|指定|官方|授权|有效|一家|获|拥有|能做到|采用|通过)",
    ),
    _claim("first_choice", "首选(?!项|是先|的时间)"),
    _claim(
        "largest",
        "(?:全国|全球|全网|国内|行业|亚洲|世界|同类|业内|全市|本市)(?:规模)?最大"
        "|最大(?=的?(?:品牌|厂家|基地|平台|优惠|折扣|力度|规模|供应|生产|旗舰|让利))",
    ),
    _claim("newest", "最新(?=的?(?:科技|技术|成果|专利|配方|研究|突破|工艺|发明|一代|研发))"),
    _claim(
        "superlative",
        "最(?:先进|便宜|低价|低折扣|优质|优惠|实惠|划算|超值|权威|专业|有效|安全|受欢迎|热销|畅销|好用(?=的|[,。!]|$)|天然"
        "|高端|高品质|强效|强的修护|滋润|温和|信赖|火爆|具性价比|补水|保湿)",
    ),
    _claim("best_goods", f"最(?:好|优|强|棒)的(?={_GOODS})"),
    _claim(
        "leading",
        "(?:国际|世界|全球|国内|行业|同类|业界|技术|品质|销量)领先|遥遥领先|领先(?:同行|行业|品牌|技术)",
    ),
    _claim(
        "champion",
        "(?:销量|销售|口碑|人气|回购|品类|类目|全网|行业|热卖|年度)(?:总)?(?:冠军|榜首|top\\d)|冠军(?=品牌|单品|面霜|精华)",
    ),
    _claim("exclusive", "独家(?!记忆|村|院)"),
    _claim(
        "measured_effect",
        "(?:提升|提高|改善|减少|降低|淡化|增加|增强|下降|修护|缩小|变白|提亮)(?:了|至|高?达|约|近)*\\d+(?:\\.\\d+)?"
        "(?:%|倍)|\\d+(?:天|小时|分钟|周|次)(?:就)?(?:见效|变白|美白|淡斑|焕新|祛黄)",
        why=_SOURCE,
    ),
    _claim(
        "share_of_users",
        "\\d+(?:\\.\\d+)?%(?:以上)?(?:的)?(?:人|用户|女性|妈妈|消费者|受访者|试用者|顾客|姐妹)",
        why=_SOURCE,
    ),
    _claim(
        "sold",
        "(?:累计|热销|狂销|已售|销量|卖出|售出|回购)(?:突破|超过?|近|达|了)*\\d+(?:\\.\\d+)?(?:万|亿|w)",
        why=_SOURCE,
    ),
    _claim(
        "experts",
        "(?:专家|院士|教授|权威机构|实验室|明星|网红)(?:都在|一致|强烈|联合|联名|亲自|认证)(?:推荐|证明|力荐|用|背书)?",
        why="广告法第十一条、第十六条：引用专家和机构要有出处，不能替效果担保",
    ),
    _claim(
        "patent",
        "专利(?:技术|配方|成分|产品|工艺)",
        why="广告法第十二条：提到专利要标明专利号和种类",
        instead="写上专利号和种类，并记进 screening.evidence",
    ),
)
