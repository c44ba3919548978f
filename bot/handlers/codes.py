"""A friend's code as a newcomer brings it: typed, or in the way by which he joined."""

from bot.growth.referrals import CodeEntry
from bot.members.people import Role
from bot.pipeline.context import Context


def entry_of(context: Context, code: str) -> CodeEntry:
    """The entry of ``code`` by the person of ``context``, to be judged by the rules in force."""
    rules = context.settings.rewards.referral
    return CodeEntry(
        event_key=context.event.key,
        friend_id=context.member.member_id,
        staff=context.member.role is not Role.MEMBER,
        group_key=context.group_key,
        code=code,
        now=context.event.at,
        code_minutes=rules.code_minutes,
        qualify_hours=rules.qualify_hours,
        hold_joins_a_minute=rules.hold_joins_a_minute,
        hold_joins_an_hour=rules.hold_joins_an_hour,
    )
