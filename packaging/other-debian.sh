#!/usr/bin/env bash
# Builds and tests the product on the other supported Debian release: on Debian 12 in a root of Debian 13, and on Debian
# 13 in a root of Debian 12. `packaging/other-debian.sh --help` describes the use.
#
# The root is created once by debootstrap from apt's own mirror and kept in ${XDG_CACHE_HOME:-~/.cache}/carecloud-syncd;
# each run installs missing dependencies in it. The build is in build/other-RELEASE. Exits with 77, and the reason in
# one line, if the root cannot be created: no root privileges, no network, or another distribution.
#
# Everything runs in its own mount and process namespaces, so when the script exits, for whatever reason, nothing
# remains mounted or running. The sources are mounted read-only.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

readonly inside=/srv/carecloud-syncd # the project's folder in the other root

usage() {
  cat <<'END'
usage: packaging/other-debian.sh [COMMAND [ARGUMENT...]]

  (none)    runs the unit, contract, system and machine tests, and builds the packages
  COMMAND   instead runs COMMAND there, in the project's folder
END
}

skip() {
  echo "skipped: $*"
  exit 77
}

# Tests that do not depend on the release: the engine's dialects, the portal for trials, and the status page in
# Chromium.
readonly same_units='unit_(sync|portal_model|portal_publisher|portal_server)'
readonly same_system='system_(status_page|dialects|doubts|listings|day)'
# Tests of several daemons on one database have time limits, and the tests here run at the lowest priority. On an idle
# machine: packaging/other-debian.sh packaging/test.sh.
readonly timed_system='system_(cluster|cluster_stops|failover|rolling_upgrade|server_disk|standby)'

# test_here: runs in the other root. Compiles without optimization, which halves the time, because the measured and
# shipped builds are made elsewhere. Excludes simulation, fuzzing and style.
test_here() {
  local build=build
  cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_CXX_FLAGS_RELWITHDEBINFO='-O0 -DNDEBUG' \
    -DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=32 -DCARECLOUD_MUTANTS=OFF
  mapfile -t targets < <(ninja -C "$build" -t targets all |
    sed -n 's/^\(unit_[a-z_]*\|contract\|system\): .*/\1/p' | grep -vxE "$same_units")
  cmake --build "$build" --target "${targets[@]}" carecloud_package
  # As many in parallel as packaging/test.sh runs: most tests mostly wait.
  ctest --test-dir "$build" -j $((3 * CTEST_PARALLEL_LEVEL)) --output-on-failure --no-tests=error --timeout 600 \
    --exclude-regex "^($same_units|$same_system|$timed_system)\$" \
    --tests-regex '^(unit_.*|contract.*|system_.*|units|schema|machine|filter_without_tests)$'
}

case ${1:-} in
  --help | -h) usage && exit 0 ;;
  --here)
    usable_ccache
    test_here
    exit
    ;;
  -*) misuse "unknown option $1" ;;
esac

((EUID == 0)) || skip "root privileges are required"
for tool in debootstrap unshare apt-get flock findmnt; do
  command -v "$tool" >/dev/null || skip "$tool is not installed"
done
# shellcheck source=/dev/null
host=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
case $host in
  bookworm) other=trixie ;;
  trixie) other=bookworm ;;
  *) skip "this is neither Debian 12 nor 13" ;;
esac

if [[ ${CARECLOUD_OTHER_DEBIAN:-} != inside ]]; then
  CARECLOUD_OTHER_DEBIAN=inside exec unshare --mount --pid --fork --kill-child --propagation private -- "$0" "$@"
fi
unset CARECLOUD_OTHER_DEBIAN

# debootstrap and apt use the proxy of the environment; apt may instead have one in its configuration only.
[[ ${http_proxy:-} ]] || eval "$(apt-config shell http_proxy Acquire::http::Proxy)"
[[ ${https_proxy:-} ]] || eval "$(apt-config shell https_proxy Acquire::https::Proxy)"
export http_proxy https_proxy

readonly host other
readonly cache=${XDG_CACHE_HOME:-$HOME/.cache}/carecloud-syncd
readonly system=$cache/other-$other
readonly build=$root/build/other-$other
readonly report=$root/build/log/other-$other.log
mkdir -p "$cache" "$build" "$(dirname "$report")"
scratch=$(mktemp -d)
chmod 1777 "$scratch" # mounted as /tmp there
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Unmounts, in this namespace only, everything that is still mounted below the cache, so it is not deleted with the
# cache.
detach_mounts() {
  local mount_point
  findmnt -rno TARGET | { grep -F "$cache/" || true; } | sort -r | while read -r mount_point; do
    umount -l "$mount_point"
  done
}

