# Two commands: `make demo` shows the whole job, `make test` installs what is missing and passes the tests.
.PHONY: demo test check format lock train wheel clean

demo:        ## poll the fixtures mailbox and open the review page
	@sh scripts/demo

test:        ## install what is missing (Debian packages too) and run every test
	@sh scripts/test

check:       ## lint, format and types
	@sh scripts/setup dev
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy

format:
	.venv/bin/ruff check --fix
	.venv/bin/ruff format

lock:        ## resolve the dependencies anew, with hashes and without naming a package host
	@sh scripts/setup dev
	.venv/bin/python -m pip install --quiet uv
	.venv/bin/uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	    --group build pyproject.toml -o requirements.lock
	.venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	    --group build --group dev -c requirements.lock pyproject.toml -o requirements-dev.lock

train:       ## rebuild the reader's weights from the corpora
	@sh scripts/setup
	.venv/bin/triage train

wheel:
	@sh scripts/setup dev
	.venv/bin/python -m pip wheel --quiet --no-deps --no-build-isolation -w dist .

clean:
	rm -rf .venv dist build artefacts demo-desk
