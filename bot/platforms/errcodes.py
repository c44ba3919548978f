"""What the platforms' refusals mean: every errcode leads to one of the errors of ``core.errors``.

Source: developer.work.weixin.qq.com/document/path/90455 (WeCom), 101463 (robot connections),
94677 (customer service), developers.weixin.qq.com/doc (Official Account, mini program).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bot.core.errors import (
    ChatUnreachable,
    CodeUsedUp,
    ContentRefused,
    LimitReached,
    PersonUnreachable,
    PlatformBusy,
    PlatformError,
    SettingsWrong,
    TokenStale,
    WindowClosed,
)

Refusals = Mapping[int, "Refusal"]
"""A platform's errcodes."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Which error of ours it is, and its ``meaning``: the middle of a sentence for the operator."""

    error: type[PlatformError]
    meaning: str


UNKNOWN: Final = Refusal(
    PlatformError, "see developer.work.weixin.qq.com/document/path/90455 for this number"
)

WECOM: Final[Refusals] = {
    -1: Refusal(PlatformBusy, "the platform is busy"),
    40071: Refusal(PlatformBusy, "a tag of this name was made meanwhile"),
    6000: Refusal(PlatformBusy, "the data was changed meanwhile"),
    45033: Refusal(PlatformBusy, "too many calls at once"),
    40014: Refusal(TokenStale, "the access token is not valid"),
    41001: Refusal(TokenStale, "the access token is missing"),
    42001: Refusal(TokenStale, "the access token has expired"),
    45009: Refusal(LimitReached, "too many calls, wait for the window of the limit to pass"),
    45011: Refusal(LimitReached, "too many calls in a minute"),
    45029: Refusal(LimitReached, "too many calls of this kind today"),
    40001: Refusal(SettingsWrong, "the secret is wrong, correct it in the channel's settings"),
    40013: Refusal(SettingsWrong, "the corp id is wrong, correct it in the channel's settings"),
    48002: Refusal(SettingsWrong, "the app has no permission for this call, grant it"),
    50001: Refusal(SettingsWrong, "the page's domain is not trusted, enter it"),
    60020: Refusal(SettingsWrong, "this machine's address is not trusted, enter it"),
    95000: Refusal(SettingsWrong, "the service account's id is wrong, correct it in the settings"),
    95004: Refusal(SettingsWrong, "there is no such service account, or it is another company's"),
    95017: Refusal(SettingsWrong, "the service account's API is switched off, switch it on"),
    301002: Refusal(SettingsWrong, "the app has no permission for this call, grant it"),
    84074: Refusal(SettingsWrong, "the employee has no customer contact right, grant it"),
    40003: Refusal(PersonUnreachable, "there is no such user"),
    60011: Refusal(PersonUnreachable, "the member is outside the app's visible scope"),
    60111: Refusal(PersonUnreachable, "there is no such user"),
    81013: Refusal(PersonUnreachable, "none of the receivers can be reached"),
    84061: Refusal(PersonUnreachable, "the two are not friends"),
    40096: Refusal(PersonUnreachable, "there is no such customer"),
    95014: Refusal(PersonUnreachable, "he is no servicer of the account, or never logged in"),
    95019: Refusal(PersonUnreachable, "the servicer takes nobody at the moment"),
    40050: Refusal(ChatUnreachable, "there is no such chat"),
    86001: Refusal(ChatUnreachable, "the chat id is wrong"),
    86003: Refusal(ChatUnreachable, "there is no such chat"),
    90500: Refusal(ChatUnreachable, "the group's owner is gone or is no customer group's"),
    90501: Refusal(ChatUnreachable, "the chat is no customer group"),
    90502: Refusal(ChatUnreachable, "the chat is no customer group"),
    93000: Refusal(ChatUnreachable, "the webhook is not valid or was removed from the group"),
    93001: Refusal(ChatUnreachable, "nothing may be pushed to this chat"),
    93004: Refusal(ChatUnreachable, "the robot was stopped"),
    93006: Refusal(ChatUnreachable, "the chat id is wrong"),
    93008: Refusal(ChatUnreachable, "the robot is not in the group, or nobody wrote to it there"),
    95016: Refusal(ChatUnreachable, "the session cannot change from its state to this one"),
    40029: Refusal(CodeUsedUp, "the OAuth code is not valid or was used"),
    42003: Refusal(CodeUsedUp, "the OAuth code has expired"),
    41050: Refusal(CodeUsedUp, "the welcome code is used up or older than 20 seconds"),
    41051: Refusal(CodeUsedUp, "the chat began, or another app has greeted"),
    41053: Refusal(CodeUsedUp, "the customer has not agreed to archiving"),
    846605: Refusal(CodeUsedUp, "the place for the answer is gone"),
    846608: Refusal(CodeUsedUp, "the time for the answer is over"),
    95007: Refusal(CodeUsedUp, "the callback's token is not valid or has expired"),
    95001: Refusal(WindowClosed, "five messages were sent since the customer last wrote"),
    95002: Refusal(WindowClosed, "the customer wrote more than 48 hours ago"),
    95013: Refusal(WindowClosed, "the session is over"),
    95018: Refusal(WindowClosed, "the session is with a person, waits for one, or is over"),
    40007: Refusal(ContentRefused, "the media id is not valid"),
    40008: Refusal(ContentRefused, "this kind of message is not allowed here"),
    40009: Refusal(ContentRefused, "the picture is too large"),
    40058: Refusal(ContentRefused, "a parameter is wrong"),
    40063: Refusal(ContentRefused, "a parameter is missing"),
    40068: Refusal(ContentRefused, "there is no such tag"),
    41060: Refusal(ContentRefused, "there is no such moment"),
    41061: Refusal(PersonUnreachable, "the moment is none of this employee's"),
    41062: Refusal(ContentRefused, "the employee has not confirmed the moment yet"),
    41063: Refusal(PlatformBusy, "the moment is being handed out"),
    41064: Refusal(ContentRefused, "there are too many attachments"),
    41065: Refusal(ContentRefused, "attachments of this kind do not go together here"),
    44004: Refusal(ContentRefused, "the text is empty"),
    45001: Refusal(ContentRefused, "the media file is too large"),
    45002: Refusal(ContentRefused, "the text is too long"),
}
"""The errcodes of the WeCom API; those from 95000 to 95019 as SDKs quote the list of 2024-04."""

