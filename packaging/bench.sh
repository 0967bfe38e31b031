#!/usr/bin/env bash
# Measures the product: builds it as released, and prints tests/bench/sync_bench's tables. What is missing is installed.
# The column of the Node script needs node and npm; where they are not there, or the registry cannot be reached, it is
# left out and that is said. Options are sync_bench's own; see packaging/bench.sh --help. Ends by itself.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$root"

readonly logs=$root/build/log node=$root/build/bench

build() {
  configure release && cmake --build --preset release --target carecloud-syncd sync_bench
}

# better-sqlite3 as tests/bench/node names it, in a folder of the build; done once for each lock file.
install_node_modules() {
  local source=$root/tests/bench/node
  mkdir -p "$node" || return
  if cmp -s "$source/package-lock.json" "$node/installed.json" && [[ -d $node/node_modules ]]; then return; fi
  cp "$source/package.json" "$source/package-lock.json" "$node/" || return
  (cd "$node" && npm ci --no-audit --no-fund --foreground-scripts) || return
  NODE_PATH=$node/node_modules node -e "new (require('better-sqlite3'))(':memory:')" || return
  cp "$node/package-lock.json" "$node/installed.json"
}

quietly "$logs/bench-packages.log" packaging/install-dependencies.sh || {
  show_end "$logs/bench-packages.log"
  die "some packages could not be installed"
}
usable_ccache
echo "Building (output in $logs/bench-build.log)"
quietly "$logs/bench-build.log" build || {
  show_end "$logs/bench-build.log"
  die "the build failed"
}

with_node=()
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  echo "No node and npm here: the Node script's column is skipped."
elif quietly "$logs/bench-node.log" install_node_modules; then
  with_node=(--node-modules "$node/node_modules")
else
  echo "better-sqlite3 could not be installed (see $logs/bench-node.log): the Node script's column is skipped."
fi

exec build/release/tests/bench/sync_bench --folder "$root/build" "${with_node[@]}" "$@"
