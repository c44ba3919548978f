"""What makes the good configuration one with a channel of every kind and a customer group."""

from .good_config import Configuration

CHANNELS = """\
  night:
    kind: wecom_robot_socket
    name: 小茶值班
    corp_id: ww1
    bot_id: aib1
    secret: ${NIGHT_SECRET}
  contact:
    kind: customer_contact
    app: app
  service:
    kind: customer_service
    app: app
    open_kfid: wk1
    servicers: [operator_one]
  account:
    kind: official_account
    name: 山茶服务号
    app_id: wx1
    original_id: gh_1
    secret: ${ACCOUNT_SECRET}
    token: ${ACCOUNT_TOKEN}
    encoding_aes_key: ${ACCOUNT_AES_KEY}
    templates:
      points: {id: template-1, fields: {thing1: text}}
  program:
    kind: mini_program
    app_id: wx2
    secret: ${PROGRAM_SECRET}
    templates:
      points: {id: template-2, fields: {thing1: text}}
  mail:
    kind: email
    host: smtp.tea.example
    username: tea
    password: ${MAIL_PASSWORD}
    sender: 山茶 <news@tea.example>
  sms:
    kind: sms
    provider: generic
    api_base: https://sms.tea.example
    access_key_id: tea
    access_key_secret: ${SMS_SECRET}
    signature: 山茶
  pages:
    kind: member_page
    login: app
    address: https://pond.tea.example/
    secret: ${PAGE_SECRET}
"""

CUSTOMER_GROUP = """\
  - key: friends
    name: 茶客群
    posts: {channel: contact, chat_id: wr1}
    roster: {channel: contact, chat_id: wr1}
    owners: [owner_one]
"""

CUSTOMERS = """\
  customers:
    - user_id: wmFIRST
      name: 一一
      friend_of: [owner_one]
    - user_id: wmSECOND
      name: 二二
  in_customer_group: [owner_one, wmFIRST]
"""


def add_every_channel(config: Configuration) -> None:
    """Give ``config`` the channels, the group and the simulator's customers."""
    config.edit("bot.yaml", "groups:\n", f"{CHANNELS}groups:\n")
    config.edit("bot.yaml", "operators:", f"{CUSTOMER_GROUP}operators:")
    config.edit("bot.yaml", "  in_group: [owner_one]\n", f"  in_group: [owner_one]\n{CUSTOMERS}")


def simulate(config: Configuration) -> None:
    """Turn ``config``, which has every channel, into a rehearsal."""
    config.edit("bot.yaml", "enabled: false", "enabled: true")
    own = ("wecom_app", "wecom_robot", "wecom_robot_socket", "group_webhook")
    for kind in (*own, "official_account", "mini_program"):
        config.edit("bot.yaml", f"kind: {kind}\n", f"kind: {kind}\n    api_base: simulator\n")
    config.edit("bot.yaml", "https://sms.tea.example", "simulator")
    config.edit("bot.yaml", "https://pond.tea.example/", "simulator")
    config.edit("bot.yaml", "host: smtp.tea.example", "host: simulator\n    security: none")
