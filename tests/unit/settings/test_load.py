from datetime import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.settings.load import load_settings
from bot.settings.problems import Problems

from .good_config import ENVIRONMENT, KINDS, Configuration, good_files


def test_good_files_become_settings(config: Configuration) -> None:
    loaded = config.settings()

    assert loaded.bot.brand.name == "山茶"
    assert [group.key for group in loaded.bot.groups] == ["tea"]
    assert loaded.calendar.slots[1].at == time(12, 30)
    assert loaded.zone.key == "Asia/Shanghai"
    assert [item.key for item in loaded.content] == ["lesson", "story"]
    assert loaded.content[1].text == "清晨五点，茶园里只有鸟声。\n我们等露水干了才采。"
    assert loaded.knowledge[0].answer == "绿茶密封后冷藏。"


def test_ten_different_mistakes_in_one_go_show_ten_messages_at_their_places(
    config: Configuration,
) -> None:
    config.edit("bot.yaml", "    token: ${APP_TOKEN}", "    tokn: ${APP_TOKEN}")
    config.edit("bot.yaml", "channel: posts", "channel: post")
    config.edit("bot.yaml", "${WEBHOOK_KEY}", "${WEBHOK_KEY}")
    config.edit("calendar.yaml", "    user: 30", "    user: 40")
    config.edit("calendar.yaml", "at: 12:30", "at: 10:00")
    config.edit("commands.yaml", "words: [points词, 又points]", "words: [checkin词]")
    config.edit("content/lesson.md", "fission: bring_a_friend", "fission: bring_a_frend")
    config.edit("content/story.md", "只有鸟声", "鸟声最好")
    config.edit("members.yaml", "tag: green_tea", "tag: green_tee")
    config.edit("rewards.yaml", "points: 10", 'points: "ten"')

    assert config.problems() == [
        f"{config.place('bot.yaml', 'tokn')}  channels.app.tokn  unknown key  write token instead",
        (
            f"{config.place('bot.yaml', '${WEBHOK_KEY}')}  channels.posts.webhook_key"
            "  ${WEBHOK_KEY} has no value"
            f"  set it in the environment or in .env or {config.directory.name}/.env"
        ),
        (
            f"{config.place('bot.yaml', 'post' + chr(10))}  groups[0].posts.channel"
            "  there is no channel with this key  write one of app, posts"
        ),
        (
            f"{config.place('calendar.yaml', 'pillars')}  mix.pillars"
            "  the shares add up to 110  change the shares so that they add up to 100"
        ),
        (
            f"{config.place('calendar.yaml', '10:00')}  slots[1].at"
            "  60 minutes from slots[0] on mon  leave 90 minutes between slots (limits.gap_minutes)"
        ),
        (
            f"{config.place('commands.yaml', 'checkin词', skip=1)}  commands.points.words[0]"
            "  already a word of commands.checkin  choose another word"
        ),
        (
            f"{config.place('content/lesson.md', 'bring_a_frend')}  fission"
            "  no such key under fission_steps of calendar.yaml  write bring_a_friend instead"
        ),
        (
            f"{config.place('content/story.md', '最好')}"
            "  contains 最好: persona.yaml 的 screening.blocked 里列了它"
            "  换一种说法"
        ),
        (
            f"{config.place('members.yaml', 'green_tee')}  rules[0].tag"
            "  there is no tag with this key  write green_tea instead"
        ),
        (
            f"{config.place('rewards.yaml', chr(34) + 'ten')}  checkin.points"
            "  wrong type: text  write a whole number, 1 or more"
        ),
    ]


def test_problems_are_sorted_by_file_and_line(config: Configuration) -> None:
    config.edit("rewards.yaml", "points: 10", "points: 0")
    config.edit("bot.yaml", "brand:", "extra_two: 2\nextra_one: 1\nbrand:")

    loaded = config.load()

    assert isinstance(loaded, Problems)
    places = [(problem.file, problem.line) for problem in loaded.problems]
    assert places == sorted(places)
    assert len(places) == 3


