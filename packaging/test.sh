#!/usr/bin/env bash
# Everything that must hold before a change is taken: formatting, style, all tests under the sanitizers, the fuzz
# targets for a minute, clang-tidy, what is shipped as released. On a bare Debian 12 it installs what it needs. Ends at
# the first step that fails.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$root"

logs=$root/build/log
summary=()

# step NAME COMMAND...: runs it quietly and says how long it took; a failure is shown and ends everything.
step() {
  local name=$1 begin=$SECONDS took
  shift
  printf '%-14s ' "$name"
  if quietly "$logs/$name.log" "$@"; then
    took=$(seconds $((SECONDS - begin)))
    printf 'ok %8s\n' "$took"
    summary+=("$name $took")
  else
    printf 'FAILED\n'
    show_end "$logs/$name.log"
    die "step $name failed after $(seconds $((SECONDS - begin)))"
  fi
}

formatting() {
  find lib daemon tests -name '*.[ch]pp' -print0 | xargs -0 clang-format-16 --dry-run -Werror
}

build() {
  configure "$1" && cmake --build --preset "$1"
}

tidy() {
  configure tidy || return
  jq -r --arg root "$root" '.[].file | select(ltrimstr($root) | ltrimstr("/build/tidy") | test("^/(lib|daemon)/"))' \
    build/tidy/compile_commands.json | sort -u |
    xargs -r -d '\n' -n 1 -P "$CMAKE_BUILD_PARALLEL_LEVEL" clang-tidy-16 -p build/tidy --quiet
}

# Tests mostly wait. What they leave of the machine goes to the builds that come after them.
builds_behind() {
  renice -n 19 "$BASHPID" >"$logs/renice.log"
  local failed=''
  quietly "$logs/tsan-build.log" build tsan || failed=tsan-build
  [[ $failed ]] || quietly "$logs/release-build.log" build release || failed=release-build
  [[ $failed ]] || quietly "$logs/clang-tidy.log" tidy || failed=clang-tidy
  [[ -z $failed ]] || {
    show_end "$logs/$failed.log"
    return 1
  }
}

other_builds() {
  wait "$builder" || {
    cat "$logs/builds-behind.log"
    return 1
  }
}

begin=$SECONDS
step dependencies packaging/install-dependencies.sh
usable_ccache
step formatting formatting
step asan-build build asan
set -m
builds_behind >"$logs/builds-behind.log" 2>&1 &
builder=$!
set +m
trap 'kill -- -"$builder" 2>/dev/null || true' EXIT
step asan ctest --preset asan
step fuzz packaging/fuzz.sh 60
step other-builds other_builds
step tsan ctest --preset tsan
step release ctest --preset release

printf '\nAll passed in %s:' "$(seconds $((SECONDS - begin)))"
printf ' %s,' "${summary[@]}" | sed 's/,$/\n/'
