"""The neighbours within LocalStack."""

from rds_lab.neighbours.base import Neighbours
from rds_lab.neighbours.ec2 import Ec2Network
from rds_lab.neighbours.kms import KmsKeys


def neighbours(account: str, region: str) -> Neighbours:
    """Those of an account in a region."""
    return Neighbours(Ec2Network(account, region), KmsKeys(account, region))
