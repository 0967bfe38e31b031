#!/usr/bin/env python3
"""Installs the packages on a bare Debian with its own systemd, in a container, and runs inside.py there.

    test_machine.py BUILD

BUILD contains the packages' configuration (CPackConfig.cmake). The bare system has the Debian release of this machine.
debootstrap creates it once in $CARECLOUD_MACHINES or ~/.cache/carecloud-syncd; each run uses a temporary layer above
it. Exits with 77 and the reason if the machine cannot run containers.
"""

import contextlib
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SKIPPED = 77
LIFE_S = 800  # of the container; it powers itself off
TOOLS = ("debootstrap", "systemd-nspawn", "dpkg-deb", "mount", "unshare")
INCLUDED = ("systemd", "systemd-sysv", "dbus", "procps", "ca-certificates", "openssl", "python3", "sqlite3")
UNIT = """[Unit]
After=multi-user.target
[Service]
Type=oneshot
ExecStart=/usr/bin/python3 -u -B /test/inside.py
StandardOutput=append:/test/findings.txt
StandardError=append:/test/findings.txt
ExecStopPost=/bin/systemctl poweroff --no-block
"""


class Skip(Exception):
    """The test cannot run on this machine; the reason."""


def run(*command, **options):
    return subprocess.run([str(word) for word in command], check=True, text=True, **options)


def need_containers():
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if missing:
        raise Skip(f"not installed: {' '.join(missing)}")
    if os.geteuid() != 0:
        raise Skip("root privileges are required")


def mirror(release):
    """Where apt gets this Debian release from."""
    targets = run("apt-get", "indextargets", "--format", "$(REPO_URI) $(SUITE) $(CODENAME)", "Created-By: Packages",
               stdout=subprocess.PIPE).stdout
    for line in targets.splitlines():
        uri, _, codename = line.split(" ")[:3]
        if codename == release:
            return uri
    raise Skip(f"apt has no source for Debian {release}")


def field(package, name):
    return run("dpkg-deb", "-f", package, name, stdout=subprocess.PIPE).stdout.strip()


def provider(name):
    """The package, or one that provides it: debootstrap does not resolve virtual packages."""
    shown = run("apt-cache", "showpkg", name, stdout=subprocess.PIPE).stdout
    versions = shown.partition("Versions:")[2].partition("Reverse Depends:")[0].strip()
    providers = shown.partition("Reverse Provides:")[2].split()
    return name if versions or not providers else providers[0]


def dependencies(packages):
    """The names of the packages that these depend on, mostly libraries."""
    names = set(INCLUDED)
    for package in packages:
        names.update(re.sub(r"[ (|].*", "", word.strip()) for word in field(package, "Depends").split(","))
    return sorted(map(provider, names))


def rename_once(folder, to):
    """Two parallel runs create two; the first one is kept."""
    try:
        folder.rename(to)
    except OSError:
        if not to.is_dir():
            raise


def bare_system(packages):
    """The folder of a Debian with the dependencies of the packages, without the packages."""
    release = platform.freedesktop_os_release().get("VERSION_CODENAME")
    names = dependencies(packages)
    cache = Path(os.environ.get("CARECLOUD_MACHINES") or Path.home() / ".cache" / "carecloud-syncd")
    system = cache / (f"{release}-" + hashlib.sha256(" ".join(names).encode()).hexdigest()[:16])
    if system.is_dir():
        return system
    cache.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix="unfinished-", dir=cache))
    try:
        run("debootstrap", "--variant=minbase", "--include=" + ",".join(names), release, unfinished,
            mirror(release), stdout=subprocess.DEVNULL)
        unfinished.chmod(0o755)
        rename_once(unfinished, system)
    except subprocess.CalledProcessError as failed:
        raise Skip(f"debootstrap exited with {failed.returncode}; no mirror, no network?") from failed
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return system


@contextlib.contextmanager
def layer(system, work):
    """`system` as a root whose changes are written to `work`."""
    root = work / "root"
    for folder in ("root", "upper", "overlay"):
        (work / folder).mkdir()
    options = f"lowerdir={system},upperdir={work / 'upper'},workdir={work / 'overlay'}"
    mounted = subprocess.run(["mount", "-t", "overlay", "overlay", "-o", options, str(root)], check=False,
                             capture_output=True).returncode == 0
    if not mounted:
        run("cp", "-a", "--reflink=auto", f"{system}/.", root)
    try:
        yield root
    finally:
        if mounted:
            run("umount", root)


def made_packages(build, work):
    """Service, portal, and the service with a later version."""
    run("cpack", "--config", build / "CPackConfig.cmake", "-B", work, cwd=work, stdout=subprocess.DEVNULL)
    service, = work.glob("carecloud-syncd_*.deb")
    portal, = work.glob("carecloud-portal_*.deb")
    tree = work / "later"
    run("dpkg-deb", "-R", service, tree)
    control = tree / "DEBIAN" / "control"
    control.write_text(re.sub(r"(?m)^Version: (.*)$", r"Version: \1+later", control.read_text()))
    later = work / "later.deb"
    run("dpkg-deb", "--root-owner-group", "-Zgzip", "-b", tree, later, stdout=subprocess.DEVNULL)
    return service, portal, later


def lint(packages):
    """lintian reports no errors."""
    if not shutil.which("lintian"):
        raise Skip("not installed: lintian")
    run("lintian", "--allow-root", "--fail-on", "error", *packages)


def boot(root):
    # Its own network, loopback only: a parallel run listens on the same ports.
    command = ["systemd-nspawn", "-q", "-D", str(root), "--register=no", "--keep-unit", "--private-network", "-b",
               "--console=pipe"]
    if not Path("/sys/fs/cgroup/cgroup.controllers").exists():
        # This machine uses cgroups v1, which systemd 257 refuses: mount v2 for the container.
        command = ["unshare", "--mount", "sh", "-c", 'mount -t cgroup2 cgroup2 /sys/fs/cgroup && exec "$@"', "sh",
                   *command]
    try:
        return subprocess.run(command, check=False, timeout=LIFE_S, stdin=subprocess.DEVNULL, capture_output=True)
    except subprocess.TimeoutExpired as late:
        return late


def furnish(root, packages):
    test = root / "test"
    test.mkdir()
    for name, package in zip(("service.deb", "portal.deb", "later.deb"), packages, strict=True):
        shutil.copy(package, test / name)
    shutil.copy(Path(__file__).with_name("inside.py"), test)
    unit = root / "etc/systemd/system/inside.service"
    unit.write_text(UNIT)
    wants = root / "etc/systemd/system/default.target.wants"
    wants.mkdir(exist_ok=True)
    (wants / unit.name).symlink_to(f"/etc/systemd/system/{unit.name}")


def live(build):
    need_containers()
    with tempfile.TemporaryDirectory(prefix="carecloud-machine-") as folder:
        work = Path(folder)
        packages = made_packages(build, work)
        lint(packages[:2])
        system = bare_system(packages[:2])
        with layer(system, work) as root:
            furnish(root, packages)
            booted = boot(root)
            findings = root / "test" / "findings.txt"
            if not findings.exists():
                output = (booted.stdout or b"") + (booted.stderr or b"")
                raise Skip("cannot start a container: " + output.decode(errors="replace")[-2000:])
            text = findings.read_text(errors="replace")
    print(text)
    return 0 if text.rstrip().endswith("\nOK") else 1


def main(arguments):
    try:
        return live(Path(arguments[1]).resolve())
    except Skip as reason:
        print(f"skipped: {reason}")
        return SKIPPED


if __name__ == "__main__":
    sys.exit(main(sys.argv))