# Prints the other release's sources.list line for each of this release's, as apt resolved it: "deb URI SUITE main".
sources() {
  # shellcheck disable=SC2016 # apt's own names
  apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT)' 'Created-By: Packages' |
    sed -nE "s/^([^ ]+) $host((-updates|-security)?) main$/deb \1 $other\2 main/p" | sort -u
}

# furnish ROOT: applies settings of this machine that may change between runs, and settings that keep services from
# starting.
furnish() {
  local target=$1
  sources >"$target/etc/apt/sources.list"
  rm -f "$target/etc/resolv.conf"
  cp -L /etc/resolv.conf /etc/hosts "$target/etc/"
  printf '#!/bin/sh\nexit 101\n' >"$target/usr/sbin/policy-rc.d" # no service is started
  chmod 755 "$target/usr/sbin/policy-rc.d"
  echo force-unsafe-io >"$target/etc/dpkg/dpkg.cfg.d/unsafe-io" # the root can be created again
  mkdir -p "$target$inside"
}

# Creates the root under another name and renames it when it is complete, so an incomplete one is never used.
make_root() {
  local mirror unfinished
  mirror=$(sources | sed -nE "s/^deb ([^ ]+) $other main$/\1/p" | head -n 1)
  [[ $mirror ]] || skip "apt has no source for Debian's main section"
  rm -rf --one-file-system "$system" "$cache"/unfinished-other-*
  unfinished=$(mktemp -d "$cache/unfinished-other-XXXXXX")
  chmod 755 "$unfinished"
  quietly "$report" debootstrap --variant=minbase --keyring=/usr/share/keyrings/debian-archive-keyring.gpg \
    --include=ca-certificates "$other" "$unfinished" "$mirror" ||
    skip "debootstrap could not create $other from $mirror: no network? See $report"
  mv -T "$unfinished" "$system"
}

# enter COMMAND...: runs the command in the root. Each call has its own mount namespace with pivot_root, because in a
# chroot systemd-nspawn cannot start a container with user namespaces.
enter() {
  # shellcheck disable=SC2016 # expanded by the inner bash
  unshare --mount --propagation private -- bash -euo pipefail -c '
    system=$1 inside=$2 project=$3 build=$4 tmp=$5
    shift 5
    mount --bind "$system" "$system"
    mount -t proc proc "$system/proc"
    mount --rbind /sys "$system/sys"
    mount --rbind /dev "$system/dev"
    mount -t tmpfs -o mode=755 tmpfs "$system/run"
    mount --bind "$tmp" "$system/tmp"
    mount --bind "$project" "$system$inside"
    mount -o remount,bind,ro "$system$inside"
    mount --bind "$build" "$system$inside/build"
    cd "$system"
    pivot_root . mnt
    umount -l /mnt
    cd "$inside"
    exec "$@"' enter "$system" "$inside" "$root" "$build" "$scratch" \
    env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin LANG=C.UTF-8 TERM="${TERM:-dumb}" \
    CMAKE_BUILD_PARALLEL_LEVEL="$CMAKE_BUILD_PARALLEL_LEVEL" CTEST_PARALLEL_LEVEL="$CTEST_PARALLEL_LEVEL" \
    http_proxy="${http_proxy:-}" https_proxy="${https_proxy:-}" no_proxy="${no_proxy:-}" "$@"
}

# Installs the dependencies except those of the checks, after completing an interrupted installation.
install() {
  quietly "$report" enter bash -c 'dpkg --configure -a && packaging/install-dependencies.sh --without-checks'
}

prepare() {
  detach_mounts
  [[ -x $system/usr/bin/dpkg ]] || make_root
  furnish "$system"
  install && return
  quietly "$report.update" enter apt-get -q -o APT::Update::Error-Mode=any update ||
    skip "the dependencies of $other cannot be fetched: no network? See $report.update"
  # The network works, so the root may be broken: tries once more with a new one.
  make_root
  furnish "$system"
  install && return
  show_end "$report"
  die "the dependencies could not be installed in $other"
}

# Concurrent runs share the root; only one of them may change it at a time.
exec 9>"$cache/other-$other.lock"
flock 9
prepare
flock -u 9
exec 9>&-

if (($# == 0)); then set -- packaging/other-debian.sh --here; fi
status=0
enter "$@" || status=$?
exit "$status"
