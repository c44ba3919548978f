"""抽奖: what runs, drawing by a word or a tap, and the gifts that were won."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import assert_never

from bot.core.events import EventKind
from bot.core.ids import GroupKey, LotteryId
from bot.core.messages import Button, Card, CardUpdate, Text
from bot.core.text import fold
from bot.handlers.lottery_words import Say, mode_of, moment, page_of, price_of, prizes_of
from bot.handlers.purchases import local_minute, secretly
from bot.handlers.speech import answer, local_day, words
from bot.members.people import Role
from bot.persona.voice import Voice
from bot.pipeline.context import Context, Nobody, Outcome, Reply
from bot.pipeline.routing import Route, member_command
from bot.rewards.lottery.lotteries import (
    DrawAnswer,
    Drawn,
    Lotteries,
    QuizAnswer,
    Refused,
    RefusedBecause,
    Round,
    Win,
    WinState,
)
from bot.rewards.redemption.redemption import RedemptionState
from bot.rewards.redemption.redemptions import Redemptions
from bot.rewards.redemption.winnings import GiftClaimed, GiftLapsed, NoSuchGift
from bot.settings.pages import Pages
from bot.settings.schema.commands import CommandName
from bot.settings.schema.members import Act
from bot.settings.schema.rewards.lottery import LotteryMode, PrizeKind, Quiz

DRAW_BUTTON = "lottery:"
"""Start of the key of a lottery's button; the round's id follows."""

WINS_SHOWN = 10
MOST_BUTTONS = 6
"""Most buttons of a card, as the platforms allow."""

_NUMBER = re.compile(r"#?(\d{1,9})")


@dataclass(frozen=True, slots=True)
class LotteryHandlers:
    """What members say and tap about lotteries."""

    voice: Voice
    lotteries: Lotteries
    redemptions: Redemptions
    pages: Pages

    def routes(self) -> tuple[Route, ...]:
        """The commands and the button of this topic."""
        return (
            member_command(CommandName.LOTTERY, self.lottery),
            member_command(CommandName.PRIZES, self.prizes),
            member_command(CommandName.CLAIM_PRIZE, self.claim),
            Route(
                "draw",
                self.tapped,
                kind=EventKind.TAPPED,
                button=DRAW_BUTTON,
                members_only=True,
            ),
        )

    async def lottery(self, context: Context) -> Outcome:
        """抽奖 shows what runs; 抽奖 1, or a part of its name, draws; an answer may follow."""
        running = await self._running(context)
        typed = context.invocation.words if context.invocation else ""
        if not running:
            return answer(self.voice, context, "lottery.none")
        if not typed:
            return Reply(self._overview(context, running))
        chosen = choose(running, typed)
        if chosen is None:
            say = self._say(context)
            lines = "\n".join(
                say("lottery.unknown_line", number=number, title=found.terms.title)
                for number, found in running.items()
            )
            number = min(running)
            return answer(self.voice, context, "lottery.unknown", lines=lines, number=number)
        number, typed_answer = chosen
        found = running[number]
        result = await self._draw(context, found, typed_answer)
        reply = answer_of(self._say(context), context, found, result, number)
        return _counted(Reply(Text(reply)), result, found)

    async def tapped(self, context: Context) -> Outcome:
        """A tap on a lottery's button: this person's card shows what became of it."""
        number = context.event.button.removeprefix(DRAW_BUTTON)
        found = None
        if _NUMBER.fullmatch(number):
            found = await self.lotteries.find(LotteryId(int(number)))
        if found is None or context.group_key not in found.terms.groups:
            return Nobody("a button of a lottery that is not this group's")
        running = await self._running(context)
        place = next((number for number, it in running.items() if it.key == found.key), 1)
        result = await self._draw(context, found, "")
        say = self._say(context)
        text = answer_of(say, context, found, result, place)
        card = Card(
            title=_card_title(say, found, result, text),
            text=text if isinstance(result, Drawn) else "",
            buttons=(Button(say("lottery.button_done"), context.event.button),),
            task_id=context.event.task_id,
        )
        return _counted(Reply(CardUpdate(context.event.user_id, card)), result, found)

    async def prizes(self, context: Context) -> Outcome:
        """我的奖品: the last wins, each with what became of it."""
        wins = await self.lotteries.read_wins_of(context.member.member_id, WINS_SHOWN)
        if not wins:
            return answer(self.voice, context, "prizes.none")
        say = self._say(context)
        lines = [
            say(
                "prizes.line",
                day=local_day(context, win.at),
                title=found.terms.title,
                prize=win.prize.name,
                state=_state(say, context, win),
                number=win.win_id,
            )
            for found, win in wins
        ]
        return answer(self.voice, context, "prizes.report", lines="\n".join(lines))

    async def claim(self, context: Context) -> Outcome:
        """领奖 12 sends a gift on its way; without a number the only one that waits.

        The address is asked for in private, as for what was bought.
        """
        number = await self._claimed_number(context)
        if number is None:
            return answer(self.voice, context, "prizes.unknown")
        result = await self.redemptions.claim_gift(
            key=context.event.key,
            win_id=number,
            member_id=context.member.member_id,
            group_key=context.group_key,
            now=context.event.at,
            rules=context.settings.rewards,
            zone=context.settings.zone,
        )
        match result:
            case GiftClaimed() if result.redemption.state is RedemptionState.HELD:
                return self._claimed(context, result)
            case GiftClaimed(win):
                return answer(self.voice, context, "prizes.claimed_again", prize=win.prize.name)
            case GiftLapsed(win):
                until = _until(context, win)
                return answer(
                    self.voice, context, "prizes.lapsed", prize=win.prize.name, until=until
                )
            case NoSuchGift():
                return answer(self.voice, context, "prizes.unknown")
        assert_never(result)

    def _claimed(self, context: Context, claimed: GiftClaimed) -> Reply:
        """The gift waits for the address, which nobody writes into the group."""
        redemption = claimed.redemption
        slots: dict[str, object] = {
            "prize": redemption.name,
            "until": local_minute(context.settings, redemption.due_at),
        }
        text = words(
            self.voice,
            context,
            "prizes.ask_address",
            number=redemption.redemption_id,
            purpose=words(self.voice, context, "address.purpose"),
            days=context.settings.rewards.shop.address_days,
            **slots,
        )
        return secretly(context, text, words(self.voice, context, "prizes.claimed", **slots))

    async def _claimed_number(self, context: Context) -> int | None:
        typed = context.invocation.words if context.invocation else ""
        if typed:
            match = _NUMBER.fullmatch(fold(typed))
            return None if match is None else int(match[1])
        wins = await self.lotteries.read_wins_of(context.member.member_id, WINS_SHOWN)
        waiting = [win.win_id for _, win in wins if win.state is WinState.OPEN]
        return waiting[0] if len(waiting) == 1 else None

    async def _running(self, context: Context) -> dict[int, Round]:
        """The published lotteries of this group that have not ended, by their numbers.

        The number of a lottery is its place in rewards.yaml, so that it is the same every week and
        in every group; one that was taken out of the file comes behind the others.
        """
        order = [lottery.key for lottery in context.settings.rewards.lotteries]
        numbered = {}
        for found in await self.lotteries.read_open():
            if found.key not in order:
                order.append(found.key)
            if context.group_key in found.terms.groups and context.now < found.terms.ends_at:
                numbered[order.index(found.key) + 1] = found
        return dict(sorted(numbered.items()))

    async def _draw(self, context: Context, found: Round, typed: str) -> DrawAnswer:
        quiz = next(
            (it.quiz for it in context.settings.rewards.lotteries if it.key == found.key), None
        )
        member = context.member
        return await self.lotteries.draw(
            lottery_id=found.lottery_id,
            member_id=member.member_id,
            key=context.event.key,
            now=context.event.at,
            in_groups=[context.group_key] if member.in_group else [],
            is_staff=member.role is not Role.MEMBER,
            is_blocked=member.blocked,
            answer=judge(quiz, typed),
            quiz_tries=quiz.tries_a_day if quiz else 0,
            rules=context.settings.rewards,
            zone=context.settings.zone,
        )

    def _overview(self, context: Context, running: Mapping[int, Round]) -> Card:
        say = self._say(context)
        lines = "\n".join(_line(say, context, number, it) for number, it in running.items())
        first = min(running)
        url = page_of(self.pages, context.group, running[first])
        if url:
            text = say("lottery.card_text", lines=lines, number=first, url=url)
        else:
            digests = "\n".join(found.seed_hash for found in running.values())
            text = say("lottery.card_text_plain", lines=lines, number=first, digest=digests)
        buttons = tuple(
            Button(
                say("lottery.button", title=found.terms.title),
                f"{DRAW_BUTTON}{found.lottery_id}",
            )
            for found in list(running.values())[:MOST_BUTTONS]
        )
        task_id = f"lottery-{sha256(context.event.key.encode()).hexdigest()}"
        return Card(say("lottery.card_title", count=len(running)), text, buttons, task_id)

    def _say(self, context: Context) -> Say:
        def say(template: str, **slots: object) -> str:
            return words(self.voice, context, template, **slots)

        return say


def choose(running: Mapping[int, Round], typed: str) -> tuple[int, str] | None:
    """Which lottery was meant, and the answer behind it; None when it cannot be told.

    Its number, or a part of its title; where only one asks a question, all that was typed may be
    the answer to it.
    """
    first, _, rest = typed.strip().partition(" ")
    if first.isdecimal() and int(first) in running:
        return int(first), rest.strip()
    named = [number for number, it in running.items() if fold(first) in fold(it.terms.title)]
    if len(named) == 1:
        return named[0], rest.strip()
    quizzes = [n for n, it in running.items() if it.terms.mode is LotteryMode.QUIZ]
    if not named and len(quizzes) == 1:
        return quizzes[0], typed.strip()
    return None


def judge(quiz: Quiz | None, typed: str) -> QuizAnswer:
    """Whether an answer is right: by its letter, by the choice's words, or in free words."""
    if quiz is None or not typed:
        return QuizAnswer.NONE
    given = fold(typed).rstrip(" .!\u3002")
    letters = {fold(text): fold(chr(ord("A") + n)) for n, text in enumerate(quiz.choices)}
    right = {fold(right) for right in quiz.answers}
    return QuizAnswer.RIGHT if letters.get(given, given) in right else QuizAnswer.WRONG


