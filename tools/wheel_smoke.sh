#!/bin/sh
# Build the wheel and run it outside the tree: what a user installs must work by itself.
set -eu
python=$1
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$root/$python" -m build --wheel --no-isolation --outdir "$work/dist" "$root" >"$work/build.log" 2>&1 \
    || { cat "$work/build.log" >&2; exit 1; }
"$root/$python" -m pip install --quiet --disable-pip-version-check --no-deps --target "$work/site" "$work"/dist/*.whl
cd "$work"
PYTHONPATH="$work/site" "$root/$python" - <<'PY'
import tanlu, pathlib
from tanlu.catalog import tables
assert "site" in str(pathlib.Path(tanlu.__file__)), tanlu.__file__
faults = tables.validate_all()
assert not faults, faults
print("wheel: imports and its data is whole")
PY
