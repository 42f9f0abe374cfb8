#!/usr/bin/env bash
# Measures what people wait for, each figure beside what the libraries alone can do on the same machine in the same
# minutes: builds the release preset, makes its own input, prints a table. docs/performance.md explains the rows.
#
#   tests/bench/run.sh                 all rows with a million records; under ten minutes on two cores
#   tests/bench/run.sh --records N     with about so many records
#   tests/bench/run.sh --large         with ten million; twenty minutes on two cores that do nothing else, half an hour with --peers
#   tests/bench/run.sh --small         with fifty thousand: a minute, the rows that need no quiet machine, each held against
#                                      its floor in tests/bench/floors.txt; status 1 when one is missed
#   tests/bench/run.sh --only NAME     one row; again for another one
#   tests/bench/run.sh --rounds N      so many rounds of ceiling and ours; 3 unless given, with --large 2 of the rows in which
#                                      a round takes all records (ingest-file, ingest-again, bulk), with --small 2
#   tests/bench/run.sh --json FILE     writes the figures there too, as a list; - is standard output
#   tests/bench/run.sh --compare A B   instead: two such files, of fewer and of more records; what is left of each ratio
#   tests/bench/run.sh --peers         PostgreSQL does the same beside it
#   tests/bench/run.sh --kafka         instead: rows about Apache Kafka, with a broker by deploy/kafka.sh on the same cores
#   tests/bench/run.sh --micro         instead: single nouns, in nanoseconds
#
# Progress goes to standard error. What is handed in is kept in build/bench and used again; everything else is made in a
# folder of its own under TMPDIR, which is gone at the end. That there is room on both disks is looked at first.
# tests/bench/long.sh holds a load for an hour.
set -euo pipefail
cd "$(dirname "$0")/../.."
export LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1

for option in "$@"; do
  case $option in
    -h | --help) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' "$0"; exit 0 ;;
  esac
done
if [[ " $* " == *" --compare "* ]]; then
  exec /usr/bin/python3 tests/bench/bench.py "$@"
fi
groups=(bench)
[[ " $* " != *" --peers "* ]] || groups+=(peers)
[[ " $* " != *" --kafka "* ]] || groups+=(kafka)
deploy/packages.sh "${groups[@]}"

mkdir -p build/log
echo "bench: building the release preset; build/log/bench.log" >&2
if ! { cmake --preset release && cmake --build build/release --target bench; } >build/log/bench.log 2>&1; then
  tail -n 40 build/log/bench.log >&2
  exit 1
fi
if [[ " $* " == *" --micro "* ]]; then
  city=$(mktemp -d)
  trap 'rm -rf "$city"' EXIT
  build/release/bin/creditctl sample --subjects 2000 --out "$city" --quiet
  find "$city" -mindepth 2 -type f | sort | xargs build/release/bench/bench_micro
  exit 0
fi
CREDENCE_BIN=$PWD/build/release/bin CREDENCE_KIND=release exec /usr/bin/python3 tests/bench/bench.py "$@"
