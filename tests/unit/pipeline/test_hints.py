"""Hints wait for the job that looks, each for its own."""

from bot.core.events import Hint
from bot.core.ids import ChannelKey
from bot.pipeline.hints import Hints, Topic

CONTACT, SERVICE = ChannelKey("contact"), ChannelKey("service")
CHAT = Hint(CONTACT, chat_id="wr1")
TIE = Hint(CONTACT, user_id="wm1", employee="tangyuan")
ALL = Hint(CONTACT)
NEWS = Hint(SERVICE, ticket="t1")


def test_each_job_takes_what_is_its_own_and_once() -> None:
    hints = Hints()
    hints.tell([CHAT, TIE, NEWS, CHAT])

    assert hints.waiting(SERVICE)
    assert not hints.waiting(CONTACT)
    assert hints.waiting(CONTACT, Topic.TIES)
    assert hints.take(CONTACT, Topic.CHATS) == (CHAT,)
    assert hints.take(CONTACT, Topic.CHATS) == ()
    assert hints.take(CONTACT, Topic.TIES) == (TIE,)
    assert hints.take(SERVICE) == (NEWS,)
    assert hints.take(CONTACT) == ()


def test_what_is_about_everything_is_for_every_job() -> None:
    hints = Hints()
    hints.tell([ALL])

    for topic in Topic:
        assert hints.take(CONTACT, topic) == (ALL,)
