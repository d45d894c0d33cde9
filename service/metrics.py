"""Prometheus metrics of the service."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

_BUCKETS = (0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """Counters of one application, in a registry of its own so that two can live in one process."""

    def __init__(self) -> None:
        """Register the metrics."""
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "citecheck_requests_total", "Requests by route and status.", ["route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "citecheck_request_seconds", "Time to answer by route.", ["route"], buckets=_BUCKETS, registry=self.registry
        )
        self.answers = Counter("citecheck_answers_total", "Answers by outcome.", ["status"], registry=self.registry)
        self.verdicts = Counter("citecheck_verdicts_total", "Claims by verdict.", ["verdict"], registry=self.registry)

    def render(self) -> bytes:
        """Return the Prometheus text format."""
        return generate_latest(self.registry)
