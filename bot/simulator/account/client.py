"""Who calls api.weixin.qq.com: an Official Account or a mini program; and how it is refused.

Source of the errcodes: developers.weixin.qq.com/doc, the global list and each call's own page.
"""

from collections.abc import Callable
from typing import Any

from bot.simulator.cast import Account, Cast, Program
from bot.simulator.frame import Answer, File
from bot.simulator.refusal import Refused

Client = Account | Program


def clients_of(cast: Cast) -> list[Client]:
    """All accounts and mini programs."""
    return [*cast.accounts.values(), *cast.programs.values()]


def by_app_id(cast: Cast, app_id: str) -> Client | None:
    """The one with this AppID."""
    return next((client for client in clients_of(cast) if client.app_id == app_id), None)


def for_account(
    run: Callable[[Account, dict[str, Any]], Answer | File],
) -> Callable[[Client, dict[str, Any]], Answer | File]:
    """A call that only accounts may make."""

    def guarded(client: Client, parameters: dict[str, Any]) -> Answer | File:
        if not isinstance(client, Account):
            raise Refused(48001, "api unauthorized")
        return run(client, parameters)

    return guarded


def for_program(
    run: Callable[[Program, dict[str, Any]], Answer | File],
) -> Callable[[Client, dict[str, Any]], Answer | File]:
    """A call that only mini programs may make."""

    def guarded(client: Client, parameters: dict[str, Any]) -> Answer | File:
        if not isinstance(client, Program):
            raise Refused(48001, "api unauthorized")
        return run(client, parameters)

    return guarded


def not_json() -> Refused:
    """47001: the body is not a JSON object."""
    return Refused(47001, "data format error")


def bad_open_id() -> Refused:
    """40003: nobody has this openid here."""
    return Refused(40003, "invalid openid")


def invalid(what: str) -> Refused:
    """40035: ``what`` is wrong."""
    return Refused(40035, f"invalid parameter: {what}")


def text_of(body: dict[str, Any], name: str) -> str:
    """A text, empty when it is not there. Raises Refused."""
    value = body.get(name, "")
    if not isinstance(value, str):
        raise invalid(name)
    return value


def object_of(body: dict[str, Any], name: str) -> dict[str, Any]:
    """An object that must be there. Raises Refused."""
    value = body.get(name)
    if not isinstance(value, dict):
        raise invalid(name)
    return value


def is_number(value: object) -> bool:
    """Whether a JSON value is a whole number."""
    return isinstance(value, int) and not isinstance(value, bool)
