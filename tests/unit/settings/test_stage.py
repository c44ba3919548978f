"""The simulator's people and customers."""

import pytest

from .every_channel import simulate
from .good_config import Configuration

NOBODY = "nobody under simulator.people has this user_id"


@pytest.mark.parametrize(
    ("old", "new", "mark", "problem"),
    [
        (
            "user_id: wmSECOND",
            "user_id: wmFIRST",
            "wmFIRST\n      name: 二二",
            (
                "simulator.customers[1].user_id  the same user_id as simulator.customers[0]"
                "  give each person an own user_id"
            ),
        ),
        (
            "friend_of: [owner_one]",
            "friend_of: [owner_one, boss]",
            "boss",
            (
                f"simulator.customers[0].friend_of[1]  {NOBODY}"
                "  write one of owner_one, operator_one"
            ),
        ),
        (
            "friend_of: [owner_one]",
            "friend_of: [wmSECOND]",
            "wmSECOND]",
            (
                f"simulator.customers[0].friend_of[0]  {NOBODY}"
                "  write one of owner_one, operator_one"
            ),
        ),
        (
            "in_group: [owner_one]",
            "in_group: [owner_one, wmFIRST]",
            "wmFIRST]",
            f"simulator.in_group[1]  {NOBODY}  write one of owner_one, operator_one",
        ),
        (
            "in_customer_group: [owner_one, wmFIRST]",
            "in_customer_group: [owner_one, wmFRIST]",
            "wmFRIST]",
            (
                "simulator.in_customer_group[1]"
                "  nobody under simulator.people or simulator.customers has this user_id"
                "  write wmFIRST instead"
            ),
        ),
        (
            "in_customer_group: [owner_one, wmFIRST]",
            "in_customer_group: [wmFIRST, wmFIRST]",
            "wmFIRST]",
            "simulator.in_customer_group[1]  named twice  remove one of the two",
        ),
    ],
)
def test_a_mistake_on_the_stage_is_told_at_its_place(
    full: Configuration, old: str, new: str, mark: str, problem: str
) -> None:
    full.edit("bot.yaml", old, new)

    assert full.problems() == [f"{full.place('bot.yaml', mark)}  {problem}"]


def test_in_a_rehearsal_whoever_takes_over_is_one_of_its_people(full: Configuration) -> None:
    full.edit("bot.yaml", "servicers: [operator_one]", "servicers: [operator_one, zzz]")
    assert full.settings(), "in production nobody knows the company's people"

    simulate(full)

    assert full.problems() == [
        (
            f"{full.place('bot.yaml', 'zzz')}  channels.service.servicers[1]  {NOBODY}"
            "  write one of owner_one, operator_one"
        )
    ]


def test_a_stranger_among_many_is_to_be_added_or_removed(full: Configuration) -> None:
    crowd = "".join(f"    - {{user_id: p{n}, name: 人{n}}}\n" for n in range(20))
    full.edit("bot.yaml", "  people:\n", f"  people:\n{crowd}")
    full.edit("bot.yaml", "in_group: [owner_one]", "in_group: [zzz]")

    assert full.problems() == [
        (
            f"{full.place('bot.yaml', 'zzz')}  simulator.in_group[0]  {NOBODY}"
            "  add the person there, or remove the user_id here"
        )
    ]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("user_id: owner_one", "user_id: owner one", "simulator.people[0].user_id  in the wrong"),
        ("user_id: wmFIRST", "user_id: FIRST", "simulator.customers[0].user_id  in the wrong form"),
        ("servicers: [operator_one]", "servicers: operator_one", "servicers  wrong type: text"),
        ("  customers:", "  customer:", "simulator.customer  unknown key  write customers"),
    ],
)
def test_what_follows_from_another_mistake_is_not_told_as_well(
    full: Configuration, old: str, new: str, problem: str
) -> None:
    full.edit("bot.yaml", old, new)

    problems = full.problems()

    assert len(problems) == 1, problems
    assert problem in problems[0]


@pytest.mark.parametrize(
    ("old", "new", "key", "mark"),
    [
        ("host: simulator\n    security: none", "host: localhost", "mail.host", "localhost"),
        ("address: simulator", "address: https://pond.example", "pages.address", "https://pond"),
        (
            "    api_base: simulator\n    name: 小茶值班\n",
            "    name: 小茶值班\n",
            "night.api_base",
            "night:",
        ),
        (
            "api_base: simulator\n    access",
            "api_base: https://s.m\n    access",
            "sms.api_base",
            "https://s",
        ),
    ],
)
def test_a_real_channel_in_a_rehearsal_is_told_at_its_address(
    full: Configuration, old: str, new: str, key: str, mark: str
) -> None:
    simulate(full)
    full.edit("bot.yaml", old, new)

    assert full.problems() == [
        (
            f"{full.place('bot.yaml', mark)}  channels.{key}"
            "  the simulator is on and this channel is a real one"
            f"  write {key.split('.')[1]}: simulator, or simulator: enabled: false"
        )
    ]


def test_contact_and_service_are_where_their_app_is(full: Configuration) -> None:
    """So a real app in a rehearsal is one mistake, not three."""
    simulate(full)
    full.edit("bot.yaml", "kind: wecom_app\n    api_base: simulator\n", "kind: wecom_app\n")

    assert [line.split("  ")[1] for line in full.problems()] == ["channels.app.api_base"]


def test_an_address_that_is_misspelt_is_not_called_a_real_one_as_well(full: Configuration) -> None:
    simulate(full)
    full.edit("bot.yaml", "api_base: simulator", "api_base: simulater")

    assert [line.split("  ")[1:3] for line in full.problems()] == [
        ["channels.app.api_base", "not accepted"]
    ]
