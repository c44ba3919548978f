"""Where our own pages are, for the links in posts: a page for each group."""

from dataclasses import dataclass
from typing import Final

from bot.core.ids import ChannelKey
from bot.settings.schema.bot import Group
from bot.settings.schema.channels import SIMULATOR, MemberPage
from bot.settings.settings import HasSettings, Settings

PAGES_PATH: Final = "/m"
"""Where the pages begin, below their address; a group's key follows."""


def find_pages(settings: Settings) -> tuple[ChannelKey, MemberPage] | None:
    """The channel of our pages; None when bot.yaml has none."""
    for key, channel in settings.bot.channels.items():
        if isinstance(channel, MemberPage):
            return ChannelKey(key), channel
    return None


@dataclass(frozen=True, slots=True)
class Pages:
    """``own_address`` is where this process is reached from this machine, for rehearsals."""

    live: HasSettings
    own_address: str

    @property
    def base(self) -> str:
        """Their address; empty when bot.yaml has no channel of kind member_page."""
        found = find_pages(self.live.current)
        if found is None:
            return ""
        _, pages = found
        return self.own_address if pages.address == SIMULATOR else pages.address

    @property
    def are_public(self) -> bool:
        """Whether they are reached by HTTPS, so that cookies travel by nothing else."""
        return self.base.startswith("https://")

    def url(self, group: Group) -> str:
        """The group's page; empty when there are none."""
        return f"{self.base}{PAGES_PATH}/{group.key}" if self.base else ""
