"""Events on the wire, element by element in the platform's order."""

from datetime import UTC, datetime

from bot.channels.crypto import Envelope
from bot.simulator.cast import App
from bot.simulator.contact.payloads import (
    EventJoinScene,
    MemberList,
    QuitScene,
    chat_event,
    customer_event,
    members_event,
    tag_event,
)
from tests.unit.simulator.stub_bot import APP_KEY, APP_TOKEN

CORP = "ww0000000000000000"
APP = App("app", "禾间", CORP, 1000002, "secret", Envelope(APP_TOKEN, APP_KEY, CORP))
AT = datetime(2026, 1, 1, tzinfo=UTC)

HEAD = (
    "<xml><ToUserName><![CDATA[ww0000000000000000]]></ToUserName>"
    "<FromUserName><![CDATA[sys]]></FromUserName><CreateTime>1767225600</CreateTime>"
    "<MsgType><![CDATA[event]]></MsgType>"
)
CHAT_HEAD = (
    f"{HEAD}<Event><![CDATA[change_external_chat]]></Event>"
    "<ChatId><![CDATA[wrTESTGROUP0001]]></ChatId>"
)


def test_two_people_scanned_a_code() -> None:
    written = members_event(
        APP,
        at=AT,
        chat_id="wrTESTGROUP0001",
        scene=EventJoinScene.CODE,
        members=["wmTESTUSER01", "wmTESTUSER02"],
        versions=("aaaa", "bbbb"),
        form=MemberList.ITEMS,
    )
    assert written == (
        f"{CHAT_HEAD}<ChangeType><![CDATA[update]]></ChangeType>"
        "<UpdateDetail><![CDATA[add_member]]></UpdateDetail><JoinScene>3</JoinScene>"
        "<MemChangeCnt>2</MemChangeCnt><MemChangeList><Item><![CDATA[wmTESTUSER01]]></Item>"
        "<Item><![CDATA[wmTESTUSER02]]></Item></MemChangeList>"
        "<LastMemVer><![CDATA[aaaa]]></LastMemVer><CurMemVer><![CDATA[bbbb]]></CurMemVer></xml>"
    )


def test_the_older_form_has_all_of_them_in_one_text() -> None:
    written = members_event(
        APP,
        at=AT,
        chat_id="wrTESTGROUP0001",
        scene=QuitScene.REMOVED,
        members=["wmTESTUSER01", "wmTESTUSER02"],
        versions=("aaaa", "bbbb"),
        form=MemberList.COMMAS,
    )
    assert written == (
        f"{CHAT_HEAD}<ChangeType><![CDATA[update]]></ChangeType>"
        "<UpdateDetail><![CDATA[del_member]]></UpdateDetail><QuitScene>1</QuitScene>"
        "<MemChangeCnt>2</MemChangeCnt>"
        "<MemChangeList><![CDATA[wmTESTUSER01,wmTESTUSER02]]></MemChangeList>"
        "<LastMemVer><![CDATA[aaaa]]></LastMemVer><CurMemVer><![CDATA[bbbb]]></CurMemVer></xml>"
    )


def test_a_group_was_dismissed() -> None:
    written = chat_event(APP, "dismiss", at=AT, chat_id="wrTESTGROUP0001")
    assert written == f"{CHAT_HEAD}<ChangeType><![CDATA[dismiss]]></ChangeType></xml>"


def test_a_customer_came() -> None:
    written = customer_event(
        APP,
        "add_external_contact",
        at=AT,
        employee="zhangsan",
        customer="wmTESTUSER01",
        state="spring",
        welcome_code="CODE",
    )
    assert written == (
        f"{HEAD}<Event><![CDATA[change_external_contact]]></Event>"
        "<ChangeType><![CDATA[add_external_contact]]></ChangeType>"
        "<UserID><![CDATA[zhangsan]]></UserID>"
        "<ExternalUserID><![CDATA[wmTESTUSER01]]></ExternalUserID>"
        "<State><![CDATA[spring]]></State><WelcomeCode><![CDATA[CODE]]></WelcomeCode></xml>"
    )


def test_a_tag_was_made() -> None:
    written = tag_event(APP, "create", at=AT, entry_id="etTAG", tag_type="tag")
    assert written == (
        f"{HEAD}<Event><![CDATA[change_external_tag]]></Event><Id><![CDATA[etTAG]]></Id>"
        "<TagType><![CDATA[tag]]></TagType><ChangeType><![CDATA[create]]></ChangeType></xml>"
    )