ACCOUNT: Final[Refusals] = {
    -1: Refusal(PlatformBusy, "the platform is busy"),
    40001: Refusal(TokenStale, "the access token is not valid, or the secret is wrong"),
    40014: Refusal(TokenStale, "the access token is not valid"),
    41001: Refusal(TokenStale, "the access token is missing"),
    42001: Refusal(TokenStale, "the access token has expired"),
    45009: Refusal(LimitReached, "the day's calls are used up"),
    45011: Refusal(LimitReached, "too many calls in a minute"),
    45015: Refusal(WindowClosed, "the follower wrote more than 48 hours ago"),
    45047: Refusal(WindowClosed, "the messages that may follow his last act are used up"),
    40013: Refusal(SettingsWrong, "the AppID is wrong, correct it in the channel's settings"),
    40125: Refusal(SettingsWrong, "the AppSecret is wrong, correct it in the channel's settings"),
    40164: Refusal(SettingsWrong, "this machine's address is not on the list, enter it"),
    48001: Refusal(SettingsWrong, "the account has no permission for this call"),
    40003: Refusal(PersonUnreachable, "there is no such openid in this account"),
    43004: Refusal(PersonUnreachable, "the person does not follow the account"),
    43101: Refusal(PersonUnreachable, "the person refused the subscription or it is used up"),
    49003: Refusal(PersonUnreachable, "the openid is another account's"),
    40029: Refusal(CodeUsedUp, "the OAuth code is not valid or was used"),
    40163: Refusal(CodeUsedUp, "the OAuth code was used"),
    40007: Refusal(ContentRefused, "the media id is not valid"),
    40008: Refusal(ContentRefused, "this kind of message is not allowed here"),
    40032: Refusal(ContentRefused, "more than 50 openids in one call"),
    40037: Refusal(ContentRefused, "there is no such template"),
    44004: Refusal(ContentRefused, "the text is empty"),
    45002: Refusal(ContentRefused, "the text is too long"),
    45056: Refusal(ContentRefused, "the account has 100 tags already"),
    45059: Refusal(ContentRefused, "a follower would have more than 20 tags"),
    45157: Refusal(ContentRefused, "there is a tag of this name"),
    45159: Refusal(ContentRefused, "there is no such tag"),
    47003: Refusal(ContentRefused, "a value does not fit the template's keyword"),
}
"""The errcodes of api.weixin.qq.com, where some numbers mean other things than at WeCom."""


def refused(name: str, errcode: int, table: Refusals) -> PlatformError:
    """The error for a call named ``name`` that was answered with ``errcode``."""
    refusal = table.get(errcode, UNKNOWN)
    return refusal.error(
        f"The platform refused {name} with errcode {errcode}: {refusal.meaning}.",
        errcode=errcode,
        call=name,
    )
