#!/usr/bin/env python3
"""The life of the service from installation to purge, under the systemd of this machine. See test_machine.py.

The cases build on each other. They wait for conditions, never for a time.
"""

import contextlib
import json
import socket
import sqlite3
import ssl
import subprocess
import threading
import time
import unittest
import urllib.error
import urllib.request
from pathlib import Path

SERVICE = "carecloud-syncd.service"
CONFIG = Path("/etc/carecloud-syncd/config.yaml")
KEY = Path("/etc/carecloud-syncd/api-key")
STORE = Path("/var/lib/private/carecloud-syncd/store.db")
DROP_INS = Path("/run/systemd/system/carecloud-syncd.service.d")
NORTH = "carecloud-syncd@north.service"
NORTH_FOLDER = CONFIG.parent / "north"
NORTH_CONFIG = NORTH_FOLDER / "config.yaml"
NORTH_OPTION = ("--config", str(NORTH_CONFIG))
NORTH_STORE = Path("/var/lib/private/carecloud-syncd@north/store.db")
PORTAL_FILE = Path("/run/portal.json")
ENTITY = "claim_attendance"
TOPIC = "arn:aws:sns:us-west-2:123456789012:carecloud"
PATIENCE_S = 120  # for any condition: only a failure takes that long

CONFIGURATION = """portal:
  base_url: {base_url}
  workspace_id: "636eeb5d8029cf0df6932c16"
  bucket_id: "636eeb5d8029cf0df6932c16"
  api_key_file: api-key
  rate: {{ per_second: 200, burst: 200 }}
streams:
  - entity: claim_attendance
    poll_every: 1s
store:
  disk_warning: 0%
  url: sqlite:/var/lib/carecloud-syncd/store.db
api:
  listen: 127.0.0.1:8461
"""
QUICK = "[Unit]\nStartLimitIntervalSec=0\n[Service]\nRestartSec=100ms\nTimeoutStopSec=5s\n"
SNS = """sns:
  listen: 0.0.0.0:8443
  topic_arns: [ "{topic}" ]
  tls: {{ certificate: fullchain.pem, private_key: privkey.pem }}
"""


def run(*command, check=True):
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if check and done.returncode != 0:
        raise AssertionError(f"{' '.join(command)}: {done.returncode}\n{done.stdout}{done.stderr}\n{journal()}")
    return done


def journal():
    lines = run("journalctl", "-q", "--no-pager", "-n", "40", "-u", SERVICE, "-u", "portal", check=False).stdout
    return "journal:\n" + lines


def systemctl(*words, check=True):
    return run("systemctl", *words, check=check)


def shown(name, unit=SERVICE):
    return systemctl("show", "-P", name, unit).stdout.strip()


def main_pid(unit=SERVICE):
    return int(shown("MainPID", unit))


def wait_until(what, condition):
    end = time.monotonic() + PATIENCE_S
    pause = threading.Event()
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"timed out: {what}; status: {shown('StatusText')}\n{journal()}")
        pause.wait(0.05)


def wait_status(*words):
    wait_until(f"a status with {words}", lambda: all(word in shown("StatusText") for word in words))


def drop_in(name, text, folder=DROP_INS):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.conf").write_text(text)
    systemctl("daemon-reload")


def control(method, path, body=None):
    url = json.loads(PORTAL_FILE.read_text())["control_url"] + path
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data, method=method), timeout=PATIENCE_S) as answer:
        return answer.read()


def start_portal(*options):
    PORTAL_FILE.unlink(missing_ok=True)
    run("systemd-run", "-q", "--collect", "--unit=portal", "carecloud-portal", "--control", "0", "--port-file",
        str(PORTAL_FILE), "--listen", "127.0.0.1:7070", *options)
    wait_until("the portal listens", PORTAL_FILE.exists)


def at_portal():
    lines = control("GET", f"/records/{ENTITY}?keys=1").decode().splitlines()
    return {(key["_id"], key["sha256"]) for key in map(json.loads, lines)}


def held(query="SELECT id, lower(hex(hash)) FROM records WHERE deleted_at IS NULL AND stream = 'claim_attendance'",
         store=STORE):
    try:
        with contextlib.closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True, timeout=PATIENCE_S)) as database:
            return set(database.execute(query).fetchall())
    except sqlite3.OperationalError:  # not there yet
        return set()


