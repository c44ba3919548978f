"""All that customer contact remembers, kept by the world's journal."""

from collections.abc import Callable

from bot.settings.schema.bot import BotFile
from bot.simulator.contact.chats import Chats
from bot.simulator.contact.friends import Friends
from bot.simulator.contact.moments import CompanyMoments
from bot.simulator.contact.tags import TagLibrary
from bot.simulator.contact.tasks import MassSends
from bot.simulator.contact.ways import Ways
from bot.simulator.world import World


class Records:
    """Make it before the world replays its journal: it adds its parts to the world."""

    def __init__(self, world: World, settings: BotFile, picture_url: Callable[[str], str]) -> None:
        self.friends = Friends(world, settings)
        self.tag_library = TagLibrary(world)
        self.ways = Ways(world, picture_url)
        self.chats = Chats(world)
        self.sends = MassSends(world)
        self.moments = CompanyMoments(world)
        for part in (
            self.friends,
            self.tag_library,
            self.ways,
            self.chats,
            self.sends,
            self.moments,
        ):
            world.add(part)
