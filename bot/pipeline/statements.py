"""What an event states about its member: read once, for the answer and for what is written.

Only what is said to the bot counts: plain words, and what follows 记住. The words of other
commands are about something else, and quotes are somebody else's.
"""

from bot.members.memory.facts import Statement, state
from bot.members.people import Choice
from bot.pipeline.context import Context
from bot.settings.schema.commands import CommandName


def statements_of(context: Context) -> tuple[Statement, ...]:
    """The facts that the member states; none of whoever wants nothing personal."""
    if not context.event.has_words or Choice.IMPERSONAL in context.member.choices:
        return ()
    spoken = spoken_words(context)
    if not spoken:
        return ()
    return state(
        context.settings.members.memory,
        member_id=context.member.member_id,
        text=spoken,
        event_key=context.event.key,
        at=context.event.at,
    )


def spoken_words(context: Context) -> str:
    """What was said plainly; empty for a command but 记住."""
    if context.invocation is None:
        return context.event.text
    return context.invocation.words if context.invocation.name is CommandName.REMEMBER else ""
