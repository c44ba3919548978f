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


class Command(Section):
    """How one command is typed. Each word also works with a slash before it."""

    words: Annotated[tuple[Words, ...], Field(min_length=1)]
    """Chinese words, the first one is shown in 帮助."""

    alias: Annotated[str, Field(pattern=r"^[a-z_]{2,20}$")]
    """English alias."""

    help: Words
    """One line for 帮助."""


class CommandsFile(Section):
    """commands.yaml."""

    commands: dict[CommandName, Command]
    """Every command of the product with its words."""
