"""commands.yaml: what members and owners can type."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from bot.settings.schema.base import Section, Words


class CommandName(StrEnum):
    """Every command of the product. The words for it are the operator's choice."""

    CHECKIN = "checkin"
    POINTS = "points"
    STATEMENT = "statement"
    CLAIM = "claim"
    INVITE = "invite"
    MY_DATA = "my_data"
    HELP = "help"
    WHO = "who"
    ABILITIES = "abilities"
    ARE_YOU_A_BOT = "are_you_a_bot"
    HUMAN = "human"
    PACKET = "packet"
    ANNOUNCE = "announce"
    PUBLISH = "publish"
    PLAN = "plan"
    DATA = "data"
    PORTRAIT = "portrait"
    PAUSE = "pause"
    RESUME = "resume"
    CONFIRM = "confirm"
    CANCEL = "cancel"


COMMAND_MEANINGS: dict[CommandName, str] = {
    CommandName.CHECKIN: "Check in for today's points.",
    CommandName.POINTS: "How many points I have.",
    CommandName.STATEMENT: "What my points came from and went to.",
    CommandName.CLAIM: "Claim a share of the open red packet.",
    CommandName.INVITE: "My invite code; with a code behind it: enter a friend's code.",
    CommandName.MY_DATA: "What is kept about me, sent in private.",
    CommandName.HELP: "Which commands there are.",
    CommandName.WHO: "Who the persona is.",
    CommandName.ABILITIES: "What the persona can do for me.",
    CommandName.ARE_YOU_A_BOT: "Whether I am talking to a machine.",
    CommandName.HUMAN: "Call a person of the brand.",
    CommandName.PACKET: "Owners: send a red packet of points.",
    CommandName.ANNOUNCE: "Owners: post an announcement.",
    CommandName.PUBLISH: "Owners: post the next content item now.",
    CommandName.PLAN: "Owners: what will be posted and when.",
    CommandName.DATA: "Owners: the group's figures.",
    CommandName.PORTRAIT: "Owners: what is known about a member.",
    CommandName.PAUSE: "Owners: stop scheduled posts in this group.",
    CommandName.RESUME: "Owners: go on with scheduled posts.",
    CommandName.CONFIRM: "Owners: yes to the bot's question.",
    CommandName.CANCEL: "Owners: no to the bot's question.",
}
"""What each command is for, in the reference and in editors."""


class Command(Section):
    """How one command is typed. Each word also works with a slash before it."""

    words: Annotated[tuple[Words, ...], Field(min_length=1)]
    """Chinese words, the first one is shown in 帮助."""

    alias: Annotated[
        str,
        Field(
            pattern=r"^[a-z_]{2,20}$",
            examples=["checkin"],
            json_schema_extra={"x-form": "2 to 20 lower case letters and _"},
        ),
    ]
    """English alias."""

    help: Words
    """One line for 帮助."""


class CommandsFile(Section):
    """commands.yaml."""

    commands: dict[CommandName, Command]
    """Every command of the product with its words."""
