#!/usr/bin/env python3
"""Copies the product's sources with every mutation of mutations.toml built in and switched off.

    generate.py ROOT MUTATIONS OUT    OUT/<path> for each file mutated, and OUT/mutations.cpp with the list
    generate.py --files MUTATIONS     only prints the files mutated, for CMake

Exits with 1 and a message if a mutation does not match its source any more.
"""

import sys
import tomllib
from pathlib import Path

INCLUDE = '#include "simulation/mutants/mutation.hpp"\n'


def load(path):
    return tomllib.loads(Path(path).read_text(encoding="utf-8"))["mutation"]


def files_of(mutations):
    return list(dict.fromkeys(mutation["file"] for mutation in mutations))


def switched(number, original, mutant):
    condition = f"::carecloud::is_mutated({number})"
    if original.endswith((";", "}")):
        return f"if ({condition}) {{ {mutant} }} else {{ {original} }}"
    return f"({condition} ? ({mutant}) : ({original}))"


def mutate(text, number, mutation):
    behind = mutation.get("behind", "")
    original = behind + mutation["original"]
    if text.count(original) != 1:
        sys.exit(f'mutation "{mutation["name"]}": its original occurs {text.count(original)} times in '
                 f'{mutation["file"]}; update its entry in mutations.toml')
    return text.replace(original, behind + switched(number, mutation["original"], mutation["mutant"]))


def row_of(mutation):
    texts = [mutation[key] if key in mutation else "" for key in ("says", "always", "open", "test")]
    says, *rest = [f'R"({text})"' for text in texts]
    return f'    {{"{mutation["name"]}", {says}, {mutation.get("world", 0)}, {", ".join(rest)}}},\n'


def list_of(mutations):
    rows = "".join(map(row_of, mutations))
    return (f"{INCLUDE}namespace carecloud {{\n"
            f"const std::vector<Mutation> kMutations = {{\n{rows}}};\n"
            "}  // namespace carecloud\n")


def generate(root, mutations, out):
    for file in files_of(mutations):
        text = (root / file).read_text(encoding="utf-8")
        for number, mutation in enumerate(mutations):
            if mutation["file"] == file:
                text = mutate(text, number, mutation)
        target = out / file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(INCLUDE + text, encoding="utf-8")
    (out / "mutations.cpp").write_text(list_of(mutations), encoding="utf-8")


if sys.argv[1] == "--files":
    print(";".join(files_of(load(sys.argv[2]))), end="")
else:
    generate(Path(sys.argv[1]), load(sys.argv[2]), Path(sys.argv[3]))
