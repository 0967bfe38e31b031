#!/usr/bin/env python3
"""The units of systemd/: what systemd itself says of them. Arguments: the folder, and any program that is there."""

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
    def test_service_is_exposed_little(self):
        service = FOLDER / "carecloud-syncd.service"
        limit = f"--threshold={round(EXPOSURE_MAX * 10)}"
        told = systemd_analyze("security", "--no-pager", "--offline=true", limit, str(service))
        self.assertEqual(told.returncode, 0, told.stdout + told.stderr)
        self.assertIn("Overall exposure level", told.stdout)

    def test_nothing_is_to_be_said_against_them(self):
        """The program need not be installed where the units are looked at: another stands for it."""
        with tempfile.TemporaryDirectory() as folder:
            copies = []
            for unit in sorted(FOLDER.glob("*.s*")):
                text = unit.read_text(encoding="utf-8").replace("/usr/sbin/carecloud-syncd", PROGRAM)
                copies.append(Path(folder, unit.name))
                copies[-1].write_text(text, encoding="utf-8")
            self.assertEqual(len(copies), 3)
            told = systemd_analyze("verify", "--man=no", *map(str, copies))
        self.assertEqual((told.returncode, told.stdout, told.stderr), (0, "", ""))

    def test_mistake_would_be_noticed(self):
        with tempfile.TemporaryDirectory() as folder:
            unit = Path(folder, "open.service")
            unit.write_text("[Service]\nExecStart=/bin/true\nNoSuchSetting=1\n", encoding="utf-8")
            self.assertNotEqual(systemd_analyze("verify", "--man=no", str(unit)).stderr, "")
            threshold = f"--threshold={round(EXPOSURE_MAX * 10)}"
            told = systemd_analyze("security", "--no-pager", "--offline=true", threshold, str(unit))
            self.assertNotEqual(told.returncode, 0)


if __name__ == "__main__":
    unittest.main()
