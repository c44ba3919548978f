"""Channels that work through others, accounts with two channels, what some modes need."""

import pytest

from .every_channel import simulate
from .good_config import ENVIRONMENT, Configuration

NO_CHANNEL = "there is no channel with this key"


@pytest.mark.parametrize(
    ("old", "new", "mark", "problem"),
    [
        (
            "customer_contact\n    app: app",
            "customer_contact\n    app: ap",
            "ap\n  service",
            f"channels.contact.app  {NO_CHANNEL}  write one of app",
        ),
        (
            "customer_contact\n    app: app",
            "customer_contact\n    app: robot",
            "robot\n  service",
            "channels.contact.app  a channel of kind wecom_robot cannot do this  write one of app",
        ),
        (
            "customer_service\n    app: app",
            "customer_service\n    app: service",
            "service\n    open_kfid",
            (
                "channels.service.app  a channel of kind customer_service cannot do this"
                "  write one of app"
            ),
        ),
        (
            "login: app",
            "login: program",
            "program\n    address",
            (
                "channels.pages.login  a channel of kind mini_program cannot do this"
                "  write one of app, account"
            ),
        ),
        (
            "    encoding_aes_key: ${ACCOUNT_AES_KEY}\n",
            "",
            "account:",
            (
                "channels.account  mode aes needs the EncodingAESKey"
                "  add encoding_aes_key, or write mode: plain as in the console"
            ),
        ),
        (
            "    encoding_aes_key: ${ACCOUNT_AES_KEY}\n",
            "    mode: compatible\n",
            "account:",
            "channels.account  mode compatible needs the EncodingAESKey  add encoding_aes_key",
        ),
        (
            "provider: generic",
            "provider: aliyun",
            "sms:",
            (
                "channels.sms  aliyun sends registered templates only"
                "  add template: the id of the registered template, as SMS_123456789"
            ),
        ),
        (
            "host: smtp.tea.example",
            "host: smtp.tea.example\n    security: none",
            "none",
            (
                "channels.mail.security  mails and the password would travel in clear text"
                "  write security: tls or starttls"
            ),
        ),
    ],
)
def test_a_mistake_among_channels_is_told_at_its_place(
    full: Configuration, old: str, new: str, mark: str, problem: str
) -> None:
    full.edit("bot.yaml", old, new)

    problems = full.problems()

    assert len(problems) == 1, problems
    assert problems[0].startswith(f"{full.place('bot.yaml', mark)}  {problem}")


def test_without_any_app_one_is_to_be_added(config: Configuration) -> None:
    config.edit("bot.yaml", "groups:", "  contact: {kind: customer_contact, app: app}\ngroups:")
    config.edit("bot.yaml", "  app:\n", "  program:\n")
    config.edit("bot.yaml", "kind: wecom_app", "kind: wecom_robot\n    name: 小二")
    config.edit("bot.yaml", "    agent_id: 1000002\n    secret: ${APP_SECRET}\n", "")

    told = [line for line in config.problems() if "channels.contact" in line]

    assert told == [
        (
            f"{config.place('bot.yaml', 'app}')}  channels.contact.app  {NO_CHANNEL}"
            "  add a channel of kind wecom_app under channels and write its key"
        )
    ]


ROBOT = "kind: wecom_robot_socket, name: 二, corp_id: ww1, secret: '${NIGHT_SECRET}', bot_id: "
APP = (
    "kind: wecom_app, corp_id: ww1, secret: '${APP_SECRET}', token: '${APP_TOKEN}',"
    " encoding_aes_key: '${APP_AES_KEY}', agent_id: "
)
SERVICE = "kind: customer_service, app: app, open_kfid: "
ACCOUNT = (
    "kind: official_account, name: 二, original_id: gh_2, mode: plain,"
    " secret: '${ACCOUNT_SECRET}', token: '${ACCOUNT_TOKEN}', app_id: "
)
PROGRAM = "kind: mini_program, secret: '${PROGRAM_SECRET}', templates: {}, app_id: "


def add_channel(config: Configuration, section: str) -> None:
    config.edit("bot.yaml", "groups:\n", f"  again: {{{section}}}\ngroups:\n")


