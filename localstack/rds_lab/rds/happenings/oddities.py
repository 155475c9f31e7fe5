"""What is odd about one instance at the moment."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Oddities:
    """Nothing, as long as nothing was posted about it."""

    # Pending value → the event with which RDS gives up on it.
    doomed: dict[str, str] = field(default_factory=dict)
    # What it is at does not end.
    stuck: bool = False
    # Put into its status from outside; and whether its server was stopped for it.
    held: bool = False
    down: bool = False
    # DescribeDBInstances does not show it before.
    hidden_until: float = 0.0
    # What DescribeDBInstances shows instead of the present, and until when.
    old_picture: dict[str, Any] | None = None
    old_until: float = 0.0
    old_tags: dict[str, str] | None = None
    old_tags_until: float = 0.0

    def is_hidden(self, now: float) -> bool:
        """Whether it does not show yet."""
        return now < self.hidden_until

    def tags(self, tags: dict[str, str], now: float) -> dict[str, str]:
        """The tags that show."""
        if self.old_tags is not None and now < self.old_tags_until:
            return self.old_tags
        self.old_tags = None
        return tags

    def picture(self, shown: dict[str, Any], now: float) -> dict[str, Any]:
        """What shows: of an old picture all but the tags."""
        if self.old_picture is not None and now < self.old_until:
            return {**self.old_picture, "TagList": shown["TagList"]}
        self.old_picture = None
        return shown
