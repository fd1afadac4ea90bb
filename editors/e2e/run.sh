#!/usr/bin/env bash
# End-to-end runs in real editors: editors/e2e/run.sh [vscode|neovim|emacs|all] [words of scenario names]
# Installs what it needs into .e2e/ at the top of the checkout; the exit code is the verdict.
# ORCH_E2E_SECOND_CHANCE=1 runs a scenario that failed once more, and names it if it passes then.
# ORCH_E2E_SERVER names an orch-lsp program to use instead of one built from this checkout.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
tools="$top/.e2e"
which_editor=${1:-all}
shift || true

# shellcheck source=editors/e2e/install.sh
source "$here/install.sh"

run_neovim() {
  install_neovim
  python3 "$here/neovim/run.py" --nvim "$nvim" --old-nvim "$old_nvim" --server "$server" "$@"
}

run_emacs() {
  install_emacs
  python3 "$here/emacs/run.py" --emacs "$emacs" --server "$server" "$@"
}

run_vscode() {
  bash "$here/vscode/run.sh" "$@"
}

install_server
case "$which_editor" in
  neovim) run_neovim "$@" ;;
  emacs) run_emacs "$@" ;;
  vscode) run_vscode "$@" ;;
  all)
    verdict=0
    run_neovim "$@" || verdict=1
    run_emacs "$@" || verdict=1
    run_vscode "$@" || verdict=1
    exit "$verdict"
    ;;
  *)
    echo "usage: editors/e2e/run.sh [vscode|neovim|emacs|all] [words]" >&2
    exit 2
    ;;
esac
