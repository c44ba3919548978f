"""campaigns/: a good file loads, and each mistake is told at its place with what to write."""

from datetime import date

import pytest

from bot.settings.schema.campaigns import CampaignType

from .good_config import Configuration

FILE = "campaigns/double12.yaml"

GOOD = """\
name: 双十二茶会
type: promotion
node: double_12
groups: [tea]
first_day: -7
last_day: 3
products:
  - name: 龙井
    price_fen: 9900
    lowest_fen: 10900
gifts: [cup]
points:
  checkin: 200
budget:
  points: 1000
  fen: 0
perks:
  - key: early
    name: 早鸟
    text: 凭码提前一天下单。
    code: TEA12
    quota: 10
    each: 1
signup:
  opens: -7
  closes: -1
  quota: 20
  code: 喝茶去吧
  code_day: 0
  points: 20
posts:
  - phase: -7
    at: "20:00"
    title: 预告
    pillar: user
    kind: activity
    text: 下周有茶会，想喝哪一种？
  - phase: 0
    at: "12:00"
    title: 开场
    pillar: product
    kind: product
    promotion: true
    fission: bring_a_friend
    text: 龙井今天 99 元，到晚上十二点。
  - phase: 0
    at: "20:00"
    title: 晚间
    pillar: brand
    kind: story
    text: 茶会开始啦，你带了哪只杯子？
reminder:
  phase: -1
  at: "10:00"
  text: 明天茶会，请你来接几句话。
"""

SHOP = """\
shop:
  gifts:
    - key: cup
      name: 茶杯
      points: 500
      stock: 5
"""


@pytest.fixture
def campaign(config: Configuration) -> Configuration:
    """The good configuration with a campaign."""
    rewards = (config.directory / "rewards.yaml").read_text(encoding="utf-8")
    config.write("rewards.yaml", rewards + SHOP)
    config.write(FILE, GOOD)
    return config


def test_a_good_file_is_a_campaign_by_its_name(campaign: Configuration) -> None:
    (found,) = campaign.settings().campaigns.items()

    assert found[0] == "double12"
    assert found[1].type is CampaignType.PROMOTION
    assert [(post.phase, f"{post.at:%H:%M}") for post in found[1].posts] == [
        (-7, "20:00"),
        (0, "12:00"),
        (0, "20:00"),
    ]


def test_without_the_folder_there_are_no_campaigns(config: Configuration) -> None:
    assert config.settings().campaigns == {}


def test_an_edited_campaign_changes_the_fingerprint(campaign: Configuration) -> None:
    before = campaign.settings().fingerprint
    campaign.edit(FILE, "下周", "再过一周")

    assert campaign.settings().fingerprint != before


