"""Steps one after the other, advanced whenever somebody looks: no timers, so tests own the time."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rds_lab.rds.workers import Job

Submit = Callable[[Callable[[], Any]], Job]
Duration = Callable[[str], float]


@dataclass
class Step:
    """A status that holds for a time and until its work, if it has any, is done.

    `done` is told when the step ended and what its work returned; what it returns comes next.
    A step without a status leaves the status as it is: a change was accepted and is not visible yet.
    """

    status: str | None
    duration: str
    done: Callable[[float, Any], Sequence["Step"] | None] | None = None
    work: Callable[[], Any] | None = None
    # Late work begins when the time is over: what it changes takes effect when the step ends.
    late: bool = False


class Timeline:
    """What an instance is going through."""

    def __init__(self) -> None:
        self._steps: deque[Step] = deque()
        self._started = 0.0
        self._seen = 0.0
        self._job: Job | None = None

    @property
    def current(self) -> Step | None:
        """The step that is under way."""
        return self._steps[0] if self._steps else None

    def begin(self, steps: Sequence[Step], now: float) -> None:
        """Drop what was under way and start anew. Work already handed over still ends by itself."""
        self._steps = deque(steps)
        self._enter(now)

    def advance(self, now: float, duration: Duration, submit: Submit) -> Exception | None:
        """Go through all steps that are over by now; answers the failure that ended it, if one did."""
        while self._steps:
            step = self._steps[0]
            due = self._started + duration(step.duration)
            if step.work and not self._job and (now >= due or not step.late):
                self._job = submit(step.work)
            worked = not step.work or (self._job is not None and self._job.finished_at is not None)
            if self._job and worked and self._job.error:
                self._steps.clear()
                return self._job.error
            if now < due or not worked:
                # Should the duration be shortened later, the step did last until here.
                self._seen = now
                return None
            finished = self._job.finished_at if self._job else None
            ended = min(now, max(due, self._seen, finished or 0.0))
            result = self._job.result if self._job else None
            self._steps.popleft()
            self._enter(ended)
            following = step.done(ended, result) if step.done else None
            self._steps.extendleft(reversed(following or ()))
        return None

    def peek(self) -> Any:
        """What the work under way has returned already: an address is known before `creating` ends."""
        return self._job.result if self._job and self._job.finished_at is not None else None

    def _enter(self, now: float) -> None:
        self._started = self._seen = now
        self._job = None
