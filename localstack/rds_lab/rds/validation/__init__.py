"""What RDS refuses before anything happens (rds-semantics §2, §4.1), with its own words."""
