#!/usr/bin/env bash
# Installs missing packages of dependencies.txt with apt-get. Does nothing if all are installed.
#
#   packaging/install-dependencies.sh [--without-checks | --without-tests]
#
# --without-checks skips the section "Only checks", --without-tests also "Only tests".
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

command -v dpkg-query >/dev/null ||
  die "Debian 12 or 13 is required (dpkg-query not found); see packaging/dependencies.txt"

case ${1:-} in
  '') end='' ;;
  --without-checks) end='/^# Only checks/Q' ;;
  --without-tests) end='/^# Only \(tests\|checks\)/Q' ;;
  *) die "usage: packaging/install-dependencies.sh [--without-checks | --without-tests]" ;;
esac
# A line each, as in "curl" or "clang-16|clang-19".
mapfile -t lines < <(sed -e "$end" -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' "$root/packaging/dependencies.txt")
((${#lines[@]} > 0)) || die "packaging/dependencies.txt lists no packages"

as_root=()
if ((EUID != 0)); then as_root=(sudo -n); fi
apt() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get -q -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@"
}

# choose: sets wanted to one package of each line, the first one that apt knows. Fails if it knows none: its lists are
# missing or old.
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

# The package is needed for promtool: its server is disabled, unless it was installed before.
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
  die "apt cannot find ${unknown[*]} (names of Debian 12 and 13); check the package sources"
die "apt-get failed three times (see above). Check the network and the package sources"
