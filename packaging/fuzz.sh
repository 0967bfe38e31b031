#!/usr/bin/env bash
# Fuzzes the code that reads hostile input: every target of tests/fuzz, with Clang's libFuzzer and the address and
# undefined-behavior sanitizers, starting from the corpus in tests/fuzz/corpus.
#
#   packaging/fuzz.sh [SECONDS]     for each target; default: 60
#
# The targets run in parallel. Findings are written to build/findings: fix them, add the input to tests/fuzz/corpus, and
# write a unit test for it.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$root"

readonly duration=${1:-60} build=$root/build/asan logs=$root/build/log findings=$root/build/findings
[[ $duration =~ ^[1-9][0-9]*$ ]] || die "usage: packaging/fuzz.sh [SECONDS]"

build_targets() {
  configure asan && cmake --build --preset asan --target carecloud_fuzzers
}

# fuzz PROGRAM: new inputs go to a folder of the build, where the next run finds them.
fuzz() {
  local name=${1##*/fuzz_}
  mkdir -p "$build/corpus/$name" "$findings"
  "$1" -max_total_time="$duration" -timeout=10 -rss_limit_mb=2048 -max_len=16384 -print_final_stats=1 \
    -artifact_prefix="$findings/$name-" "$build/corpus/$name" "tests/fuzz/corpus/$name"
}

quietly "$logs/fuzz-packages.log" packaging/install-dependencies.sh || {
  show_end "$logs/fuzz-packages.log"
  die "some packages could not be installed"
}
usable_ccache
echo "Building (output in $logs/fuzz-build.log)"
quietly "$logs/fuzz-build.log" build_targets || {
  show_end "$logs/fuzz-build.log"
  die "the build failed"
}

programs=()
pids=()
for program in "$build"/tests/fuzz/fuzz_*; do
  [[ -f $program && -x $program ]] || continue
  programs+=("$program")
  quietly "$logs/fuzz-${program##*/fuzz_}.log" fuzz "$program" &
  pids+=($!)
done

failed=''
for i in "${!programs[@]}"; do
  name=${programs[i]##*/fuzz_}
  printf '%-16s %ss: ' "$name" "$duration"
  if wait "${pids[i]}"; then
    awk '/stat::number_of_executed_units/ { runs = $2 } /stat::average_exec_per_sec/ { rate = $2 }
         END { printf "%d inputs run, %d a second, nothing found\n", runs, rate }' "$logs/fuzz-$name.log"
  else
    echo FOUND
    show_end "$logs/fuzz-$name.log"
    failed+=" $name"
  fi
done
[[ -z $failed ]] || die "findings of$failed are in $findings"
