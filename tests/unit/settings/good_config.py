"""A small complete configuration without mistakes, and a way to put mistakes into it."""

from collections.abc import Mapping
from pathlib import Path

from bot.settings.load import load_settings
from bot.settings.problems import Problems
from bot.settings.schema.commands import CommandName
from bot.settings.schema.templates import TEMPLATES
from bot.settings.settings import Settings

AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"

ENVIRONMENT = {
    "APP_SECRET": "secret-of-the-app",
    "APP_TOKEN": "token-of-the-app",
    "APP_AES_KEY": AES_KEY,
    "ROBOT_TOKEN": "token-of-the-robot",
    "ROBOT_AES_KEY": AES_KEY,
    "WEBHOOK_KEY": "key-of-the-webhook",
    "NIGHT_SECRET": "secret-of-the-night-robot",
    "ACCOUNT_SECRET": "secret-of-the-account",
    "ACCOUNT_TOKEN": "token-of-the-account",
    "ACCOUNT_AES_KEY": AES_KEY,
    "PROGRAM_SECRET": "secret-of-the-program",
    "MAIL_PASSWORD": "password-of-the-mailbox",
    "SMS_SECRET": "secret-of-the-short-messages",
    "PAGE_SECRET": "secret-of-the-pages-0123456789abcdef",
}

KINDS = (
    "wecom_app, wecom_robot, wecom_robot_socket, group_webhook, customer_contact,"
    " customer_service, official_account, mini_program, email, sms, member_page"
)
"""Every kind of channel, as problems list them."""

BOT = """\
# yaml-language-server: $schema=schema/bot.schema.json
brand:
  name: 山茶
channels:
  app:
    kind: wecom_app
    corp_id: ww1
    agent_id: 1000002
    secret: ${APP_SECRET}
    token: ${APP_TOKEN}
    encoding_aes_key: ${APP_AES_KEY}
  robot:
    kind: wecom_robot
    name: 小茶
    corp_id: ww1
    token: ${ROBOT_TOKEN}
    encoding_aes_key: ${ROBOT_AES_KEY}
  posts:
    kind: group_webhook
    webhook_key: ${WEBHOOK_KEY}
groups:
  - key: tea
    name: 茶友群
    hears:
      channel: robot
      chat_id: chat-1
    posts:
      channel: posts
    roster:
      channel: app
      chat_id: chat-1
    owners: [owner_one]
operators: [operator_one]
simulator:
  enabled: false
  people:
    - user_id: owner_one
      name: 陈夏
    - user_id: operator_one
      name: 林秋
  in_group: [owner_one]
"""

CALENDAR = """\
mix:
  pillars:
    brand: 20
    product: 20
    industry: 30
    user: 30
  kinds:
    story: 20
    activity: 20
    product: 20
    red_packet: 20
    lesson: 20
slots:
  - at: 09:00
    days: [mon, wed]
    kinds: [story, lesson]
  - at: 12:30
    days: [mon]
    kinds: [story]
quiet_hours:
  starts: 22:00
  ends: 08:00
fission_steps:
  - key: bring_a_friend
    texts:
      - 觉得有用，欢迎请朋友来群里坐坐。
      - 有朋友也在挑茶？群里给 TA 留着位置。
      - 想起谁也爱喝一口，就请 TA 来聊聊。
  - key: ask_a_friend
    texts:
      - 身边也有爱茶的人？请他一起来。
      - 问问朋友，头一泡茶 TA 倒不倒。
      - 家里谁最会泡茶？请 TA 来教教大家。
node_days:
  - key: tea_day
    name: 茶日
    month: 5
    day: 21
"""

REWARDS = """\
day_starts_at: 04:00
checkin:
  points: 10
"""

MEMBERS = """\
tags:
  - key: green_tea
    name: 绿茶
    purpose: 推荐绿茶
    owner: 运营
rules:
  - tag: green_tea
    keywords: [龙井]
"""

