"""§4.3: vCPU and memory of the classes."""

import pytest

from rds_lab.rds.catalog.classes import classes

T = "micro 2/1 small 2/2 medium 2/4 large 2/8 xlarge 4/16 2xlarge 8/32"
M = "large 2/8 xlarge 4/16 2xlarge 8/32 4xlarge 16/64 8xlarge 32/128 12xlarge 48/192 16xlarge 64/256"
R = "large 2/16 xlarge 4/32 2xlarge 8/64 4xlarge 16/128 8xlarge 32/256 12xlarge 48/384 16xlarge 64/512"


def check(family, table):
    words = table.split()
    expected = {f"db.{family}.{size}": power for size, power in zip(words[::2], words[1::2], strict=True)}
    found = {
        name: f"{row['vcpu']}/{row['memoryGiB']}"
        for name, row in classes().items()
        if name.startswith(f"db.{family}.")
    }
    assert found == expected


@pytest.mark.row("4.3", "t4g, t3")
@pytest.mark.parametrize("family", ["t4g", "t3"])
def test_burstable(family):
    check(family, T)


@pytest.mark.row("4.3", "m6g, m7g, m8g")
@pytest.mark.parametrize(
    ("family", "more"), [("m6g", ""), ("m7g", ""), ("m8g", " 24xlarge 96/384 48xlarge 192/768")]
)
def test_general_purpose(family, more):
    check(family, M + more)


@pytest.mark.row("4.3", "r6g, r7g")
@pytest.mark.parametrize("family", ["r6g", "r7g"])
def test_memory_optimized(family):
    check(family, R)
