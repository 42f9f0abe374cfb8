#!/usr/bin/env bash
# Holds a mixed load for an hour: rows come in at a rate, subjects are read and names are searched, and each minute says what
# creditd takes. Memory must stay flat and within its budget. docs/performance.md explains it.
#
#   tests/bench/long.sh                  an hour with 20,000 rows a second
#   tests/bench/long.sh --minutes N      so long
#   tests/bench/long.sh --rate N         so many rows a second
#   tests/bench/long.sh --connections N  over so many connections; 4 unless given
#   tests/bench/long.sh --reads N        so many subjects asked for each second; 200 unless given
#   tests/bench/long.sh --searches N     and so many names; 20 unless given
#   tests/bench/long.sh --memory SIZE    with another budget than the default, as "512 MiB"
#   tests/bench/long.sh --csv FILE       writes a line for each minute there; build/bench/long.csv unless given
#
# Rows are those of sample cities, one after the other, each of another seed: new, changed and repeated ones as such a city has
# them. They are written while it runs and removed when they are in. An hour at 20,000 a second is 72 million rows and some 45 GB
# under TMPDIR, which is looked at first and each minute. Status 0: memory was flat and within its budget; 1: it was not.
set -euo pipefail
cd "$(dirname "$0")/../.."
export LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1

for option in "$@"; do
  case $option in
    -h | --help) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' "$0"; exit 0 ;;
  esac
done
deploy/packages.sh bench
mkdir -p build/log
echo "bench: building the release preset; build/log/bench.log" >&2
if ! { cmake --preset release && cmake --build build/release --target bench; } >build/log/bench.log 2>&1; then
  tail -n 40 build/log/bench.log >&2
  exit 1
fi
CREDENCE_BIN=$PWD/build/release/bin CREDENCE_KIND=release exec /usr/bin/python3 tests/bench/long.py "$@"