def wait_aligned():
    wanted = at_portal()
    wait_until(f"the store holds the portal's {len(wanted)} records", lambda: held() == wanted)


def north_text():
    base_url = json.loads(PORTAL_FILE.read_text())["base_url"]
    text = CONFIGURATION.format(base_url=base_url).replace("/lib/carecloud-syncd/", "/lib/carecloud-syncd@north/")
    return text[:text.index("api:\n")]


def write_configuration(text):
    CONFIG.write_text(text)


def ask(path, port=8461):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE_S) as answer:
        return answer.read()


class Load:
    """Clients that open a new connection for every request, until the block ends."""

    def __init__(self, clients=4):
        self.served = 0
        self.failures = []
        self._done = threading.Event()
        self._threads = [threading.Thread(target=self._ask) for _ in range(clients)]

    def _ask(self):
        while not self._done.is_set():
            try:
                with socket.create_connection(("127.0.0.1", 8461), timeout=PATIENCE_S) as client:
                    client.sendall(b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                    answer = client.makefile("rb").read()
                if not answer.startswith(b"HTTP/1.1 200"):
                    self.failures.append(answer[:200])
                self.served += 1
            except OSError as failure:
                self.failures.append(failure)

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._done.set()
        for thread in self._threads:
            thread.join()


class Life(unittest.TestCase):
    maxDiff = None

    def test_01_installed_it_waits_for_its_administrator(self):
        run("dpkg", "-i", "/test/service.deb", "/test/portal.deb")
        self.assertEqual(systemctl("is-enabled", SERVICE, check=False).stdout.strip(), "disabled")
        self.assertEqual(shown("ActiveState"), "inactive")
        self.assertEqual((KEY.stat().st_mode & 0o777, KEY.stat().st_size), (0o600, 0))
        self.assertEqual(run("systemd-analyze", "verify", "--man=no", SERVICE).stderr, "")

    def test_02_a_wrong_configuration_is_78_and_no_restart(self):
        self.assertNotEqual(systemctl("start", SERVICE, check=False).returncode, 0)
        self.assertEqual(shown("ExecMainStatus"), "78")
        self.assertEqual((shown("SubState"), shown("NRestarts")), ("failed", "0"))
        self.assertIn("api-key", journal())
        self.assertIn("is empty", journal())

    def test_03_started_it_is_ready_aligned_and_confined(self):
        start_portal("--records", "500")
        base_url = json.loads(PORTAL_FILE.read_text())["base_url"]
        write_configuration(CONFIGURATION.format(base_url=base_url))
        KEY.write_text("first-key\n")
        control("POST", "/settings", {"api_key": "first-key"})
        # As documented: if --check and doctor find nothing wrong, the service starts.
        self.assertIn(ENTITY, run("carecloud-syncd", "--check").stdout)
        self.assertRegex(run("carecloudctl", "doctor").stdout, r"good +key +accepted\n")
        drop_in("quick", QUICK)
        self.assertEqual(systemctl("enable", "--now", SERVICE).returncode, 0)
        self.assertEqual(shown("ActiveState"), "active")
        wait_status("ok", ENTITY, "newest record", "old")
        wait_aligned()
        status = Path(f"/proc/{main_pid()}/status").read_text()
        self.assertRegex(status, r"CapEff:\s*0+\n")
        self.assertRegex(status, r"CapBnd:\s*0+\n")
        self.assertRegex(status, r"NoNewPrivs:\s*1\n")
        self.assertRegex(status, r"Seccomp:\s*2\n")
        self.assertNotEqual(status.split("Uid:")[1].split()[0], "0")
        self.assertNotIn("carecloud", Path("/etc/passwd").read_text())

    def test_04_an_unreachable_portal_is_not_a_hang(self):
        drop_in("watched", "[Service]\nWatchdogSec=6s\nTimeoutAbortSec=1s\n")
        systemctl("restart", SERVICE)
        wait_status("newest record")
        before = (main_pid(), shown("NRestarts"))
        systemctl("stop", "portal.service")
        wait_status("waiting:")
        for _ in range(3):
            fed = shown("WatchdogTimestampMonotonic")
            wait_until("the watchdog is fed", lambda fed=fed: shown("WatchdogTimestampMonotonic") != fed)
        self.assertEqual((main_pid(), shown("NRestarts")), before)
        start_portal("--records", "500", "--api-key", "first-key")
        systemctl("restart", SERVICE)
        wait_aligned()

    def test_05_an_engine_that_hangs_is_killed_and_restarted(self):
        before = main_pid()
        restarts = int(shown("NRestarts"))
        run("kill", "-STOP", str(before))
        wait_until("restarted", lambda: int(shown("NRestarts")) > restarts and shown("ActiveState") == "active")
        self.assertNotEqual(main_pid(), before)
        self.assertIn("Watchdog timeout", journal())
        (DROP_INS / "watched.conf").unlink()
        systemctl("daemon-reload")
        systemctl("restart", SERVICE)
        wait_status("newest record")

    def test_06_reloaded_it_follows_a_good_file_and_refuses_a_bad_one(self):
        good = CONFIG.read_text()
        pid = main_pid()
        write_configuration(good.replace("  - entity: claim", "  - entity: provider\n  - entity: claim"))
        systemctl("reload", SERVICE)
        wait_status("provider", "claim_attendance: newest record")
        write_configuration(good.replace("streams:", "strems:"))
        self.assertNotEqual(systemctl("reload", SERVICE, check=False).returncode, 0)
        self.assertRegex(journal(), r"strems: .*\n")
        self.assertRegex(journal(), r'reload refused, the current settings stay in use reason="[^"]*strems')
        wait_status("reload refused", "strems")
        control("POST", "/touch", {"entity": ENTITY, "count": 1})
        wait_aligned()
        wait_status("reload refused", "claim_attendance: newest record")
        # Without a section api: a socket for root and its group alone, which carecloudctl finds.
        write_configuration(good.replace("api:\n  listen: 127.0.0.1:8461\n", ""))
        systemctl("reload", SERVICE)
        sock = Path("/run/carecloud-syncd/api.sock")
        wait_until("the API's socket is there", sock.exists)
        self.assertEqual((sock.group(), sock.stat().st_mode & 0o777), ("carecloud-api", 0o660))
        self.assertIn(ENTITY, run("carecloudctl", "status", check=False).stdout)
        nobody = ("setpriv", "--reuid=nobody", "--regid=nogroup")
        stranger = run(*nobody, "--clear-groups", "carecloudctl", "status", check=False)
        self.assertEqual(stranger.stdout, "")
        self.assertIn("adduser USER carecloud-api", stranger.stderr)
        self.assertIn(ENTITY, run(*nobody, "--groups=carecloud-api", "carecloudctl", "status", check=False).stdout)
        # Every user of the machine may read numbers, and nothing else.
        self.assertIn(b"carecloud_build_info", ask("/metrics"))
        self.assertIn(ENTITY.encode(), ask("/"))
        with self.assertRaisesRegex(urllib.error.HTTPError, "403"):
            ask(f"/v1/records/{ENTITY}")
        write_configuration(good)
        systemctl("reload", SERVICE)
        self.assertIn(ENTITY.encode(), ask("/v1/status"))
        wait_until("the refusal is cleared", lambda: "refused" not in shown("StatusText"))
        self.assertEqual((main_pid(), shown("ActiveState")), (pid, "active"))

    def test_07_a_credential_is_rotated_and_may_be_encrypted(self):
        control("POST", "/settings", {"api_key": "second-key"})
        wait_status("critical", "waiting:", "/etc/carecloud-syncd/api-key", "systemctl restart carecloud-syncd")
        KEY.write_text("second-key\n")
        systemctl("restart", SERVICE)
        control("POST", "/generate", {"entity": ENTITY, "count": 10, "shape": "light", "batch": 10})
        wait_aligned()
        sealed = "/etc/carecloud-syncd/api-key.cred"
        control("POST", "/settings", {"api_key": "third-key"})
        KEY.write_text("third-key\n")
        run("systemd-creds", "encrypt", "--with-key=host", "--name=api-key", str(KEY), sealed)
        KEY.write_text("")
        drop_in("sealed", f"[Service]\nLoadCredential=\nLoadCredentialEncrypted=api-key:{sealed}\n")
        systemctl("restart", SERVICE)
        control("POST", "/generate", {"entity": ENTITY, "count": 10, "shape": "light", "batch": 10})
        wait_aligned()
        check = run("carecloud-syncd", "--check", check=False)
        self.assertEqual(check.returncode, 0, check.stdout + check.stderr)
        Path(sealed).write_text("not encrypted")
        check = run("carecloud-syncd", "--check", check=False)
        self.assertEqual(check.returncode, 78, check.stdout + check.stderr)
        self.assertIn("systemd-creds encrypt --name=api-key FILE " + sealed, check.stderr)
        (DROP_INS / "sealed.conf").unlink()
        Path(sealed).unlink()
        KEY.write_text("third-key\n")
        systemctl("daemon-reload")
        systemctl("restart", SERVICE)

    def test_08_with_its_socket_unit_a_restart_refuses_no_connection(self):
        systemctl("stop", SERVICE)
        systemctl("enable", "--now", "carecloud-syncd-api.socket")
        systemctl("start", SERVICE)
        with Load() as load:
            for _ in range(5):
                served = load.served
                wait_until("the load is served", lambda served=served: load.served > served + 20)
                systemctl("restart", SERVICE)
        self.assertEqual(load.failures, [])
        self.assertEqual(shown("Result"), "success")
        # systemd and the service share the address; no other program has it.
        self.assertNotIn("already in use", run("carecloud-syncd", "--check").stderr)

    def test_09_port_443_needs_no_privilege(self):
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "90",
            "-subj", "/CN=localhost", "-keyout", "/root/privkey.pem", "-out", "/root/fullchain.pem")
        drop_in("tls", "[Service]\nLoadCredential=fullchain.pem:/root/fullchain.pem\n"
                "LoadCredential=privkey.pem:/root/privkey.pem\n")
        write_configuration(CONFIG.read_text() + SNS.format(topic=TOPIC))
        systemctl("stop", SERVICE)
        systemctl("enable", "--now", "carecloud-syncd-sns.socket")
        systemctl("start", SERVICE)
        trust = ssl.create_default_context(cafile="/root/fullchain.pem")
        with socket.create_connection(("127.0.0.1", 443), timeout=PATIENCE_S) as plain:
            with trust.wrap_socket(plain, server_hostname="localhost") as client:
                client.sendall(b"GET /sns HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                self.assertIn(b" 405 ", client.makefile("rb").readline())
        self.assertRegex(Path(f"/proc/{main_pid()}/status").read_text(), r"CapEff:\s*0+\n")

    def test_10_killed_it_loses_nothing_and_stores_nothing_twice(self):
        for _ in range(5):
            control("POST", "/generate", {"entity": ENTITY, "count": 2000, "shape": "light", "batch": 100})
            newest = held("SELECT max(seq) FROM changes")
            wait_until("records are stored", lambda newest=newest: held("SELECT max(seq) FROM changes") != newest)
            pid = main_pid()
            run("kill", "-KILL", str(pid))
            wait_until("restarted", lambda pid=pid: main_pid() not in (0, pid))
        wait_aligned()
        twice = "SELECT id FROM changes GROUP BY stream, id, modified, hash, kind HAVING count(*) > 1"
        self.assertEqual(held(twice), set())
        gaps = "SELECT max(seq) - count(*), min(seq) FROM changes"
        self.assertEqual(held(gaps), {(0, 1)})

    def test_10b_another_agency_is_an_instance_beside_it(self):
        NORTH_FOLDER.mkdir()
        NORTH_CONFIG.write_text(north_text())
        (NORTH_FOLDER / "api-key").write_text("wrong-key\n")
        (NORTH_FOLDER / "api-key").chmod(0o600)
        self.assertEqual(run("systemd-analyze", "verify", "--man=no", NORTH).stderr, "")
        drop_in("quick", QUICK, DROP_INS.with_name("carecloud-syncd@.service.d"))
        systemctl("enable", "--now", NORTH)
        wait_until("its remedy names its own key", lambda: all(word in shown("StatusText", NORTH) for word in (
            str(NORTH_FOLDER / "api-key"), "systemctl restart carecloud-syncd@north")))
        (NORTH_FOLDER / "api-key").write_text(KEY.read_text())
        self.assertIn("/run/carecloud-syncd@north/api.sock", run("carecloud-syncd", *NORTH_OPTION, "--check").stdout)
        systemctl("restart", NORTH)
        wait_until("it holds the portal's records", lambda: held(store=NORTH_STORE) == at_portal())
        ctl = ("carecloudctl", "--instance", "north")
        wait_until("its status is ok", lambda: run(*ctl, "status", check=False).returncode == 0)
        status = json.loads(run(*ctl, "status", "--json").stdout)
        self.assertEqual(status["streams"][0]["entity"], ENTITY)
        self.assertNotEqual(status["generation"], json.loads(ask("/v1/status"))["generation"])
        self.assertRegex(run(*ctl, "doctor").stdout, r"good +key +accepted\n")
        users = {Path(f"/proc/{pid}").stat().st_uid for pid in (main_pid(), main_pid(NORTH))}
        self.assertEqual(len(users), 2)

    def test_10c_a_reload_reaches_one_instance(self):
        NORTH_CONFIG.write_text("strems: []\n")
        for reload in (("systemctl", "reload", NORTH), ("carecloud-syncd", *NORTH_OPTION, "--reload")):
            self.assertNotEqual(run(*reload, check=False).returncode, 0)
        wait_until("it refuses", lambda: "reload refused" in shown("StatusText", NORTH))
        self.assertNotIn("refused", shown("StatusText"))
        NORTH_CONFIG.write_text(north_text())

    def test_10d_an_instance_has_its_own_socket_and_lost_store(self):
        plain = main_pid()
        systemctl("stop", NORTH)
        NORTH_CONFIG.write_text(north_text() + "api: {}\n")
        systemctl("enable", "--now", "carecloud-syncd-api@north.socket")
        sock = Path("/run/carecloud-syncd-api@north.sock")
        self.assertEqual((sock.group(), sock.stat().st_mode & 0o777), ("carecloud-api", 0o660))
        systemctl("start", NORTH)
        self.assertIn(ENTITY, run("carecloudctl", "--instance", "north", "status", check=False).stdout)
        systemctl("stop", "carecloud-syncd-api@north.socket", NORTH)
        self.assertFalse(sock.exists())
        NORTH_CONFIG.write_text(north_text())
        for name in ("store.db", "store.db-wal", "store.db-shm"):
            NORTH_STORE.with_name(name).unlink(missing_ok=True)
        self.assertNotEqual(systemctl("start", NORTH, check=False).returncode, 0)
        command = f"carecloud-syncd {' '.join(NORTH_OPTION)} --new-store && systemctl start carecloud-syncd@north"
        self.assertIn("as root: " + command, run("journalctl", "-q", "--no-pager", "-u", NORTH).stdout)
        run("sh", "-c", command)
        wait_until("it holds the portal's records", lambda: held(store=NORTH_STORE) == at_portal())
        self.assertEqual(main_pid(), plain)
        self.assertTrue(STORE.with_name("known.store.db").exists())

    def test_11_stopped_it_exits_within_five_seconds(self):
        """systemd enforces it by TimeoutStopSec= (test_03)."""
        systemctl("stop", "carecloud-syncd-sns.socket", "carecloud-syncd-api.socket", SERVICE)
        self.assertEqual((shown("ActiveState"), shown("Result")), ("inactive", "success"))
        self.assertEqual((shown("ExecMainCode"), shown("ExecMainStatus")), ("1", "0"))
        systemctl("start", "carecloud-syncd-sns.socket", "carecloud-syncd-api.socket", SERVICE)

    def test_12_upgraded_while_it_runs_it_keeps_all(self):
        configuration = CONFIG.read_text()
        before, pid, north = held(), main_pid(), main_pid(NORTH)
        with Load() as load:
            run("dpkg", "-i", "/test/later.deb")
            wait_until("restarted", lambda: main_pid() not in (0, pid) and shown("ActiveState") == "active")
        wait_until("its instance, too",
                   lambda: main_pid(NORTH) not in (0, north) and shown("ActiveState", NORTH) == "active")
        self.assertEqual(load.failures, [])
        self.assertEqual(CONFIG.read_text(), configuration)
        self.assertEqual(KEY.read_text(), "third-key\n")
        self.assertEqual(held(), before)
        wait_aligned()
        status = json.loads(run("carecloudctl", "status", "--json").stdout)
        self.assertEqual(status["streams"][0]["entity"], ENTITY)

    def test_13_restored_from_a_backup_it_continues_with_another_generation(self):
        generation = json.loads(ask("/v1/status"))["generation"]
        run("sqlite3", str(STORE), ".backup '/root/backup.db'")
        control("POST", "/generate", {"entity": ENTITY, "count": 10, "shape": "light", "batch": 10})
        wait_aligned()
        systemctl("stop", "carecloud-syncd-sns.socket", "carecloud-syncd-api.socket", SERVICE)
        for name in ("store.db-wal", "store.db-shm"):
            STORE.with_name(name).unlink(missing_ok=True)
        run("cp", "/root/backup.db", str(STORE))
        run("sqlite3", str(STORE), "PRAGMA journal_mode = DELETE; "
            "UPDATE meta SET value = lower(hex(randomblob(16))) WHERE name = 'generation';")
        systemctl("start", "carecloud-syncd-sns.socket", "carecloud-syncd-api.socket", SERVICE)
        wait_aligned()
        self.assertNotEqual(json.loads(ask("/v1/status"))["generation"], generation)

    def test_13b_a_store_elsewhere_needs_what_check_says(self):
        configuration, folder = CONFIG.read_text(), Path("/srv/elsewhere")
        folder.mkdir()
        write_configuration(configuration.replace("/var/lib/carecloud-syncd/store.db", f"{folder}/store.db"))
        warning = run("carecloud-syncd", "--check").stderr
        self.assertIn(f"store.url: the packaged service cannot write to '{folder}'", warning)
        self.assertIn(f"[Service] and ReadWritePaths={folder}, then chgrp carecloud-api {folder} && chmod 770 {folder}",
                      warning)
        drop_in("elsewhere", f"[Service]\nReadWritePaths={folder}\n")
        self.assertNotIn("store.url", run("carecloud-syncd", "--check").stderr)
        run("sh", "-c", f"chgrp carecloud-api {folder} && chmod 770 {folder}")
        systemctl("restart", SERVICE)
        self.assertEqual(shown("ActiveState"), "active")
        self.assertGreater((folder / "store.db").stat().st_size, 0)
        (DROP_INS / "elsewhere.conf").unlink()
        write_configuration(configuration)
        systemctl("daemon-reload")
        systemctl("restart", SERVICE)
        wait_aligned()

    def test_14_a_lost_store_is_recreated_only_by_the_command_in_the_journal(self):
        for name in ("store.db", "store.db-wal", "store.db-shm"):
            STORE.with_name(name).unlink(missing_ok=True)
        wait_until("it is refused", lambda: (shown("ExecMainStatus"), shown("ActiveState")) == ("78", "failed"))
        self.assertFalse(STORE.exists())
        command = "carecloud-syncd --new-store && systemctl start carecloud-syncd"
        self.assertIn("as root: " + command, journal())
        nobody = ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups")
        self.assertIn("as root", run(*nobody, "carecloud-syncd", "--new-store", check=False).stderr)
        run("sh", "-c", command)
        wait_aligned()
        self.assertEqual(shown("ActiveState"), "active")

    def test_15_removed_it_stops_and_keeps_the_administrators_files(self):
        run("dpkg", "-r", "carecloud-syncd")
        self.assertEqual((shown("ActiveState"), shown("ActiveState", NORTH)), ("inactive", "inactive"))
        with self.assertRaises(OSError):
            socket.create_connection(("127.0.0.1", 8461), timeout=PATIENCE_S).close()
        self.assertTrue(CONFIG.exists() and KEY.exists() and STORE.exists())

    def test_16_purged_it_is_gone(self):
        run("dpkg", "-P", "carecloud-syncd")
        self.assertNotIn("carecloud", Path("/etc/group").read_text())
        for folder in ("/etc", "/usr", "/var/lib/private", "/lib/systemd"):
            left = run("find", folder, "-name", "*carecloud-syncd*", "-o", "-name", "carecloudctl*").stdout
            self.assertEqual(left, "", folder)
        run("dpkg", "-P", "carecloud-portal")


if __name__ == "__main__":
    unittest.main(failfast=True, verbosity=2)
