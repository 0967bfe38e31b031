# shellcheck shell=bash
# Sourced by the scripts of this folder: the project's root, messages and errors.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
readonly root

# Ninja and CTest take their parallelism from here; Ninja's own default is more than the machine has.
CMAKE_BUILD_PARALLEL_LEVEL=${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}
CTEST_PARALLEL_LEVEL=${CTEST_PARALLEL_LEVEL:-$CMAKE_BUILD_PARALLEL_LEVEL}
export CMAKE_BUILD_PARALLEL_LEVEL CTEST_PARALLEL_LEVEL

die() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# misuse TEXT: the script was called with invalid options.
misuse() {
  printf '%s: %s; see --help\n' "$(basename "$0")" "$*" >&2
  exit 2
}

# seconds N: "75" as "1m15s".
seconds() {
  if (($1 < 60)); then printf '%ds' "$1"; else printf '%dm%02ds' $(($1 / 60)) $(($1 % 60)); fi
}

# quietly LOG COMMAND...: writes the command's output to the file LOG.
quietly() {
  local log=$1
  shift
  mkdir -p "$(dirname "$log")"
  "$@" >"$log" 2>&1 </dev/null
}

# show_end LOG: its last lines, after a command failed.
show_end() {
  tail -n 200 "$1" >&2
  printf '(whole output: %s)\n' "$1" >&2
}

# Compile without the cache if its folder is not writable (a locked-down build machine).
usable_ccache() {
  local folder
  folder=$(ccache --get-config cache_dir)
  if ! mkdir -p "$folder/tmp" 2>/dev/null || [[ ! -w $folder/tmp ]]; then export CCACHE_DISABLE=1; fi
}

# configure PRESET [-DNAME=VALUE...]: a build folder that cannot be configured (moved, half written, another compiler)
# is deleted and created again once.
configure() {
  cd "$root" || return
  # The presets of Clang name Debian 12's; Debian 13 has another.
  case $1 in
    asan | tsan | tidy) command -v clang++-16 >/dev/null || set -- "$@" -DCMAKE_CXX_COMPILER=clang++-19 ;;
  esac
  cmake --preset "$@" && return
  echo "configure failed: recreating build/$1"
  rm -rf "${root:?}/build/$1"
  cmake --preset "$@"
}
