"""A stand-in for the AWS provider: the real one's schemas, and no cloud behind them.

Terraform runs it like any provider, and so checks every argument, block, type and reference, plans, and applies
into a state. What AWS would decide is unknown in a plan and invented at an apply. It validates nothing that the
schemas do not say.
"""
