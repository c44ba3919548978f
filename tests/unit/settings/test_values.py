"""What the validator refuses, in plain words and at the right place."""

import pytest

from .good_config import KINDS, Configuration

KEY_FORM = (
    "write lower case letters, digits, - and _, starting with a letter, at most 32;"
    " for example tea_lovers"
)


@pytest.mark.parametrize(
    ("file", "old", "new", "mark", "problem"),
    [
        ("bot.yaml", "  name: 山茶", "  nme: 山茶", "nme", "brand.nme  unknown key  write name"),
        (
            "bot.yaml",
            "  name: 山茶",
            "  name: 山茶\n  zzz: 1",
            "zzz",
            "brand.zzz  unknown key  remove it; known here: name",
        ),
        (
            "bot.yaml",
            "    secret: ${APP_SECRET}\n",
            "",
            "app:",
            "channels.app.secret  missing key  add secret: ${NAME}",
        ),
        (
            "bot.yaml",
            "    kind: wecom_robot\n",
            "",
            "robot:",
            f"channels.robot.kind  missing key  add kind: one of {KINDS}",
        ),
        (
            "bot.yaml",
            "key: tea\n    name",
            "name",
            "name: 茶友群",
            "groups[0].key  missing key  add key: lower case letters",
        ),
        (
            "bot.yaml",
            "brand:",
            "roster_sync_seconds: 4\nbrand:",
            "4",
            "roster_sync_seconds  out of range  write a whole number from 5 to 3600",
        ),
        (
            "bot.yaml",
            "key: tea",
            "key: Tea",
            "Tea",
            f"groups[0].key  in the wrong form  {KEY_FORM}",
        ),
        (
            "bot.yaml",
            "name: 茶友群",
            "name: 2026",
            "2026",
            'groups[0].name  wrong type: a whole number  write text in "quotes"',
        ),
        ("bot.yaml", "owners: [owner_one]", "owners:", "owners", "groups[0].owners  nothing is"),
        (
            "bot.yaml",
            "owners: [owner_one]",
            "owners: [owner_one, ' ']",
            "' '",
            "groups[0].owners[1]  not accepted  write some text here",
        ),
        (
            "bot.yaml",
            "brand:",
            "timezone: Asia/Peking\nbrand:",
            "Asia/Peking",
            "timezone  not accepted  write an IANA time zone, for example Asia/Shanghai",
        ),
        (
            "calendar.yaml",
            "days: [mon, wed]",
            "days: [mon, wedn]",
            "wedn",
            (
                "slots[0].days[1]  not one of the possible values"
                "  write one of mon, tue, wed, thu, fri, sat, sun"
            ),
        ),
        (
            "calendar.yaml",
            "days: [mon, wed]",
            "days: []",
            "[]",
            "slots[0].days  too few entries  write 1 or more",
        ),
        (
            "calendar.yaml",
            "at: 09:00",
            "at: 9",
            "9",
            'slots[0].at  not accepted  write a local time of day as "HH:MM"',
        ),
        (
            "calendar.yaml",
            "  kinds:\n",
            "  kinds:\n    storry: 0\n",
            "storry",
            "mix.kinds.storry  unknown key  write story instead",
        ),
        (
            "commands.yaml",
            "  pause:",
            "  paus:",
            "paus:",
            "commands.paus  unknown key  write pause instead",
        ),
        (
            "content/lesson.md",
            "months: [3, 4]",
            "valid_to: 2026-02-30",
            "2026-02-30",
            "valid_to  not a day of the calendar  write a day as YYYY-MM-DD",
        ),
        (
            "content/lesson.md",
            "months: [3, 4]",
            "promotion: perhaps",
            "perhaps",
            "promotion  wrong type: text  write true or false",
        ),
        (
            "members.yaml",
            "keywords: [龙井]",
            "confidence: 0",
            "0",
            "rules[0].confidence  out of range  write a number above 0 and up to 1",
        ),
        (
            "rewards.yaml",
            "points: 10",
            "milestones: {1: 5}",
            "1",
            "checkin.milestones.1  key out of range  write 2 or more",
        ),
        (
            "rewards.yaml",
            "points: 10",
            "milestones: {seven: 5}",
            "seven",
            "checkin.milestones.seven  key of the wrong type  write a whole number",
        ),
        (
            "rewards.yaml",
            "checkin:\n  points: 10",
            "checkin: 10",
            "10",
            "checkin  wrong type: a whole number  write a section with points, milestones",
        ),
    ],
)
def test_one_mistake_is_one_message_at_its_place(
    config: Configuration, file: str, old: str, new: str, mark: str, problem: str
) -> None:
    config.edit(file, old, new)

    problems = config.problems()

    assert len(problems) == 1, problems
    assert problems[0].startswith(f"{config.place(file, mark)}  {problem}")


def test_a_channel_key_in_the_wrong_form_is_told_at_the_key(config: Configuration) -> None:
    config.edit("bot.yaml", "simulator:", "simulator: {}\nchannels_: {}\nx:")
    config.edit("bot.yaml", "  robot:", "  Robot:")

    assert (
        f"{config.place('bot.yaml', 'Robot')}  channels.Robot  key in the wrong form"
        "  write lower case letters, digits, - and _, starting with a letter;"
        " for example tea_lovers"
    ) in config.problems()


def test_an_unknown_key_beside_the_right_one_is_to_be_removed(config: Configuration) -> None:
    config.edit("bot.yaml", "    token: ${APP_TOKEN}", "    token: ${APP_TOKEN}\n    tokn: 1")

    assert config.problems() == [
        (
            f"{config.place('bot.yaml', 'tokn')}  channels.app.tokn  unknown key"
            "  remove it; token is there already"
        )
    ]


def test_an_unknown_key_does_not_take_the_place_of_the_right_one(config: Configuration) -> None:
    config.edit("bot.yaml", "owners: [owner_one]", "owners: [owner_one]\n    owner: []")

    assert config.problems() == [
        (
            f"{config.place('bot.yaml', 'owner: []')}  groups[0].owner  unknown key"
            "  remove it; owners is there already"
        )
    ]


def test_what_stands_under_a_misspelt_key_is_read_as_what_was_meant(config: Configuration) -> None:
    """Also where the key may be left out; what is wrong below is told where it is written."""
    config.edit("bot.yaml", "    hears:\n      channel: robot", "    hers:\n      channel: nobody")
    config.edit("bot.yaml", "operators: [operator_one]", "operatrs: [operator_one, operator_one]")

    assert config.problems() == [
        f"{config.place('bot.yaml', 'hers')}  groups[0].hers  unknown key  write hears instead",
        (
            f"{config.place('bot.yaml', 'nobody')}  groups[0].hers.channel"
            "  there is no channel with this key  write one of robot"
        ),
        f"{config.place('bot.yaml', 'operatrs')}  operatrs  unknown key  write operators instead",
        (
            f"{config.place('bot.yaml', 'operator_one]')}  operatrs[1]  named twice"
            "  remove one of the two"
        ),
    ]
