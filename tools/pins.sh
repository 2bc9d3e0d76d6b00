#!/usr/bin/env bash
# Renews requirements/run.txt, dev.txt and printers.txt from pyproject.toml, in an environment of its own.
set -euo pipefail
python=${1:-python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
wanted() {
  "$python" - "$1" <<'PY'
import sys, tomllib
project = tomllib.load(open("pyproject.toml", "rb"))["project"]
extra = project["optional-dependencies"].get(sys.argv[1], [])
lines = project["dependencies"] + extra
print("\n".join(lines))
PY
}
"$python" -m venv "$work/venv"
wanted run >"$work/run.in"
wanted dev >"$work/dev.in"
wanted printers >"$work/printers.in"
"$work/venv/bin/pip" install --quiet -r "$work/run.in"
"$work/venv/bin/pip" freeze >"$work/run.txt"
# What a wheel of this machine does not say: there is none of it for Windows.
sed -i 's/^uvloop==.*/&; sys_platform != "win32"/' "$work/run.txt"
"$work/venv/bin/pip" install --quiet -r "$work/dev.in"
"$work/venv/bin/pip" freeze | sed 's/^uvloop==.*/&; sys_platform != "win32"/' >"$work/dev.txt"
"$work/venv/bin/pip" install --quiet -r "$work/printers.in"
"$work/venv/bin/pip" freeze | sed 's/^uvloop==.*/&; sys_platform != "win32"/' >"$work/printers.txt"
{
  echo "# Exact versions of everything that runs. Renewed by \`make pins\`; no addresses, so that any index serves."
  cat "$work/run.txt"
} >requirements/run.txt
{
  echo "# Exact versions of what tests and checks need beside run.txt. Renewed by \`make pins\`."
  echo "-r run.txt"
  grep -vxFf "$work/run.txt" "$work/dev.txt"
} >requirements/dev.txt
{
  echo "# Exact versions of what the printer farm needs beside dev.txt. Renewed by \`make pins\`."
  echo "-r dev.txt"
  grep -vxFf "$work/dev.txt" "$work/printers.txt"
} >requirements/printers.txt