def answer_of(say: Say, context: Context, found: Round, result: DrawAnswer, number: int) -> str:
    """What became of a wish to draw, in words. ``number`` is the lottery's in the list."""
    if isinstance(result, Refused):
        return _refusal(say, context, found, result, number)
    terms, title = result.terms, result.terms.title
    if terms.mode.is_drawn_among_entrants:
        entrants = result.draw.ticket.position + 1
        ticket = f"{result.draw.ticket.member_id}:{result.draw.ticket.number}"
        slots: dict[str, object] = {"title": title, "entrants": entrants, "ticket": ticket}
        if terms.mode is LotteryMode.FULL:
            return say("lottery.entered_full", most=terms.entrants, **slots)
        return say("lottery.entered", ends=moment(context.settings, terms.ends_at), **slots)
    return "\n".join([_outcome(say, context, result), *_hints(say, result)])


def _outcome(say: Say, context: Context, drawn: Drawn) -> str:
    title, win = drawn.terms.title, drawn.win
    if win is None:
        return say("lottery.lost", title=title, balance=drawn.balance)
    if win.prize.kind is PrizeKind.GIFT:
        until = _until(context, win)
        return say(
            "lottery.won_gift", title=title, prize=win.prize.name, number=win.win_id, until=until
        )
    return say("lottery.won", title=title, prize=win.prize.name, balance=drawn.balance)


