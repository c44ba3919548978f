"""How figures of posts are spoken of, in an owner's answer and in the letter to operators."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, assert_never

from bot.core.ids import GroupKey
from bot.reports.experiments import NoDifference, Running, TooFew, Verdict, Waiting, Winner
from bot.reports.posts import Measure, PostFigures, zones_of
from bot.reports.statistics import Correlation, Difference, Rate
from bot.reports.summary import Echo, Line, Silence, Summary
from bot.reports.usual import Judged, Reason
from bot.settings.settings import Settings

Say = Callable[..., str]
"""Says a template with its slots, in some conversation."""

MOST_SAID: Final = 2
"""So many reasons of a post are told, and so many correlations; the page of the posts has all."""


@dataclass(frozen=True, slots=True)
class ReportWords:
    """Figures in the words of ``say``, for the groups of ``settings``."""

    say: Say
    settings: Settings

    def total(self, posts: Sequence[PostFigures]) -> str:
        """Everything that was counted, added up."""
        return self.say(
            "reports.total", **{measure: self._sum(posts, measure) for measure in Measure}
        )

    def pillar_lines(self, lines: Iterable[Line]) -> str:
        """A line for each pillar that was posted."""
        return "\n".join(self._line(self._pillar(line.name), line) for line in lines if line.posts)

    def kind_lines(self, lines: Iterable[Line]) -> str:
        """A line for each kind that was posted."""
        return "\n".join(self._line(self._kind(line.name), line) for line in lines if line.posts)

    def mix(self, summary: Summary) -> str:
        """Whether steps, discounts and variety are what they should be."""
        posts = summary.posts + summary.under_way
        return self.say(
            "reports.mix",
            posts=posts,
            steps=posts - len(summary.without_step),
            discounts=summary.discounts,
            pillars=f"{summary.pillar_variety:.1f}",
            kinds=f"{summary.kind_variety:.1f}",
        )

    def best(self, judged: Sequence[Judged]) -> str:
        """The best post, with what speaks for it."""
        return self._stood_out(judged, lambda reason: reason.is_good)

    def worst(self, judged: Sequence[Judged]) -> str:
        """The worst post, with what speaks against it."""
        return self._stood_out(judged, lambda reason: not reason.is_good)

    def silences(self, silences: Iterable[Silence]) -> str:
        """How long each pillar has waited in a group."""
        return self._comma(
            self.say("reports.silence", pillar=self._pillar(one.pillar), days=_days(one))
            for one in silences
        )

    def longest_silences(self, silences: Iterable[Silence]) -> str:
        """Where each pillar has waited longest."""
        return self._comma(
            self.say(
                "reports.silence_in",
                pillar=self._pillar(one.pillar),
                days=_days(one),
                group=self._group(one.group_key),
            )
            for one in silences
        )

    def echoes(self, summary: Summary) -> str:
        """How friends who came by a code go with what was posted, the strongest first."""
        named = [
            *((self._pillar(one.name), one) for one in summary.pillar_echoes),
            *((self._kind(one.name), one) for one in summary.kind_echoes),
        ]
        known = [(what, one, one.correlation) for what, one in named if one.correlation is not None]
        strongest = sorted(known, key=lambda found: -abs(found[2].r))[:MOST_SAID]
        said = self._comma(self._echo(*found) for found in strongest)
        return said or self.say("reports.no_echo")

    def experiments(self, verdicts: Iterable[Verdict]) -> str:
        """How each experiment stands."""
        said = self._comma(map(self._experiment, verdicts))
        return said or self.say("reports.no_experiment")

    def _sum(self, posts: Iterable[PostFigures], measure: Measure) -> int | str:
        counts = [count for post in posts if (count := post.value(measure)) is not None]
        return sum(counts) if counts else self.say("reports.uncounted")

    def _line(self, what: str, line: Line) -> str:
        return self.say(
            "reports.line",
            what=what,
            posts=line.posts,
            speakers=self._rate(line.rates[Measure.SPEAKERS]),
            joins=self._rate(line.rates[Measure.JOINS]),
            leaves=self._rate(line.rates[Measure.LEAVES]),
        )

    def _rate(self, rate: Rate | None) -> str:
        if rate is None:
            return self.say("reports.no_rate")
        slots = {"value": _short(rate.value), "low": _short(rate.low), "high": _short(rate.high)}
        if rate.is_fact:
            return self.say("reports.rate", **slots)
        return self.say("reports.hint", **slots)

    def _stood_out(self, judged: Sequence[Judged], counts: Callable[[Reason], bool]) -> str:
        if not judged:
            return self.say("reports.none_stood_out")
        one = judged[0]
        local = one.post.posted_at.astimezone(zones_of(self.settings)(one.post.group_key))
        reasons = [reason for reason in one.reasons if counts(reason)][:MOST_SAID]
        return self.say(
            "reports.stood_out",
            group=self._group(one.post.group_key),
            day=f"{local:%m-%d}",
            at=f"{local:%H:%M}",
            title=one.post.title,
            kind=self._kind(one.post.kind),
            new=self.say("reports.new") if one.post.is_new else "",
            basis=self.say(f"reports.basis_{one.basis}", earlier=one.earlier),
            reasons=self._comma(self._reason(reason, one.post) for reason in reasons),
        )

    def _reason(self, reason: Reason, post: PostFigures) -> str:
        said = self.say(
            "reports.reason",
            what=self._measure(reason.measure),
            count=reason.value,
            usual=_short(reason.usual),
        )
        if reason.measure is Measure.LEAVES and not reason.is_good and post.left_soon:
            said = self._comma((said, self.say("reports.left_soon", count=post.left_soon)))
        return said

    def _echo(self, what: str, echo: Echo, found: Correlation) -> str:
        slots = {
            "what": what,
            "posts": found.n,
            "mean": _short(echo.mean),
            "others": _short(echo.mean_of_others),
            "r": f"{found.r:.2f}",
            "low": f"{found.low:.2f}",
            "high": f"{found.high:.2f}",
        }
        return self.say("reports.echo" if echo.is_fact else "reports.echo_hint", **slots)

    def _experiment(self, verdict: Verdict) -> str:
        one = verdict.experiment
        match verdict:
            case Waiting():
                return self.say("reports.experiment_waiting", key=one.key, day=_day(one.starts))
            case Running():
                return self.say(
                    "reports.experiment_running",
                    key=one.key,
                    day=_day(one.ends),
                    posts=verdict.posts,
                )
            case TooFew():
                return self.say(
                    "reports.experiment_too_few",
                    key=one.key,
                    posts=verdict.posts,
                    pairs=verdict.pairs,
                    least=one.least_posts,
                )
            case NoDifference():
                return self.say(
                    "reports.experiment_equal",
                    key=one.key,
                    measure=self._measure(one.measure),
                    first=one.variants[0],
                    second=one.variants[1],
                    **_difference(verdict.difference),
                )
            case Winner():
                return self.say(
                    "reports.experiment_won",
                    key=one.key,
                    measure=self._measure(one.measure),
                    variant=verdict.variant,
                    other=verdict.other,
                    **_difference(verdict.difference),
                )
            case _:
                assert_never(verdict)

    def _group(self, key: GroupKey) -> str:
        group = self.settings.group(key)
        return key if group is None else group.name

    def _pillar(self, pillar: str) -> str:
        return self.say(f"pillar.{pillar}")

    def _kind(self, kind: str) -> str:
        return self.say(f"kind.{kind}")

    def _measure(self, measure: str) -> str:
        return self.say(f"reports.measure_{measure}")

    def _comma(self, parts: Iterable[str]) -> str:
        return self.say("list.comma").join(parts)


def _difference(difference: Difference) -> dict[str, object]:
    return {
        "mean": _short(difference.mean),
        "low": _short(difference.low),
        "high": _short(difference.high),
        "pairs": difference.pairs,
    }


def _short(number: float) -> str:
    """A number as people read it: 0.4, 3.5, 31."""
    return f"{number:.0f}" if abs(number) >= 10 or number == int(number) else f"{number:.1f}"


def _days(silence: Silence) -> str:
    """Whole days since the last post; of more than were looked at, that they are more."""
    return f"{silence.days}" if silence.days is not None else f">{silence.looked_days}"


def _day(day: date) -> str:
    return f"{day:%m-%d}"
