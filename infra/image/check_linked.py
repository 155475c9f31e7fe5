"""Whether all that a linker took is told, and what is not known is not passed over."""

import tempfile
import unittest
from pathlib import Path

import linked

SYSROOT, TARGET = Path("/rust"), Path("/src/target")
# As GNU's linker writes it: what was looked into, members that were taken, and objects.
MAP = """\
LOAD /usr/lib/x86_64-linux-gnu/libutil.a
 .text          0x0000000000401000       0x26 /usr/lib/x86_64-linux-gnu/crt1.o
 .text.main     0x0000000000401040       0x10 /src/target/release/deps/rds_broker-1a2b.rds_broker.cgu.0.rcgu.o
 .text          0x0000000000402000      0x100 /usr/lib/x86_64-linux-gnu/libc.a(libc-start.o)
 .text          0x0000000000403000      0x100 /usr/lib/gcc/x86_64-linux-gnu/12/libgcc_eh.a(unwind-dw2.o)
 .text          0x0000000000404000      0x100 /src/target/release/deps/libring-3c4d.rlib(montgomery.o)
 .text          0x0000000000405000      0x100 /rust/lib/libstd-5e6f.rlib(std-5e6f.std.cgu.0.rcgu.o)
"""


def owners(text: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for path in linked.inputs(text):
        found.setdefault(linked.owner(path, SYSROOT, TARGET), set()).add(path.name)
    return found


class Linked(unittest.TestCase):
    def test_each_input_has_an_owner_and_what_was_only_looked_into_is_none(self):
        self.assertEqual(
            owners(MAP),
            {
                "glibc": {"crt1.o", "libc.a"},
                "libgcc": {"libgcc_eh.a"},
                "rust-std": {"libstd-5e6f.rlib"},
                "crates": {"rds_broker-1a2b.rds_broker.cgu.0.rcgu.o", "libring-3c4d.rlib"},
            },
        )

    def test_the_map_of_another_linker_is_read_as_well(self):
        line = "  402000   402000      100    16      /usr/lib/x86_64-linux-gnu/libc.a(start.o):(.text)\n"
        self.assertEqual(owners(line), {"glibc": {"libc.a"}})

    def test_the_c_library_that_comes_with_rust_is_none_of_rusts_own(self):
        line = " .text 0x1 0x2 /rust/lib/rustlib/x86_64-unknown-linux-musl/lib/self-contained/libc.a(a.lo)\n"
        self.assertEqual(owners(line), {"musl": {"libc.a"}})

    def test_what_optimisation_makes_anew_of_rusts_own_is_rusts_own(self):
        made = "/src/target/release/deps/rds_broker-13d7d92b59df16a5"
        ours = f"{made}.memchr-4e373fb9b984cbc2.memchr.6c258e2bf0fb0972-cgu.1.rcgu.o.rcgu.o"
        theirs = f"{made}.memchr-ea71fa85f6699d6b.memchr.9642f0ce76a98c65-cgu.0.rcgu.o.rcgu.o"
        with tempfile.TemporaryDirectory() as sysroot:
            library = (
                Path(sysroot) / "lib/rustlib/x86_64-unknown-linux-gnu/lib/libmemchr-ea71fa85f6699d6b.rlib"
            )
            library.parent.mkdir(parents=True)
            library.touch()
            own = linked.libraries(Path(sysroot))
            paths = linked.inputs(f" 1 1 2 16 {ours}:(.text)\n 2 2 2 16 {theirs}:(.text)\n")
            self.assertEqual({linked.origin(path, own) for path in paths}, {Path(ours), library})

    def test_what_nobody_knows_is_a_mistake(self):
        with self.assertRaisesRegex(linked.Unknown, "libsecond.a"):
            owners(" .text 0x1 0x2 /usr/lib/libsecond.a(one.o)\n")


if __name__ == "__main__":
    unittest.main()
