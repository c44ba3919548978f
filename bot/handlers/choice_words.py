"""Choices in words: which hold, since when, and what takes each back. For whoever tells of them."""

from typing import Final

from bot.handlers.speech import local_day, words
from bot.members.choices import Change
from bot.members.people import Choice
from bot.persona.voice import Voice
from bot.pipeline.context import Context
from bot.settings.schema.commands import CommandName

WAYS_BACK: Final = {
    Choice.IMPERSONAL: CommandName.PERSONAL_ON,
    Choice.UNSUBSCRIBED: CommandName.SUBSCRIBE,
    Choice.STEPPED_OUT: CommandName.COME_BACK,
}
"""The command that takes each choice back."""

_LINES: Final = {
    Choice.IMPERSONAL: "choices.line_impersonal",
    Choice.UNSUBSCRIBED: "choices.line_unsubscribed",
    Choice.STEPPED_OUT: "choices.line_stepped_out",
}


def choices_in_words(voice: Voice, context: Context, changes: tuple[Change, ...]) -> str:
    """The choices in force, each on a line, by every change that the member made."""
    last = {change.choice: change for change in changes}
    lines = [
        words(
            voice,
            context,
            _LINES[change.choice],
            day=local_day(context, change.at),
            back=context.word(WAYS_BACK[change.choice]),
        )
        for change in last.values()
        if change.in_force
    ]
    return "\n".join(lines) or words(voice, context, "choices.none")
