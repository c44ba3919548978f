"""What the program counts about itself, shown at /metrics in Prometheus' text format.

One object a program, made by the composition root; there is no global registry.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest


class Metrics:
    """All counters. Labels hold closed sets of words, never ids or texts."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._count_traffic()
        self._count_troubles()

    def _count_traffic(self) -> None:
        self.callbacks = Counter(
            "yutang_callbacks_total",
            "Callbacks by channel and what became of them",
            ["channel", "result"],
            registry=self.registry,
        )
        self.callback_seconds = Histogram(
            "yutang_callback_seconds",
            "Time from a callback's arrival to its answer",
            ["channel"],
            buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
            registry=self.registry,
        )
        self.handled = Counter(
            "yutang_events_handled_total",
            "Events by the route that answered",
            ["route"],
            registry=self.registry,
        )
        self.sends = Counter(
            "yutang_sends_total",
            "Attempts to send by channel and outcome",
            ["channel", "outcome"],
            registry=self.registry,
        )
        self.withheld = Counter(
            "yutang_texts_withheld_total",
            "Texts that screening kept in the house",
            registry=self.registry,
        )
        self.first_answer_seconds = Histogram(
            "yutang_ticket_first_answer_seconds",
            "Time from a member's call for a person to the first answer of one",
            buckets=(60, 300, 900, 1800, 3600, 4 * 3600, 12 * 3600, 24 * 3600, 72 * 3600),
            registry=self.registry,
        )

    def _count_troubles(self) -> None:
        self.jobs_failed = Counter(
            "yutang_jobs_failed_total",
            "Scheduled jobs that raised",
            ["job"],
            registry=self.registry,
        )
        self.configuration_problems = Gauge(
            "yutang_configuration_problems",
            "Problems in the edited configuration; the last good one is in force",
            registry=self.registry,
        )
        self.books_broken = Gauge(
            "yutang_books_broken",
            "Facts of the last night's audit that did not hold",
            registry=self.registry,
        )
        self.payout_doubts = Counter(
            "yutang_payout_doubts_total",
            "Answers of the payer that contradict our books",
            registry=self.registry,
        )
        self.payout_differences = Gauge(
            "yutang_payout_differences",
            "Payouts in which the payer's last statement differs from our books",
            registry=self.registry,
        )

    def render(self) -> bytes:
        """All counters as text."""
        return generate_latest(self.registry)
