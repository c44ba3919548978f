"""Everything that the platform keeps about accounts and mini programs, corner by corner."""

from typing import Any

from bot.simulator.account.allowance import Allowances
from bot.simulator.account.codes import Codes
from bot.simulator.account.followers import Followers
from bot.simulator.account.grants import Grants
from bot.simulator.account.menus import Menus
from bot.simulator.account.notices import Notices
from bot.simulator.account.tags import Tags
from bot.simulator.account.tokens import Tokens
from bot.simulator.herald import Herald
from bot.simulator.wechat_users import WechatUsers
from bot.simulator.world import World


class Kept:
    """The corners by name. A part of the world, as each of them is."""

    def __init__(self, world: World, herald: Herald) -> None:
        self.users = WechatUsers(world.customers)
        self.tokens = Tokens(world)
        self.followers = Followers(world, self.users)
        self.tags = Tags(world, self.followers)
        self.menus = Menus(world, self.tags)
        self.codes = Codes(world)
        self.allowances = Allowances(world)
        self.notices = Notices(world, self.followers, herald)
        self.grants = Grants(world)

    def apply(self, data: dict[str, Any]) -> bool:
        """Let the corner whose happening this is apply it."""
        corners = (
            self.tokens,
            self.followers,
            self.tags,
            self.menus,
            self.codes,
            self.allowances,
            self.notices,
            self.grants,
        )
        return any(corner.apply(data) for corner in corners)
