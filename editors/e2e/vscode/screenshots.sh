#!/usr/bin/env bash
# Takes the pictures of VS Code in docs/images/ again: editors/e2e/vscode/screenshots.sh
set -euo pipefail
ORCH_E2E_PICTURES=1 exec "$(dirname "${BASH_SOURCE[0]}")/run.sh" --pictures
