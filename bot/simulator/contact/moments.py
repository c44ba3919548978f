"""Customers' Moments 客户朋友圈: a call makes a job, the job a moment, an employee's yes shows it.

What an employee publishes is seen by those of his customers who have not yet been shown as many
moments of the company this month as a customer sees; that number is unverified.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Any

from bot.simulator.contact.content import Content, content_from_json
from bot.simulator.contact.tasks import PLATFORM_ZONE
from bot.simulator.limits import MOMENT_DONE_SECONDS, MOMENT_START_SECONDS
from bot.simulator.world import World


class JobStatus(IntEnum):
    """How far a job is (95094)."""

    STARTED = 1
    UNDER_WAY = 2
    DONE = 3


class MomentState(StrEnum):
    """How a moment stands with one of its employees."""

    OPEN = "open"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


@dataclass(slots=True)
class Publication:
    """One employee's part in a moment; ``seen_by`` are the customers who are shown it."""

    state: MomentState = MomentState.OPEN
    published_at: datetime | None = None
    seen_by: list[str] = field(default_factory=list)
    likes: dict[str, datetime] = field(default_factory=dict)
    comments: list[tuple[str, str, datetime]] = field(default_factory=list)
    """Customer, words and instant of each."""


@dataclass(slots=True)
class Moment:
    """A moment of ``app``; ``tags`` choose customers, all without them.

    ``strangers`` are named employees who do not exist. Without any who does there is no moment.
    """

    moment_id: str
    jobid: str
    app: str
    content: Content
    tags: list[str]
    strangers: list[str]
    made_at: datetime
    publications: dict[str, Publication]

    def status(self, now: datetime) -> JobStatus:
        """How far the job is; how long it takes is not written down."""
        age = now - self.made_at
        if age < timedelta(seconds=MOMENT_START_SECONDS):
            return JobStatus.STARTED
        if age < timedelta(seconds=MOMENT_DONE_SECONDS):
            return JobStatus.UNDER_WAY
        return JobStatus.DONE


class CompanyMoments:
    """All moments by id, and how many of them each customer was shown."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.moments: dict[str, Moment] = {}
        self.shown: dict[str, list[datetime]] = {}

    def job(self, jobid: str) -> Moment | None:
        """The moment of a job."""
        return next((one for one in self.moments.values() if one.jobid == jobid), None)

    def of(self, employee: str) -> list[Moment]:
        """The moments that are ready for an employee, oldest first."""
        now = self._world.now()
        return [
            moment
            for moment in self.moments.values()
            if employee in moment.publications and moment.status(now) is JobStatus.DONE
        ]

    def seen_by(self, customer: str) -> list[tuple[str, Moment]]:
        """What a customer finds in his Moments, with whose it is, the latest last."""
        return [
            (employee, moment)
            for moment in self.moments.values()
            for employee, publication in moment.publications.items()
            if customer in publication.seen_by
        ]

    def is_full(self, customer: str, most: int) -> bool:
        """Whether a customer was shown ``most`` moments this month."""
        now = self._world.now().astimezone(PLATFORM_ZONE)
        days = [at.astimezone(PLATFORM_ZONE) for at in self.shown.get(customer, [])]
        return sum((day.year, day.month) == (now.year, now.month) for day in days) >= most

    # Happenings

    def make(
        self,
        app: str,
        content: Content,
        *,
        employees: list[str],
        strangers: list[str],
        tags: list[str],
    ) -> Moment:
        """A moment for ``employees``."""
        moment_id, jobid = f"mom{self._world.new_id()}", f"job{self._world.new_id()}"
        self._world.happen(
            "contact.moment",
            moment_id=moment_id,
            jobid=jobid,
            app=app,
            content=content.to_json(),
            employees=employees,
            strangers=strangers,
            tags=tags,
        )
        return self.moments[moment_id]

    def publish(self, moment: Moment, employee: str, seen_by: list[str]) -> None:
        """The employee has said yes."""
        self._world.happen(
            "contact.moment_published",
            moment_id=moment.moment_id,
            employee=employee,
            seen_by=seen_by,
        )

    def cancel(self, moment: Moment) -> None:
        """What is not published yet will not be."""
        self._world.happen("contact.moment_cancelled", moment_id=moment.moment_id)

    def like(self, moment: Moment, employee: str, customer: str) -> None:
        """A customer likes what ``employee`` published."""
        self._world.happen(
            "contact.moment_liked",
            moment_id=moment.moment_id,
            employee=employee,
            customer=customer,
        )

    def comment(self, moment: Moment, employee: str, customer: str, text: str) -> None:
        """A customer writes something under it."""
        self._world.happen(
            "contact.moment_commented",
            moment_id=moment.moment_id,
            employee=employee,
            customer=customer,
            text=text,
        )

    def apply(self, data: dict[str, Any]) -> bool:
        """See ``Part``."""
        at = datetime.fromisoformat(data["at"])
        match data["t"]:
            case "contact.moment":
                self.moments[data["moment_id"]] = _moment_from_json(data, at)
            case "contact.moment_published":
                publication = self._publication(data)
                publication.state, publication.published_at = MomentState.PUBLISHED, at
                publication.seen_by = list(data["seen_by"])
                for customer in data["seen_by"]:
                    self.shown.setdefault(customer, []).append(at)
            case "contact.moment_cancelled":
                for publication in self.moments[data["moment_id"]].publications.values():
                    if publication.state is MomentState.OPEN:
                        publication.state = MomentState.CANCELLED
            case "contact.moment_liked":
                self._publication(data).likes.setdefault(data["customer"], at)
            case "contact.moment_commented":
                self._publication(data).comments.append((data["customer"], data["text"], at))
            case _:
                return False
        return True

    def _publication(self, data: dict[str, Any]) -> Publication:
        return self.moments[data["moment_id"]].publications[data["employee"]]


def _moment_from_json(data: dict[str, Any], at: datetime) -> Moment:
    return Moment(
        moment_id=data["moment_id"],
        jobid=data["jobid"],
        app=data["app"],
        content=content_from_json(data["content"]),
        tags=list(data["tags"]),
        strangers=list(data["strangers"]),
        made_at=at,
        publications={employee: Publication() for employee in data["employees"]},
    )
