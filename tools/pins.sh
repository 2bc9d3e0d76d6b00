#!/usr/bin/env bash
# Renews requirements/run.txt and requirements/dev.txt from pyproject.toml, in an environment of its own.
set -euo pipefail
python=${1:-python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
wanted() {
  "$python" - "$1" <<'PY'
import sys, tomllib
project = tomllib.load(open("pyproject.toml", "rb"))["project"]
lines = project["dependencies"] + (project["optional-dependencies"]["dev"] if sys.argv[1] == "dev" else [])
print("\n".join(lines))
PY
}
"$python" -m venv "$work/venv"
wanted run >"$work/run.in"
wanted dev >"$work/dev.in"
"$work/venv/bin/pip" install --quiet -r "$work/run.in"
"$work/venv/bin/pip" freeze >"$work/run.txt"
"$work/venv/bin/pip" install --quiet -r "$work/dev.in"
"$work/venv/bin/pip" freeze >"$work/dev.txt"
{
  echo "# Exact versions of everything that runs. Renewed by \`make pins\`; no addresses, so that any index serves."
  cat "$work/run.txt"
} >requirements/run.txt
{
  echo "# Exact versions of what tests and checks need beside run.txt. Renewed by \`make pins\`."
  echo "-r run.txt"
  grep -vxFf "$work/run.txt" "$work/dev.txt"
} >requirements/dev.txt
