#!/usr/bin/env bash
# Installs the packages of dependencies.txt that are missing, with apt-get. Touches nothing when none is.
#
#   packaging/install-dependencies.sh [--without-checks | --without-tests]
#
# --without-checks leaves out the section "Only checks", --without-tests that and "Only tests".
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

command -v dpkg-query >/dev/null ||
  die "this needs Debian 12 or 13 (no dpkg-query here); see packaging/dependencies.txt"

case ${1:-} in
  '') end='' ;;
  --without-checks) end='/^# Only checks/Q' ;;
  --without-tests) end='/^# Only \(tests\|checks\)/Q' ;;
  *) die "usage: packaging/install-dependencies.sh [--without-checks | --without-tests]" ;;
esac
# A line each, as in "curl" or "clang-16|clang-19".
mapfile -t lines < <(sed -e "$end" -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' "$root/packaging/dependencies.txt")
((${#lines[@]} > 0)) || die "packaging/dependencies.txt names no package"

as_root=()
if ((EUID != 0)); then as_root=(sudo -n); fi
apt() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get -q -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@"
}

# choose: sets wanted to one package of each line, the first one that apt knows. Fails where it knows none: its lists
# are missing or old.
choose() {
  local known line name names
  IFS='|' read -r -a names <<<"$(IFS='|' && echo "${lines[*]}")"
  known=$(apt-cache show --no-all-versions "${names[@]}" 2>/dev/null | sed -n 's/^Package: //p')
  wanted=()
  unknown=()
  for line in "${lines[@]}"; do
    for name in ${line//|/ }; do
      if grep -qxF "$name" <<<"$known"; then
        wanted+=("$name")
        continue 2
      fi
    done
    unknown+=("$line")
  done
  ((${#unknown[@]} == 0))
}

# find_missing: sets missing to those of wanted that are not installed. dpkg-query fails when it does not know one of
# the names; those are simply missing from its answer.
find_missing() {
  local installed package
  installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null || true)
  missing=()
  for package in "${wanted[@]}"; do
    grep -qxF "installed $package" <<<"$installed" || missing+=("$package")
  done
}

# The package is here for its promtool: the server that comes with it is not wanted, unless it was here before.
silence_prometheus() {
  [[ " ${missing[*]} " == *" prometheus "* && -d /run/systemd/system ]] || return 0
  "${as_root[@]}" systemctl disable --quiet --now prometheus.service
}

if choose; then
  find_missing
  ((${#missing[@]} > 0)) || exit 0
fi
((EUID == 0)) || sudo -n true 2>/dev/null || die "not root, and sudo does not work without a password; as root run:" \
  "apt-get update && apt-get install ${missing[*]:-(the packages of packaging/dependencies.txt)}"

# The lock on the package lists has no time-out, and mirrors fail now and then: try again for a while.
for pause in 5 15 0; do
  if apt update && choose; then
    find_missing
    echo "Installing: ${missing[*]}"
    if apt install --no-install-recommends "${missing[@]}"; then
      silence_prometheus
      exit 0
    fi
  fi
  sleep "$pause"
done
((${#unknown[@]} == 0)) ||
  die "apt knows no package ${unknown[*]}: the names are Debian 12's and 13's; check the package sources"
die "apt-get failed three times (see above). Check the network and the package sources"
