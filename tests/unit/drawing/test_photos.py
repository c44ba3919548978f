"""Photographs of members: upright, small enough, and nothing in them but what can be seen."""

import io
import random
import zlib

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from bot.drawing.photos import LONGEST_SIDE, clean_photo

MEGABYTE = 1024 * 1024
SECRET = b"31.2304N,121.4737E at home"


def written(image: Image.Image, form: str = "JPEG", **more: object) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **more)
    return file.getvalue()


def cleaned(body: bytes) -> Image.Image:
    clean = clean_photo(body, most_bytes=2 * MEGABYTE)
    assert clean is not None
    return Image.open(io.BytesIO(clean))


def telling() -> Image.Exif:
    """What a telephone writes: the maker, the place, and how it was held."""
    exif = Image.Exif()
    exif[0x010F] = SECRET.decode()
    exif[0x0112] = 6  # turned by 90 degrees
    return exif


def test_what_a_telephone_wrote_into_the_file_is_gone() -> None:
    photo = Image.new("RGB", (64, 48), "green")
    body = written(photo, exif=telling(), comment=SECRET)
    assert SECRET in body
    clean = clean_photo(body, most_bytes=MEGABYTE)
    assert clean is not None
    assert SECRET not in clean
    assert b"Exif" not in clean
    image = Image.open(io.BytesIO(clean))
    assert not image.getexif()
    assert "comment" not in image.info


def test_words_in_a_png_are_gone() -> None:
    info = PngInfo()
    info.add_text("Location", SECRET.decode())
    body = written(Image.new("RGB", (64, 48)), "PNG", pnginfo=info)
    assert SECRET in body
    clean = clean_photo(body, most_bytes=MEGABYTE)
    assert clean is not None
    assert SECRET not in clean


def test_a_picture_stands_upright() -> None:
    photo = Image.new("RGB", (64, 48), "green")
    assert cleaned(written(photo, exif=telling())).size == (48, 64)


def test_a_large_picture_is_made_smaller_and_a_small_one_stays() -> None:
    assert cleaned(written(Image.new("RGB", (4000, 3000)))).size == (LONGEST_SIDE, 1200)
    assert cleaned(written(Image.new("RGB", (640, 480)))).size == (640, 480)


def test_what_is_transparent_is_white() -> None:
    seen = cleaned(written(Image.new("RGBA", (16, 16), (0, 0, 0, 0)), "PNG"))
    assert seen.getpixel((8, 8)) == (255, 255, 255)


def test_the_same_picture_gives_the_same_file() -> None:
    body = written(Image.new("RGB", (64, 48), "green"))
    assert clean_photo(body, most_bytes=MEGABYTE) == clean_photo(body, most_bytes=MEGABYTE)


def test_the_busiest_picture_is_small_enough_for_every_channel() -> None:
    noise = random.Random(1).randbytes(LONGEST_SIDE * LONGEST_SIDE * 3)
    body = written(Image.frombytes("RGB", (LONGEST_SIDE, LONGEST_SIDE), noise), quality=95)
    clean = clean_photo(body, most_bytes=2 * MEGABYTE)
    assert clean is not None
    assert len(clean) <= 2 * MEGABYTE
    assert clean_photo(body, most_bytes=10_000) is None


def huge() -> bytes:
    """A PNG of few bytes that says it is 12,000 by 12,000."""
    body = bytearray(written(Image.new("1", (8, 8)), "PNG"))
    body[16:24] = (12_000).to_bytes(4) * 2
    body[29:33] = zlib.crc32(bytes(body[12:29])).to_bytes(4)
    return bytes(body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not a picture",
        b"\x89PNG\r\n\x1a\nbroken",
        written(Image.new("RGB", (200, 200), "red"))[:300],
        written(Image.new("RGB", (8, 8)), "GIF"),
        written(Image.new("RGB", (8, 8)), "WEBP"),
        huge(),
    ],
    ids=["nothing", "words", "a broken head", "half a file", "gif", "webp", "a bomb"],
)
def test_what_is_no_picture_of_ours_is_refused(body: bytes) -> None:
    assert clean_photo(body, most_bytes=MEGABYTE) is None
