"""Customer contact 客户联系: what employees have with customers, read and steered from outside.

Nothing is said to a customer without an employee, save the welcome in the first seconds: a message
to a customer or a customer group becomes a task that an employee confirms in his own client.

Source: developer.work.weixin.qq.com/document/path/92135 and 93338 (tasks), 92137 (welcomes), 92122
(groups), 92114 and 92994 (customers), 92118 (marking), 92228 and 92229 (ways).
"""

import contextlib
from typing import Any, Final

from bot.channels.api import PlatformApi
from bot.channels.contact_content import content_of, why_unsendable
from bot.channels.contact_reading import (
    company_tags,
    needed,
    part,
    parts,
    read_contact,
    read_group,
    read_tie,
    word_list,
    words,
)
from bot.channels.contact_tags import TagLibrary
from bot.channels.http import send_result
from bot.channels.media import MediaShelf
from bot.channels.moments import CompanyMoments
from bot.channels.paging import all_pages, at
from bot.core.clock import Clock
from bot.core.errors import PersonUnreachable, PlatformError, SettingsWrong, TransportError
from bot.core.ids import ChannelKey, UserId
from bot.core.messages import Attachment, Outgoing, TagChange, TargetKind
from bot.core.ports import Capabilities, Chat, Outcome, Profile, SendResult, TaskState, Tie, Way
from bot.platforms.limits import (
    CONTACT_PAGE,
    JOIN_WAY_CHATS,
    MASS_PAGE,
    STATE_CHARACTERS,
    TAG_NAME_CHARACTERS,
    WAY_REMARK_CHARACTERS,
)
from bot.platforms.table import CUSTOMER_CONTACT

_NO_SUCH_TAG: Final = 40068
_NO_TIE: Final = 84061
_NO_SUCH_CUSTOMER: Final = 40096

_CUSTOMER_IDS: Final = ("wm", "wo")
"""How the ids of customers begin; an employee's id may begin so too."""

_CONFIRMED: Final = 2
"""The status of an employee's task that he has confirmed; 0 is open (93338)."""

_WAITING: Final = 0
_RECEIVED: Final = 1
"""Two statuses of a receiver; 2 is no friend, 3 got another mass message (93338)."""

_BY_CODE: Final = 2
"""The scene of a way that is a code; 1 is a button in a mini program (92228, 92229)."""

_ONE_EMPLOYEE: Final = 1
"""The type of a way that leads to one employee (92228)."""


