#!/usr/bin/env bash
# Installs the packages of dependencies.txt that are missing, with apt-get. Touches nothing when none is. With
# --without-tests those under "Only tests" are left out.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

command -v dpkg-query >/dev/null || die "this needs Debian 12 (no dpkg-query here); see packaging/dependencies.txt"

end=
[[ ${1:-} != --without-tests ]] || end='/^# Only tests/Q'
mapfile -t wanted < <(sed -e "$end" -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' "$root/packaging/dependencies.txt")
((${#wanted[@]} > 0)) || die "packaging/dependencies.txt names no package"

# dpkg-query fails when it does not know one of the names; those are simply missing from its answer.
installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null || true)
missing=()
for package in "${wanted[@]}"; do
  grep -qxF "installed $package" <<<"$installed" || missing+=("$package")
done
((${#missing[@]} > 0)) || exit 0

as_root=()
if ((EUID != 0)); then
  as_root=(sudo -n)
  sudo -n true 2>/dev/null ||
    die "not root, and sudo does not work without a password; as root run: apt-get install ${missing[*]}"
fi

apt() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get -q -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@"
}

# The package is here for its promtool: the server that comes with it is not wanted, unless it was here before.
silence_prometheus() {
  [[ " ${missing[*]} " == *" prometheus "* && -d /run/systemd/system ]] || return 0
  "${as_root[@]}" systemctl disable --quiet --now prometheus.service
}

# The lock on the package lists knows no time-out, and mirrors have bad moments: try again for a while.
echo "Installing: ${missing[*]}"
for pause in 5 15 0; do
  if apt update && apt install --no-install-recommends "${missing[@]}"; then
    silence_prometheus
    exit 0
  fi
  sleep "$pause"
done
die "apt-get failed three times (see above). Check the network and the package sources; the names are Debian 12's"