@pytest.mark.parametrize(
    ("key", "section"),
    [
        ("night", f"{ROBOT}aib1"),
        ("app", f"{APP}1000002"),
        ("contact", "kind: customer_contact, app: app"),
        ("service", f"{SERVICE}wk1"),
        ("account", f"{ACCOUNT}wx1"),
        ("program", f"{PROGRAM}wx2"),
        (
            "pages",
            "kind: member_page, login: account, address: https://b.c, secret: '${PAGE_SECRET}'",
        ),
    ],
)
def test_an_account_with_two_channels_is_told_at_the_second(
    full: Configuration, key: str, section: str
) -> None:
    add_channel(full, section)

    assert full.problems() == [
        (
            f"{full.place('bot.yaml', 'again')}  channels.again  channel {key} does the same"
            "  remove one of the two"
        )
    ]


@pytest.mark.parametrize(
    "section",
    [
        f"{ROBOT}aib2",
        f"{APP}1000003",
        f"{SERVICE}wk2",
        f"{ACCOUNT}wx2",
        f"{PROGRAM}wx1",
        "kind: email, host: smtp.tea.example, sender: 山茶 <offers@tea.example>",
    ],
)
def test_two_accounts_of_one_kind_are_two_channels(full: Configuration, section: str) -> None:
    add_channel(full, section)

    assert "again" in full.settings().bot.channels


def test_a_secret_that_signs_tickets_is_long_enough(full: Configuration) -> None:
    assert full.settings({**ENVIRONMENT, "PAGE_SECRET": "s" * 32})

    assert full.problems({**ENVIRONMENT, "PAGE_SECRET": "s" * 31}) == [
        (
            f"{full.place('bot.yaml', '${PAGE_SECRET}')}  channels.pages.secret"
            "  this secret is too short to sign with  write at least 32 random characters"
        )
    ]


def test_an_account_in_plain_mode_needs_no_key(full: Configuration) -> None:
    full.edit("bot.yaml", "    encoding_aes_key: ${ACCOUNT_AES_KEY}\n", "    mode: plain\n")

    assert full.settings()


def test_short_messages_with_their_template_may_go_through_aliyun(full: Configuration) -> None:
    full.edit("bot.yaml", "provider: generic", "provider: aliyun\n    template: SMS_1")

    assert full.settings()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", '"::1"'])
def test_towards_this_machine_mail_may_travel_in_clear_text(full: Configuration, host: str) -> None:
    full.edit("bot.yaml", "host: smtp.tea.example", f"host: {host}\n    security: none")

    assert full.settings()


def test_the_simulators_mail_server_is_spoken_to_in_clear_text(full: Configuration) -> None:
    simulate(full)
    assert full.settings()

    full.edit("bot.yaml", "    security: none", "    security: starttls")

    assert full.problems() == [
        (
            f"{full.place('bot.yaml', 'starttls')}  channels.mail.security"
            "  the simulator's mail server speaks no TLS  write security: none"
        )
    ]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("kind: wecom_app", "kind: wecom_ap", "channels.app.kind  not one of the possible kinds"),
        ("login: app", "login: App", "channels.pages.login  in the wrong form"),
        (
            "encoding_aes_key: ${ACCOUNT_AES_KEY}",
            "encoding_aes_kee: ${ACCOUNT_AES_KEY}",
            "channels.account.encoding_aes_kee  unknown key  write encoding_aes_key instead",
        ),
        (
            "encoding_aes_key: ${ACCOUNT_AES_KEY}",
            "encoding_aes_key: ${WEBHOOK_KEY}",
            "channels.account.encoding_aes_key  not accepted",
        ),
        ("secret: ${PAGE_SECRET}", "secret: short", "channels.pages.secret  a secret that is not"),
        ("secret: ${PAGE_SECRET}", "secret: ${NO}", "channels.pages.secret  ${NO} has no value"),
        (
            "provider: generic",
            "provider: aliyun\n    template: 5",
            "channels.sms.template  wrong type: a whole number",
        ),
        (
            "host: smtp.tea.example",
            "host: 5\n    security: none",
            "channels.mail.host  wrong type: a whole number",
        ),
    ],
)
def test_what_follows_from_another_mistake_is_not_told_as_well(
    full: Configuration, old: str, new: str, problem: str
) -> None:
    full.edit("bot.yaml", old, new)

    problems = full.problems()

    assert len(problems) == 1, problems
    assert problem in problems[0]


def test_public_pages_are_reached_by_https_only(full: Configuration) -> None:
    full.edit("bot.yaml", "https://pond.tea.example/", "http://pond.tea.example/")

    (problem,) = full.problems()
    assert "channels.pages.address" in problem
    assert "write the https:// address of your proxy" in problem
