"""What advertisements may not say at all: absolute terms, authorities, promises of success.

广告法 art. 9 (2) and (3), 16, 25 and 28. The law's list of absolute terms is open; the guideline
《广告绝对化用语执法指南》 (2023) lets pass what does not praise the goods: tips for use, aims of a
service, grades fixed by a standard, names and official awards. The patterns leave those out.
"""

from typing import Final

from bot.wording.rule import Rule, Topic

_TERMS: Final = "广告法第九条：不得使用绝对化用语"
_STATE: Final = "广告法第九条：不得借国家机关、领导人和官方荣誉宣传"
_SURE: Final = "广告法第二十八条：保证人人见效属于虚假宣传"
_GAIN: Final = "广告法第二十五条：不得承诺收益，要提示风险"

_MARKET: Final = "(?:全网|全国|全球|全市|全行业|行业|业内|业界|世界|国内|亚洲|同类|类目|品类|中国)"
_RANKED: Final = "(?:销量|口碑|人气|回购率?|品质|质量|排名|排行|好评|市场占有率|热卖|评分)"

_FACTS: Final = "写能核对的事实，例如成分、用量和适合谁"


def _absolute(key: str, pattern: str, instead: str, *, why: str = _TERMS) -> Rule:
    return Rule(key, Topic.ABSOLUTE, pattern, why, instead)


