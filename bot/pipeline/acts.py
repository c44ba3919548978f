"""What the member did with an event, in the words of interactions."""

from bot.core.events import EventKind
from bot.members.people import Interaction
from bot.pipeline.context import Context, Ending, Reply
from bot.settings.schema.members import Act


def acts_of(context: Context, outcome: Ending) -> tuple[Act, ...]:
    """What the member did, as interactions are counted: every act is one, answered or not."""
    match context.event.kind:
        case EventKind.JOINED:
            return (Act.JOIN,)
        case EventKind.LEFT:
            return (Act.LEAVE,)
        case EventKind.OPENED | EventKind.BEFRIENDED | EventKind.SCANNED | EventKind.UNFRIENDED:
            return ()
    specific = outcome.act if isinstance(outcome, Reply) else None
    if context.invocation is not None:
        return (specific or Act.COMMAND,)
    if context.event.kind in (EventKind.TEXT, EventKind.MEDIA):
        return (Act.MESSAGE,) if specific is None else (Act.MESSAGE, specific)
    return () if specific is None else (specific,)


def interaction_of(context: Context, act: Act, detail: str) -> Interaction:
    """An act as it is counted and kept."""
    visits = bool(context.event.group) and not context.member.in_group  # a page is open to many
    return Interaction(
        member_id=context.member.member_id,
        group_key=context.group_key if context.is_of_group and not visits else None,
        act=act,
        at=context.now,
        event_key=context.event.key,
        detail=detail or (str(context.invocation.name) if context.invocation else ""),
    )
