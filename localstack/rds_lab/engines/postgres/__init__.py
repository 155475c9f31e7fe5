"""Real PostgreSQL servers."""
