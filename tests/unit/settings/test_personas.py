"""Cards: a fact stands once, a preset fills in, and a further persona lies over the main one."""

import pytest

from bot.settings.load import load_settings
from bot.settings.reload import Change, LiveSettings
from bot.settings.schema.presets import PRESETS, Preset
from tests.unit.settings.good_config import ENVIRONMENT, Configuration

ZHOU = """\
name: 周师傅
who: 我是{card.brand}的制茶师，{card.years}。
what: 讲做茶。
value: 讲清楚。
memory_points: []
facts:
  years: 三十年
templates:
  ask.unseen: ["看不了，{name}。", "请写字，{name}，{card.name}看字。"]
"""


@pytest.fixture
def configuration(config: Configuration) -> Configuration:
    """The good files, with a second persona for the group."""
    config.write("personas/zhou.yaml", ZHOU)
    config.edit("bot.yaml", "    name: 茶友群\n", "    name: 茶友群\n    persona: zhou\n")
    return config


def test_a_group_is_spoken_to_by_its_own_persona(configuration: Configuration) -> None:
    settings = configuration.settings()
    (group,) = settings.bot.groups

    assert settings.persona_of(group).name == "周师傅"
    assert settings.persona.name == "小茶"


def test_a_group_that_names_nobody_is_spoken_to_by_the_main_persona(
    configuration: Configuration,
) -> None:
    configuration.edit("bot.yaml", "    persona: zhou\n", "")
    settings = configuration.settings()

    assert settings.persona_of(settings.bot.groups[0]) is settings.persona


def test_facts_of_whoever_speaks_are_filled_in_when_the_files_are_read(
    configuration: Configuration,
) -> None:
    configuration.edit("persona.yaml", "ask/meant 0 ", "{card.name}：")
    settings = configuration.settings()
    zhou = settings.personas["zhou"]

    assert zhou.who == "我是山茶的制茶师，三十年。"
    assert zhou.templates["ask.unseen"][1] == "请写字，{name}，周师傅看字。"
    assert settings.persona.templates["ask.meant"][0].startswith("小茶：")
    assert zhou.templates["ask.meant"][0].startswith("周师傅：")


def test_what_a_further_persona_does_not_say_itself_is_said_as_by_the_main_one(
    configuration: Configuration,
) -> None:
    settings = configuration.settings()
    zhou, main = settings.personas["zhou"], settings.persona

    assert zhou.templates["ask.fallback"] == main.templates["ask.fallback"]
    assert zhou.templates["ask.unseen"] != main.templates["ask.unseen"]
    assert zhou.screening == main.screening


def test_words_for_the_morning_are_not_inherited_where_the_others_are_its_own(
    configuration: Configuration,
) -> None:
    mornings = (
        "templates:\n  ask.unseen@morning: [早，看不了]\n  ask.fallback@morning: [早，不知道]\n"
    )
    configuration.edit("persona.yaml", "templates:\n", mornings)
    templates = configuration.settings().personas["zhou"].templates

    assert "ask.fallback@morning" in templates
    assert "ask.unseen@morning" not in templates


def test_a_preset_gives_the_tone_and_the_file_overrides_it(configuration: Configuration) -> None:
    configuration.edit("personas/zhou.yaml", "facts:", "preset: 专家\ntone: {address: 你}\nfacts:")
    zhou = configuration.settings().personas["zhou"]
    tone = zhou.tone

    assert zhou.preset is Preset.EXPERT
    assert tone.address == "你"
    assert PRESETS[Preset.EXPERT].address == "您"
    assert tone.emoji_budget == PRESETS[Preset.EXPERT].emoji_budget == 0


def test_no_folder_of_personas_is_fine(configuration: Configuration) -> None:
    configuration.edit("bot.yaml", "    persona: zhou\n", "")
    (configuration.directory / "personas" / "zhou.yaml").unlink()
    (configuration.directory / "personas").rmdir()

    assert configuration.settings().personas == {}


