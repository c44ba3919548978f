import pytest

from .good_config import Configuration


@pytest.mark.parametrize(
    ("old", "new", "mark", "problem"),
    [
        (
            "fission: bring_a_friend",
            "fission: nothing",
            "nothing",
            (
                "fission  no such key under fission_steps of calendar.yaml"
                "  write one of rotate, bring_a_friend, ask_a_friend"
            ),
        ),
        (
            'node: ""',
            "node: mid_automn",
            "mid_automn",
            "node  there is no such node day  write mid_autumn instead",
        ),
        (
            'node: ""',
            "node: zzz",
            "zzz",
            "node  there is no such node day  add it to node_days of calendar.yaml",
        ),
        (
            'node: ""',
            "valid_from: 2026-12-24\nvalid_to: 2026-12-23",
            "2026-12-23",
            "valid_to  the last day is before valid_from  write the same day or a later one",
        ),
        (
            "title: 水温",
            "title: 采茶的早晨",
            "never",
            "title  the same title as content/lesson.md",
        ),
        ("绿茶用八十度的水。\n", "", "never", "no text below the head  write the post"),
        ("绿茶", "😀😀😀绿茶", "😀", "3 emoji  keep at most 2 (tone.emoji_budget of persona.yaml)"),
    ],
)
def test_a_mistake_in_an_item_is_told_at_its_place(
    config: Configuration, old: str, new: str, mark: str, problem: str
) -> None:
    config.edit("content/lesson.md", old, new)
    place = {
        "title": config.place("content/story.md", "采茶的早晨"),
        "no text below": "content/lesson.md:9:1",
    }
    expected = next((at for key, at in place.items() if problem.startswith(key)), None)

    problems = [line for line in config.problems() if not line.startswith("calendar")]

    assert len(problems) == 1, problems
    expected = expected or config.place("content/lesson.md", mark)
    assert problems[0].startswith(f"{expected}  {problem}")


def test_every_kind_that_a_slot_asks_for_has_an_item(config: Configuration) -> None:
    config.edit("content/lesson.md", 'node: ""', "node: qixi")
    config.edit("calendar.yaml", "kinds: [story]", "kinds: [story, lesson, activity]")

    assert config.problems() == [
        f"{config.place('calendar.yaml', f'{kind}]')}  slots[{slot}].kinds[{index}]"
        f"  no content item of kind {kind}"
        f"  add a file to content/ with kind: {kind} and no node, or remove the kind"
        for kind, slot, index in (("lesson", 0, 1), ("activity", 1, 2))
    ]


def test_an_item_that_cannot_be_read_is_not_missed_as_well(config: Configuration) -> None:
    config.edit("content/lesson.md", "kind: lesson", "kind: lessn")

    assert config.problems() == [
        (
            f"{config.place('content/lesson.md', 'lessn')}  kind  not one of the possible values"
            "  write one of story, activity, product, red_packet, lesson"
        )
    ]


def test_a_forbidden_word_in_a_text_is_told_at_its_first_character(config: Configuration) -> None:
    config.edit("knowledge/fridge.md", "绿茶密封", "第一次密封\n亲们记得，第一要密封")
    config.edit("calendar.yaml", "欢迎请朋友", "最好请朋友")
    config.edit("commands.yaml", "说明 points", "最好的说明")
    config.edit("persona.yaml", "喝茶去", "天下第一茶")
    config.edit("persona.yaml", '"welcome/new 1', '"亲们 welcome/new 1')
    blocked = "persona.yaml 的 screening.blocked 里列了它  换一种说法"
    banned = "persona.yaml 的 tone.banned 里列了它，不像这个人设会说的  换一种说法"

    assert config.problems() == [
        (
            f"{config.place('calendar.yaml', '觉得有用')}  fission_steps[0].texts[0]"
            f"  contains 最好: {blocked}"
        ),
        f"{config.place('commands.yaml', '最好')}  commands.points.help  contains 最好: {blocked}",
        f"{config.place('knowledge/fridge.md', '亲们')}  contains 亲们: {banned}",
        f"{config.place('knowledge/fridge.md', '第一要')}  contains 第一: {blocked}",
        f"{config.place('persona.yaml', '天下')}  memory_points[0].text  contains 第一: {blocked}",
        (
            f"{config.place('persona.yaml', chr(34) + '亲们')}  templates.welcome.new[1]"
            f"  contains 亲们: {banned}"
        ),
    ]
