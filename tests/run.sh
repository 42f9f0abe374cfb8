#!/usr/bin/env bash
# Installs what the tests need, builds, runs everything, and closes with `N passed, N failed`.
#
#   tests/run.sh           all: checks; unit, scenario and black-box tests, plain and under ASan + UBSan; crash tests;
#                          tests against Apache Kafka; a small variant of the bench
#   tests/run.sh --quick   the same without sanitizers and without the release build
#   tests/run.sh --tsan    all, and unit and scenario tests under ThreadSanitizer
#
# Logs lie in build/log. Exit status 0 when nothing failed.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 2
export LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1
# A time zone that is nobody's: code that asks for the local one is found.
export TZ=EST5
python=/usr/bin/python3
log=build/log
jobs=$(nproc)
passed=0
failed=0
quick='' tsan=''
failures=()

for option in "$@"; do
  case $option in
    --quick) quick=yes ;;
    --tsan) tsan=yes ;;
    -h | --help) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "tests/run.sh: unknown option '$option'; see --help" >&2; exit 2 ;;
  esac
done

heading() {
  began=$SECONDS
  stage=$*
  printf '\n== %s\n' "$*"
}

# remember NAMES: what failed in the stage at work, for the last lines of the run; whoever looks there finds all of it.
remember() {
  local name
  while read -r name; do
    failures+=("$stage: ${name:-the stage as a whole}")
  done <<<"$1"
}

# count KIND WHAT: adds the cases of a stage and closes its paragraph.
count() {
  local p f s
  read -r p f s < <("$python" tests/checks/tally.py "$1" "$2")
  passed=$((passed + p))
  failed=$((failed + f))
  ((f == 0)) || remember "$("$python" tests/checks/tally.py names "$1" "$2")"
  printf '   %d passed, %d failed' "$p" "$f"
  ((s == 0)) || printf ', %d skipped' "$s"
  printf ' (%d s)\n' $((SECONDS - began))
}

# check NAME COMMAND...: one check is one case.
check() {
  local name=$1 code=0
  shift
  "$@" >"$log/check-$name.log" 2>&1 || code=$?
  if ((code == 0)); then
    passed=$((passed + 1))
    printf '   %-9s passed\n' "$name"
  else
    failed=$((failed + 1))
    remember "$name"
    printf '   %-9s FAILED\n' "$name"
    head -n 60 "$log/check-$name.log"
  fi
}

check_format() {
  find . '(' -path ./build -o -path ./.git ')' -prune -o '(' -name '*.[ch]' -o -name '*.cc' ')' -print |
    xargs -r clang-format --dry-run -Werror
}

# build PRESET: false, and one failure, when it does not compile.
build() {
  heading "build $1"
  if { cmake --preset "$1" && cmake --build "build/$1" -j "$jobs"; } >"$log/build-$1.log" 2>&1; then
    printf '   done (%d s)\n' $((SECONDS - began))
  else
    failed=$((failed + 1))
    remember 'it does not compile'
    { grep -E -A12 'error|FAILED|CMake Error' "$log/build-$1.log" || tail -n 40 "$log/build-$1.log"; } | head -n 80
    printf '   FAILED (%d s)\n' $((SECONDS - began))
    return 1
  fi
}

# unit PRESET: unit tests, scenarios and the replay of fuzz corpora.
unit() {
  heading "unit and scenario tests, $1"
  ctest --test-dir "build/$1" -V -j "$jobs" --no-tests=error >"$log/ctest-$1.log" 2>&1 ||
    "$python" tests/checks/tally.py show "$log/ctest-$1.log"
  count ctest "$log/ctest-$1.log"
}

# python_tests FOLDER PRESET MINUTES FILE...: pytest against the programs of a preset. CREDENCE_BIN says where they
# are, CREDENCE_KIND how they were built.
python_tests() {
  local folder=$1 preset=$2 minutes=$3 name=$1-$2
  shift 3
  heading "$folder tests, $preset"
  rm -f "$log/$name.xml"
  CREDENCE_BIN=$PWD/build/$preset/bin CREDENCE_KIND=$preset \
    timeout --kill-after=30 "${minutes}m" "$python" -m pytest -q -ra -p no:cacheprovider -o faulthandler_timeout=300 \
    --junitxml="$log/$name.xml" "$@" >"$log/$name.log" 2>&1 || tail -n 150 "$log/$name.log"
  count pytest "$log/$name.xml"
}

blackbox() {
  local files=(tests/blackbox/test_*.py)
  [[ ! -e ${files[0]} ]] || python_tests blackbox "$1" 12 "${files[@]}"
}

crash() {
  local file files=()
  for file in tests/crash/*.py; do
    [[ ! -e $file || $file == */conftest.py ]] || files+=("$file")
  done
  ((${#files[@]} == 0)) || python_tests crash "$1" 12 "${files[@]}"
}

# The small variant of the bench, against the release build: a minute, in which no ratio may fall below its floor.
bench() {
  heading "bench, small"
  rm -f "$log/bench-small.json"
  timeout --kill-after=30 10m tests/bench/run.sh --small --json "$log/bench-small.json" >"$log/bench-small.log" 2>&1 ||
    grep -A4 MISSED "$log/bench-small.log" || tail -n 40 "$log/bench-small.log"
  count bench "$log/bench-small.json"
}

# Against Apache Kafka itself, which deploy/kafka.sh fetches the first time.
kafka() {
  local files=(tests/kafka/test_*.py)
  [[ ! -e ${files[0]} ]] || python_tests kafka "$1" 20 "${files[@]}"
}

mkdir -p "$log"
exec 9>build/.run-lock
if ! flock -n 9; then
  echo "another tests/run.sh is at work in this tree; waiting for it"
  flock 9
fi

heading "packages"
if ! deploy/packages.sh test; then
  printf '\nnothing was run, because packages are missing\n0 passed, 1 failed\n'
  exit 1
fi
printf '   done (%d s)\n' $((SECONDS - began))

heading "checks"
check layers "$python" tests/checks/layers.py
check headers "$python" tests/checks/headers.py
check words "$python" tests/checks/words.py
check rules "$python" tests/checks/rules_doc.py --check
check numbers "$python" tests/checks/rules_stable.py
check sample "$python" tests/checks/sample_doc.py --check
check routes "$python" tests/checks/routes_doc.py
check decisions "$python" tests/checks/decisions.py
check format check_format

export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1
export UBSAN_OPTIONS=print_stacktrace=1
if build dev; then
  unit dev
  crash dev
  kafka dev
  [[ ! $quick ]] || blackbox dev
fi
if [[ ! $quick ]]; then
  if build release; then
    heading "instructions counted"
    check counts tests/bench/counts/run.sh
    blackbox release
    bench
  fi
  if build asan; then
    unit asan
    blackbox asan
  fi
fi
if [[ $tsan ]] && build tsan; then
  unit tsan
fi

printf '\nall stages took %d min %02d s; logs are in %s\n' $((SECONDS / 60)) $((SECONDS % 60)) "$log"
((${#failures[@]} == 0)) || printf '   failed: %s\n' "${failures[@]}"
printf '%d passed, %d failed\n' "$passed" "$failed"
((failed == 0))
