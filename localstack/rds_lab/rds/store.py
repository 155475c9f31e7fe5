"""The instances of a region: by name in order, by resource id, and how much storage they hold."""

from bisect import bisect_right, insort
from collections.abc import Iterator

from rds_lab.rds import errors
from rds_lab.rds.instance import Instance


class Instances:
    """No call is slower than a walk over what it answers."""

    def __init__(self) -> None:
        self._by_identifier: dict[str, Instance] = {}
        self._by_resource_id: dict[str, Instance] = {}
        self._sorted: list[str] = []
        self.storage = 0

    def __len__(self) -> int:
        return len(self._sorted)

    def __iter__(self) -> Iterator[Instance]:
        return self.after(None)

    def after(self, identifier: str | None) -> Iterator[Instance]:
        """In the order of their names, behind one that may be gone by now."""
        start = bisect_right(self._sorted, identifier) if identifier is not None else 0
        return (self._by_identifier[self._sorted[index]] for index in range(start, len(self._sorted)))

    def find(self, identifier: str) -> Instance | None:
        """By identifier, which is lower case here."""
        return self._by_identifier.get(identifier)

    def find_resource(self, resource_id: str) -> Instance | None:
        """By DbiResourceId."""
        return self._by_resource_id.get(resource_id)

    def get(self, identifier: str, given: str | None = None) -> Instance:
        """By identifier; the refusal names it as it was given."""
        found = self.find(identifier)
        if not found:
            raise errors.instance_not_found(given or identifier)
        return found

    def add(self, instance: Instance) -> None:
        """A new one."""
        self._by_identifier[instance.identifier] = instance
        self._by_resource_id[instance.resource_id] = instance
        insort(self._sorted, instance.identifier)
        self.storage += instance.allocated_storage

    def remove(self, instance: Instance) -> None:
        """Its identifier is free again."""
        del self._by_identifier[instance.identifier]
        del self._by_resource_id[instance.resource_id]
        self._forget(instance.identifier)
        self.storage -= instance.allocated_storage

    def rename(self, instance: Instance, identifier: str) -> None:
        """Same incarnation, another name."""
        del self._by_identifier[instance.identifier]
        self._forget(instance.identifier)
        instance.identifier = identifier
        self._by_identifier[identifier] = instance
        insort(self._sorted, identifier)

    def resize(self, instance: Instance, gib: int) -> None:
        """More storage."""
        self.storage += gib - instance.allocated_storage
        instance.allocated_storage = gib

    def _forget(self, identifier: str) -> None:
        del self._sorted[bisect_right(self._sorted, identifier) - 1]
