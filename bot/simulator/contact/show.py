"""What the page and scripts see of customer contact, as JSON, and the news about it."""

from typing import Any

from bot.simulator.contact.chats import Chat
from bot.simulator.contact.friends import Tie
from bot.simulator.contact.moments import Moment
from bot.simulator.contact.records import Records
from bot.simulator.contact.tags import Tag
from bot.simulator.contact.tasks import ChatType, MassSend, Task
from bot.simulator.contact.ways import Way
from bot.simulator.feed import Feed
from bot.simulator.world import World


class Show:
    """Reads the records; ``publish_…`` tells whoever is watching that something has a new look."""

    def __init__(self, world: World, records: Records, feed: Feed) -> None:
        self._world = world
        self._records = records
        self._feed = feed

    def contact_json(self) -> dict[str, Any]:
        """Everything at once."""
        records = self._records
        return {
            "customers": [self.customer_json(customer) for customer in self._world.customers],
            "customer_groups": [self.chat_json(chat) for chat in records.chats.chats.values()],
            "tasks": [
                self.task_json(send, task)
                for send in records.sends.sends.values()
                for task in send.tasks.values()
            ],
            "moments": [
                self.moment_json(moment, employee)
                for moment in records.moments.moments.values()
                for employee in moment.publications
            ],
            "tags": self.tags_json(),
            "ways": [self.way_json(way) for way in records.ways.ways.values()],
        }

    # Customers

    def publish_customer(self, customer: str) -> None:
        """A customer, or what is noted about him."""
        self._feed.publish("customer", self.customer_json(customer))

    def customer_json(self, customer: str) -> dict[str, Any]:
        """A customer with his ties; ``asking`` are employees who have yet to accept him."""
        friends = self._records.friends
        return {
            "id": customer,
            "name": self._world.who(customer).name,
            "friends": [self.tie_json(tie) for tie in friends.followers_of(customer)],
            "asking": [employee for employee, other in friends.halves if other == customer],
        }

    def tie_json(self, tie: Tie) -> dict[str, Any]:
        """What one employee has with one customer."""
        tags = self._records.tag_library.living(tie.tags)
        return {
            "employee": tie.employee,
            "employee_name": self._world.who(tie.employee).name,
            "room": tie.room,
            "since": tie.since.isoformat(),
            "state": tie.state,
            "remark": tie.remark,
            "description": tie.description,
            "tags": [_tag_json(tag) for tag in tags],
        }

    # Groups

    def publish_chat(self, chat: Chat) -> None:
        """A customer group, also as one of all groups."""
        self._feed.publish("group", self._world.group_json(chat.group))
        self._feed.publish("customer_group", self.chat_json(chat))

    def chat_json(self, chat: Chat) -> dict[str, Any]:
        """What only customer groups have."""
        return {
            "id": chat.group.id,
            "chat_id": chat.chat_id,
            "name": chat.group.name,
            "owner": chat.owner,
            "notice": chat.notice,
            "dismissed": chat.group.dismissed,
            "version": chat.version,
            "members": [
                {
                    "id": user_id,
                    "name": self._world.who(user_id).name,
                    "customer": user_id not in self._world.people,
                    "joined_at": stay.joined_at.isoformat(),
                    "scene": stay.scene.name.lower(),
                    "state": stay.state,
                    "invitor": stay.invitor,
                }
                for user_id, stay in chat.stays.items()
            ],
        }

    # Tasks

    def publish_task(self, send: MassSend, task: Task) -> None:
        """A task of an employee."""
        self._feed.publish("tasks", self.task_json(send, task))

    def task_json(self, send: MassSend, task: Task) -> dict[str, Any]:
        """A task as its employee sees it."""
        content = send.content.to_json()
        return {
            "msgid": send.msgid,
            "person": task.sender,
            "state": task.state,
            "chat_type": send.chat_type,
            "text": send.content.text,
            "attachments": content["attachments"],
            "selectable": send.selectable,
            "created_at": send.created_at.isoformat(),
            "sent_at": None if task.sent_at is None else task.sent_at.isoformat(),
            "reminders": len(send.reminded_at),
            "targets": [
                {
                    "id": receiver,
                    "name": self._receiver_name(send, receiver),
                    "status": int(task.result(receiver)),
                }
                for receiver in task.receivers
            ],
        }

    def _receiver_name(self, send: MassSend, receiver: str) -> str:
        if send.chat_type is ChatType.SINGLE:
            return self._world.who(receiver).name
        chat = self._records.chats.called(receiver)
        return receiver if chat is None else chat.group.name

    # Moments

    def publish_moment(self, moment: Moment) -> None:
        """A moment, as each of its employees sees it."""
        for employee in moment.publications:
            self._feed.publish("moments", self.moment_json(moment, employee))

    def moment_json(self, moment: Moment, employee: str) -> dict[str, Any]:
        """A moment as one of its employees sees it."""
        publication = moment.publications[employee]
        published_at = publication.published_at
        return {
            "moment_id": moment.moment_id,
            "person": employee,
            "state": publication.state,
            "text": moment.content.text,
            "attachments": list(moment.content.attachments),
            "created_at": moment.made_at.isoformat(),
            "published_at": None if published_at is None else published_at.isoformat(),
            "seen_by": [
                {"id": customer, "name": self._world.who(customer).name}
                for customer in publication.seen_by
            ],
            "likes": [self._world.who(customer).name for customer in publication.likes],
            "comments": [
                {"name": self._world.who(customer).name, "text": text}
                for customer, text, _ in publication.comments
            ],
        }

    # Tags and ways

    def publish_tags(self) -> None:
        """The tag library."""
        self._feed.publish("tags", self.tags_json())

    def tags_json(self) -> list[dict[str, Any]]:
        """The living groups with their living tags."""
        library = self._records.tag_library
        return [
            {
                "id": group.id,
                "name": group.name,
                "tags": [_tag_json(tag) for tag in library.living_tags_of(group)],
            }
            for group in library.living_groups()
        ]

    def publish_ways(self) -> None:
        """All ways in."""
        ways = self._records.ways.ways.values()
        self._feed.publish("ways", [self.way_json(way) for way in ways])

    def way_json(self, way: Way) -> dict[str, Any]:
        """A way in, as somebody sees it who could take it."""
        chats = self._records.chats
        return {
            "config_id": way.config_id,
            "kind": way.kind,
            "state": way.state,
            "remark": way.fields.get("remark", ""),
            "employees": way.employees,
            "groups": [chat.group.id for name in way.chat_ids if (chat := chats.called(name))],
            "open": way.is_open(self._world.now()),
            "qr_code": self._records.ways.picture_url(way),
        }


def _tag_json(tag: Tag) -> dict[str, str]:
    return {"id": tag.id, "name": tag.name}
