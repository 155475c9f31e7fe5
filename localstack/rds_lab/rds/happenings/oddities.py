"""What is odd about one instance at the moment."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rds_lab.rds.lifecycle import Stage


@dataclass
class Oddities:
    """Nothing, as long as nothing was posted about it."""

    # Pending value → the event with which RDS gives up on it, or nothing where another one's tells.
    doomed: dict[str, str] = field(default_factory=dict)
    # What it is at does not end.
    stuck: bool = False
    # The stage of a status from outside; and whether the server was stopped for it.
    held: "Stage | None" = None
    down: bool = False
    # DescribeDBInstances does not show it before.
    hidden_until: float = 0.0
    # What DescribeDBInstances shows instead of the present, and until when.
    old_picture: dict[str, Any] | None = None
    old_until: float = 0.0
    # Key → the value that shows for now (None: no such tag), and until when.
    old_tags: dict[str, tuple[str | None, float]] = field(default_factory=dict)

    def is_hidden(self, now: float) -> bool:
        """Whether it does not show yet."""
        return now < self.hidden_until

    def let_go(self) -> bool:
        """A call was accepted that ends a status from outside: whether the server has to be started."""
        was_down, self.down, self.held = self.down, False, None
        return was_down

    def tagged(self, before: dict[str, str], keys: Iterable[str], until: float | None) -> None:
        """These were written: they show at once, or later where ``until`` is given."""
        for key in keys:
            self.old_tags.pop(key, None)
            if until is not None:
                self.old_tags[key] = (before.get(key), until)

    def tags(self, tags: dict[str, str], now: float) -> dict[str, str]:
        """The tags that show."""
        self.old_tags = {key: old for key, old in self.old_tags.items() if now < old[1]}
        shown = dict(tags)
        for key, (old, _) in self.old_tags.items():
            if old is None:
                shown.pop(key, None)
            else:
                shown[key] = old
        return shown

    def picture(self, shown: dict[str, Any], now: float) -> dict[str, Any]:
        """What shows: of an old picture all but the tags. That it is being deleted is never late."""
        if self.old_picture is None or now >= self.old_until or shown["DBInstanceStatus"] == "deleting":
            self.old_picture = None
            return shown
        return {**self.old_picture, "TagList": shown["TagList"]}
