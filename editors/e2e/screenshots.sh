#!/usr/bin/env bash
# Takes the pictures in docs/images/ again, in the real editors: editors/e2e/screenshots.sh
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
tools="$top/.e2e"

# shellcheck source=editors/e2e/install.sh
source "$here/install.sh"

install_server
install_neovim
install_debian chromium fonts-dejavu-core
if [[ ! -x $tools/terminal/bin/python ]]; then
  python3 -m venv "$tools/terminal"
fi
"$tools/terminal/bin/pip" install -q --disable-pip-version-check pyte==0.8.2
"$tools/terminal/bin/python" "$here/neovim/screenshots.py" --nvim "$nvim" --server "$server" "$top/docs/images"

"$here/vscode/screenshots.sh"
