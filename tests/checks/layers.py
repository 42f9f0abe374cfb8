"""Fails when a folder includes another folder that is not below it, or a library that is not its own."""
import pathlib
import re
import sys

# Folder: the folders whose headers it may include, besides its own.
MAY = {
    "base": "",
    "record": "base",
    "sample": "base record",
    "store": "base record",
    "broker": "base record",
    "ingest": "base record store broker",
    "query": "base record store",
    "web": "base record ingest query",
    "daemon": "base record sample store broker ingest query web",
}

# Third-party header: the files that may include it. Everybody else goes through their header.
HELD = {
    r"openssl/": r"base/crypt\.c",
    r"jansson\.h": r"base/json\.c",
    r"simdjson(\.h|/)": r"base/scan\.cc",
    r"unicode/": r"base/(text|gb18030)\.c",
    r"yaml\.h": r"base/yaml\.c",
    r"curl/": r"base/http_client\.c",
    r"rocksdb/": r"store/\w+\.[ch]",
    r"librdkafka/": r"broker/\w+\.[ch]",
    r"microhttpd\.h": r"web/port\.c",
    r"cmocka\.h": r"tests/support/test\.c",
}
# What the bench compares us with is the libraries alone.
CEILINGS = "tests/bench/ceiling/"
CPP = ("base/scan.cc", CEILINGS + "again.cc")

QUOTED = re.compile(r'\s*#\s*include\s+"([^"]+)"')
ANGLED = re.compile(r"\s*#\s*include\s+<([^>]+)>")


def faults_in(file, layer):
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        quoted = QUOTED.match(line)
        if quoted:
            folder, slash, _ = quoted[1].partition("/")
            if not slash:
                yield number, f'"{quoted[1]}" must be named by its path from the root'
            elif layer and folder not in (layer, *MAY[layer].split()):
                yield number, f"{layer}/ may not include {folder}/"
        angled = ANGLED.match(line)
        if angled:
            for header, holder in HELD.items():
                if (re.match(header, angled[1]) and not re.fullmatch(holder, file.as_posix())
                        and not file.as_posix().startswith(CEILINGS)):
                    yield number, f"<{angled[1]}> is held by {holder}"


def main():
    bad = 0
    for layer in (*MAY, "tests"):
        for file in sorted(pathlib.Path(layer).rglob("*")):
            if file.suffix not in (".c", ".h", ".cc", ".def"):
                continue
            if file.suffix == ".cc" and file.as_posix() not in CPP:
                bad += 1
                print(f"{file}:1: the only C++ files are {' and '.join(CPP)}")
            for number, text in faults_in(file, layer if layer in MAY else None):
                bad += 1
                print(f"{file}:{number}: {text}")
    return bad > 0


if __name__ == "__main__":
    sys.exit(main())
