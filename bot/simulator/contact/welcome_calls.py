"""The call that greets a new customer (92137): by a code that an event has brought.

20 seconds by the simulator's clock, one use; of several apps the first that calls is heard.
"""

from bot.simulator.cast import App
from bot.simulator.contact.content import read_content
from bot.simulator.contact.friends import Friends
from bot.simulator.contact.reading import Body, read_text
from bot.simulator.frame import Answer, Call
from bot.simulator.media import MediaStore
from bot.simulator.refusal import Refused
from bot.simulator.shapes import Sender, SenderKind
from bot.simulator.world import World


class WelcomeCalls:
    """Welcomes stand in the private chat as words of the employee."""

    def __init__(self, world: World, friends: Friends, media: MediaStore) -> None:
        self._world = world
        self._friends = friends
        self._media = media

    def calls(self) -> list[Call[App]]:
        """The calls of this corner."""
        return [Call("POST", "externalcontact/send_welcome_msg", self.welcome)]

    def welcome(self, app: App, body: Body) -> Answer:
        """send_welcome_msg."""
        value = read_text(body, "welcome_code")
        if not value:
            raise Refused(41049, "missing welcome_code")
        content = read_content(body, app, self._media)
        code = self._friends.codes.get(value)
        if code is None or self._world.now() >= code.until:
            raise Refused(41050, "invalid welcome_code")
        if not self._friends.knows(code.employee, code.customer):
            raise Refused(84061, "no external contact relation")
        if self._friends.said(code.employee, code.customer) > code.said:
            raise Refused(41051, "externaluser has started chatting")
        name = self._world.who(code.employee).name
        for draft in content.drafts(self._media):
            self._world.post(code.room, Sender(SenderKind.USER, code.employee, name), draft)
        return {}