@pytest.mark.parametrize(
    ("old", "new", "mark", "problem"),
    [
        (
            "node: double_12",
            "node: doubl_12",
            "doubl_12",
            "node  there is no such node day  write double_12 instead",
        ),
        (
            "node: double_12",
            "node: double_12\non: 2026-12-12",
            "on: 2026",
            "on  node says already when it is  remove one of the two",
        ),
        (
            "node: double_12\n",
            "",
            "name:",
            "node  nothing says when it is  write node: with the key of a node day, or on:",
        ),
        (
            "groups: [tea]",
            "groups: [tee]",
            "tee",
            "groups[0]  bot.yaml has no group with this key  write tea instead",
        ),
        (
            "first_day: -7",
            "first_day: -3",
            "-7\n    at",
            "posts[0].phase  outside the campaign's days, -3 to 3  write a day from -3 to 3",
        ),
        (
            "last_day: 3",
            "last_day: -1",
            "-1",
            "last_day  before T0  write 0 or a day after, as 3",
        ),
        (
            "closes: -1",
            "closes: 1",
            "0\n  points",
            "signup.code_day  places can still be taken after the code word was asked for",
        ),
        (
            "opens: -7\n  closes: -1",
            "opens: -2\n  closes: -3",
            "-3",
            "signup.closes  before opens  write -2 or a later day",
        ),
        (
            'at: "12:00"',
            'at: "19:00"',
            '"20:00"\n    title: 晚间',
            "posts[2].at  60 minutes after posts[1]  leave 90 minutes",
        ),
        (
            'at: "20:00"\n    title: 晚间',
            'at: "23:00"\n    title: 晚间',
            '"23:00"',
            "posts[2].at  inside the quiet hours, 22:00 to 08:00",
        ),
        (
            'at: "10:00"',
            'at: "07:00"',
            '"07:00"',
            "reminder.at  inside the quiet hours, 22:00 to 08:00",
        ),
        (
            "fission: bring_a_friend",
            "fission: bring_a_frend",
            "bring_a_frend",
            (
                "posts[1].fission  no such key under fission_steps of calendar.yaml"
                "  write bring_a_friend instead"
            ),
        ),
        (
            "gifts: [cup]",
            "gifts: [cap]",
            "cap",
            "gifts[0]  the shop of rewards.yaml has no gift with this key  write cup instead",
        ),
        (
            "  checkin: 200",
            "  chekin: 200",
            "chekin",
            "points.chekin  rewards.yaml has no earning rule with this key  write checkin instead",
        ),
        (
            "price_fen: 9900",
            "price_fen: 11000",
            "11000",
            (
                "products[0].price_fen  more than it was sold for in the 7 days before, 10900 fen"
                "  write 10900 or less"
            ),
        ),
        (
            "lowest_fen: 10900",
            "lowest_fen: 10900\n    link: http://shop.example/",
            "http://shop",
            "products[0].link  no https address  write https://…",
        ),
        (
            "quota: 20",
            "quota: 60",
            "20\nposts",
            (
                "signup.points  the budget of 1000 points does not pay for all places: 1200"
                "  write budget: {points: 1200} or more"
            ),
        ),
        (
            "each: 1",
            "each: 11",
            "11\nsignup",
            "perks[0].each  more than there are: 10  write at most 10",
        ),
        (
            "name: 早鸟",
            "name: 又checkin",
            "又checkin",
            "perks[0].name  already a word of commands.checkin  choose another word",
        ),
        (
            "code: 喝茶去吧",
            "code: checkin词",
            "checkin词",
            "signup.code  already a word of commands.checkin  choose another word",
        ),
        (
            "下周有茶会，想喝哪一种？",
            "龙井只要 ¥99，想喝吗？",
            "龙井只要",
            "posts[0].text  it names a price, so it is a promotion  write promotion: true",
        ),
        (
            "下周有茶会，想喝哪一种？",
            "九成的茶有 30% 是陈茶，你信吗？",
            "九成",
            "posts[0].text  nothing says where 30% can be looked up  add evidence",
        ),
        (
            "下周有茶会，想喝哪一种？",
            "下周有茶会，结算填 tea12 就行。",
            "下周",
            "posts[0].text  the code of early is told in private",
        ),
        (
            "下周有茶会，想喝哪一种？",
            "下周来了就说“喝茶去吧”，记一次到场。",
            "下周",
            (
                "posts[0].text  it says the code word before it is asked for"
                "  say it on day 0 from 20:00 on"
            ),
        ),
        (
            "下周有茶会，想喝哪一种？",
            "转发到朋友圈就能领一包龙井。",
            "转发",
            "posts[0].text  contains",
        ),
        (
            "下周有茶会，想喝哪一种？",
            "这是国家级的龙井，你喝过吗？",
            "这是",
            "posts[0].text  contains 国家级",
        ),
        (
            "明天茶会，请你来接几句话。",
            "明天茶会，这是最好的茶。",
            "明天",
            "reminder.text  contains 最好",
        ),
        (
            "下周有茶会，想喝哪一种？",
            "😀😀😀下周有茶会。",
            "😀",
            "posts[0].text  3 emoji  keep at most 2",
        ),
        (
            "    text: 下周有茶会，想喝哪一种？",
            "    pictures: [pictures/tea.png]\n    text: 下周有茶会，想喝哪一种？",
            "pictures/tea",
            "posts[0].pictures[0]  there is no such file",
        ),
        (
            "    text: 茶会开始啦",
            "    groups: [tee]\n    text: 茶会开始啦",
            "tee",
            "posts[2].groups[0]  bot.yaml has no group with this key  write tea instead",
        ),
    ],
)
def test_a_mistake_is_told_at_its_place(
    campaign: Configuration, old: str, new: str, mark: str, problem: str
) -> None:
    campaign.edit(FILE, old, new)
    problems = campaign.problems()

    expected = f"{campaign.place(FILE, mark)}  {problem}"
    assert any(line.startswith(expected) for line in problems), (expected, problems)
    assert all(line.startswith(FILE) for line in problems), problems


