"""The channels of bot.yaml: one section for each kind of place where the brand can be reached."""

import re
from collections.abc import Mapping
from email.utils import getaddresses
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr

from bot.settings.schema.base import KeyName, Positive, Section, Words

PLATFORM_ADDRESS = "https://qyapi.weixin.qq.com"
"""Tencent's WeCom API host [developer.work.weixin.qq.com/document/path/91039]."""

ROBOT_SOCKET_ADDRESS = "wss://openws.work.weixin.qq.com"
"""Where intelligent robots connect [developer.work.weixin.qq.com/document/path/101463]."""

ACCOUNT_ADDRESS = "https://api.weixin.qq.com"
"""The API host of Official Accounts and mini programs."""

SIMULATOR = "simulator"
"""The address that means: the simulator in this process."""


def _full_key(secret: SecretStr) -> SecretStr:
    value = secret.get_secret_value()
    if len(value) != 43 or not value.isalnum():
        raise ValueError("copy the EncodingAESKey from the console: 43 letters and digits")
    return secret


def _address(value: str) -> str:
    value = value.rstrip("/")
    if value != SIMULATOR and not value.startswith(("https://", "http://")):
        raise ValueError(f"write an address that starts with https://, or the word {SIMULATOR}")
    return value


def _socket_address(value: str) -> str:
    value = value.rstrip("/")
    if value != SIMULATOR and not value.startswith(("wss://", "ws://")):
        raise ValueError(f"write an address that starts with wss://, or the word {SIMULATOR}")
    return value


def _mailbox(value: str) -> str:
    addresses = [address for _, address in getaddresses([value])]
    if len(addresses) != 1 or not re.fullmatch(r"[^@\s]+@[^@\s]+", addresses[0]):
        raise ValueError("write one mail address, as 禾间 <news@hejian.example>")
    return value


AesKey = Annotated[SecretStr, AfterValidator(_full_key)]
Address = Annotated[str, AfterValidator(_address)]
SocketAddress = Annotated[str, AfterValidator(_socket_address)]
Mailbox = Annotated[str, AfterValidator(_mailbox)]
Port = Annotated[int, Field(strict=True, ge=0, le=65535)]


class WecomApp(Section):
    """A self-built app (自建应用): private chats, contact events, messages into its own groups."""

    kind: Literal["wecom_app"]
    """Always wecom_app."""

    corp_id: Words
    """Company id (ww…)."""

    agent_id: Positive
    """AgentId of the app."""

    secret: SecretStr
    """Secret of the app, as ${NAME}."""

    token: SecretStr
    """Token of the callback, as ${NAME}."""

    encoding_aes_key: AesKey
    """EncodingAESKey of the callback, as ${NAME}."""

    api_base: Address = PLATFORM_ADDRESS
    """Address of the API; private deployments and the simulator have their own."""


class WecomRobot(Section):
    """An intelligent robot (智能机器人) in URL mode: hears group messages that @ it."""

    kind: Literal["wecom_robot"]
    """Always wecom_robot."""

    name: Words
    """The robot's display name, as members type it after @."""

    corp_id: Words
    """Company id (ww…) whose people talk to the robot."""

    token: SecretStr
    """Token of the callback, as ${NAME}."""

    encoding_aes_key: AesKey
    """EncodingAESKey of the callback, as ${NAME}."""

    api_base: Address = PLATFORM_ADDRESS
    """Address under which one-use response addresses must lie."""


class WecomRobotSocket(Section):
    """An intelligent robot (智能机器人) in WebSocket mode: hears what @s it, may speak unasked."""

    kind: Literal["wecom_robot_socket"]
    """Always wecom_robot_socket."""

    name: Words
    """The robot's display name, as members type it after @."""

    corp_id: Words
    """Company id (ww…) whose people talk to the robot."""

    bot_id: Words
    """BotID of the robot. One connection at a time may use it."""

    secret: SecretStr
    """Secret of the long connection, as ${NAME}."""

    api_base: SocketAddress = ROBOT_SOCKET_ADDRESS
    """Address of the long connection; private deployments and the simulator have their own."""


class GroupWebhook(Section):
    """A group's message push address (消息推送): posts into one group, hears nothing."""

    kind: Literal["group_webhook"]
    """Always group_webhook."""

    webhook_key: SecretStr
    """The key= of the webhook address, as ${NAME}. Whoever has it can post."""

    api_base: Address = PLATFORM_ADDRESS
    """Address of the API."""


class CustomerContact(Section):
    """Customers and customer groups (客户联系): speaks and hears through a self-built app.

    The app must be listed in the console under the apps that may call the customer contact API.
    """

    kind: Literal["customer_contact"]
    """Always customer_contact."""

    app: KeyName
    """Key of the wecom_app channel in whose name it works; task cards come from it too."""

    task_hours: Positive = 6
    """Hours that an employee has to confirm a task before it is called off, if nothing ends it."""


class CustomerService(Section):
    """WeChat customer service (微信客服): private chats with WeChat users."""

    kind: Literal["customer_service"]
    """Always customer_service."""

    app: KeyName
    """Key of the wecom_app channel that may manage the service account."""

    open_kfid: Words
    """Id of the service account (wk…)."""

    servicers: tuple[Words, ...] = ()
    """User ids of those who take over when a customer asks for a person."""


