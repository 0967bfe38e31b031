#!/usr/bin/env python3
"""Writes carecloud-syncd.yaml(5) in scdoc's language from the configuration's schema, so that the two cannot differ.

    yaml_page.py SCHEMA > carecloud-syncd.yaml.5.scd
"""

import json
import re
import sys
from pathlib import Path

HEAD = """carecloud-syncd.yaml(5)

# NAME

carecloud-syncd.yaml - the configuration of carecloud-syncd

# DESCRIPTION

*carecloud-syncd*(8) reads _/etc/carecloud-syncd/config.yaml_, a YAML file. *carecloud-syncd --check* lists every error
with its line, its column and a remedy. Durations are written _500ms_, _30s_, _5m_, _24h_, _7d_. Any scalar may
contain _${NAME}_ from the environment. Secrets are stored in separate files, never in this one.

For validation and completion in editors, write
_# yaml-language-server: $schema=/usr/share/carecloud-syncd/config.schema.json_ in its first line.

# KEYS
"""

TAIL = """
# EXAMPLE

```
portal:
  base_url: https://portal.example.org/api
  workspace_id: "636eeb5d8029cf0df6932c16"
  bucket_id: "636eeb5d8029cf0df6932c16"
  api_key_file: api-key
streams:
  - entity: claim_attendance
store:
  url: sqlite:/var/lib/carecloud-syncd/store.db
```

# SEE ALSO

*carecloud-syncd*(8), *carecloudctl*(1)
"""


def plain(text):
    """Text in which scdoc finds no markup."""
    return re.sub(r"([\\_*#~<>`\[])", r"\\\1", text)


def entries(schema, path):
    """Path, whether it must be there, and the node of each key below."""
    required = schema.get("required", [])
    for name, node in schema.get("properties", {}).items():
        here = f"{path}.{name}" if path else name
        yield here, name in required, node
        for part in (node, node.get("items", {}), *node.get("oneOf", [])):
            yield from entries(part, here + ("[]" if part is node.get("items") else ""))


def main(arguments):
    schema = json.loads(Path(arguments[1]).read_text(encoding="utf-8"))
    print(HEAD)
    for path, required, node in entries(schema, ""):
        default = node.get("default")
        given = "" if default in (None, {}, []) else f" Default: {json.dumps(default)}."
        words = f" One of {', '.join(map(str, node['enum']))}." if "enum" in node else ""
        needed = " Required." if required else ""
        print(f"*{plain(path)}*\n\t{plain(node['description'] + words + given + needed)}\n")
    print(TAIL, end="")


if __name__ == "__main__":
    main(sys.argv)
