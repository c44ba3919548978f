"""What robots' answers leave in the chats, whichever way they came."""

from bot.core.events import MediaKind
from bot.simulator.acts import Scene
from bot.simulator.answers import CardChange, Frame, NewCard
from bot.simulator.cast import Robot, Socket
from bot.simulator.groups import is_private
from bot.simulator.media import MediaStore
from bot.simulator.shapes import Draft, Kind, Message, Sender, SenderKind
from bot.simulator.world import World


class RobotChats:
    """The robots' side of the chats."""

    def __init__(self, world: World, media: MediaStore) -> None:
        self._world = world
        self._media = media

    def show(self, scene: Scene, answer: Frame | NewCard | str, *, feedback: str = "") -> None:
        """Show a welcome, a card, or a stream's frame: words when it is the last, its card at once.

        ``feedback`` is the id that the stream's first frame gave it.
        """
        if isinstance(answer, str):
            self.post(scene.robot, scene.room, Draft(Kind.TEXT, answer))
            return
        card = answer if isinstance(answer, NewCard) else answer.card
        if (
            isinstance(answer, Frame)
            and answer.finish
            and (answer.content.strip() or answer.pictures)
        ):
            shelf = self._media.shelf(scene.robot.key)
            pictures = tuple(shelf.keep(MediaKind.IMAGE, raw) for raw in answer.pictures)
            draft = Draft(Kind.MARKDOWN, answer.content, media=pictures, feedback=feedback)
            self.post(scene.robot, scene.room, draft)
        if card is not None:
            self.post(
                scene.robot, scene.room, Draft(Kind.CARD, card=card.card, feedback=card.feedback)
            )

    def change_card(self, scene: Scene, message: Message, change: CardChange) -> None:
        """Show another card in place of a tapped one; users are named in groups only (101031)."""
        if is_private(scene.room):
            users = [scene.user_id]
        elif change.users is None:
            group = next(group for group in self._world.groups.values() if group.room == scene.room)
            users = list(group.members)
        else:
            users = list(change.users)
        self._world.update_card(scene.room, message, users, change.card)

    def post(self, robot: Robot | Socket, room: str, draft: Draft) -> None:
        """Say something in the robot's name."""
        self._world.post(room, Sender(SenderKind.ROBOT, robot.key, robot.name), draft)
