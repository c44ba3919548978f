"""Media: only files below the configuration are shown, each is uploaded once; robots' files."""

import asyncio
import base64
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels import media as media_module
from bot.channels.http import File, send_result
from bot.channels.media import MediaShelf, decrypt_media, fetch_media, read_key
from bot.core.clock import ManualClock
from bot.core.errors import BadPayload, ContentRefused, TransportError
from bot.core.events import MediaKind
from bot.core.messages import Media
from bot.core.ports import Outcome, SendResult
from bot.platforms.limits import MEDIA_BYTES, MEDIA_SECONDS

from .support import AES_KEY, FakePlatform, Raw, encrypt_padded

PICTURE = b"\x89PNG\r\n\x1a\n of ours"
KEY = read_key(AES_KEY)


class Account:
    """Gives out numbered media ids, and remembers what was brought."""

    def __init__(self) -> None:
        self.brought: list[tuple[MediaKind, File]] = []
        self.fails = False

    async def upload(self, kind: MediaKind, file: File) -> str:
        if self.fails:
            raise TransportError("media/upload was not answered.", reached=True, call="x")
        self.brought.append((kind, file))
        number = len(self.brought)
        await asyncio.sleep(0)
        return f"MEDIA-{number}"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """The configuration directory, with one picture in it and one file beside it."""
    directory = tmp_path / "config"
    (directory / "media").mkdir(parents=True)
    (directory / "media" / "cream.png").write_bytes(PICTURE)
    (tmp_path / "secret.png").write_bytes(PICTURE)
    return directory


@pytest.fixture
def shelf(directory: Path, clock: ManualClock) -> MediaShelf:
    return MediaShelf(directory, clock)


def picture(path: str = "media/cream.png", name: str = "") -> Media:
    return Media(MediaKind.IMAGE, path, name)


# Reading


def test_a_file_is_read_with_its_name_and_type(shelf: MediaShelf) -> None:
    assert shelf.read(picture()) == File("cream.png", PICTURE, "image/png")


def test_a_file_goes_by_the_name_that_its_message_gives_it_and_keeps_its_ending(
    shelf: MediaShelf,
) -> None:
    assert shelf.read(picture(name="护手霜")).name == "护手霜.png"
    assert shelf.read(picture(name="护手霜.png")).name == "护手霜.png"


def test_a_file_of_an_unknown_type_is_bytes(directory: Path, shelf: MediaShelf) -> None:
    (directory / "a.what").write_bytes(b"whatever")
    assert shelf.read(Media(MediaKind.FILE, "a.what")).content_type == "application/octet-stream"


@pytest.mark.parametrize(
    "path",
    ["../secret.png", "media/../../secret.png", "{outside}", "link.png", "linked/secret.png"],
)
def test_nothing_outside_the_configuration_directory_is_read(
    directory: Path, shelf: MediaShelf, path: str
) -> None:
    outside = directory.parent / "secret.png"
    (directory / "link.png").symlink_to(outside)
    (directory / "linked").symlink_to(directory.parent, target_is_directory=True)
    with pytest.raises(ContentRefused, match="outside the configuration directory"):
        shelf.read(picture(path.format(outside=outside)))


def test_what_members_sent_in_is_read_from_where_it_is_kept(
    directory: Path, clock: ManualClock, tmp_path: Path
) -> None:
    kept = tmp_path / "data" / "media"
    (kept / "1").mkdir(parents=True)
    (kept / "1" / "a.png").write_bytes(PICTURE)
    shelf = MediaShelf(directory, clock, kept=(kept,))
    assert shelf.read(picture(str(kept / "1" / "a.png"))).body == PICTURE
    with pytest.raises(ContentRefused, match="outside the configuration directory"):
        shelf.read(picture(str(tmp_path / "secret.png")))


def test_a_link_inside_the_configuration_directory_is_followed(
    directory: Path, shelf: MediaShelf
) -> None:
    (directory / "link.png").symlink_to(directory / "media" / "cream.png")
    assert shelf.read(picture("link.png")).body == PICTURE


@pytest.mark.parametrize("path", ["nowhere.png", "media", "", "a\0b", "x" * 300, "loop"])
def test_a_path_that_leads_to_no_file_is_refused_by_name(
    directory: Path, shelf: MediaShelf, path: str
) -> None:
    (directory / "loop").symlink_to(directory / "loop")
    with pytest.raises(ContentRefused) as caught:
        shelf.read(picture(path))
    assert f"The image {path} " in caught.value.message


@pytest.mark.parametrize(("size", "words"), [(5, "at least 6"), (0, "at least 6")])
def test_a_file_that_is_too_small_is_refused_with_the_limit(
    directory: Path, shelf: MediaShelf, size: int, words: str
) -> None:
    (directory / "dot.png").write_bytes(b"x" * size)
    with pytest.raises(ContentRefused, match=rf"dot.png has {size} bytes; {words}"):
        shelf.read(picture("dot.png"))


def test_a_file_that_is_too_large_is_refused_with_the_limit_of_its_kind(
    directory: Path, shelf: MediaShelf
) -> None:
    most = MEDIA_BYTES[MediaKind.VOICE]
    (directory / "long.amr").write_bytes(b"x" * (most + 1))
    with pytest.raises(ContentRefused, match=rf"long.amr has {most + 1} bytes; at most {most}"):
        shelf.read(Media(MediaKind.VOICE, "long.amr"))
    assert shelf.read(Media(MediaKind.FILE, "long.amr")).name == "long.amr"
    with pytest.raises(ContentRefused, match="at most 100"):
        shelf.read(Media(MediaKind.FILE, "long.amr"), most_bytes=100)


