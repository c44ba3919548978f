"""Every kind of channel: its section is read, where it is, whom it knows, what it keeps secret."""

import pytest

from bot.core.ids import ChannelKey
from bot.core.ports import Rate
from bot.platforms.table import CAPABILITIES
from bot.settings.schema.bot import BotFile
from bot.settings.schema.channels import Channel, address_of, realm_of
from bot.settings.settings import Settings
from bot.settings.shape import shape_of

from .every_channel import simulate
from .good_config import AES_KEY, ENVIRONMENT, Configuration

WECOM = "https://qyapi.weixin.qq.com"
MP = "https://api.weixin.qq.com"

PLACES = {
    "app": ("wecom_app", WECOM, "ww1"),
    "robot": ("wecom_robot", WECOM, "ww1"),
    "posts": ("group_webhook", WECOM, ""),
    "night": ("wecom_robot_socket", "wss://openws.work.weixin.qq.com", "ww1"),
    "contact": ("customer_contact", WECOM, "ww1"),
    "service": ("customer_service", WECOM, "ww1"),
    "account": ("official_account", MP, "wx1"),
    "program": ("mini_program", MP, "wx2"),
    "mail": ("email", "smtp.tea.example", "email"),
    "sms": ("sms", "https://sms.tea.example", "sms"),
    "pages": ("member_page", "https://pond.tea.example", "ww1"),
}
"""Kind, address and realm of each channel."""

SECRETS = {
    ("app", "secret"): "APP_SECRET",
    ("app", "token"): "APP_TOKEN",
    ("app", "encoding_aes_key"): "APP_AES_KEY",
    ("robot", "token"): "ROBOT_TOKEN",
    ("robot", "encoding_aes_key"): "ROBOT_AES_KEY",
    ("posts", "webhook_key"): "WEBHOOK_KEY",
    ("night", "secret"): "NIGHT_SECRET",
    ("account", "secret"): "ACCOUNT_SECRET",
    ("account", "token"): "ACCOUNT_TOKEN",
    ("account", "encoding_aes_key"): "ACCOUNT_AES_KEY",
    ("program", "secret"): "PROGRAM_SECRET",
    ("mail", "password"): "MAIL_PASSWORD",
    ("sms", "access_key_secret"): "SMS_SECRET",
    ("pages", "secret"): "PAGE_SECRET",
}
"""The name that stands for each secret."""

each_secret = pytest.mark.parametrize(
    ("key", "field", "name"),
    [(*place, name) for place, name in SECRETS.items()],
    ids=[".".join(place) for place in SECRETS],
)


def channels_of(config: Configuration) -> dict[str, Channel]:
    return dict(config.settings().bot.channels)


def test_every_kind_is_tried_here() -> None:
    assert sorted(kind for kind, _, _ in PLACES.values()) == sorted(CAPABILITIES)


@pytest.mark.parametrize("key", PLACES)
def test_a_channel_of_each_kind_is_read_and_has_its_place(full: Configuration, key: str) -> None:
    channels = channels_of(full)
    channel = channels[key]

    assert (channel.kind, address_of(channel, channels), realm_of(channel, channels)) == PLACES[key]


def test_in_a_rehearsal_every_channel_is_at_the_simulator(full: Configuration) -> None:
    simulate(full)
    channels = channels_of(full)

    assert {address_of(channel, channels) for channel in channels.values()} == {"simulator"}


def test_pages_know_their_visitors_by_the_account_that_lets_them_in(full: Configuration) -> None:
    full.edit("bot.yaml", "login: app", "login: account")
    channels = channels_of(full)

    assert realm_of(channels["pages"], channels) == "wx1"


def test_a_channel_without_its_app_is_nowhere(full: Configuration) -> None:
    channels = channels_of(full)
    del channels["app"]

    assert [address_of(channels[key], channels) for key in ("contact", "service")] == ["", ""]
    assert [realm_of(channels[key], channels) for key in ("contact", "service", "pages")] == [
        ""
    ] * 3


@pytest.mark.parametrize("key", PLACES)
def test_what_a_channel_can_do_is_what_the_table_says_of_its_kind(
    full: Configuration, key: str
) -> None:
    table = full.settings().table(ChannelKey(key))

    agreed = (Rate(60, 60, per_chat=False),)  # per_minute, unless bot.yaml says otherwise
    expected = CAPABILITIES[PLACES[key][0]]
    assert table.pushes_to == expected.pushes_to
    assert table.rates == (agreed if key in {"mail", "sms"} else expected.rates)


def test_mails_go_as_fast_as_the_provider_lets_them(full: Configuration) -> None:
    full.edit("bot.yaml", "kind: email\n", "kind: email\n    per_minute: 7\n")

    assert full.settings().table(ChannelKey("mail")).rates == (Rate(7, 60, per_chat=False),)


