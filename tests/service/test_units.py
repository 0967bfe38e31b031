#!/usr/bin/env python3
"""systemd-analyze accepts the units. Arguments: systemd/, the folder with the template, any existing program."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

EXPOSURE_MAX = 1.2

FOLDER = Path(sys.argv.pop(1))
TEMPLATE = Path(sys.argv.pop(1), "carecloud-syncd@.service")
PROGRAM = sys.argv.pop(1)


SERVICE = FOLDER / "carecloud-syncd.service"


def settings(unit):
    """Its lines without comments."""
    lines = unit.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def systemd_analyze(*arguments):
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, check=False)


class Units(unittest.TestCase):
    def test_exposure_of_the_services_is_low(self):
        limit = f"--threshold={round(EXPOSURE_MAX * 10)}"
        for service in (SERVICE, TEMPLATE):
            done = systemd_analyze("security", "--no-pager", "--offline=true", limit, str(service))
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertIn("Overall exposure level", done.stdout)

    def test_units_are_valid(self):
        """The daemon need not be installed: another program replaces it."""
        with tempfile.TemporaryDirectory() as folder:
            copies = []
            for unit in (*sorted(FOLDER.glob("*.s*")), TEMPLATE):
                text = unit.read_text(encoding="utf-8").replace("/usr/sbin/carecloud-syncd", PROGRAM)
                copies.append(Path(folder, unit.name))
                copies[-1].write_text(text, encoding="utf-8")
            self.assertEqual(len(copies), 6)
            done = systemd_analyze("verify", "--man=no", *map(str, copies))
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_an_instance_has_the_settings_of_the_service_and_its_own_names(self):
        plain, template = settings(SERVICE), settings(TEMPLATE)
        own = {line.replace("@%i", "").replace("-%i", "").replace("/%i", "").replace(" (%i)", "") for line in
               set(template) - set(plain)}
        self.assertEqual(own, set(plain) - set(template))
        self.assertEqual({line.partition("=")[0] for line in own},
                         {"Description", "ExecStart", "LoadCredential", "RuntimeDirectory", "StateDirectory", "User"})
        self.assertEqual([line.partition("=")[0] for line in plain], [line.partition("=")[0] for line in template])

    def test_a_socket_of_an_instance_belongs_to_its_service(self):
        for name in ("sns", "api"):
            plain = settings(FOLDER / f"carecloud-syncd-{name}.socket")
            template = settings(FOLDER / f"carecloud-syncd-{name}@.socket")
            self.assertIn("Service=carecloud-syncd.service", plain)
            self.assertIn("Service=carecloud-syncd@%i.service", template)
            for kept in (f"FileDescriptorName={name}", "Backlog=1024", "WantedBy=sockets.target"):
                self.assertIn(kept, plain)
                self.assertIn(kept, template)

    def test_errors_are_detected(self):
        with tempfile.TemporaryDirectory() as folder:
            unit = Path(folder, "open.service")
            unit.write_text("[Service]\nExecStart=/bin/true\nNoSuchSetting=1\n", encoding="utf-8")
            self.assertNotEqual(systemd_analyze("verify", "--man=no", str(unit)).stderr, "")
            threshold = f"--threshold={round(EXPOSURE_MAX * 10)}"
            done = systemd_analyze("security", "--no-pager", "--offline=true", threshold, str(unit))
            self.assertNotEqual(done.returncode, 0)


if __name__ == "__main__":
    unittest.main()
