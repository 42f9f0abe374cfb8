# The same steps as CI, by name. Without `just`, each recipe can be typed as it stands.

python := "/usr/bin/python3"

# List the recipes.
default:
    @just --list

# Packages for building and testing (Debian).
packages:
    deploy/packages.sh test

# Configure and build one preset.
build preset="dev":
    cmake --preset {{preset}}
    cmake --build build/{{preset}}

# Everything that can be judged without running the programs.
check: (build "dev")
    {{python}} tests/checks/layers.py
    {{python}} tests/checks/headers.py
    {{python}} tests/checks/words.py
    {{python}} tests/checks/rules_doc.py --check
    {{python}} tests/checks/rules_stable.py
    {{python}} tests/checks/sample_doc.py --check
    {{python}} tests/checks/routes_doc.py
    {{python}} tests/checks/decisions.py
    find base record sample store ingest query web daemon tests -name '*.[ch]' -o -name '*.cc' | xargs clang-format --dry-run -Werror
    find base record sample store ingest query web daemon -name '*.c' | xargs -P "$(nproc)" -n 1 clang-tidy --quiet -p build/dev

# Unit and scenario tests.
test: (build "dev")
    ctest --preset dev

# The same under AddressSanitizer and UndefinedBehaviorSanitizer.
asan: (build "asan")
    ctest --preset asan

# The same under ThreadSanitizer.
tsan: (build "tsan")
    ctest --preset tsan

# Each fuzz target for so many seconds; what it finds is kept in build/fuzz/found.
fuzz seconds="60": (build "fuzz")
    #!/usr/bin/env bash
    set -euo pipefail
    for target in build/fuzz/fuzz/fuzz_*; do
        name=${target##*/fuzz_}
        mkdir -p "build/fuzz/found/$name" "tests/fuzz/corpora/$name"
        "$target" -max_total_time={{seconds}} -artifact_prefix="build/fuzz/found/$name-" \
            "build/fuzz/found/$name" "tests/fuzz/corpora/$name"
    done

# Which lines the unit and scenario tests reach.
cover: (build "cover")
    ctest --preset cover
    gcovr --root . --object-directory build/cover --exclude tests/ --print-summary

# Crash tests against the dev build.
crash: (build "dev")
    CREDENCE_BIN=$PWD/build/dev/bin CREDENCE_KIND=dev {{python}} -m pytest -p no:cacheprovider tests/crash/*.py

# How fast it is, beside what the libraries can do (docs/performance.md).
bench *options:
    tests/bench/run.sh {{options}}

# A mixed load for an hour, and whether memory stays flat under it.
bench-long *options:
    tests/bench/long.sh {{options}}

# Black-box tests against a build.
blackbox preset="dev": (build preset)
    CREDENCE_BIN=$PWD/build/{{preset}}/bin CREDENCE_KIND={{preset}} {{python}} -m pytest -p no:cacheprovider tests/blackbox

# All of it, as CI does.
all:
    tests/run.sh

# A daemon on a store of its own, from the release build.
run listen="127.0.0.1:8080": (build "release")
    mkdir -p build/run
    build/release/bin/creditd --data build/run --listen {{listen}}

# Put every source file into the house format.
format:
    find base record sample store ingest query web daemon tests -name '*.[ch]' -o -name '*.cc' | xargs clang-format -i
