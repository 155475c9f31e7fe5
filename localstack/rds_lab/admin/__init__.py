"""The admin routes below ``/_localstack/rds-lab``: for tests and people on this machine only."""
