"""ModifyDBInstance: what changes, when, and what is refused (rds-semantics §4)."""
