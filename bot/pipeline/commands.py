"""Understanding what was typed: a command with its words, or just words.

Full-width forms, case, a leading slash and closing punctuation do not matter. A command without
arguments must stand alone, so that talk about 签到 is not a 签到. Only a plain wish (我要签到) is
one as well, for commands that do no harm; what else is about a command can be guessed, to say so.
A right is understood however politely or angrily it is put (麻烦帮我退订一下谢谢).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.core.caching import made_once
from bot.core.text import fold, split_number
from bot.settings.schema.commands import Command, CommandName, CommandsFile

TAKES_WORDS = frozenset(
    {
        CommandName.CLAIM,
        CommandName.REMEMBER,
        CommandName.FORGET,
        CommandName.OFFER_ANSWER,
        CommandName.GIVE_ANSWER,
        CommandName.ADOPT_ANSWER,
        CommandName.DECLINE_ANSWER,
        CommandName.SKIP_QUESTION,
        CommandName.RETRACT_ANSWER,
        CommandName.MAKE_UP,
        CommandName.PACKET,
        CommandName.ANNOUNCE,
        CommandName.PORTRAIT,
        CommandName.PERSONA,
        CommandName.INVITE,
        CommandName.HUMAN,
        CommandName.TAKE_TICKET,
        CommandName.ANSWER_TICKET,
        CommandName.CLOSE_TICKET,
        CommandName.HELP,
        CommandName.REDEEM,
        CommandName.ADDRESS,
        CommandName.CANCEL_REDEMPTION,
        CommandName.SHIP,
        CommandName.GIVE_BACK,
        CommandName.VERIFY,
        CommandName.BOARD,
        CommandName.LOTTERY,
        CommandName.CLAIM_PRIZE,
        CommandName.THANK,
        CommandName.ADJUST,
        CommandName.CONFIRM_ADJUSTMENT,
        CommandName.WITHDRAW,
        CommandName.SLIP_APPROVE,
        CommandName.SLIP_SENT,
        CommandName.SLIP_RETURN,
        CommandName.SIGN_UP,
        CommandName.GIVE_UP_SEAT,
        CommandName.ARRIVE,
        CommandName.TAKE_PERK,
        CommandName.SIGN_UP_LIST,
        CommandName.PLAN,
        CommandName.PREVIEW_POST,
        CommandName.SWAP_POST,
        CommandName.KEEP_POST,
        CommandName.WRITE_POST,
        CommandName.SKIP_POST,
        CommandName.RESTORE_POST,
        CommandName.APPROVE_POST,
        CommandName.CAMPAIGN_FUNDS,
        CommandName.CONFIRM_FUNDS,
        CommandName.GAME_CHAIN,
        CommandName.GAME_RIDDLES,
        CommandName.GAME_QUIZ,
        CommandName.GAME_VOTE,
        CommandName.SUBMIT_SHOW,
        CommandName.SUBMIT_STORY,
        CommandName.AGREE,
        CommandName.AGREE_ANONYMOUS,
        CommandName.WITHDRAW_SUBMISSION,
        CommandName.LIKE,
        CommandName.SUBMISSIONS,
        CommandName.APPROVE_SUBMISSION,
        CommandName.DECLINE_SUBMISSION,
        CommandName.FEATURE_SUBMISSION,
    }
)
"""Commands that are followed by words of their own."""

NUMBERED = frozenset({CommandName.LIKE, CommandName.FEATURE_SUBMISSION})
"""Of them, those whose word is ordinary talk (赞!) unless a number alone follows it."""

MAY_BE_WISHED = frozenset(
    {
        CommandName.CHECKIN,
        CommandName.MAKE_UP,
        CommandName.CALENDAR,
        CommandName.POINTS,
        CommandName.STATEMENT,
        CommandName.LEVEL,
        CommandName.CLAIM,
        CommandName.LOTTERY,
        CommandName.PRIZES,
        CommandName.SHOP,
        CommandName.REDEEM,
        CommandName.MY_REDEMPTIONS,
        CommandName.BOARD,
        CommandName.INVITE,
        CommandName.GAME_CHAIN,
        CommandName.GAME_RIDDLES,
        CommandName.GAME_QUIZ,
        CommandName.GAME_SCORES,
        CommandName.HUMAN,
        CommandName.HELP,
        CommandName.MY_MEMORY,
        CommandName.CAMPAIGNS,
        CommandName.SIGN_UP,
        CommandName.PERKS,
        CommandName.SUBMIT_SHOW,
        CommandName.SUBMIT_STORY,
        CommandName.MY_SUBMISSIONS,
    }
)
"""Commands of members that cost nothing when no words follow them."""

RIGHTS = frozenset(
    {
        CommandName.PERSONAL_OFF,
        CommandName.PERSONAL_ON,
        CommandName.UNSUBSCRIBE,
        CommandName.SUBSCRIBE,
        CommandName.STEP_OUT,
        CommandName.COME_BACK,
        CommandName.HUMAN,
        CommandName.NO_NEED,
    }
)
"""Commands that must reach us: all that ``courtesies`` names may stand around their words."""

MAY_BE_ASKED_ABOUT = frozenset({CommandName.PERSONAL_OFF, CommandName.UNSUBSCRIBE})
"""Of them, those whose first word in a sentence is about them and hardly about anything else."""

LONGEST_RIGHT = 24
"""Characters of a text up to which it is looked at for a right with courtesies around it."""

_CLOSING = " 。.!?~,,;;…、"


@dataclass(frozen=True, slots=True)
class Invocation:
    """A command as typed. ``words`` is what followed it, with its own spelling kept."""

    name: CommandName
    words: str = ""


class CommandWords:
    """All words for all commands, longest first."""

    def __init__(self, file: CommandsFile) -> None:
        self._names = sorted(
            (
                (fold(word), name)
                for name, command in file.commands.items()
                for word in _all(command)
            ),
            key=lambda pair: -len(pair[0]),
        )
        self._alone = {word: name for word, name in self._names if name not in NUMBERED}
        self._followed = [(word, name) for word, name in self._names if name in TAKES_WORDS]
        self._before = tuple(map(fold, file.wishes.before))
        self._after = ("", *map(fold, file.wishes.after))
        self._rights = {word: name for word, name in self._names if name in RIGHTS}
        self._before_rights = tuple(map(fold, file.courtesies.before))
        self._after_rights = tuple(map(fold, file.courtesies.after))
        self._asked_about = {
            fold(command.words[0]): name
            for name, command in file.commands.items()
            if name in MAY_BE_ASKED_ABOUT
        }

    def read(self, text: str) -> Invocation | None:
        """The command in ``text``, or None when it is just talk."""
        folded = fold(text).removeprefix("/").lstrip()
        bare = folded.rstrip(_CLOSING)
        alone = self._alone.get(bare)
        if alone is not None:
            return Invocation(alone)
        for word, name in self._followed:
            rest = folded.removeprefix(word)
            if not folded.startswith(word) or not _starts_words(word, rest):
                continue
            if name not in NUMBERED or _is_number(rest):
                return Invocation(name, _after(text, word))
        return self._read_wish(bare) or self._read_right(bare)

    def guess(self, text: str) -> CommandName | None:
        """The command of members that ``text`` seems to be about; None when it is of none.

        It names a word of the command, or is one with a slip of the finger. For suggestions: a
        guess is never carried out.
        """
        said = fold(text).rstrip(_CLOSING)
        for word, name in self._names:
            if name in MAY_BE_WISHED and len(word) > 1 and word in said:
                return name
        for word, name in self._asked_about.items():
            if word in said:
                return name
        for word, name in self._names:
            if name in MAY_BE_WISHED and _is_slip(word, said):
                return name
        return None

    def _read_wish(self, said: str) -> Invocation | None:
        wish = next((wish for wish in self._before if said.startswith(wish)), None)
        if wish is None:
            return None
        wished = said.removeprefix(wish).strip()
        for ending in self._after:
            for word, name in self._names:
                if name in MAY_BE_WISHED and wished == word + ending:
                    return Invocation(name)
        return None

    def _read_right(self, said: str) -> Invocation | None:
        """The right that is left of ``said`` when courtesies are taken off, in any order."""
        if len(said) > LONGEST_RIGHT:
            return None
        left, seen = [said], {said}
        while left:
            words = left.pop(0)
            if words in self._rights:
                return Invocation(self._rights[words])
            for shorter in _without(words, self._before_rights, self._after_rights):
                if shorter not in seen:
                    seen.add(shorter)
                    left.append(shorter)
        return None


def _without(said: str, before: tuple[str, ...], after: tuple[str, ...]) -> Iterator[str]:
    """``said`` without one of the words before it or behind it, in each possible way."""
    for word in before:
        if said.startswith(word):
            yield said.removeprefix(word).strip(_CLOSING)
    for word in after:
        if said.endswith(word):
            yield said.removesuffix(word).strip(_CLOSING)


@made_once
def command_words(file: CommandsFile) -> CommandWords:
    """The words of a configuration, prepared once."""
    return CommandWords(file)


def _all(command: Command) -> tuple[str, ...]:
    return (*command.words, command.alias)


def _after(text: str, word: str) -> str:
    """What follows the command ``word`` in ``text``, exactly as it was typed."""
    for end in range(1, len(text) + 1):
        if fold(text[:end]).removeprefix("/").lstrip() == word:
            return text[end:].lstrip(" \u3000\t:：,，").rstrip()
    return ""


def _is_slip(word: str, said: str) -> bool:
    """Whether one character of a word is wrong, missing, too many, or changed places."""
    if len(word) == len(said):
        wrong = [place for place in range(len(word)) if word[place] != said[place]]
        if len(wrong) == 2 and wrong[1] == wrong[0] + 1:
            first, second = wrong
            return word[first] == said[second] and word[second] == said[first]
        return len(wrong) == 1 < len(word)
    shorter, longer = sorted((word, said), key=len)
    return len(shorter) >= 2 and any(
        shorter == longer[:place] + longer[place + 1 :] for place in range(len(longer))
    )


def _is_number(rest: str) -> bool:
    """Whether a number is all that follows."""
    found = split_number(rest.strip(_CLOSING))
    return found is not None and not found[1]


def _starts_words(word: str, rest: str) -> bool:
    """Whether what follows a command word can be its words rather than more of a sentence."""
    first = rest[:1]
    if not first:
        return False
    if first in " :,@":
        return True
    return word[-1].isascii() is False and first.isascii() and first.isalnum()
