# shellcheck shell=bash
# Sourced by the demonstrations: building, background programs, and a portal on loopback.

# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$root" || exit

readonly entity=claim_attendance
readonly logs=$root/build/log bin=$root/build/release/daemon
work=''
children=() # PIDs of running programs, stopped in reverse order at the end

# stop PID: stops a program that this script started, waits for it, and returns its exit code. After the wait, another
# program may have the PID.
stop() {
  local index
  for index in "${!children[@]}"; do
    if [[ ${children[index]} == "$1" ]]; then unset "children[$index]"; fi
  done
  kill -TERM "$1" 2>/dev/null || true
  wait "$1"
}

cleanup() {
  while ((${#children[@]} > 0)); do
    stop "${children[-1]}" 2>/dev/null || true
  done
  [[ -z $work ]] || rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

heading() {
  if [[ -t 1 ]]; then printf '\n\033[1m%s\033[0m\n' "$*"; else printf '\n== %s\n' "$*"; fi
}

# failed LOG TEXT: prints the end of the log and exits.
failed() {
  show_end "$1"
  die "$2"
}

# wait_for LOG PID TEXT COMMAND...: repeats the command until it succeeds, for at most 60 s, while PID is running.
wait_for() {
  local log=$1 pid=$2 what=$3 end=$((SECONDS + 60))
  shift 3
  until "$@"; do
    kill -0 "$pid" 2>/dev/null || failed "$log" "$what: the program exited"
    ((SECONDS < end)) || failed "$log" "$what: not within 60 s"
    sleep 0.1
  done
}

# build_programs [INSTALL_OPTION]: installs missing packages (see install-dependencies.sh) and builds the programs.
build_programs() {
  heading "Building"
  quietly "$logs/demo-packages.log" packaging/install-dependencies.sh "$@" ||
    failed "$logs/demo-packages.log" "some packages could not be installed"
  usable_ccache
  quietly "$logs/demo-build.log" build || failed "$logs/demo-build.log" "the build failed"
  "$bin/carecloud-syncd" --version
}
build() {
  configure release && cmake --build --preset release --target carecloud-syncd carecloud-portal carecloudctl
}

# start_portal OPTION...: starts a portal with invented records. Sets base_url and control_url.
start_portal() {
  "$bin/carecloud-portal" --entity "$entity" --control 0 --api-key-file "$work/api-key" \
    --port-file "$work/portal.json" "$@" >"$logs/demo-portal.log" 2>&1 &
  children+=($!)
  wait_for "$logs/demo-portal.log" "$!" "start the portal" test -s "$work/portal.json"
  base_url=$(jq -r .base_url "$work/portal.json")
  control_url=$(jq -r .control_url "$work/portal.json")
  echo "$base_url"
}

# control METHOD PATH [BODY]: sends a request to the portal's control port.
control() {
  curl -sS --fail-with-body --noproxy '*' --max-time 30 -X "$1" "$control_url$2" ${3:+--data-binary "$3"}
}

# compare COMMAND...: compares the portal's records by id and SHA-256 with those of the store, which the command prints.
compare() {
  control GET "/records/$entity?keys=1" | jq -r '"\(._id) \(.sha256)"' | sort >"$work/portal.txt"
  "$@" | sort >"$work/store.txt"
  if ! diff "$work/portal.txt" "$work/store.txt" >"$work/difference.txt"; then
    head -n 20 "$work/difference.txt" >&2
    die "the store differs from the portal in $(grep -c '^[<>]' "$work/difference.txt") line(s)"
  fi
  printf 'The store has all %s records of the portal: every id, every byte (SHA-256).\n' \
    "$(wc -l <"$work/store.txt")"
}
