"""How an instance gets from one status to the next."""