def _hints(say: Say, drawn: Drawn) -> list[str]:
    hints = []
    if drawn.left_today:
        hints.append(say("lottery.left_today", left=drawn.left_today))
    if drawn.to_pity is not None and drawn.win is None:
        hints.append(say("lottery.to_pity", left=drawn.to_pity))
    return hints


def _refusal(say: Say, context: Context, found: Round, refused: Refused, number: int) -> str:
    terms, numbers = found.terms, dict(refused.data)
    until = moment(context.settings, refused.until) if refused.until else ""
    slots: dict[str, object] = {"title": terms.title, "until": until, **numbers}
    template = f"lottery.refused_{refused.because}"
    match refused.because:
        case RefusedBecause.ANSWER_FIRST:
            template = "lottery.question"
            slots |= {"question": terms.question, "choices": _choices(terms.choices)}
            slots["number"] = number
        case RefusedBecause.WRONG_ANSWER if not numbers["left"]:
            template = "lottery.refused_wrong_answer_last"
        case RefusedBecause.ALL_WON if until:
            template = "lottery.refused_all_won_now"
        case RefusedBecause.NOT_IN_GROUP:
            slots["groups"] = _group_names(say, context, terms.groups)
        case RefusedBecause.NO_DRAWS | RefusedBecause.NO_DRAWS_TODAY if (
            terms.mode.is_drawn_among_entrants and numbers["draws"] == 1
        ):
            template = "lottery.refused_entered"
            slots["ends"] = moment(context.settings, terms.ends_at)
        case RefusedBecause.NO_DRAWS_TODAY if not until:
            template = "lottery.refused_no_draws"
        case _:
            pass
    return say(template, **slots)


def _choices(choices: Sequence[str]) -> str:
    return "\n".join(f"{chr(ord('A') + n)}. {text}" for n, text in enumerate(choices))


def _group_names(say: Say, context: Context, keys: Sequence[GroupKey]) -> str:
    groups = (context.settings.group(key) for key in keys)
    return say("list.comma").join(group.name for group in groups if group is not None)


def _card_title(say: Say, found: Round, result: DrawAnswer, text: str) -> str:
    if not isinstance(result, Drawn) or result.terms.mode.is_drawn_among_entrants:
        return text if not isinstance(result, Drawn) else found.terms.title
    if result.win is None:
        return say("lottery.lost_card", title=found.terms.title)
    return say("lottery.won_card", title=found.terms.title, prize=result.win.prize.name)


def _line(say: Say, context: Context, number: int, found: Round) -> str:
    return say(
        "lottery.card_line",
        number=number,
        title=found.terms.title,
        mode=mode_of(say, found),
        prizes=prizes_of(say, found),
        price=price_of(say, found),
        starts=moment(context.settings, found.terms.starts_at),
        ends=moment(context.settings, found.terms.ends_at),
    )


def _state(say: Say, context: Context, win: Win) -> str:
    if win.state is WinState.OPEN:
        return say("prizes.state_open", until=_until(context, win), number=win.win_id)
    return say(f"prizes.state_{win.state}")


def _until(context: Context, win: Win) -> str:
    until: datetime = win.claim_until or win.at
    return moment(context.settings, until)


def _counted(reply: Reply, result: DrawAnswer, found: Round) -> Reply:
    """A draw is an act of the member; a refusal is none."""
    if isinstance(result, Refused):
        return reply
    return reply.doing(Act.DRAW, f"lottery {found.lottery_id}")
