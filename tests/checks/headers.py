"""Fails when a header lacks #pragma once, or a source file does not begin with its own header."""
import pathlib
import re
import sys

FOLDERS = ("base", "record", "sample", "store", "broker", "ingest", "query", "web", "daemon", "tests/support")
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"][^>"]+[>"])', re.MULTILINE)


def fault_in(file):
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".h":
        if not text.startswith("#pragma once\n"):
            return "the first line must be #pragma once"
    elif file.with_suffix(".h").exists():
        first = INCLUDE.search(text)
        own = f'"{file.with_suffix(".h").as_posix()}"'
        if not first or first[1] != own:
            return f"the first include must be {own}"
    if file.suffix != ".h" and not text.startswith("/*"):
        return "must begin with a comment that says why the file exists"
    return None


def main():
    bad = 0
    for folder in FOLDERS:
        for file in sorted(pathlib.Path(folder).rglob("*")):
            if file.suffix in (".c", ".cc", ".h"):
                fault = fault_in(file)
                if fault:
                    bad += 1
                    print(f"{file}:1: {fault}")
    return bad > 0


if __name__ == "__main__":
    sys.exit(main())