class CustomerContact:
    """Sender, Directory, Contacts and Tasks of one company's customer contact.

    ``api`` speaks in the name of an app that may call these interfaces; it stays the caller's.
    Company tags that do not exist yet are made in the group called ``tag_group``.
    """

    def __init__(
        self,
        *,
        key: ChannelKey,
        api: PlatformApi,
        shelf: MediaShelf,
        clock: Clock,
        tag_group: str = "鱼塘",
    ) -> None:
        self._key = key
        self._api = api
        self._shelf = shelf
        self._clock = clock
        self._tags = TagLibrary(api, tag_group, clock)
        self.moments = CompanyMoments(key, api, shelf)
        """The Moments of the company's employees."""

    @property
    def key(self) -> ChannelKey:
        """Its key in bot.yaml."""
        return self._key

    @property
    def capabilities(self) -> Capabilities:
        """Its row of the capability table."""
        return CUSTOMER_CONTACT

    async def close(self) -> None:
        """Nothing to give back: the client is the caller's."""

    async def send(self, outgoing: Outgoing) -> SendResult:
        """One attempt: a welcome, a task for an employee, a moment, or a change of company tags.

        A welcome and a task must not go out twice, so their silence is UNKNOWN. To mark twice is
        to mark once, so there silence is RETRY, as it is in what only prepares a message.
        """
        kind, address, message = outgoing.target.kind, outgoing.target.address, outgoing.message
        if kind is TargetKind.RECORD:
            if isinstance(message, TagChange):
                return await self._change_tags(UserId(address), message)
            return SendResult(Outcome.DEAD, "Of a customer only company tags can be noted.")
        if kind is TargetKind.MOMENTS:
            return await self.moments.send(outgoing)
        if reason := why_unsendable(message):
            return SendResult(Outcome.DEAD, reason)
        try:
            content = await content_of(message, self._media_id)
            owner = await self._owner(address) if kind is TargetKind.GROUP else ""
        except (PlatformError, TransportError) as error:
            return send_result(error, repeat_is_safe=True)
        try:
            match kind:
                case TargetKind.CALLBACK:
                    return await self._welcome(outgoing, content)
                case TargetKind.GROUP:
                    to = {"chat_type": "group", "sender": owner, "chat_id_list": [address]}
                case TargetKind.PERSON:  # without a sender: who last chatted with him (92135)
                    to = {"chat_type": "single", "external_userid": [address]}
            return await self._hand_over({**to, **content})
        except (PlatformError, TransportError) as error:
            return send_result(error, repeat_is_safe=False)

    async def read_task(self, reference: str) -> TaskState:
        """How the task stands. The platform tells nothing of one that was called off.

        Of groups it lists only those that were sent to, so a confirmed task without a row was not
        sent. Raises PlatformError or TransportError.
        """
        task = {"msgid": reference, "limit": MASS_PAGE}
        tasks = await self._all_of("get_groupmsg_task", task, "task_list")
        confirmed = [needed(row, "userid") for row in tasks if row.get("status") == _CONFIRMED]
        rows = [
            row
            for employee in confirmed
            for row in await self._all_of(
                "get_groupmsg_send_result", {**task, "userid": employee}, "send_list"
            )
        ]
        statuses = {row.get("status") for row in rows}
        if _RECEIVED in statuses:
            return TaskState.SENT
        if not confirmed or len(confirmed) < len(tasks) or _WAITING in statuses:
            return TaskState.OPEN
        return TaskState.REFUSED

    async def remind_of_task(self, reference: str) -> None:
        """Let the platform remind the employee. Raises PlatformError or TransportError."""
        await self._post("remind_groupmsg_send", {"msgid": reference})

    async def cancel_task(self, reference: str) -> None:
        """Call off what is not confirmed yet. Raises PlatformError or TransportError."""
        await self._post("cancel_groupmsg_send", {"msgid": reference})

    async def read_chat(self, chat_id: str) -> Chat:
        """The customer group with its customers and employees.

        Raises PlatformError (ChatUnreachable when there is no such group any more) or
        TransportError.
        """
        return read_group(await self._post("groupchat/get", {"chat_id": chat_id, "need_name": 1}))

    async def read_profile(self, user_id: UserId) -> Profile:
        """A customer or an employee; empty when the app may not see him or he is gone.

        Raises PlatformError for other refusals and TransportError.
        """
        if user_id.startswith(_CUSTOMER_IDS):
            with contextlib.suppress(PersonUnreachable):
                return read_contact(await self._read_customer(user_id, ""))
        try:
            answer = await self._api.get("user/get", params={"userid": user_id})
        except PersonUnreachable:
            return Profile()
        return Profile(words(answer, "name"))

    async def read_employees(self) -> tuple[UserId, ...]:
        """Who has the customer contact right. Raises PlatformError or TransportError."""
        answer = await self._api.get("externalcontact/get_follow_user_list", params={})
        return tuple(UserId(employee) for employee in word_list(answer, "follow_user"))

    async def read_ties(self, employees: tuple[UserId, ...]) -> tuple[Tie, ...]:
        """All customers of ``employees``, each tie once, with the tags' present names.

        A part is never given for the whole. Raises PlatformError (SettingsWrong when an employee
        has no licence) or TransportError.
        """
        if not employees:
            return ()
        tags = await self._tags.read_names()
        ties: dict[tuple[UserId, UserId], Tie] = {}
        for start in range(0, len(employees), CONTACT_PAGE):
            for tie in await self._ties_of(employees[start : start + CONTACT_PAGE], tags):
                ties[tie.employee, tie.user_id] = tie
        return tuple(ties.values())

    async def read_tie(self, user_id: UserId, employee: UserId) -> Tie | None:
        """One tie, None when there is none. Raises PlatformError or TransportError."""
        try:
            answers = await all_pages(lambda cursor: self._read_customer(user_id, cursor))
        except PersonUnreachable as error:
            if error.errcode in {_NO_TIE, _NO_SUCH_CUSTOMER}:
                return None
            raise
        for answer in answers:
            for follow in parts(answer, "follow_user"):
                if words(follow, "userid") == employee:
                    return read_tie(part(answer, "external_contact"), follow, company_tags(follow))
        return None

    async def make_group_way(self, chat_ids: tuple[str, ...], source: str, remark: str) -> Way:
        """A code for 1 to 5 groups; no further group is founded when they are full.

        ``source`` has 30 characters at most, of ``remark`` as many are shown. Raises ValueError,
        PlatformError or TransportError.
        """
        if not 0 < len(chat_ids) <= JOIN_WAY_CHATS:
            raise ValueError(f"a code leads to 1 to {JOIN_WAY_CHATS} groups")
        body = {
            "scene": _BY_CODE,
            "auto_create_room": 0,
            "chat_id_list": list(chat_ids),
            **_labels(source, remark),
        }
        config_id = needed(await self._post("groupchat/add_join_way", body), "config_id")
        answer = await self._post("groupchat/get_join_way", {"config_id": config_id})
        return Way(config_id, needed(part(answer, "join_way"), "qr_code"))

    async def make_friend_way(self, employee: UserId, source: str, remark: str) -> Way:
        """A code that adds ``employee``; arguments and errors as in ``make_group_way``."""
        body = {
            "type": _ONE_EMPLOYEE,
            "scene": _BY_CODE,
            "user": [employee],
            **_labels(source, remark),
        }
        answer = await self._post("add_contact_way", body)
        return Way(needed(answer, "config_id"), needed(answer, "qr_code"))

    async def _welcome(self, outgoing: Outgoing, content: dict[str, Any]) -> SendResult:
        """Uploads may have taken the time that the code had, so it is looked at last."""
        if outgoing.expires_at is not None and outgoing.expires_at <= self._clock.now():
            return SendResult(Outcome.DEAD, "The time for a welcome is over.")
        await self._post("send_welcome_msg", {"welcome_code": outgoing.target.address, **content})
        return SendResult(Outcome.SENT)

    async def _hand_over(self, body: dict[str, Any]) -> SendResult:
        answer = await self._post("add_msg_template", body)
        if word_list(answer, "fail_list"):
            return SendResult(Outcome.DEAD, "The platform does not take this receiver.")
        return SendResult(Outcome.HANDED, reference=needed(answer, "msgid"))

    async def _media_id(self, attachment: Attachment) -> str:
        return await self._shelf.media_id(attachment, self._api.upload_media, self._key)

    async def _owner(self, chat_id: str) -> str:
        """Whoever owns the group now: nobody else may send to it."""
        answer = await self._post("groupchat/get", {"chat_id": chat_id, "need_name": 0})
        return needed(part(answer, "group_chat"), "owner")

    async def _change_tags(self, customer: UserId, change: TagChange) -> SendResult:
        if any(not 0 < len(name) <= TAG_NAME_CHARACTERS for name in change.add):
            reason = f"The name of a tag must have 1 to {TAG_NAME_CHARACTERS} characters."
            return SendResult(Outcome.DEAD, reason)
        try:
            try:
                await self._mark(customer, change)
            except PlatformError as error:
                if error.errcode != _NO_SUCH_TAG:
                    raise
                self._tags.forget()
                await self._mark(customer, change)
        except (PlatformError, TransportError) as error:
            return send_result(error, repeat_is_safe=True)
        return SendResult(Outcome.SENT)

    async def _mark(self, customer: UserId, change: TagChange) -> None:
        tags = {
            "add_tag": await self._tags.ids_to_add(change.add),
            "remove_tag": await self._tags.ids_to_remove(change.remove),
        }
        if named := {name: ids for name, ids in tags.items() if ids}:
            pair = {"userid": change.employee, "external_userid": customer}
            await self._post("mark_tag", {**pair, **named})

    async def _read_customer(self, user_id: UserId, cursor: str) -> dict[str, Any]:
        params = {"external_userid": user_id, **at(cursor)}
        return await self._api.get("externalcontact/get", params=params)

    async def _ties_of(self, employees: tuple[UserId, ...], tags: dict[str, str]) -> list[Tie]:
        """The ties of up to 100 employees.

        Of one without customers another call says 84061 (92113). Should this one say it of a whole
        list, everybody in it is asked after alone.
        """
        body = {"userid_list": list(employees), "limit": CONTACT_PAGE}
        try:
            pages = await self._pages("batch/get_by_user", body)
        except PersonUnreachable as error:
            if error.errcode != _NO_TIE:
                raise
            if len(employees) == 1:
                return []
            return [tie for one in employees for tie in await self._ties_of((one,), tags)]
        return [tie for page in pages for tie in _ties_on(page, tags)]

    async def _all_of(self, name: str, body: dict[str, Any], rows: str) -> list[dict[str, Any]]:
        return [row for page in await self._pages(name, body) for row in parts(page, rows)]

    async def _pages(self, name: str, body: dict[str, Any]) -> list[dict[str, Any]]:
        return await all_pages(lambda cursor: self._post(name, {**body, **at(cursor)}))

    async def _post(self, name: str, body: dict[str, Any]) -> dict[str, Any]:
        return await self._api.post(f"externalcontact/{name}", json=body)


def _ties_on(page: dict[str, Any], tags: dict[str, str]) -> list[Tie]:
    """A page of batch/get_by_user: tags come as ids, those of rule groups among them (92994)."""
    failed = part(page, "fail_info") if page.get("fail_info") else {}
    if unlicensed := word_list(failed, "unlicensed_userid_list"):
        names = ", ".join(unlicensed)
        raise SettingsWrong(
            f"The customers of {names} cannot be read without a licence: grant it, or take them "
            "out of the app's visible scope.",
            errcode=0,
        )
    ties = []
    for entry in parts(page, "external_contact_list"):
        follow = part(entry, "follow_info")
        known = [tags[tag_id] for tag_id in word_list(follow, "tag_id") if tag_id in tags]
        ties.append(read_tie(part(entry, "external_contact"), follow, known))
    return ties


def _labels(source: str, remark: str) -> dict[str, str]:
    """What a way comes back with, and what it is called in the company's own lists."""
    if len(source) > STATE_CHARACTERS:
        raise ValueError(f"the state of a way has at most {STATE_CHARACTERS} characters")
    return {"state": source, "remark": remark[:WAY_REMARK_CHARACTERS]}