def test_every_secret_of_every_kind_is_tried_here(full: Configuration) -> None:
    shape = shape_of(BotFile)
    found = {
        (key, field)
        for key, channel in channels_of(full).items()
        for field in type(channel).model_fields
        if shape.is_secret(("channels", key, field), {"channels": {key: {"kind": channel.kind}}})
    }

    assert found == set(SECRETS)


@each_secret
def test_a_secret_is_read_and_never_shown(
    full: Configuration, key: str, field: str, name: str
) -> None:
    value = AES_KEY[::-1] if field == "encoding_aes_key" else f"q7-{'unmistakable' * 3}"

    loaded = full.load({**ENVIRONMENT, name: value})

    assert isinstance(loaded, Settings), str(loaded)
    channel = loaded.bot.channels[key]
    assert getattr(channel, field).get_secret_value() == value
    shown = (repr(loaded), str(loaded), repr(channel), str(channel), channel.model_dump_json())
    assert [text for text in shown if value in text] == []


@each_secret
def test_a_secret_in_clear_is_told_and_not_quoted(
    full: Configuration, key: str, field: str, name: str
) -> None:
    full.edit("bot.yaml", f"{field}: ${{{name}}}", f"{field}: unmistakable-value")

    assert full.problems() == [
        (
            f"{full.place('bot.yaml', 'unmistakable-value')}  channels.{key}.{field}"
            "  a secret that is not written as ${NAME}"
            f"  write ${{{key.upper()}_{field.upper()}}} and move the value to the line"
            f" {key.upper()}_{field.upper()}=… of .env"
        )
    ]


@each_secret
def test_a_secret_under_a_wrong_key_or_in_a_wrong_place_is_not_quoted(
    full: Configuration, key: str, field: str, name: str
) -> None:
    value = "unmistakable-value"
    full.edit("bot.yaml", f"{field}: ${{{name}}}", f"{field}x: ${{{name}}}")
    full.edit("bot.yaml", "owners: [owner_one]", f'owners: ["${{{name}}}", "${{{name}}}"]')
    full.edit("bot.yaml", "app: app", f"app: ${{{name}}}")

    told = "\n".join(full.problems({**ENVIRONMENT, name: value}))

    assert f"channels.{key}.{field}x  unknown key  write {field} instead" in told
    assert value not in told


@pytest.mark.parametrize(
    ("old", "new", "mark", "problem"),
    [
        (
            "kind: wecom_robot_socket\n",
            "kind: wecom_robot_socket\n    api_base: https://tea.example\n",
            "https://tea",
            (
                "channels.night.api_base  not accepted"
                "  write an address that starts with wss://, or the word simulator"
            ),
        ),
        (
            "https://sms.tea.example",
            "sms.tea.example",
            "sms.tea",
            (
                "channels.sms.api_base  not accepted"
                "  write an address that starts with https://, or the word simulator"
            ),
        ),
        (
            "<news@tea.example>",
            "",
            "山茶 \n",
            "channels.mail.sender  not accepted  write one mail address, as 禾间 <news@",
        ),
        (
            "<news@tea.example>",
            "<news@tea.example>, <more@tea.example>",
            "山茶 <",
            "channels.mail.sender  not accepted  write one mail address, as 禾间 <news@",
        ),
        (
            "username: tea\n",
            "username: tea\n    port: 65536\n",
            "65536",
            "channels.mail.port  out of range  write a whole number from 0 to 65535",
        ),
        (
            "provider: generic",
            "provider: tencent",
            "tencent",
            ("channels.sms.provider  not one of the possible values  write one of generic, aliyun"),
        ),
        (
            "original_id: gh_1",
            "original_id: gh_1\n    mode: safe",
            "safe",
            (
                "channels.account.mode  not one of the possible values"
                "  write one of plain, compatible, aes"
            ),
        ),
        (
            "id: template-1, ",
            "",
            "points:",
            "channels.account.templates.points.id  missing key  add id: text",
        ),
        (
            "user_id: wmFIRST",
            "user_id: FIRST",
            "FIRST\n",
            "simulator.customers[0].user_id  in the wrong form  write wm or wo, then letters,",
        ),
        (
            "  people:",
            "  faults: {lost_percent: 101}\n  people:",
            "101",
            ("simulator.faults.lost_percent  out of range  write a whole number from 0 to 100"),
        ),
    ],
)
def test_a_value_that_a_channel_cannot_have_is_one_message_at_its_place(
    full: Configuration, old: str, new: str, mark: str, problem: str
) -> None:
    full.edit("bot.yaml", old, new)

    problems = full.problems()

    assert len(problems) == 1, problems
    assert problems[0].startswith(f"{full.place('bot.yaml', mark)}  {problem}")
