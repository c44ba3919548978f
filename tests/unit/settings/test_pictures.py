"""The pictures that content items name: there, inside, of a known kind, and not too large."""

import os
from pathlib import Path

import pytest

from bot.settings.problems import Problems
from bot.settings.reload import Change, LiveSettings

from .good_config import Configuration

PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff\xe0"

OUTSIDE = (
    "a path that leads out of the configuration folder"
    "  write a path inside it, as pictures/rice.png"
)
MISSING = "there is no such file  put the picture there, or remove the line"
NO_PICTURE = "not a PNG or JPEG picture  save it as one, with a name that ends in .png or .jpg"


def draw(config: Configuration, name: str, body: bytes) -> Path:
    file = config.directory / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(body)
    return file


def show(config: Configuration, *names: str) -> None:
    """Let the story show these."""
    written = ", ".join(f'"{name}"' for name in names)
    config.edit("content/story.md", "kind: story\n", f"kind: story\npictures: [{written}]\n")


@pytest.fixture
def without_webhook(config: Configuration) -> Configuration:
    config.edit("bot.yaml", "channel: posts", "channel: app\n      chat_id: chat-2")
    return config


def test_pictures_of_an_item_are_read_in_their_order(config: Configuration) -> None:
    names = ("pictures/tea.png", "pictures/cup.jpg", "Pot.JPEG")
    for name, body in zip(names, (PNG, JPEG, JPEG), strict=True):
        draw(config, name, body)
    show(config, *names)

    story = next(item for item in config.settings().content if item.key == "story")

    assert story.front.pictures == names


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("pictures/tea.png", MISSING),
        ("pictures", MISSING),
        ("x" * 5000 + ".png", MISSING),
        ("tea\\0.png", MISSING),
        ("circle.png", MISSING),
        ("../outside.png", OUTSIDE),
        ("pictures/../../outside.png", OUTSIDE),
        ("link.png", OUTSIDE),
        ("notes.txt", NO_PICTURE),
        ("really.txt", NO_PICTURE),
        ("moving.gif", NO_PICTURE),
        ("text.png", NO_PICTURE),
        ("jpeg.png", NO_PICTURE),
        ("empty.png", NO_PICTURE),
    ],
)
def test_what_cannot_be_shown_is_told_at_its_name(
    config: Configuration, name: str, problem: str
) -> None:
    draw(config, "../outside.png", PNG)
    draw(config, "pictures/cup.png", PNG)
    for file, body in (
        ("notes.txt", b"notes"),
        ("really.txt", PNG),
        ("moving.gif", b"GIF89a"),
        ("text.png", b"no picture"),
        ("jpeg.png", JPEG),
        ("empty.png", b""),
    ):
        draw(config, file, body)
    (config.directory / "link.png").symlink_to("../outside.png")
    (config.directory / "circle.png").symlink_to("circle.png")
    show(config, "pictures/cup.png", name)

    assert config.problems() == [
        f"{config.place('content/story.md', f'{chr(34)}{name}{chr(34)}')}  pictures[1]  {problem}"
    ]


def test_an_absolute_path_is_outside_but_one_that_leads_back_is_not(config: Configuration) -> None:
    file = draw(config, "../outside.png", PNG).resolve()
    draw(config, "cup.png", PNG)
    show(config, str(file), f"../{config.directory.name}/cup.png")

    assert [line.split("  ")[1] for line in config.problems()] == ["pictures[0]"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_picture_that_may_not_be_read_is_told(config: Configuration) -> None:
    draw(config, "tea.png", PNG).chmod(0)
    show(config, "tea.png")

    assert config.problems() == [
        (
            f"{config.place('content/story.md', chr(34) + 'tea')}  pictures[0]  cannot be read"
            "  let this program read the file"
        )
    ]


def test_a_picture_is_no_larger_than_platforms_take(without_webhook: Configuration) -> None:
    config, most = without_webhook, 5 * 1024 * 1024
    draw(config, "tea.png", PNG.ljust(most, b"."))
    show(config, "tea.png")
    assert config.settings()

    draw(config, "tea.png", PNG.ljust(most + 1, b"."))
    assert config.problems() == [
        (
            f"{config.place('content/story.md', chr(34) + 'tea')}  pictures[0]"
            "  the picture has 5,242,881 bytes; platforms take 5,242,880  save it smaller"
        )
    ]


def test_a_picture_that_a_webhook_posts_is_no_larger_than_it_takes(config: Configuration) -> None:
    most = 2 * 1024 * 1024
    draw(config, "tea.png", PNG.ljust(most, b"."))
    show(config, "tea.png")
    assert config.settings()

    draw(config, "tea.png", PNG.ljust(most + 1, b"."))
    assert config.problems() == [
        (
            f"{config.place('content/story.md', chr(34) + 'tea')}  pictures[0]"
            "  the picture has 2,097,153 bytes; a webhook takes 2,097,152  save it smaller"
        )
    ]


def test_a_picture_that_is_too_large_for_everybody_is_told_once(config: Configuration) -> None:
    draw(config, "tea.png", PNG.ljust(6 * 1024 * 1024, b"."))
    show(config, "tea.png")

    assert len(config.problems()) == 1


def test_a_post_shows_nine_pictures_at_most(config: Configuration) -> None:
    draw(config, "tea.png", PNG)
    show(config, *["tea.png"] * 10)

    assert config.problems() == [
        f"{config.place('content/story.md', '[')}  pictures  too many entries  write 9 or fewer"
    ]


def test_a_running_program_takes_a_post_once_its_picture_is_there(config: Configuration) -> None:
    live = LiveSettings(config.settings())
    show(config, "tea.png")
    assert isinstance(live.refresh(config.load), Problems)
    draw(config, "tea.png", PNG)

    assert isinstance(live.refresh(config.load), Change)


def test_other_pictures_are_told_although_one_name_is_wrong(config: Configuration) -> None:
    config.edit("content/story.md", "kind: story\n", "kind: story\npictures: [5, missing.png]\n")

    assert [line.split("  ")[1:3] for line in config.problems()] == [
        ["pictures[0]", "wrong type: a whole number"],
        ["pictures[1]", "there is no such file"],
    ]
