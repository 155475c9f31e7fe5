"""Amazon RDS: its API over a state machine that behaves as rds-semantics says."""