def test_the_path_is_shown_as_the_operator_gave_it(config: Configuration) -> None:
    config.edit("rewards.yaml", "points: 10", "points: 0")

    loaded = load_settings(Path("../config"), ENVIRONMENT)

    assert str(loaded).startswith("../config/rewards.yaml:3:11  checkin.points  out of range")


def test_a_folder_that_does_not_exist_is_one_problem(tmp_path: Path) -> None:
    loaded = load_settings(tmp_path / "nowhere", {})

    assert str(loaded) == (
        f"{tmp_path}/nowhere:1:1  no such folder  name the folder that holds bot.yaml"
    )


def test_a_mistake_causes_no_complaints_about_its_consequences(config: Configuration) -> None:
    """The robot channel cannot be read, yet the group that names it is not blamed."""
    config.edit("bot.yaml", "kind: wecom_robot", "kind: wecom_robt")

    assert config.problems() == [
        (
            f"{config.place('bot.yaml', 'wecom_robt')}  channels.robot.kind"
            f"  not one of the possible kinds  write one of {KINDS}"
        )
    ]


def test_items_after_a_refused_list_item_keep_their_positions(config: Configuration) -> None:
    config.edit("calendar.yaml", "at: 09:00", "at: 9am")
    config.edit("calendar.yaml", "at: 12:30", "at: 23:00")

    assert config.problems() == [
        (
            f"{config.place('calendar.yaml', '9am')}  slots[0].at  not accepted"
            '  write a local time of day as "HH:MM", for example "08:30"'
        ),
        (
            f"{config.place('calendar.yaml', '23:00')}  slots[1].at"
            "  inside the quiet hours, 22:00 to 08:00"
            "  choose a time outside, or change quiet_hours"
        ),
    ]


PIECES = [
    *("null", "[]", "{}", "[1, a]", "{a: 1}", "true", "-1", "1e400", ".nan", "2026-13-01", "''"),
    *("${X}", "${x}", "*a", "&a b", "!!int x", "!!bool x", "!!binary x", "<<: {a: b}", "? x"),
    *("\t", "- x", "{", "}", "[", "]", "---", "...", "%YAML 1.1", "\x07", "\u2028", "茶", ": "),
]


@settings(max_examples=60)
@given(data=st.data())
def test_whatever_stands_in_the_files_nothing_is_raised(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    config = Configuration(tmp_path_factory.mktemp("config"))
    for _ in range(data.draw(st.integers(1, 3))):
        name = data.draw(st.sampled_from(sorted(set(good_files()) - {"persona.yaml"})))
        lines = (config.directory / name).read_text(encoding="utf-8").split("\n")
        number = data.draw(st.integers(0, len(lines) - 1))
        cut = data.draw(st.integers(0, len(lines[number])))
        keep = data.draw(st.integers(cut, len(lines[number])))
        piece = data.draw(st.sampled_from(PIECES))
        lines[number] = lines[number][:cut] + piece + lines[number][keep:]
        config.write(name, "\n".join(lines))

    loaded = config.load()

    if isinstance(loaded, Problems):
        assert loaded.problems
        assert all(problem.line >= 1 and problem.column >= 1 for problem in loaded.problems)
        assert all(problem.what and problem.instead for problem in loaded.problems)
        assert "secret-of-the-app" not in str(loaded)


def test_the_fingerprint_changes_with_any_byte_and_only_then(config: Configuration) -> None:
    first = config.settings().fingerprint
    assert config.settings().fingerprint == first

    config.edit("content/story.md", "鸟声", "雨声")
    second = config.settings().fingerprint
    assert second != first

    config.edit("content/story.md", "雨声", "鸟声")
    assert config.settings().fingerprint == first


def test_the_fingerprint_does_not_depend_on_the_values_of_secrets(config: Configuration) -> None:
    first = config.settings().fingerprint

    assert config.settings({**ENVIRONMENT, "APP_SECRET": "another"}).fingerprint == first
