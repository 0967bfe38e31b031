#!/usr/bin/env python3
"""systemd-analyze accepts the units of systemd/. Arguments: the folder, and any existing program."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

EXPOSURE_MAX = 1.2

FOLDER = Path(sys.argv.pop(1))
PROGRAM = sys.argv.pop(1)


def systemd_analyze(*arguments):
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, check=False)


class Units(unittest.TestCase):
    def test_exposure_of_the_service_is_low(self):
        service = FOLDER / "carecloud-syncd.service"
        limit = f"--threshold={round(EXPOSURE_MAX * 10)}"
        done = systemd_analyze("security", "--no-pager", "--offline=true", limit, str(service))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("Overall exposure level", done.stdout)

    def test_units_are_valid(self):
        """The daemon need not be installed: another program replaces it."""
        with tempfile.TemporaryDirectory() as folder:
            copies = []
            for unit in sorted(FOLDER.glob("*.s*")):
                text = unit.read_text(encoding="utf-8").replace("/usr/sbin/carecloud-syncd", PROGRAM)
                copies.append(Path(folder, unit.name))
                copies[-1].write_text(text, encoding="utf-8")
            self.assertEqual(len(copies), 3)
            done = systemd_analyze("verify", "--man=no", *map(str, copies))
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

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
