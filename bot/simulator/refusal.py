"""How the platform says no: an errcode and a short text (90455)."""

from typing import Final

WRONG_JSON: Final = "Warning: wrong json format. "
"""Stands at the end of the text when the body was not JSON; the call went on without it."""


class Refused(Exception):
    """A call, or an answer, that the platform does not take. It had no effect."""

    def __init__(self, errcode: int, errmsg: str) -> None:
        super().__init__(f"{errcode} {errmsg}")
        self.errcode = errcode
        self.errmsg = errmsg


def bad_parameter(what: str) -> Refused:
    """40058: ``what`` is wrong."""
    return Refused(40058, f"invalid parameter: {what}")


def missing(what: str) -> Refused:
    """40063: ``what`` is empty or not there."""
    return Refused(40063, f"parameter is empty: {what}")


def too_often() -> Refused:
    """45009: a frequency was exceeded."""
    return Refused(45009, "api freq out of limit")
