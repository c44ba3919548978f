"""Every refusal of a platform leads to an error that says how to go on."""

import pytest

from bot.core.errors import PlatformError, SettingsWrong, TokenStale
from bot.platforms.errcodes import ACCOUNT, WECOM, Refusal, refused

ENTRIES = [
    (f"{name} {errcode}", errcode, refusal)
    for name, table in (("WeCom", WECOM), ("account", ACCOUNT))
    for errcode, refusal in table.items()
]
each_entry = pytest.mark.parametrize(
    ("errcode", "refusal"), [entry[1:] for entry in ENTRIES], ids=[entry[0] for entry in ENTRIES]
)


@each_entry
def test_every_number_has_an_error_of_its_own_kind(errcode: int, refusal: Refusal) -> None:
    assert errcode != 0
    assert issubclass(refusal.error, PlatformError)
    assert refusal.error is not PlatformError, "that is for numbers nobody knows"


@each_entry
def test_a_meaning_fits_into_the_middle_of_a_sentence(errcode: int, refusal: Refusal) -> None:
    meaning = refusal.meaning
    assert meaning == meaning.strip()
    assert not meaning.endswith((".", ",", ";"))
    assert meaning[0].islower() or meaning.startswith(("OAuth", "AppID", "AppSecret"))


def test_a_refusal_names_the_call_the_number_and_the_meaning() -> None:
    error = refused("message/send", 60020, WECOM)

    assert type(error) is SettingsWrong
    assert str(error) == (
        "The platform refused message/send with errcode 60020:"
        " this machine's address is not trusted, enter it."
    )
    assert (error.errcode, error.data) == (60020, {"errcode": 60020, "call": "message/send"})


def test_an_unknown_number_is_plain_and_says_where_to_look() -> None:
    error = refused("message/send", 123456, WECOM)

    assert type(error) is PlatformError
    assert "errcode 123456: see developer.work.weixin.qq.com/document/path/90455" in str(error)


def test_the_same_number_means_what_its_platform_says() -> None:
    assert type(refused("gettoken", 40001, WECOM)) is SettingsWrong
    assert type(refused("stable_token", 40001, ACCOUNT)) is TokenStale
