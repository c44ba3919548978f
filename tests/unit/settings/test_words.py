"""Templates, commands and tags."""

import pytest

from bot.settings.schema.commands import CommandName

from .good_config import Configuration, command


@pytest.mark.parametrize(
    ("old", "new", "mark", "problem"),
    [
        (
            '  points.statement_empty:\n    - "points/statement_empty 0 {name}"\n',
            "",
            "templates",
            (
                "templates.points.statement_empty  missing template"
                "  add points.statement_empty: with one variant or more"
            ),
        ),
        (
            "  welcome.back:",
            "  welcome.bak:",
            "welcome.bak",
            "templates.welcome.bak  unknown template  write welcome.back instead",
        ),
        (
            "  welcome.back:",
            "  zzzzz: [x]\n  welcome.back:",
            "zzzzz",
            "templates.zzzzz  unknown template  remove it",
        ),
        (
            '    - "packet/empty 1 {name}"\n',
            "",
            "packet.empty",
            "templates.packet.empty  too few variants: 1  write 2 variants or more",
        ),
        (
            '"packet/empty 1 {name}"',
            '"packet/empty  0 {name} "',
            '"packet/empty  0',
            "templates.packet.empty[1]  the same words as variant [0]  write other words",
        ),
        (
            '"packet/empty 1 {name}"',
            '"空了 {nmae}"',
            '"空了',
            "templates.packet.empty[1]  unknown slot {nmae}  write {name}",
        ),
        (
            '"packet/empty 1 {name}"',
            '"空了 {points}"',
            '"空了',
            "templates.packet.empty[1]  unknown slot {points}  write one of {name}",
        ),
        (
            '"packet/kind_lucky 0 "',
            '"拼手气 {name}"',
            '"拼手气',
            "templates.packet.kind_lucky[0]  unknown slot {name}  write the text without braces",
        ),
        (
            '"packet/empty 1 {name}"',
            '"空了 {name"',
            '"空了',
            (
                "templates.packet.empty[1]  braces that do not match"
                "  write {name}, or {{ and }} for braces that stay"
            ),
        ),
        *(
            (
                '"packet/empty 1 {name}"',
                f'"空了 {{{slot}}}"',
                '"空了',
                "templates.packet.empty[1]  braces that hold more than a name  write one of {name}",
            )
            for slot in ("name.upper", "name[0]", "name:>9", "name!r", "", "0", " name ")
        ),
        (
            '"packet/empty 1 {name}"',
            '""',
            '""',
            "templates.packet.empty[1]  not accepted  write some text here",
        ),
        (
            '"packet/empty 1 {name}"',
            '"😀😀👩‍💻 {name}"',
            '"😀',
            "templates.packet.empty[1]  3 emoji  keep at most 2",
        ),
    ],
)
def test_a_mistake_in_a_template_is_told_at_its_place(
    config: Configuration, old: str, new: str, mark: str, problem: str
) -> None:
    config.edit("persona.yaml", old, new)

    problems = config.problems()

    assert len(problems) == 1, problems
    assert problems[0].startswith(f"{config.place('persona.yaml', mark)}  {problem}")


def test_doubled_braces_are_braces(config: Configuration) -> None:
    config.edit("persona.yaml", '"packet/empty 1 {name}"', '"空了 {{name}} {name}"')

    assert config.settings().persona.templates["packet.empty"][1] == "空了 {{name}} {name}"


def test_a_command_without_words_is_missed(config: Configuration) -> None:
    config.edit("commands.yaml", command(CommandName.PLAN), "")

    assert config.problems() == [
        "commands.yaml:1:1  commands.plan  missing command  add plan: with words, alias and help"
    ]


def test_no_word_means_two_commands_however_it_is_written(config: Configuration) -> None:
    """Full-width letters, capitals, spaces and the slash do not make another word."""
    config.edit("commands.yaml", "又claim]", "'/ＡＬＩＡＳ_Ａ ']")
    config.edit("commands.yaml", "alias: alias_b", "alias: alias_c")

    assert config.problems() == [
        (
            f"{config.place('commands.yaml', 'alias_c', skip=1)}  commands.calendar.alias"
            "  already a word of commands.make_up  choose another word"
        ),
        (
            f"{config.place('commands.yaml', chr(39) + '/')}  commands.claim.words[1]"
            "  already a word of commands.checkin  choose another word"
        ),
    ]


@pytest.mark.parametrize(
    ("old", "new", "mark", "problem"),
    [
        (
            "tag: green_tea",
            "tag: greentea",
            "greentea",
            "rules[0].tag  there is no tag with this key  write green_tea instead",
        ),
        (
            "keywords: [龙井]",
            "act: checkin\n    keywords: [龙井]",
            "keywords",
            "rules[0].keywords  act checkin has no words  remove keywords, or write act: message",
        ),
        (
            "rules:",
            "  - {key: green_tea, name: 二, purpose: 三, owner: 四}\nrules:",
            "green_tea, name",
            "tags[1].key  the same key as tags[0]  give each tag its own key",
        ),
    ],
)
def test_a_mistake_in_the_tags_is_told_at_its_place(
    config: Configuration, old: str, new: str, mark: str, problem: str
) -> None:
    config.edit("members.yaml", old, new)

    assert config.problems() == [f"{config.place('members.yaml', mark)}  {problem}"]