def test_an_edited_persona_is_taken_while_running(configuration: Configuration) -> None:
    live = LiveSettings(configuration.settings())
    configuration.edit("personas/zhou.yaml", "讲做茶", "讲喝茶")

    change = live.refresh(lambda: load_settings(configuration.directory, ENVIRONMENT))

    assert isinstance(change, Change)
    assert live.current.personas["zhou"].what == "讲喝茶。"


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        (
            "bot.yaml", "persona: zhou", "persona: zhuo",
            "groups[0].persona  there is no personas/zhuo.yaml  write zhou instead",
        ),
        (
            "personas/zhou.yaml", "{card.years}", "{card.yaers}",
            "who  no fact yaers on this card  write years instead",
        ),
        (
            "personas/zhou.yaml", "years: 三十年", "years: 三十年，{card.name}",
            "facts.years  a fact made of another fact  write it out",
        ),
        (
            "personas/zhou.yaml", "facts:\n", "facts:\n  brand: 红茶\n",
            "facts.brand  the persona or the brand has its own  choose another key",
        ),
        (
            "personas/zhou.yaml", "讲清楚。", "讲清楚，{name}。",
            "value  unknown slot {name}  write the text without braces",
        ),
        (
            "personas/zhou.yaml", "看不了，{name}", "看不了，{nmae}",
            "templates.ask.unseen[0]  unknown slot {nmae}  write {name}",
        ),
        (
            "personas/zhou.yaml", "  ask.unseen:", "  ask.unsean:",
            "templates.ask.unsean  unknown template  write ask.unseen instead",
        ),
        (
            "personas/zhou.yaml", ', "请写字，{name}，{card.name}看字。"', "",
            "templates.ask.unseen  too few variants: 1  write 2 variants or more",
        ),
        (
            "personas/zhou.yaml", "facts:\n", "samples: [好茶, 慢喝]\nfacts:\n",
            "samples  2 sample lines do not show a style  write 12 or more, or none",
        ),
        (
            "personas/zhou.yaml", "facts:\n", "tone: {emoji_budget: 0}\nfacts:\n  cup: 杯🍵\n",
            "facts.cup  1 emoji  keep at most 0 (tone.emoji_budget of personas/zhou.yaml)",
        ),
        (
            "personas/zhou.yaml", "facts:\n", "addressing: {levels: {锦鲤: 老师}}\nfacts:\n",
            "addressing.levels.锦鲤  there is no such level of rewards.yaml  write 小锦鲤 instead",
        ),
        (
            "personas/zhou.yaml", "facts:\n", "addressing: {tags: {tea: 茶友}}\nfacts:\n",
            "addressing.tags.tea  there is no such tag of members.yaml  write one of green_tea",
        ),
        (
            "personas/zhou.yaml", "facts:\n", "kind: robot\nfacts:\n",
            "kind  not one of the possible values  write one of person, product, expert",
        ),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(
    configuration: Configuration, file: str, old: str, new: str, problem: str
) -> None:
    configuration.edit(file, old, new)

    (told,) = configuration.problems()
    place, _, words = told.partition("  ")
    assert words == problem
    assert place.startswith(f"{file}:")


def test_the_line_and_the_column_are_those_of_the_words(configuration: Configuration) -> None:
    configuration.edit("personas/zhou.yaml", "讲清楚。", "讲清楚，最好。")

    (told,) = configuration.problems()
    assert told.startswith(
        configuration.place("personas/zhou.yaml", "讲清楚") + "  value  contains"
    )


def test_a_persona_needs_the_facts_of_the_templates_that_it_inherits(
    configuration: Configuration,
) -> None:
    configuration.edit("persona.yaml", "value:", "facts: {hours: 早九晚五}\nvalue:")
    configuration.edit("persona.yaml", "ask/meant 0 ", "{card.hours}")

    (told,) = configuration.problems()
    assert told.endswith(
        "facts  template ask.meant of persona.yaml takes the fact hours, which is not here"
        "  add hours to facts, or write templates: ask.meant: here"
    )


def test_a_word_waits_for_one_topic_only(configuration: Configuration) -> None:
    talk = (
        "small_talk:\n"
        "  morning: {words: [早上好], answers: [早, 早呀]}\n"
        "  greeting: {words: [你好, 早上好], answers: [好, 你好]}\n"
    )
    configuration.edit("personas/zhou.yaml", "facts:\n", f"{talk}facts:\n")

    (told,) = configuration.problems()
    assert told.endswith("the same word stands at small_talk.morning  remove one of the two")


def test_a_notice_tells_newcomers_everything(configuration: Configuration) -> None:
    dress = (
        "decoration:\n  signature: 喝茶\n  avatar: 杯\n  cover: 茶\n"
        "  notice: {purpose: 喝茶, hours: 全天, checkin: 签到, points: 积分, invite: 邀请,"
        " person: 人工, rules: 守规矩}\n"
    )
    configuration.edit("personas/zhou.yaml", "facts:\n", f"{dress}facts:\n")

    (told,) = configuration.problems()
    assert told.endswith("newcomers are not told of personalisation  add lines for personalisation")


def test_a_card_that_cannot_be_read_is_not_missed_as_well(configuration: Configuration) -> None:
    configuration.edit("personas/zhou.yaml", "name: 周师傅\n", "name: [\n")

    (told,) = configuration.problems()
    assert told.startswith("personas/zhou.yaml:")