def test_points_without_a_budget_are_refused(campaign: Configuration) -> None:
    campaign.edit(FILE, "budget:\n  points: 1000\n  fen: 0\n", "")
    campaign.edit(FILE, "  points: 20\nposts", "posts")

    (problem,) = campaign.problems()

    expected = "points  this pays without an end  add budget: {points: …}, a hard stop"
    assert problem == f"{campaign.place(FILE, 'points:')}  {expected}"


def test_a_discount_is_less_than_it_was_sold_for(campaign: Configuration) -> None:
    campaign.edit(FILE, "type: promotion", "type: discount")
    campaign.edit(FILE, "price_fen: 9900", "price_fen: 10900")

    (problem,) = campaign.problems()

    assert "products[0].price_fen  no discount: it was sold for this in the 7 days" in problem


@pytest.mark.parametrize(
    ("kind", "removed", "problem"),
    [
        ("signup", "signup:", "type  nobody can sign up  add signup:"),
        ("discount", "products:", "type  a discount on nothing  add products:"),
    ],
)
def test_a_campaign_has_what_its_type_promises(
    campaign: Configuration, kind: str, removed: str, problem: str
) -> None:
    campaign.edit(FILE, "type: promotion", f"type: {kind}")
    start = GOOD.index(removed)
    end = GOOD.index("posts:" if removed == "signup:" else "gifts:")
    campaign.edit(FILE, GOOD[start:end], "")

    (told,) = campaign.problems()

    assert told.startswith(f"{campaign.place(FILE, kind)}  {problem}")


def test_what_members_type_means_one_campaign(campaign: Configuration) -> None:
    other = GOOD.replace("双十二茶会", "圣诞茶会").replace("double_12", "christmas")
    campaign.write("campaigns/xmas.yaml", other.replace("喝茶去吧", "圣诞喝茶"))

    (problem,) = campaign.problems()

    place = campaign.place("campaigns/xmas.yaml", "早鸟")
    first = f"{FILE} perks.0.name"
    assert problem == f"{place}  perks[0].name  the same as {first}  choose another word"


def test_a_file_has_a_name_that_can_be_typed(campaign: Configuration) -> None:
    campaign.write(
        "campaigns/双十二.yaml", GOOD.replace("早鸟", "先到").replace("喝茶去吧", "来喝茶")
    )

    (problem,) = campaign.problems()

    assert "name  双十二 is no name for machines  name the file with lower case letters" in problem


def test_a_campaign_that_cannot_be_read_is_told_once(campaign: Configuration) -> None:
    campaign.edit(FILE, "type: promotion", "type: promotoin")

    (problem,) = campaign.problems()

    assert problem.startswith(f"{campaign.place(FILE, 'promotoin')}  type  ")


def test_its_date_may_be_written_instead_of_a_node_day(campaign: Configuration) -> None:
    campaign.edit(FILE, "node: double_12", "on: 2026-12-20")

    assert campaign.settings().campaigns["double12"].on == date(2026, 12, 20)


def test_no_more_posts_a_day_than_the_calendar_allows(campaign: Configuration) -> None:
    campaign.edit("calendar.yaml", "quiet_hours:", "limits:\n  posts_a_day: 1\nquiet_hours:")
    campaign.edit("calendar.yaml", "  - at: 12:30\n    days: [mon]\n    kinds: [story]\n", "")

    (problem,) = campaign.problems()

    expected = f"{campaign.place(FILE, 'phase: 0', 1).rpartition(':')[0]}"
    assert problem.startswith(expected)
    assert "posts[2].phase  more than 1 posts on this day" in problem