def test_a_file_of_exactly_the_least_and_the_most_bytes_is_read(
    directory: Path, shelf: MediaShelf
) -> None:
    (directory / "six.bin").write_bytes(b"sixsix")
    assert shelf.read(Media(MediaKind.FILE, "six.bin"), most_bytes=6).body == b"sixsix"


def test_every_kind_has_a_limit() -> None:
    assert set(MEDIA_BYTES) == set(MediaKind)


def test_a_file_that_cannot_be_sent_ends_the_message(shelf: MediaShelf) -> None:
    with pytest.raises(ContentRefused) as caught:
        shelf.read(picture("nowhere.png"))
    result = send_result(caught.value, repeat_is_safe=False)
    assert result == SendResult(Outcome.DEAD, "The image nowhere.png does not exist.")


# Media ids


async def test_a_file_is_uploaded_once_and_its_id_used_until_shortly_before_it_is_forgotten(
    shelf: MediaShelf, clock: ManualClock
) -> None:
    account = Account()
    assert await shelf.media_id(picture(), account.upload, "app") == "MEDIA-1"
    clock.advance(timedelta(seconds=MEDIA_SECONDS - 3601))
    assert await shelf.media_id(picture(), account.upload, "app") == "MEDIA-1"
    clock.advance(timedelta(seconds=1))
    assert await shelf.media_id(picture(), account.upload, "app") == "MEDIA-2"
    assert account.brought == [(MediaKind.IMAGE, File("cream.png", PICTURE, "image/png"))] * 2


async def test_twenty_messages_at_once_share_one_upload(shelf: MediaShelf) -> None:
    account = Account()
    ids = await asyncio.gather(
        *(shelf.media_id(picture(), account.upload, "app") for _ in range(20))
    )
    assert set(ids) == {"MEDIA-1"}


async def test_accounts_kinds_and_contents_have_ids_of_their_own(
    directory: Path, shelf: MediaShelf
) -> None:
    account = Account()
    as_file = Media(MediaKind.FILE, "media/cream.png")
    assert await shelf.media_id(picture(), account.upload, "app") == "MEDIA-1"
    assert await shelf.media_id(picture(), account.upload, "other") == "MEDIA-2"
    assert await shelf.media_id(as_file, account.upload, "app") == "MEDIA-3"
    (directory / "media" / "cream.png").write_bytes(b"a new picture")
    assert await shelf.media_id(picture(), account.upload, "app") == "MEDIA-4"


async def test_the_same_picture_under_another_path_is_not_uploaded_again(
    directory: Path, shelf: MediaShelf
) -> None:
    account = Account()
    (directory / "cream.png").write_bytes(PICTURE)
    await shelf.media_id(picture(), account.upload, "app")
    assert await shelf.media_id(picture("cream.png"), account.upload, "app") == "MEDIA-1"


async def test_silence_after_an_upload_means_that_no_message_was_sent(shelf: MediaShelf) -> None:
    account = Account()
    account.fails = True
    with pytest.raises(TransportError) as caught:
        await shelf.media_id(picture(), account.upload, "app")
    assert not caught.value.reached
    assert caught.value.data == {"call": "x"}
    account.fails = False
    assert await shelf.media_id(picture(), account.upload, "app") == "MEDIA-1"


# Decryption


def encrypted(plain: bytes, pad: int | None = None) -> bytes:
    pad = 32 - len(plain) % 32 if pad is None else pad
    return base64.b64decode(encrypt_padded(AES_KEY, plain + bytes([pad]) * pad))


@given(st.binary(max_size=200))
def test_a_robots_file_is_what_it_was_before_it_was_encrypted(plain: bytes) -> None:
    assert decrypt_media(encrypted(plain), KEY) == plain


@pytest.mark.parametrize(
    "body",
    [b"", b"x" * 15, b"x" * 33, encrypted(b"x" * 32, pad=0), encrypted(b"x" * 31, pad=33)],
)
def test_what_is_no_encrypted_file_is_refused(body: bytes) -> None:
    with pytest.raises(BadPayload):
        decrypt_media(body, KEY)


def test_a_key_is_read_with_and_without_its_padding() -> None:
    key = bytes(range(32))
    text = base64.b64encode(key).decode()
    assert read_key(text) == read_key(text.rstrip("=")) == key


@pytest.mark.parametrize("text", ["", "short", "x" * 44, "鱼" * 43, "a" * 41])
def test_a_key_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadPayload, match="32 bytes"):
        read_key(text)


async def test_a_robots_file_is_fetched_and_decrypted(
    session: aiohttp.ClientSession, platform: FakePlatform
) -> None:
    platform.reply("/file", Raw(encrypted(PICTURE)), Raw(PICTURE))
    url = f"{platform.base_url}/file?sign=SIGN"
    assert await fetch_media(session, url, KEY) == PICTURE
    assert await fetch_media(session, url, b"") == PICTURE


async def test_a_robots_file_that_is_too_large_is_refused(
    session: aiohttp.ClientSession, platform: FakePlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media_module, "MEDIA_READ_BYTES", 32)
    platform.reply("/file", Raw(encrypted(b"x" * 31)), Raw(encrypted(b"x" * 32)))
    assert await fetch_media(session, f"{platform.base_url}/file", KEY) == b"x" * 31
    with pytest.raises(BadPayload, match="too large"):
        await fetch_media(session, f"{platform.base_url}/file", KEY)


async def test_an_address_that_has_expired_is_told_without_the_address(
    session: aiohttp.ClientSession, platform: FakePlatform
) -> None:
    platform.reply("/file", Raw(status=403))
    with pytest.raises(TransportError) as caught:
        await fetch_media(session, f"{platform.base_url}/file?sign=SIGN", KEY)
    assert "SIGN" not in caught.value.message