STORY = """\
---
title: 采茶的早晨
pillar: brand
kind: story
---

清晨五点，茶园里只有鸟声。
我们等露水干了才采。
"""

LESSON = """\
---
title: 水温
pillar: industry
kind: lesson
months: [3, 4]
node: ""
fission: bring_a_friend
---
绿茶用八十度的水。
"""

ANSWER = """\
---
question: 茶要放冰箱吗
also: [怎么存茶]
---
绿茶密封后冷藏。
"""


def persona() -> str:
    """persona.yaml with every template of the product."""
    lines = [
        "name: 小茶",
        "who: 我是山茶的茶艺师。",
        "what: 我回答泡茶的问题。",
        "value: 每天学一点茶。",
        "memory_points:",
        "  - text: 喝茶去",
        "tone:",
        "  banned: [亲们]",
        "screening:",
        "  blocked: [最好, 第一]",
        "  allowed: [第一次]",
        "templates:",
    ]
    for name, shape in TEMPLATES.items():
        slots = "".join(f"{{{slot}}}" for slot in sorted(shape.slots))
        lines.append(f"  {name}:")
        words = name.replace(".", "/")  # level.top would be taken for a web address
        lines += [f'    - "{words} {index} {slots}"' for index in range(shape.variants)]
    return "\n".join(lines) + "\n"


def commands() -> str:
    """commands.yaml with every command of the product."""
    return "commands:\n" + "".join(map(command, CommandName))


def command(name: CommandName) -> str:
    """The lines of one command; aliases are alias_a, alias_b and so on, in the order of names."""
    number = list(CommandName).index(name)
    letter = "z" * (number // 26) + chr(ord("a") + number % 26)
    return (
        f"  {name}:\n"
        f"    words: [{name}词, 又{name}]\n"
        f"    alias: alias_{letter}\n"
        f"    help: 说明 {name}\n"
    )


def good_files() -> dict[str, str]:
    """Texts of all files by name."""
    return {
        "bot.yaml": BOT,
        "persona.yaml": persona(),
        "commands.yaml": commands(),
        "calendar.yaml": CALENDAR,
        "rewards.yaml": REWARDS,
        "members.yaml": MEMBERS,
        "content/story.md": STORY,
        "content/lesson.md": LESSON,
        "knowledge/fridge.md": ANSWER,
    }


class Configuration:
    """The good files on disk; each edit must find the words that it replaces."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        for name, text in good_files().items():
            self.write(name, text)

    def write(self, name: str, text: str) -> None:
        file = self.directory / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def edit(self, name: str, old: str, new: str) -> None:
        text = (self.directory / name).read_text(encoding="utf-8")
        assert text.count(old) >= 1, f"{old!r} is not in {name}"
        self.write(name, text.replace(old, new, 1))

    def place(self, name: str, words: str, skip: int = 0) -> str:
        """``name:line:column`` of the first occurrence of ``words`` after ``skip`` others."""
        text = (self.directory / name).read_text(encoding="utf-8")
        start = -1
        for _ in range(skip + 1):
            start = text.index(words, start + 1)
        line_start = text.rfind("\n", 0, start) + 1
        return f"{name}:{text.count(chr(10), 0, start) + 1}:{start - line_start + 1}"

    def load(self, environment: Mapping[str, str] = ENVIRONMENT) -> Settings | Problems:
        return load_settings(self.directory, environment)

    def settings(self, environment: Mapping[str, str] = ENVIRONMENT) -> Settings:
        loaded = self.load(environment)
        assert isinstance(loaded, Settings), str(loaded)
        return loaded

    def problems(self, environment: Mapping[str, str] = ENVIRONMENT) -> list[str]:
        """Every problem as a line, with paths relative to the configuration folder."""
        loaded = self.load(environment)
        assert isinstance(loaded, Problems), "the configuration has no problem"
        lines = [str(problem).replace(f"{self.directory}/", "", 1) for problem in loaded.problems]
        return [line.replace(f"{self.directory.parent}/", "") for line in lines]
