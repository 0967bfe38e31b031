#!/usr/bin/env bash
# Builds and tests the product without prompts and stops at the first failure. Installs missing Debian packages.
# `packaging/test.sh --help` describes the three modes.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$root"

usage() {
  cat <<'END'
usage: packaging/test.sh [--all | --soak]

  (none)   release build; every unit, contract, simulation and system test once. Meant to take 12 minutes on two cores.
  --all    the above, and: clang-tidy, all tests under the address, undefined-behavior and thread sanitizers,
           fuzzing, the mutated engine, the packages in a container, the other Debian release.
           Meant to take at most 30 minutes on two cores with an empty compiler cache.
  --soak   long repetitions, for hours: 100,000 simulated worlds, hundreds of kills, also of daemons on one PostgreSQL
           database, days, interruptions and disk faults, a migration of a million records, 100,000 passes, ten minutes
           of each fuzz target, the mutated engine. Prints each command and its figures.

CARECLOUD_ROUNDS=N multiplies the repetitions of each mode (--soak multiplies them by 20, too); CARECLOUD_SEED=N fixes
the random seeds.
The output of each step is in build/log.
END
}

mode=default
case ${1:-} in
  '') ;;
  --all) mode=all ;;
  --soak) mode=soak ;;
  --help | -h) usage && exit 0 ;;
  *) misuse "unknown option $1" ;;
esac
(($# <= 1)) || misuse "at most one option"

logs=$root/build/log
summary=()
mkdir -p "$logs"
touch "$logs/begin"

# step NAME COMMAND...: runs the command quietly and prints its duration. A failure is printed and ends the run. A
# skipped step (code 77) prints the reason, which is the last line of its output.
step() {
  local name=$1 begin=$SECONDS code=0 took
  shift
  printf '%-14s ' "$name"
  quietly "$logs/$name.log" "$@" || code=$?
  took=$(seconds $((SECONDS - begin)))
  case $code in
    0) printf 'ok      %8s\n' "$took" ;;
    77) printf 'skipped %8s  %s\n' "$took" "$(tail -n 1 "$logs/$name.log")" ;;
    *)
      printf 'FAILED  %8s\n' "$took"
      show_end "$logs/$name.log"
      die "step $name failed"
      ;;
  esac
  summary+=("$name $took")
}

# behind NAME...: runs these functions one after the other at the lowest priority, concurrently with the following
# steps, because tests mostly wait. `behind_done NAME` waits for one of them and fails if it failed.
behind() {
  local name
  for name in "$@"; do rm -f "$logs/$name.code"; done
  set -m
  (
    renice -n 19 "$BASHPID" >/dev/null
    for name in "$@"; do
      local code=0
      quietly "$logs/$name.log" "$name" || code=$?
      echo "$code" >"$logs/$name.code"
      ((code == 0 || code == 77)) || break
    done
  ) &
  builder=$!
  set +m
}
builder=''
trap '[[ -z $builder ]] || kill -- -"$builder" 2>/dev/null || true' EXIT

behind_done() {
  while [[ ! -e $logs/$1.code ]] && kill -0 "$builder" 2>/dev/null; do sleep 1; done
  cat "$logs/$1.log"
  return "$(cat "$logs/$1.code" 2>/dev/null || echo 1)"
}

# Requires clang-format 16, because other versions format differently.
formatting() {
  command -v clang-format-16 >/dev/null || {
    echo "clang-format-16 is not installed"
    return 77
  }
  find lib daemon tests -name '*.[ch]pp' -print0 |
    xargs -0 -n 64 -P "$CMAKE_BUILD_PARALLEL_LEVEL" clang-format-16 --dry-run -Werror
}

# Requires clang-tidy 16, for the same reason.
clang_tidy() {
  command -v clang-tidy-16 >/dev/null || {
    echo "clang-tidy-16 is not installed"
    return 77
  }
  configure tidy || return
  # The largest files first, so none that takes long starts last.
  jq -r '.[].file | select(test("/tidy_[a-z]+\\.dir/"))' build/tidy/compile_commands.json |
    while read -r file; do printf '%s %s\n' "$(grep -c '^#include' "$file")" "$file"; done |
    sort -rn | cut -d' ' -f2- |
    xargs -d '\n' -n 1 -P "$CMAKE_BUILD_PARALLEL_LEVEL" clang-tidy-16 -p build/tidy --quiet
}

build() {
  configure "$1" "${@:2}" && cmake --build --preset "$1"
}

# The loopback portal and the test program of the system tests are only tools, so the sanitizer builds use those of the
# release build.
build_sanitized() {
  build "$1" "-DCARECLOUD_TOOLS=$root/build/release"
}
asan_build() { build_sanitized asan; }
tsan_build() { build_sanitized tsan; }
extra_build() { cmake --build --preset extra; }
other_debian() { packaging/other-debian.sh; }