ABSOLUTE: Final = (
    _absolute(
        "state_class",
        "国家级(?!的?(?:湿地|自然|森林|地质|风景|非物质|非遗|文物|保护|博物馆|贫困))",
        _FACTS,
    ),
    _absolute("world_class", "(?:世界|宇宙|国际)级(?!企业|难题|遗产|赛事|比赛)", _FACTS),
    _absolute("highest_class", "最高级(?!别|的?\\d星|的四星|的五星|会员|等级)", _FACTS),
    _absolute(
        "best",
        "最(?<!手气最)佳(?!食用|使用|赏味|品尝|饮用|涂抹|入口|时间|时机|时段|时期|状态|结合|"
        "搭档|实践|途径|温度|水温|角度|位置|距离|观赏|旅游|季节|入睡|拍照|男|女|导演|影片|电影|新人|球员|"
        "答案|辩手|损友|歌手|编剧|年龄)",
        "说清楚适合谁、为什么适合；讲用法时写“建议在什么时候用”",
    ),
    _absolute(
        "first_brand",
        "第一(?:大)?(?:品牌|名牌|大牌|护肤品牌|美妆品牌|国货)",
        "写品牌的来历或做法，不排名次",
    ),
    _absolute(
        "first_in_market",
        f"(?:{_MARKET}(?:的)?{_RANKED}?|{_RANKED})(?:都是|均|稳居|位居|排名|连续\\w{{1,3}}年)?"
        "第一(?!次|天|步|批|个|位|代|人称|届|部|本|家|条|手|时间|大学|流|线)",
        "写数字本身和来处，例如“上个月群里有多少人回购”",
    ),
    _absolute(
        "lowest_price",
        "(?:全网|全国|全球|史上|历史|行业|同城)(?:的)?(?:最低|最便宜|底价|新低)|史低",
        "写出价格和到哪天为止，让人自己比",
    ),
    _absolute(
        "only_one_in_market",
        f"{_MARKET}(?:的)?(?:首家|首创|首款|首个|唯一|独家|独创|仅有)",
        "写出自己的做法，不说别人没有",
    ),
    _absolute(
        "without_equal",
        "独一无二(?!的?(?:你|自己|人|个体|存在))|绝无仅有|史无前例|前无古人|"
        "空前绝后|举世无双|无与伦比|天下无双|无可比拟|无人能及",
        "写出具体不同在哪里",
    ),
    _absolute("fills_the_gap", "填补(?:了)?(?:国内|国际|行业|市场|世界|全球)?(?:的)?空白", _FACTS),
    _absolute("top", "顶(?:级|尖)(?!域名|赛事|五星|学府|高手)|登峰造极", _FACTS),
    _absolute("superb", "极品(?!飞车|游戏|亲戚|室友|的?人|\\d|之类)", _FACTS),
    _absolute(
        "ace",
        "王牌(?:产品|单品|品牌|精华|面霜|爆款|成分)|领导品牌|领袖品牌|(?:行业|品类)霸主",
        _FACTS,
    ),
    _absolute(
        "in_history",
        "史上最(?<!历史上最)(?:强|好|低|大|全|牛|优惠|划算|便宜|超值|给力|火)",
        "写出这一次具体是多少、和哪一次比",
    ),
    _absolute(
        "cure_all",
        "万(?<!不是万)能(?!充|钥匙|胶|表|修|险|遥控|青年|句|公式|插|转换|适配|杀|的主|的上帝|工具|理由|借口)|包治|包您?(?:满意|见效)",
        "写清楚它管什么、不管什么",
    ),
    _absolute(
        "for_ever",
        "永久(?!有效|保存|删除|封|停用|关闭|退出|注销|居民|居住|地址|链接|自行车|电源|牌|冻结|免密|地|性?损"
        "|会员)",
        "写实际能保持多久，或不写时间",
        why=_SURE,
    ),
    _absolute("of_ancestors", "祖传|宫廷秘方|秘制配方|独门秘方", "写配方实际的来历", why=_SURE),
    _absolute(
        "wonder_effect",
        "特(?<!独特)(?<!奇特)效(?!果|率|能|应|穴|片|电影|化妆|妆|全|都|开|镜头|制作|团队|很|太|不|和)"
        "|神效|奇效|速效|强效(?!果)",
        "写它的成分和用量，感受交给用过的人说",
        why=_SURE,
    ),
    _absolute(
        "sure_to_work",
        "100%(?:有效|见效|成功|治愈|安全|无刺激|不过敏|纯天然|天然|吸收|满意|好评|中奖|变白|去除|解决)"
        "|(?:有效|治愈|成功|中奖)率(?:高?达|为|是)?(?:100|9\\d(?:\\.\\d+)?)%|一(?:次|用|抹|喷)(?:就)?见效"
        "|立竿见影|立即见效|药到病除|永不(?:复发|反弹)|无效(?:全额)?退款|人人有效",
        "说“每个人的感受会不一样”，并写清楚退换的规则",
        why=_SURE,
    ),
    _absolute(
        "harmless",
        "(?:无|没有|零|0)(?:任何)?(?:毒)?副作用|绝对(?:安全|有效|温和|无刺激|不过敏|不含|无害|天然)"
        "|零(?:刺激|过敏|伤害|添加)|孕妇(?:都|也)?(?:可以?|能)?放心(?:大胆)?用",
        "写出试用的人数和方法，并提醒先在耳后试一下",
        why="广告法第十六条、第二十八条：不得断言安全、没有不良反应",
    ),
    _absolute(
        "by_the_state",
        "(?:国家机关|中南海|人民大会堂|军队|部队|政府|机关单位|公安部|故宫)(?:内部)?(?:推荐|专供|特供|指定|专用)"
        "|特供|国宴(?!厅)|国礼",
        "去掉机关和专供的说法，只讲产品",
        why=_STATE,
    ),
    _absolute(
        "leaders", "国家领导人|(?:党和)?国家主席|首长(?:都|同款|专用)", "不要提及", why=_STATE
    ),
    _absolute("awards", "免检|驰名商标|著名商标|中国名牌", "写获得的检测报告及编号", why=_STATE),
    _absolute(
        "no_risk",
        "(?:零|0|无任何)风险|稳赚|保本|保(?:证)?收益|只赚不赔|包赚|稳赢",
        "写清楚规则和可能的损失",
        why=_GAIN,
    ),
)
