"""How submissions are spoken of: kinds, states, what stands in the way of one."""

from typing import Final

from bot.core.text import normalise, split_number
from bot.handlers.speech import words
from bot.members.submissions.submission import (
    OVER,
    Consent,
    State,
    Submission,
    SubmissionId,
    SubmissionKind,
)
from bot.persona.voice import Voice
from bot.pipeline.context import Context
from bot.settings.schema.commands import CommandName

SHOWN_CHARACTERS: Final = 60
"""So much of a text stands in a list."""


def number_and_rest(context: Context) -> tuple[SubmissionId, str] | None:
    """The number behind a command and the words behind it; None when no number comes first."""
    typed = normalise(context.invocation.words if context.invocation else "")
    found = split_number(typed)
    return None if found is None else (SubmissionId(found[0]), found[1].strip())


def typed_word(context: Context) -> str:
    """The command as it is shown in 帮助."""
    assert context.invocation is not None, "routed by its command"
    return context.word(context.invocation.name)


def send_word(context: Context, kind: SubmissionKind) -> str:
    """The command by which something of this kind is sent in."""
    is_show = kind is SubmissionKind.SHOW
    return context.word(CommandName.SUBMIT_SHOW if is_show else CommandName.SUBMIT_STORY)


def kind_name(voice: Voice, context: Context, kind: SubmissionKind) -> str:
    """晒单 or 投稿."""
    if kind is SubmissionKind.SHOW:
        return words(voice, context, "submissions.kind_show")
    return words(voice, context, "submissions.kind_story")


def state_name(voice: Voice, context: Context, one: Submission) -> str:
    """How it stands, in a few words."""
    if one.state is State.DECLINED:
        return words(voice, context, "submissions.state_declined", reason=one.reason)
    if one.state is State.APPROVED and one.featured is not None:
        return words(voice, context, "submissions.state_featured")
    return words(voice, context, f"submissions.state_{one.state}")


def consent_name(voice: Voice, context: Context, consent: Consent | None) -> str:
    """署名 or 匿名."""
    if consent is Consent.NAMED:
        return words(voice, context, "submissions.consent_named")
    return words(voice, context, "submissions.consent_anonymous")


def line_of(voice: Voice, context: Context, one: Submission) -> str:
    """One of a member's own, in a line of its own."""
    slots = {
        "number": one.number,
        "kind": kind_name(voice, context, one.kind),
        "state": state_name(voice, context, one),
    }
    if one.state in OVER:
        return words(voice, context, "submissions.line_over", **slots)
    return words(voice, context, "submissions.line", text=cut(one.text), **slots)


def cut(text: str) -> str:
    """The beginning of a text, in one line."""
    line = normalise(text)
    return line if len(line) <= SHOWN_CHARACTERS else f"{line[:SHOWN_CHARACTERS]}…"
