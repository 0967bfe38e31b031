#!/usr/bin/env python3
"""The configuration's JSON Schema and the daemon's parser have the same keys. Arguments: project, daemon."""

import json
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import jsonschema
import yaml

ROOT = Path(sys.argv.pop(1))
DAEMON = sys.argv.pop(1)
SCHEMA = json.loads((ROOT / "etc/config.schema.json").read_text(encoding="utf-8"))

# A value for every key; if a key has several forms, the one with keys of its own.
WHOLE = """
portal:
  base_url: https://portal.example.org/api
  workspace_id: "636eeb5d8029cf0df6932c16"
  bucket_id: "636eeb5d8029cf0df6932c16"
  api_key_file: api-key
  ca_file: ca.pem
  timeout: 35s
  lanes: 4
  page_size: 1000
  rate: { per_second: 0.5, burst: 10, monthly_quota: 1000 }
  dialect: { modified: string, id: oid, keyset: true }
streams:
  - entity: claim_attendance
    poll_every: 5m
    overlap: 10m
    filter: { status: active }
    fields: [ status ]
    reconcile: { every: 24h, whole_every: 7d, deep: false, stop_above: 5%, stop_above_count: 1000 }
sns:
  listen: 0.0.0.0:8443
  path: /sns
  topic_arns: [ "arn:aws:sns:us-west-2:123456789012:carecloud" ]
  confirm: true
  tls: { certificate: fullchain.pem, private_key: privkey.pem }
  trust: { certificate_hosts: [ "127.0.0.1:4443" ], ca_file: ca.pem }
  basic_auth_file: basic
store:
  disk_warning: 5%
  url: "postgresql://carecloud@db.example.org/claims"
  password_file: password
  schema: carecloud
  keep: { versions: 400d, changes: all, events: all, deleted: all }
api: { listen: "127.0.0.1:8461", token_file: token }
log: { level: info, format: auto }
"""
# The names of mappings in the parser's sources, and their paths.
READERS = {
    "root": "", "portal": "portal", "rate": "portal.rate", "dialect": "portal.dialect", "stream": "streams[]",
    "reconcile": "streams[].reconcile", "sns": "sns", "tls": "sns.tls", "trust": "sns.trust", "store": "store",
    "keep": "store.keep",
    "api": "api", "log": "log",
}


def schema_keys(node, path=""):
    for name, below in node.get("properties", {}).items():
        here = f"{path}.{name}" if path else name
        yield here
        for part in (below, *below.get("oneOf", [])):
            yield from schema_keys(part, here)
        yield from schema_keys(below.get("items", {}), here + "[]")


def parser_keys():
    for source in (ROOT / "lib/runtime").glob("configuration_*.cpp"):
        text = source.read_text(encoding="utf-8")
        for reader, key in re.findall(r"\b(\w+)\s*\.(?:find|require)\(\s*\"(\w+)\"", text):
            yield f"{READERS[reader]}.{key}".lstrip(".")


def value_keys(value, path=""):
    if isinstance(value, dict) and path != "streams[].filter":
        for name, below in value.items():
            here = f"{path}.{name}" if path else name
            yield here
            yield from value_keys(below, here)
    elif isinstance(value, list):
        for below in value:
            yield from value_keys(below, path + "[]")


def schema_refuses(text):
    return [error.message for error in jsonschema.Draft202012Validator(SCHEMA).iter_errors(yaml.safe_load(text))]


def parser_refuses(text):
    """The daemon's findings in the text itself, not in the files that it refers to."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "config.yaml")
        file.write_text(text, encoding="utf-8")
        done = subprocess.run([DAEMON, "--check", "--config", str(file)], capture_output=True, text=True, check=False)
    return [line for line in done.stderr.splitlines() if re.search(r"config\.yaml:\d+:\d+: ", line)]


class Schema(unittest.TestCase):
    maxDiff = None

    def test_is_a_schema(self):
        jsonschema.Draft202012Validator.check_schema(SCHEMA)

    def test_has_exactly_the_keys_of_the_parser(self):
        self.assertEqual(set(schema_keys(SCHEMA)), set(parser_keys()))

    def test_both_accept_every_key(self):
        self.assertEqual(set(value_keys(yaml.safe_load(WHOLE))), set(schema_keys(SCHEMA)))
        self.assertEqual(schema_refuses(WHOLE), [])
        self.assertEqual(parser_refuses(WHOLE), [])

    def test_both_refuse_errors(self):
        errors = (("page_size: 1000", "page_size: 0"), ("overlap:", "overlaps:"), ("level: info", "level: loud"),
                  ("timeout: 35s", "timeout: 35"), ("keyset: true", "keyset: perhaps"), ("path: /sns", "path: sns"),
                  ("  base_url: https://portal.example.org/api\n", ""))
        for right, wrong in errors:
            broken = WHOLE.replace(right, wrong)
            self.assertNotEqual(broken, WHOLE)
            self.assertNotEqual(schema_refuses(broken), [], wrong)
            self.assertNotEqual(parser_refuses(broken), [], wrong)

    def test_shipped_file_is_valid_with_its_comments_removed(self):
        shipped = (ROOT / "etc/config.yaml").read_text(encoding="utf-8")
        self.assertEqual(schema_refuses(shipped), [])
        shown = re.sub(r"(?m)^# (sns:|api:)", r"\1", shipped)
        shown = re.sub(r"(?m)^#   (\w+:)", r"  \1", shown)
        self.assertIn("\nsns:\n  listen:", shown)
        self.assertIn("\napi:\n  listen:", shown)
        self.assertEqual(schema_refuses(shown), [])
        self.assertEqual(parser_refuses(shown), [])


if __name__ == "__main__":
    unittest.main()