# tests PRESET: runs three tests per core in parallel, because most tests mostly wait.
tests() {
  ctest --preset "$1" -j $((3 * CTEST_PARALLEL_LEVEL))
}

run_default() {
  step formatting formatting
  step release-build build release
  step release tests release
}

run_all() {
  step formatting formatting
  step clang-tidy clang_tidy
  step release-build build release
  behind asan_build tsan_build extra_build other_debian
  step release tests release
  step asan-build behind_done asan_build
  step asan tests asan
  step fuzz packaging/fuzz.sh 15
  step tsan-build behind_done tsan_build
  step tsan tests tsan
  step extra-build behind_done extra_build
  step extra tests extra
  step other-debian behind_done other_debian
}

# soak NAME PROGRAM ARGUMENT...: runs a long step and prints its command and figures.
soak() {
  local name=$1
  shift
  step "$name" "$@"
  printf '  command: '
  printf '%q ' "$@"
  printf '\n'
  local figures='^[0-9]+ worlds|mutations, |^SURVIVED|'
  figures+='virtual hours|: killed |: stopped |submissions, |inputs run|^All tests| bytes after |records migrated'
  grep -E "$figures" "$logs/$name.log" |
    sed 's/^/  /' || true
}

run_soak() {
  local bin=$root/build/release/tests rounds=$((20 * ${CARECLOUD_ROUNDS:-1}))
  local first=${CARECLOUD_SEED:-$((RANDOM * 32768 + RANDOM))}
  local surroundings=("CARECLOUD_ROUNDS=$rounds" "CARECLOUD_SEED=$first" "CARECLOUD_SOURCE_DIR=$root")
  step release-build build release
  soak worlds "$bin/simulation/simulate" --seeds "$first..$((first + 99999))" --hours 0.25
  soak kills env "${surroundings[@]}" "$bin/system/system" -# '[#test_kills]'
  soak cluster env "${surroundings[@]}" "$bin/system/system" -# '[#test_cluster],[#test_cluster_stops]'
  soak interruptions env "${surroundings[@]}" "$bin/system/system" -# '[#test_interruptions],[#test_day]'
  soak accidents env "${surroundings[@]}" "$bin/contract/contract"
  soak migrations env CARECLOUD_MIGRATED_RECORDS=1000000 "${surroundings[@]}" "$bin/contract/contract" -# \
    '[#test_migration_kills]'
  soak heap env CARECLOUD_PASSES=100000 "${surroundings[@]}" "$bin/heap/heap"
  soak fuzz packaging/fuzz.sh 600
  step extra-build extra_build
  soak mutants "$bin/simulation/mutants/mutants"
}

# Prints the ten build steps of this run that took longest, from the entries in the logs of the build folders whose
# outputs are newer than this run.
slowest_steps() {
  printf '\nThe ten slowest build steps:\n'
  local took output start shown=0 last=''
  while IFS=$'\t' read -r took output start; do
    # A command with several outputs has one line per output.
    [[ $output -nt $logs/begin && $took/$start != "$last" ]] || continue
    last=$took/$start
    printf '%7d.%ds  %s\n' $((took / 1000)) $((took % 1000 / 100)) "${output#build/}"
    ((++shown < 10)) || break
  done < <(find build -maxdepth 2 -name .ninja_log -exec awk -F'\t' '
    !/^#/ { folder = FILENAME; sub("/.ninja_log", "", folder); print $2 - $1 "\t" folder "/" $4 "\t" folder $1 }' {} + |
    sort -rn)
}

# Prints the ten tests of this run that took longest, and the skipped ones.
slowest_tests() {
  local log
  for log in release asan tsan extra; do
    [[ $logs/$log.log -nt $logs/begin ]] || continue
    sed -nE "s|^ *[0-9]+/[0-9]+ Test +#[0-9]+: ([^ ]+) [.* ]*(.*[^ ]) +([0-9.]+) sec *\$|\3 $log/\1 \2|p" \
      "$logs/$log.log"
  done | sort -rn | awk '
    BEGIN { print "\nThe ten slowest tests:" }
    NR <= 10 { printf "%9.1fs  %s\n", $1, $2 }
    $3 == "Skipped" { skipped = skipped " " $2 }
    END { if (skipped) print "Skipped:" skipped " (reasons in build/log)" }'
}

begin=$SECONDS
step dependencies packaging/install-dependencies.sh
usable_ccache
"run_$mode"
slowest_steps
[[ $mode == soak ]] || slowest_tests
printf '\nAll passed in %s:' "$(seconds $((SECONDS - begin)))"
printf ' %s,' "${summary[@]}" | sed 's/,$/\n/'
