"""IAM, as far as the broker's policies need it: who may call what, decided as AWS decides it."""
