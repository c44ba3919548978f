"""One tree of errors: a closed code for machines, data for logs, a sentence for people.

The sentence says what is wrong and what to do next. Expected outcomes (an empty red packet, a
command that is not allowed) are values, not exceptions.
"""

from enum import StrEnum


class ErrorCode(StrEnum):
    """Every way in which this program fails on purpose."""

    BAD_SIGNATURE = "bad_signature"
    BAD_PAYLOAD = "bad_payload"
    CONFIGURATION = "configuration"
    INSUFFICIENT = "insufficient"
    KEY_REUSED = "key_reused"
    NOT_REVERSIBLE = "not_reversible"
    STORE = "store"
    PLATFORM = "platform"
    TRANSPORT = "transport"


class YutangError(Exception):
    """Root of the tree.

    ``message`` is a sentence for people; ``data`` holds facts for logs and never a secret.
    """

    code: ErrorCode

    def __init__(self, message: str, **data: str | int | None) -> None:
        super().__init__(message)
        self.message = message
        self.data = data


class CallbackRejected(YutangError):
    """The request is not the platform's (signature, 403) or cannot be read (payload, 400)."""


class BadSignature(CallbackRejected):
    code = ErrorCode.BAD_SIGNATURE


class BadPayload(CallbackRejected):
    code = ErrorCode.BAD_PAYLOAD


class ConfigurationRefused(YutangError):
    """The configuration has problems; ``message`` lists all of them, one a line."""

    code = ErrorCode.CONFIGURATION


class LedgerError(YutangError):
    """A transfer that the books do not allow. Nothing was written."""


class Insufficient(LedgerError):
    """The paying account holds less than the amount."""

    code = ErrorCode.INSUFFICIENT


class KeyReused(LedgerError):
    """The idempotency key was used before with another input."""

    code = ErrorCode.KEY_REUSED


class StoreError(YutangError):
    """The database did not take the work; it may be submitted again under the same key."""

    code = ErrorCode.STORE


class PlatformError(YutangError):
    """The platform answered with an errcode: the call had no effect.

    ``errcode`` is the platform's number (developer.work.weixin.qq.com/document/path/90455).
    """

    code = ErrorCode.PLATFORM

    def __init__(self, message: str, *, errcode: int, **data: str | int | None) -> None:
        super().__init__(message, errcode=errcode, **data)
        self.errcode = errcode


class PlatformBusy(PlatformError):
    """The same call may work in a moment."""


class TokenStale(PlatformError):
    """The access token is not good any more: a new one helps, once."""


class LimitReached(PlatformError):
    """Too many calls: nothing more before the window of the limit has passed."""


class WindowClosed(PlatformError):
    """The person has not written lately: it can go when he does."""


class SettingsWrong(PlatformError):
    """The settings or the console are wrong: nothing works before somebody mends them."""


class PersonUnreachable(PlatformError):
    """This person cannot be reached, or the company may not see him."""


class ChatUnreachable(PlatformError):
    """This chat is gone or cannot be written to."""


class CodeUsedUp(PlatformError):
    """The one-use code was used or is too old."""


class ContentRefused(PlatformError):
    """The platform does not take this content: a defect of ours, or of a text."""


class TransportError(YutangError):
    """The call did not end in an answer.

    ``reached`` is False when the request surely never left (refused, no address), so repeating it
    is safe; True when the platform may have acted.
    """

    code = ErrorCode.TRANSPORT

    def __init__(self, message: str, *, reached: bool, **data: str | int | None) -> None:
        super().__init__(message, **data)
        self.reached = reached
