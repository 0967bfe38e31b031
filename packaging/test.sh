#!/usr/bin/env bash
# Everything that must hold before a change is taken: formatting, style, all tests under the sanitizers, the fuzz
# targets for a minute, what is shipped as released, clang-tidy. On a bare Debian 12 it installs what it needs. Ends at
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

workflow() {
  configure "$1" && cmake --workflow --preset "$1"
}

tidy() {
  configure tidy || return
  jq -r --arg root "$root" '.[].file | select(ltrimstr($root) | ltrimstr("/build/tidy") | test("^/(lib|daemon)/"))' \
    build/tidy/compile_commands.json | sort -u |
    xargs -r -d '\n' -n 1 -P "$CMAKE_BUILD_PARALLEL_LEVEL" clang-tidy-16 -p build/tidy --quiet
}

begin=$SECONDS
step dependencies packaging/install-dependencies.sh
usable_ccache
step formatting formatting
step asan workflow asan
step fuzz packaging/fuzz.sh 60
step tsan workflow tsan
step release workflow release
step clang-tidy tidy

printf '\nAll passed in %s:' "$(seconds $((SECONDS - begin)))"
printf ' %s,' "${summary[@]}" | sed 's/,$/\n/'
