# make run   a local AWS and the broker against it, in the foreground
# make demo  books, uses, changes and deletes a database on it, in a second terminal
# make test  everything
# make bench measures the broker on this machine; a bound that is missed fails it
# make policies shows for each action of the broker's policies a story that fails without it
# See README.md.

.PHONY: run demo test bench check unit policies image-check clean

VENV := localstack/.venv/bin

run:
	@localstack/up

demo:
	@localstack/lab install
	@$(VENV)/python localstack/demo.py

test: check unit

# What needs no server: formats, lints, documentation.
check:
	localstack/lab check
	localstack/lab install
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --document-private-items --quiet
	$(VENV)/ruff check localstack
	$(VENV)/ruff format --check localstack
	$(VENV)/ruff check --config localstack/pyproject.toml --extend-ignore D1 --exclude infra/checks infra
	$(VENV)/ruff format --check --config localstack/pyproject.toml --exclude infra/checks infra
	$(VENV)/shellcheck localstack/lab localstack/up .ci/run infra/check $(wildcard infra/*/check) \
	  infra/image/artefact infra/image/build infra/image/demo infra/image/sbom
	infra/check --quiet
	infra/grafana/check
	infra/kubernetes/check
	cd infra/image && python3 -m unittest --quiet check_linked
	infra/systemd/check

# All tests, with real servers behind a LocalStack of their own.
unit:
	$(VENV)/pytest localstack --quiet
	cargo test --locked
	$(VENV)/pytest localstack/tests/iam/after_the_stories.py --quiet
	target/debug/rds-broker openapi | $(VENV)/openapi-spec-validator -

# The broker is measured as it is shipped: the benchmark's own build of it, with the features of the tests, is put aside.
# Takes some thirty minutes, with compiling. `make bench ONLY="2 6"` makes some of the measurements, and leaves the hot
# paths alone.
bench:
	@command -v wrk >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && \
	  DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --no-install-recommends wrk; } || \
	  { echo "bench: wrk, the load generator, is missing: install it (package wrk); root with apt-get need not." >&2; exit 1; }
	cargo build --release --locked
	install -D target/release/rds-broker target/measured/rds-broker
	cargo bench --locked --bench table -- --broker target/measured/rds-broker $(ONLY)
	$(if $(ONLY),,cargo bench --locked --bench hot)

# Takes minutes, and so is no part of `make test`, which holds its table to the policies and decides all requests of the
# stories again. After `make unit`: what that has left tells which stories to try. ONLY="Sid:action …" looks at some.
policies:
	localstack/lab install
	$(VENV)/python localstack/tests/iam/without_each_action.py $(ONLY)

# The image, as root: assembled, looked into, run as a cluster would, and the demo on it. It compiles a static binary first.
image-check:
	rm -rf target/image
	infra/image/artefact --debug target/image
	infra/image/check --rootfs target/image
	infra/image/demo --rootfs target/image

clean:
	localstack/lab stop
	rm -rf target localstack/.venv localstack/node_modules localstack/var infra/kubernetes/.venv infra/grafana/.tools
