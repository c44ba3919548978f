"""How typed Chinese is compared: full-width forms, invisible characters and case do not count."""

import re
import unicodedata

_INVISIBLE = re.compile(
    r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad\U000e0000-\U000e007f]"
)
_SPACE = re.compile(r"\s+")


def normalise(text: str) -> str:
    """NFKC, without invisible characters, single spaces, trimmed. Case is kept."""
    return _SPACE.sub(" ", _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))).strip()


def fold(text: str) -> str:
    """``normalise`` for comparing: case folded as well."""
    return normalise(text).casefold()


_NUMBERED = re.compile(r"#?\s*([1-9][0-9]{0,8})\s*号?[\s:：,，。、]*(.*)", re.DOTALL)


def split_number(typed: str) -> tuple[int, str] | None:
    """A number as people write it (3, #3, 3号) and what follows it; None when none comes first."""
    found = _NUMBERED.fullmatch(typed)
    return None if found is None else (int(found[1]), found[2])


def cut_bytes(text: str, limit: int) -> str:
    """The longest start of ``text`` of at most ``limit`` bytes in UTF-8, ending in … when cut.

    Platforms limit bytes, not characters; a character is never cut in half.
    """
    raw = text.encode()
    if len(raw) <= limit:
        return text
    mark = "…"
    return raw[: limit - len(mark.encode())].decode(errors="ignore") + mark
