#!/usr/bin/env bash
# Fuzzes each target for SECONDS: fuzz/run.sh SECONDS [TARGET…]. Installs the fuzzer into a virtual environment of its own.
# Exit 1 if a promise is broken; the bytes that do it are then below .e2e/fuzz/found.
#   ORCH_FUZZ  where to install and to keep what was learned (default: .e2e/fuzz)
set -euo pipefail
exec </dev/null

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
seconds=${1:?how many seconds for each target?}
shift
targets=("$@")
if ((${#targets[@]} == 0)); then
  targets=(sse ndjson answer error_body encoding amplified headings edit draft)
fi
folder=${ORCH_FUZZ:-$top/.e2e/fuzz}
mkdir -p "$folder/found"
python=$folder/venv/bin/python
if [[ ! -x $python ]]; then
  "${PYTHON:-python3}" -m venv "$folder/venv"
fi
"$python" -m pip install --quiet --disable-pip-version-check "atheris>=3"
export PYTHONPATH="$top"
"$python" "$top/fuzz/seeds.py" "$folder/seeds"

verdict=0
for target in "${targets[@]}"; do
  echo "=== $target"
  mkdir -p "$folder/corpus/$target" "$folder/seeds/$target"
  "$python" "$top/fuzz/fuzz.py" "$target" "$folder/corpus/$target" "$folder/seeds/$target" \
    -max_total_time="$seconds" -max_len=4096 -timeout=20 -rss_limit_mb=2048 -verbosity=0 -print_final_stats=1 \
    -dict="$top/fuzz/wire.dict" -artifact_prefix="$folder/found/$target-" 2>&1 |
    grep -v -e '^INFO: Instrumenting' -e '^WARNING: Failed to find function' -e ' # Uses: ' || verdict=1
done
exit "$verdict"
