"""Callbacks about customers, customer groups and company tags become events and hints."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.channels.contact_events import CONTACT_EVENTS, read_contact_event
from bot.channels.xml import parse_xml
from bot.core.errors import BadPayload
from bot.core.events import Conversation, Event, EventKind, Hint, Place, Receipt
from bot.core.ids import EventKey, UserId

from .contact_support import CONTACT
from .support import PAYLOADS

AT = datetime.fromtimestamp(1767225600, UTC)
GROUP = Conversation(Place.GROUP, "wrTESTGROUP0001")


def payload(name: str) -> str:
    return (PAYLOADS / "contact" / f"{name}.xml").read_text(encoding="utf-8")


def read(document: str) -> Receipt:
    return read_contact_event(parse_xml(document), channel=CONTACT, event_key="app/sys/1", at=AT)


def tie_event(kind: EventKind, **fields: str) -> Event:
    return Event(
        key=EventKey(fields.pop("key", "app/sys/1")),
        channel=CONTACT,
        kind=kind,
        conversation=Conversation(Place.PRIVATE, "wmTESTUSER03"),
        user_id=UserId("wmTESTUSER03"),
        at=AT,
        employee="zhangsan",
        reply_until=AT + timedelta(seconds=20) if fields.get("reply_to") else None,
        text=fields.get("text", ""),
        source=fields.get("source", ""),
        reply_to=fields.get("reply_to", ""),
    )


def move(kind: EventKind, person: str, text: str) -> Event:
    return Event(
        key=EventKey(f"app/sys/1/{person}"),
        channel=CONTACT,
        kind=kind,
        conversation=GROUP,
        user_id=UserId(person),
        at=AT,
        text=text,
    )


@pytest.mark.parametrize(
    ("name", "event"),
    [
        (
            "add_external_contact",
            tie_event(EventKind.BEFRIENDED, source="poster-7", reply_to="WELCOME-CODE-0001"),
        ),
        (
            "add_external_contact_without_code",
            tie_event(EventKind.BEFRIENDED, source="poster-7"),
        ),
        (
            "add_half_external_contact",
            tie_event(
                EventKind.BEFRIENDED,
                key="app/sys/1/half",
                source="poster-7",
                reply_to="WELCOME-CODE-0002",
            ),
        ),
        ("del_external_contact", tie_event(EventKind.UNFRIENDED, text="employee")),
        (
            "del_external_contact_by_transfer",
            tie_event(EventKind.UNFRIENDED, text="employee", source="DELETE_BY_TRANSFER"),
        ),
        ("del_follow_user", tie_event(EventKind.UNFRIENDED, text="customer")),
    ],
)
def test_a_tie_that_begins_or_ends_is_one_event(name: str, event: Event) -> None:
    assert read(payload(name)) == Receipt((event,))


@pytest.mark.parametrize(
    ("name", "kind", "text"),
    [
        ("chat_add_member", EventKind.JOINED, "join_scene=3"),
        ("chat_add_member_older_form", EventKind.JOINED, "join_scene=0"),
        ("chat_del_member", EventKind.LEFT, "quit_scene=1"),
        ("chat_del_member_older_form", EventKind.LEFT, "quit_scene=0"),
    ],
)
def test_everybody_who_joins_or_leaves_is_an_event_and_the_list_is_looked_at(
    name: str, kind: EventKind, text: str
) -> None:
    assert read(payload(name)) == Receipt(
        (move(kind, "wmTESTUSER01", text), move(kind, "wmTESTUSER02", text)),
        hints=(Hint(CONTACT, chat_id="wrTESTGROUP0001"),),
    )


@pytest.mark.parametrize(
    "members",
    [
        "<MemChangeList><Item>a</Item><Item> a </Item><Item/><Item>b</Item></MemChangeList>",
        "<MemChangeList>a, b,,a</MemChangeList>",
    ],
)
def test_a_person_named_twice_or_not_at_all_is_no_second_event(members: str) -> None:
    document = (
        "<xml><Event>change_external_chat</Event><ChatId>wr1</ChatId>"
        f"<ChangeType>update</ChangeType><UpdateDetail>add_member</UpdateDetail>{members}</xml>"
    )
    assert [event.user_id for event in read(document).events] == ["a", "b"]


def test_a_change_that_names_nobody_is_still_looked_at() -> None:
    document = (
        "<xml><Event>change_external_chat</Event><ChatId>wr1</ChatId>"
        "<ChangeType>update</ChangeType><UpdateDetail>del_member</UpdateDetail></xml>"
    )
    assert read(document) == Receipt((), hints=(Hint(CONTACT, chat_id="wr1"),))


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        *(
            (name, Hint(CONTACT, chat_id="wrTESTGROUP0001"))
            for name in (
                "chat_create",
                "chat_dismiss",
                "chat_change_owner",
                "chat_change_name",
                "chat_change_notice",
            )
        ),
        *(
            (name, Hint(CONTACT, user_id="wmTESTUSER03", employee="zhangsan"))
            for name in ("edit_external_contact", "transfer_fail", "msg_audit_approved")
        ),
        *(
            (name, Hint(CONTACT))
            for name in ("tag_create", "tag_update", "tag_delete", "tag_shuffle")
        ),
    ],
)
def test_other_changes_say_where_to_look_again(name: str, hint: Hint) -> None:
    assert read(payload(name)) == Receipt((), hints=(hint,))


@pytest.mark.parametrize(
    ("document", "name"),
    [
        (
            payload("chat_create").replace("create", "freeze"),
            "change_external_chat/freeze",
        ),
        (
            payload("chat_change_name").replace("change_name", "change_mood"),
            "change_external_chat/update/change_mood",
        ),
        (
            payload("edit_external_contact").replace("edit_external_contact", "bless"),
            "change_external_contact/bless",
        ),
        (payload("tag_create").replace("create", "wash"), "change_external_tag/wash"),
        (
            "<xml><Event>change_weather</Event><ChangeType>create</ChangeType></xml>",
            "change_weather/create",
        ),
        ("<xml/>", "nameless"),
    ],
)
def test_what_is_new_to_us_is_named(document: str, name: str) -> None:
    assert read(document) == Receipt((), unsupported=name)


def test_a_long_new_name_is_cut() -> None:
    assert len(read(f"<xml><Event>{'x' * 500}</Event></xml>").unsupported.encode()) <= 64


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("add_external_contact", "UserID"),
        ("add_external_contact", "ExternalUserID"),
        ("del_follow_user", "UserID"),
        ("del_follow_user", "ExternalUserID"),
        ("edit_external_contact", "UserID"),
        ("edit_external_contact", "ExternalUserID"),
        ("chat_add_member", "ChatId"),
        ("chat_dismiss", "ChatId"),
    ],
)
def test_a_callback_without_its_ids_is_refused(name: str, field: str) -> None:
    document = payload(name).replace(f"<{field}>", "<Gone>").replace(f"</{field}>", "</Gone>")
    with pytest.raises(BadPayload, match=f"no {field}"):
        read(document)


def test_every_payload_is_a_kind_of_event_that_we_read() -> None:
    documents = [parse_xml(path.read_bytes()) for path in (PAYLOADS / "contact").glob("*.xml")]
    assert {document.value("Event") for document in documents} == CONTACT_EVENTS
    for document in documents:
        receipt = read_contact_event(document, channel=CONTACT, event_key="k", at=AT)
        assert receipt.events or receipt.hints
