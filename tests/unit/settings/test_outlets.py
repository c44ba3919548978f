"""outlets.yaml: it need not be there, and each mistake in it is told at its place."""

import pytest

from bot.settings.schema.base import Pillar
from bot.settings.schema.outlets import Delivery

from .good_config import Configuration

OUTLETS = """\
group_words: [群]
moments:
  employees: [owner_one, operator_one]
  channel: contact
  slots:
    - {at: "08:30"}
    - {at: "20:30", days: [fri], deliver: company}
  most_a_day: 2
account:
  notice: 草稿，改过再发
  themes:
    - {pillar: industry, name: 知识课堂, opening: 这周讲了这些。, closing: 下周见。}
    - {pillar: user, name: 大家在聊, opening: 这周聊了这些。, closing: 下周见。}
video:
  notice: 草稿，拍之前先改
  ai_label: 内容由 AI 生成
  shots:
    - {pillar: industry, scenes: [手, 瓶, 脸], hashtags: [护肤]}
"""


@pytest.fixture
def outlets(full: Configuration) -> Configuration:
    full.write("outlets.yaml", OUTLETS)
    return full


def test_without_the_file_there_are_no_other_outlets(full: Configuration) -> None:
    found = full.settings().outlets
    assert (found.moments, found.account, found.video) == (None, None, None)


def test_an_empty_file_is_as_none(full: Configuration) -> None:
    full.write("outlets.yaml", "# nothing yet\n")
    assert full.settings().outlets.moments is None


def test_a_file_that_is_there_is_read(outlets: Configuration) -> None:
    moments = outlets.settings().outlets.moments
    assert moments is not None
    assert [slot.deliver for slot in moments.slots] == [Delivery.COPY, Delivery.COMPANY]
    assert moments.pillars[Pillar.PRODUCT] == 30


def test_the_file_that_changes_makes_other_settings(outlets: Configuration) -> None:
    before = outlets.settings().fingerprint
    outlets.edit("outlets.yaml", "most_a_day: 2", "most_a_day: 3")
    assert outlets.settings().fingerprint != before


def test_a_file_that_cannot_be_read_is_a_problem_and_not_an_empty_one(
    outlets: Configuration,
) -> None:
    outlets.write("outlets.yaml", "moments: [\n")
    (problem,) = outlets.problems()
    assert problem.startswith("outlets.yaml:")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("08:30", "07:30", "moments.slots[0].at  inside the quiet hours"),
        (
            'at: "08:30"}',
            'at: "20:30"}',
            "moments.slots[1].at  the same time as slots[0] on fri  choose another time or day",
        ),
        (
            "most_a_day: 2",
            "most_a_day: 1",
            "moments.slots[1].days  more than 1 drafts on fri  remove the day from a slot",
        ),
        ("days: [fri]", "days: [fri, fri]", "moments.slots[1].days[1]  the day is named twice"),
        (
            "  most_a_day: 2",
            "  pillars: {product: 50, brand: 20, industry: 20}",
            "moments.pillars.user  missing key  add user: a share, or 0",
        ),
        (
            "  most_a_day: 2",
            "  pillars: {product: 50, brand: 20, industry: 20, user: 20}",
            "moments.pillars  the shares add up to 110",
        ),
        (
            "channel: contact",
            "channel: app",
            "moments.channel  no channel of kind customer_contact  write contact",
        ),
        ("  channel: contact\n", "", "moments  slots need a channel  write contact"),
        (
            "employees: [owner_one, operator_one]",
            "employees: [owner_one, owner_one]",
            "moments.employees[1]  the employee is named twice",
        ),
        (
            "employees: [owner_one, operator_one]",
            "employees: [wmCUSTOMER0001]",
            "moments.employees[0]  the id of a customer  write the user id of an employee",
        ),
        (
            "{pillar: user, name",
            "{pillar: industry, name",
            "account.themes[1].pillar  the same as themes[0]  write another pillar",
        ),
        ("这周讲了这些。", "全网第一的课堂。", "account.themes[0].opening"),
        ("[手, 瓶, 脸]", "[手, 瓶]", "video.shots[0].scenes  too few entries  write 3 or more"),
        ("most_a_day: 2", "most_a_day: 11", "moments.most_a_day"),
    ],
)
def test_a_mistake_is_told_at_its_place(
    outlets: Configuration, old: str, new: str, problem: str
) -> None:
    outlets.edit("outlets.yaml", old, new)
    problems = outlets.problems()
    assert all(line.startswith("outlets.yaml:") for line in problems)
    assert any(problem in line for line in problems), problems
