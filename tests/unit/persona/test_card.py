"""The card in use: how members are called, and how an account is dressed up."""

from pathlib import Path

import pytest

from bot.persona.card import Item, called, dress
from bot.persona.presets import fragment
from bot.settings.schema.card import Addressing, NoticePart, PersonaCard
from bot.settings.schema.presets import PRESETS, Preset
from bot.settings.settings import Settings
from tests.support.settings import example_settings
from tests.unit.settings.good_config import Configuration


@pytest.fixture(scope="module")
def settings() -> Settings:
    return example_settings()


def card(settings: Settings, **changes: object) -> PersonaCard:
    return settings.persona.model_copy(update=changes)


@pytest.mark.parametrize(
    ("level", "tags", "expected"),
    [
        ("", (), "小鹿呀"),
        ("大锦鲤", (), "小鹿老师"),
        ("小鱼苗", ("oily",), "小鹿呀"),
        ("大锦鲤", ("oily", "dry"), "爱喝水的小鹿"),
    ],
)
def test_members_are_called_by_tag_then_level_then_plainly(
    settings: Settings, level: str, tags: tuple[str, ...], expected: str
) -> None:
    forms = Addressing(
        plain="{name}呀", levels={"大锦鲤": "{name}老师"}, tags={"dry": "爱喝水的{name}"}
    )

    assert called(card(settings, addressing=forms), "小鹿", level=level, tags=tags) == expected


def test_the_checklist_dresses_everything_within_the_platforms_lengths(settings: Settings) -> None:
    for persona in (settings.persona, *settings.personas.values()):
        worn = dress(persona, "护肤小屋")

        assert [thing.item for thing in worn] == list(Item)
        assert not [thing.item for thing in worn if thing.is_too_long]
        assert persona.label in worn[0].text


def test_the_notice_has_every_part_and_every_command_that_it_must_name(
    settings: Settings,
) -> None:
    notice = dress(settings.persona, "护肤小屋")[-1].text

    assert len(notice.split("\n")) == len(NoticePart)
    for words in ("护肤小屋", "签到", "积分", "邀请", "关闭个性化", "人工", "第三次"):
        assert words in notice


def test_a_text_that_a_platform_would_cut_is_marked(settings: Settings) -> None:
    decoration = settings.persona.decoration
    assert decoration is not None
    long = decoration.model_copy(update={"signature": "看" * 31, "avatar": "画" * 999})

    worn = dress(card(settings, decoration=long), "群")
    assert [thing.item for thing in worn if thing.is_too_long] == [Item.SIGNATURE]


def test_without_decoration_there_is_no_checklist(settings: Settings) -> None:
    assert dress(card(settings, decoration=None), "群") == ()


@pytest.mark.parametrize("preset", list(Preset))
def test_a_presets_fragment_is_a_card_with_its_tone(preset: Preset, tmp_path: Path) -> None:
    config = Configuration(tmp_path)
    config.write("personas/new.yaml", fragment(preset))

    new = config.settings().personas["new"]
    assert new.preset is preset
    assert new.tone == PRESETS[preset]