class NoticeTemplate(Section):
    """A template of the platform's console, for notices (模板消息, 订阅通知)."""

    id: Words
    """Template id from the console."""

    fields: dict[str, Words]
    """The template's keywords (as thing1), each with the name of a value of ours (text, url, …)."""


class OfficialAccount(Section):
    """An Official Account (服务号, 公众号): private chats with followers."""

    kind: Literal["official_account"]
    """Always official_account."""

    name: Words
    """The account's name, as followers see it."""

    app_id: Words
    """AppID of the account (wx…)."""

    original_id: Words
    """Original id of the account (gh_…), under which it sends and receives."""

    secret: SecretStr
    """AppSecret, as ${NAME}."""

    token: SecretStr
    """Token of the server address, as ${NAME}."""

    encoding_aes_key: AesKey | None = None
    """EncodingAESKey, as ${NAME}; not needed in plain mode."""

    mode: Literal["plain", "compatible", "aes"] = "aes"
    """Message mode as set in the console: 明文 plain, 兼容 compatible, 安全 aes."""

    templates: dict[KeyName, NoticeTemplate] = Field(default_factory=dict)
    """Templates for notices, by our name for them."""

    api_base: Address = ACCOUNT_ADDRESS
    """Address of the API."""


class MiniProgram(Section):
    """Subscription messages (订阅消息) of a mini program (小程序); it hears nothing."""

    kind: Literal["mini_program"]
    """Always mini_program."""

    app_id: Words
    """AppID of the mini program (wx…)."""

    secret: SecretStr
    """AppSecret, as ${NAME}."""

    templates: dict[KeyName, NoticeTemplate]
    """Templates for notices, by our name for them."""

    api_base: Address = ACCOUNT_ADDRESS
    """Address of the API."""


class Email(Section):
    """E-mail by SMTP."""

    kind: Literal["email"]
    """Always email."""

    host: Words
    """Name of the mail server, or the word simulator, which has a port of its own."""

    port: Port = 465
    """Its port; 465 goes with tls, 587 with starttls."""

    security: Literal["tls", "starttls", "none"] = "tls"
    """How the connection is kept private; none only towards this machine and the simulator."""

    username: str = ""
    """Who logs in; empty for a server that asks for no login."""

    password: SecretStr = SecretStr("")
    """His password, as ${NAME}."""

    sender: Mailbox
    """The From of every mail, as 禾间 <news@hejian.example>."""

    per_minute: Positive = 60
    """Most mails in a minute, as agreed with the provider."""


class Sms(Section):
    """Short messages (短信) by a provider's HTTP gateway."""

    kind: Literal["sms"]
    """Always sms."""

    provider: Literal["generic", "aliyun"]
    """generic posts signed JSON to your gateway; aliyun speaks Alibaba Cloud's SendSms."""

    api_base: Address
    """Address of the gateway."""

    access_key_id: Words
    """Who signs, as the provider calls it."""

    access_key_secret: SecretStr
    """The key of the signature, as ${NAME}."""

    signature: Words
    """The registered name in brackets at the start of each message (签名), without the brackets."""

    template: str = ""
    """Registered template id whose only variable is content; aliyun needs it."""

    per_minute: Positive = 60
    """Most messages in a minute, as agreed with the provider."""


class MemberPage(Section):
    """Our own pages, where members of customer groups act: check in, claim, invite."""

    kind: Literal["member_page"]
    """Always member_page."""

    login: KeyName
    """Key of the wecom_app or official_account channel by whose OAuth visitors are known."""

    address: Address
    """Public address of our pages, as https://pond.example.com, or the word simulator."""

    secret: SecretStr
    """Signs the pages' tickets: at least 32 random characters, as ${NAME}."""


Channel = (
    WecomApp
    | WecomRobot
    | WecomRobotSocket
    | GroupWebhook
    | CustomerContact
    | CustomerService
    | OfficialAccount
    | MiniProgram
    | Email
    | Sms
    | MemberPage
)

ChannelSection = Annotated[Channel, Field(discriminator="kind")]


def address_of(channel: Channel, channels: Mapping[str, Channel]) -> str:
    """Where a channel's platform is; that of the app for channels that work through one.

    Empty when that app is not among ``channels``.
    """
    match channel:
        case CustomerContact() | CustomerService():
            app = channels.get(channel.app)
            return app.api_base if isinstance(app, WecomApp) else ""
        case Email():
            return channel.host
        case MemberPage():
            return channel.address
        case _:
            return channel.api_base


def realm_of(channel: Channel, channels: Mapping[str, Channel]) -> str:
    """The company or account within which the channel's user ids are unique.

    Mail addresses and telephone numbers are unique in the world; a webhook knows nobody.
    """
    match channel:
        case WecomApp() | WecomRobot() | WecomRobotSocket():
            return channel.corp_id
        case CustomerContact() | CustomerService():
            return _realm_of_key(channel.app, channels)
        case MemberPage():
            return _realm_of_key(channel.login, channels)
        case OfficialAccount() | MiniProgram():
            return channel.app_id
        case Email() | Sms():
            return channel.kind
        case GroupWebhook():
            return ""


def _realm_of_key(key: str, channels: Mapping[str, Channel]) -> str:
    channel = channels.get(key)
    if isinstance(channel, WecomApp):
        return channel.corp_id
    return channel.app_id if isinstance(channel, OfficialAccount) else ""
