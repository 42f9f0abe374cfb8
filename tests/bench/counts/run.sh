#!/usr/bin/env bash
# Counts the instructions that judging a row and making an answer take, and holds them against those in
# tests/bench/counts/recorded. Half a minute; a part of tests/run.sh. docs/performance.md, "Counts", says more.
#
#   tests/bench/counts/run.sh            fails where one is more than 3 % off
#   tests/bench/counts/run.sh --record   writes them down; the commit says why they changed
set -euo pipefail
cd "$(dirname "$0")/../../.."
export LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1

case ${1:-} in
  -h | --help) sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 0 ;;
  '' | --record) ;;
  *) echo "tests/bench/counts/run.sh: unknown option '$1'; see --help" >&2; exit 2 ;;
esac
deploy/packages.sh test
mkdir -p build/log
if ! { cmake --preset release && cmake --build build/release -j "$(nproc)" --target counts; } >build/log/counts.log 2>&1; then
  tail -n 40 build/log/counts.log >&2
  exit 1
fi
exec /usr/bin/python3 tests/bench/counts/count.py "$PWD/build/release/bench" "$@"
