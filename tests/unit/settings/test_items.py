"""What an item claims is proven, and what its head names is there."""

import pytest

from .good_config import Configuration

HEAD = "---\ntitle: 新茶\npillar: brand\nkind: story\n"


def write(config: Configuration, lines: str, text: str = "新茶到了。") -> None:
    config.write("content/new.md", f"{HEAD}{lines}---\n{text}\n")


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        ("涨薪 36% 的茶", "36%"),
        ("香气多了百分之三十", "百分之三十"),
        ("比去年多3.5倍", "3.5倍"),
        ("喝过的人翻了两倍", "两倍"),
        ("三万人在喝", "三万人"),
        ("上新那天12万人来看", "12万人"),
    ],
)
def test_a_figure_wants_its_evidence(config: Configuration, text: str, figure: str) -> None:
    write(config, "", text)

    place = config.place("content/new.md", figure)
    assert config.problems() == [
        (
            f"{place}  claims a figure, {figure}, without evidence"
            "  add evidence: where it can be looked up, or leave the figure out"
        )
    ]

    write(config, "evidence: 茶园年报\n", text)
    config.settings()


@pytest.mark.parametrize("text", ["泡三分钟，水温八十度", "第 3 泡最香", "买了 2 两"])
def test_other_numbers_want_none(config: Configuration, text: str) -> None:
    write(config, "", text)

    config.settings()


@pytest.mark.parametrize(
    ("lines", "mark", "problem"),
    [
        (
            "approval: [owner_one, operator_two]\n",
            "operator_two",
            (
                "approval[1]  neither an operator nor an owner of a group in bot.yaml"
                "  write operator_one instead"
            ),
        ),
        (
            "appeal: discount\n",
            "discount",
            "appeal  a discount, but no promotion  add promotion: true, or write trust or emotion",
        ),
        ("link: http://tea.example/a\n", "http", "link  not an https address  write an address"),
        ("link: tea.example\n", "tea", "link  not an https address  write an address as https"),
        ("link: https://tea\n", "https", "link  not an address  write an address as https"),
        ("link: https://a@tea.example\n", "https", "link  an address with a name in front"),
        ("link: https://tea.example:81/\n", "https", "link  an address with a port"),
        ("link: https://tea.example/a b\n", "https", "link  not an address  write"),
        ("link: https://[tea\n", "https", "link  not an address  write"),
        (
            "valid_from: 2026-11-20\nvalid_to: 2027-01-10\nmonths: [2, 10]\n",
            "[2, 10]",
            "months  none of these months lies between valid_from and valid_to  change",
        ),
    ],
)
def test_a_mistake_in_the_head_is_told_at_its_value(
    config: Configuration, lines: str, mark: str, problem: str
) -> None:
    write(config, lines)

    problems = config.problems()

    assert len(problems) == 1, problems
    assert problems[0].startswith(f"{config.place('content/new.md', mark)}  {problem}")


def test_a_link_leads_only_where_texts_may_lead(config: Configuration) -> None:
    write(config, "link: https://tea.example/a\n")

    assert config.problems()[0].startswith(
        f"{config.place('content/new.md', 'https')}  link  contains https://tea.example"
    )

    config.edit("persona.yaml", "screening:\n", "screening:\n  link_hosts: [tea.example]\n")
    config.settings()


def test_a_link_may_lead_to_a_shop_because_the_post_is_marked_as_an_advertisement(
    config: Configuration,
) -> None:
    write(config, "link: https://tea.example/a\n")
    config.edit("persona.yaml", "screening:\n", "screening:\n  shop_hosts: [tea.example]\n")

    config.settings()


@pytest.mark.parametrize("months", ["[12]", "[11, 3]", "[1]"])
def test_one_month_in_common_with_the_days_is_enough(config: Configuration, months: str) -> None:
    write(config, f"valid_from: 2026-11-20\nvalid_to: 2027-01-10\nmonths: {months}\n")

    config.settings()


def test_the_name_of_the_node_day_is_known_only_to_its_items(config: Configuration) -> None:
    write(config, "", "{node}快乐")

    assert config.problems() == [
        (
            "content/new.md:6:1  {node}, but the item is made for no node day"
            "  add node: its key, or write the words out"
        )
    ]

    write(config, "node: tea_day\n", "{node}快乐")
    config.settings()


def test_the_last_lines_of_posts_have_the_same_slots(config: Configuration) -> None:
    config.edit("calendar.yaml", "身边也有爱茶的人？", "来{grup}坐坐。")
    place = config.place("calendar.yaml", "来{grup}")

    assert config.problems() == [
        (f"{place}  fission_steps[1].texts[0]  unknown slot {{grup}}  write {{group}}")
    ]
