#!/usr/bin/env bash
# Builds the product as released and runs its benchmarks in tests/bench. Installs missing packages.
# `packaging/bench.sh --help` describes them.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$root"

readonly logs=$root/build/log tools=$root/build/bench bin=$root/build/release/tests/bench

usage() {
  cat <<'END'
usage: packaging/bench.sh [--only sync|sns|api|postgres] [OPTION...]

  (none)     all benchmarks, one after the other
  sync       sync_bench: first load, changed records, idle polls, memory
  sns        sns_bench: acknowledging events, and the time until their records are stored
  api        api_bench: the change log, exports and single records by the API
  postgres   postgres_bench: the PostgreSQL store beside COPY, on a private server

Each OPTION is passed to that program; without --only, to sync_bench. `--only NAME --help` prints a program's options.

The figures of the Node scripts require node and npm. The rows of nginx require nginx, which is downloaded from Debian
into the build folder if it is not installed. If one of them is not available, its figures are skipped with a message.
The output of the build is in build/log.
END
}

case ${1:-} in
  --help | -h) usage && exit 0 ;;
esac

only=''
if [[ ${1:-} == --only ]]; then
  only=${2:-}
  [[ $only =~ ^(sync|sns|api|postgres)$ ]] || die "--only takes sync, sns, api or postgres"
  shift 2
fi

build() {
  local programs=(sync_bench sns_bench api_bench postgres_bench)
  [[ -z $only ]] || programs=("${only}_bench")
  configure release && cmake --build --preset release --target "${programs[@]}"
}

# better-sqlite3 and pg as tests/bench/node names them, in a folder of the build; done once for each lock file.
install_node_modules() {
  local source=$root/tests/bench/node
  mkdir -p "$tools" || return
  if cmp -s "$source/package-lock.json" "$tools/installed.json" && [[ -d $tools/node_modules ]]; then return; fi
  cp "$source/package.json" "$source/package-lock.json" "$tools/" || return
  (cd "$tools" && npm ci --no-audit --no-fund --foreground-scripts) || return
  NODE_PATH=$tools/node_modules node -e "new (require('better-sqlite3'))(':memory:'); require('pg')" || return
  cp "$tools/package-lock.json" "$tools/installed.json"
}

# Unpacks nginx instead of installing it, because an installed nginx would be started as a service on port 80.
unpack_nginx() {
  rm -rf "$tools/nginx" && mkdir -p "$tools/nginx" || return
  (cd "$tools/nginx" && apt-get -q download nginx && dpkg-deb -x nginx_*.deb .) || return
  "$tools/nginx/usr/sbin/nginx" -v
}

# measure_beside_node PROGRAM OPTION...
measure_beside_node() {
  local with_node=() program=$1
  shift
  if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    echo "node or npm is not installed: the Node script's figures are skipped."
  elif quietly "$logs/bench-node.log" install_node_modules; then
    with_node=(--node-modules "$tools/node_modules")
  else
    echo "its modules could not be installed (see $logs/bench-node.log): the Node script's figures are skipped."
  fi
  "$bin/$program" "${with_node[@]}" "$@"
}

# measure_beside_nginx PROGRAM OPTION...: runs the benchmark with nginx for comparison.
measure_beside_nginx() {
  local with_nginx=() nginx program=$1
  shift
  nginx=$(PATH=$PATH:/usr/sbin:/sbin command -v nginx || true)
  nginx=${nginx:-$tools/nginx/usr/sbin/nginx}
  if [[ -x $nginx ]] || quietly "$logs/bench-nginx.log" unpack_nginx; then
    with_nginx=(--nginx "$nginx")
  else
    echo "nginx is not installed and could not be downloaded (see $logs/bench-nginx.log): its rows are skipped."
  fi
  "$bin/$program" --folder "$root/build" "${with_nginx[@]}" "$@"
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

case $only in
  sync) measure_beside_node sync_bench --folder "$root/build" "$@" ;;
  postgres) measure_beside_node postgres_bench "$@" ;;
  sns | api) measure_beside_nginx "${only}_bench" "$@" ;;
  *)
    measure_beside_node sync_bench --folder "$root/build" "$@"
    echo
    measure_beside_nginx sns_bench
    echo
    measure_beside_nginx api_bench
    echo
    measure_beside_node postgres_bench
    ;;
esac
