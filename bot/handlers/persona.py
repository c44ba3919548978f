"""人设: an operator sees the persona's card and score; 人设 装修: how its account is dressed up."""

import asyncio
from dataclasses import dataclass

from bot.core.text import fold
from bot.handlers.speech import answer, comma_list, words
from bot.members.people import Role
from bot.persona.card import Dressed, dress
from bot.persona.score.judging import judge
from bot.persona.score.scorecard import CHECKS, PASS, Scorecard, points
from bot.persona.voice import Voice
from bot.pipeline.context import Context, Outcome, Reply
from bot.pipeline.routing import Route, staff_command
from bot.settings.schema.commands import CommandName

WORST = 3
"""How many of the checks that lost points are named in a chat."""


@dataclass(frozen=True, slots=True)
class PersonaHandlers:
    """The persona, for those who answer for it."""

    voice: Voice

    def routes(self) -> tuple[Route, ...]:
        """The command of this topic."""
        return (staff_command(CommandName.PERSONA, self.show),)

    async def show(self, context: Context) -> Outcome:
        """人设: card and score of the group's persona; with 装修 behind it: the checklist."""
        if context.member.role is not Role.OPERATOR:
            command = context.word(CommandName.PERSONA)
            return answer(self.voice, context, "refused.not_operator", command=command)
        wanted = fold(context.invocation.words if context.invocation else "")
        if wanted == fold(words(self.voice, context, "card.word_decoration")):
            return self._decoration(context)
        # Half a second of arithmetic: beside the event loop, not on it.
        card = await asyncio.to_thread(judge, context.settings, context.persona)
        return self._report(context, card)

    def _report(self, context: Context, card: Scorecard) -> Reply:
        persona = context.persona
        return answer(
            self.voice,
            context,
            "card.report",
            persona=persona.name,
            label=persona.label,
            kind=words(self.voice, context, f"card.kind_{persona.kind}"),
            who=persona.who,
            what=persona.what,
            value=persona.value,
            total=f"{card.total:.1f}",
            bar=f"{PASS:g}",
            lines="\n".join(self._findings(context, card)),
        )

    def _findings(self, context: Context, card: Scorecard) -> list[str]:
        """What fails hard, whether the voice has drifted, and where most points were lost."""
        lines = []
        if card.hard_fails:
            names = [words(self.voice, context, f"card.check_{name}") for name in card.hard_fails]
            listed = comma_list(self.voice, context, names)
            lines.append(words(self.voice, context, "card.hard_fail", checks=listed))
        if card.style is not None and card.style.has_drifted:
            lines.append(words(self.voice, context, "card.drift"))
        lost = sorted(
            (name for name, verdict in card.verdicts.items() if verdict.share < 1),
            key=lambda name: points(name, card.verdicts[name]) - CHECKS[name].weight,
        )
        for name in lost[:WORST]:
            verdict = card.verdicts[name]
            line = words(
                self.voice,
                context,
                "card.line",
                check=words(self.voice, context, f"card.check_{name}"),
                points=f"{points(name, verdict):.1f}",
                most=CHECKS[name].weight,
                what=verdict.faults[0].where if verdict.faults else "",
            )
            lines.append(line)
        return lines or [words(self.voice, context, "card.whole")]

    def _decoration(self, context: Context) -> Reply:
        worn = dress(context.persona, context.group.name)
        if not worn:
            return answer(self.voice, context, "card.no_decoration")
        lines = "\n".join(self._worn(context, thing) for thing in worn)
        return answer(
            self.voice, context, "card.decoration", persona=context.persona.name, lines=lines
        )

    def _worn(self, context: Context, thing: Dressed) -> str:
        item = words(self.voice, context, f"card.item_{thing.item}")
        if thing.most is None:
            return words(self.voice, context, "card.decoration_hint", item=item, text=thing.text)
        template = "card.decoration_too_long" if thing.is_too_long else "card.decoration_line"
        return words(
            self.voice,
            context,
            template,
            item=item,
            text=thing.text,
            count=len(thing.text),
            most=thing.most,
        )
