"""Runs as pages show them."""

from collections.abc import Iterable
from dataclasses import dataclass

from integrations.contract import Action, Provider, Text
from integrations.models import Run, RunState
from integrations.runs.progress import FAILED_LISTED, OTHERS_LISTED

_BADGES = {
    RunState.QUEUED: "neutral",
    RunState.RUNNING: "progress",
    RunState.SUCCEEDED: "success",
    RunState.PARTLY_SUCCEEDED: "warning",
    RunState.FAILED: "danger",
    RunState.CANCELLED: "paused",
    RunState.STALLED: "danger",
}


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run with the words of its action; `action` is None where the provider no longer offers it."""

    run: Run
    action: Action | None

    @property
    def label(self) -> Text:
        return self.action.label if self.action else self.run.action

    @property
    def badge(self) -> str:
        return _BADGES[RunState(self.run.state)]

    @property
    def cancelling(self) -> bool:
        return self.run.cancel_requested_at is not None and not self.run.finished

    @property
    def may_retry(self) -> bool:
        """Whether there is something to do again: failed items, or a run that ended before its time."""
        bad = {RunState.PARTLY_SUCCEEDED, RunState.FAILED, RunState.STALLED}
        return self.action is not None and self.run.state in bad

    @property
    def failed_unlisted(self) -> int:
        """How many items failed beyond those that are listed."""
        return max(0, self.run.failed - FAILED_LISTED)

    @property
    def others_unlisted(self) -> int:
        return max(0, self.run.done - self.run.failed - OTHERS_LISTED)

    @property
    def fingerprint(self) -> str:
        """Changes with whatever a page shows of it."""
        run = self.run
        seen = (run.state, run.done, run.failed, run.expected, run.retry_at, self.cancelling, run.problem)
        return "-".join(map(str, (run.public_id, *seen)))


def run_row(run: Run, provider: Provider | None) -> RunRow:
    return RunRow(run, action_of(provider, run.action))


def run_rows(runs: Iterable[Run], provider: Provider) -> list[RunRow]:
    return [run_row(run, provider) for run in runs]


def action_of(provider: Provider | None, name: str) -> Action | None:
    return next((action for action in provider.actions if action.name == name), None) if provider else None
