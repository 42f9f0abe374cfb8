#!/usr/bin/env bash
# The one list of Debian packages. Installs those of the named groups that are missing, and does nothing
# when all are there.
#
#   deploy/packages.sh build          what compiling needs
#   deploy/packages.sh run            what an installed creditd needs
#   deploy/packages.sh sample         what deploy/quickstart.sh needs besides
#   deploy/packages.sh kafka          what deploy/kafka.sh needs
#   deploy/packages.sh test           what tests/run.sh needs, including build
#   deploy/packages.sh bench          what tests/bench/run.sh needs, including build
#   deploy/packages.sh peers          what tests/bench/run.sh --peers needs besides
#   deploy/packages.sh --list GROUP   prints the group and installs nothing
set -euo pipefail

build=(
  gcc g++ cmake ninja-build pkg-config libc6-dev
  librocksdb-dev libjansson-dev libcurl4-openssl-dev libmicrohttpd-dev libsimdjson-dev libicu-dev
  libyaml-dev libssl-dev libjemalloc-dev librdkafka-dev
)
run=(
  librocksdb7.8 libjansson4 libcurl4 libmicrohttpd12 libsimdjson14 libicu72 libyaml-0-2 libssl3 libjemalloc2 librdkafka1
  ca-certificates curl
  python3-openpyxl
)
sample=(python3 curl)
kafka=(openjdk-17-jre-headless maven openssl)
test=(
  "${build[@]}"
  libcmocka-dev clang clang-tidy clang-format gcovr
  python3 python3-pytest python3-requests python3-yaml python3-openpyxl curl procps
  libreoffice-calc-nogui
  wrk nghttp2-client
  valgrind
  "${kafka[@]}" kcat python3-confluent-kafka
)
bench=("${build[@]}" python3 wrk nghttp2-client)
peers=(postgresql-15 libpq-dev)

usage() {
  sed -n '5,12s/^# \{0,3\}//p' "$0"
}

say() {
  printf 'packages: %s\n' "$*" >&2
}

list_only=''
wanted=()
(($#)) || { usage >&2; exit 2; }
for group in "$@"; do
  case $group in
    build) wanted+=("${build[@]}") ;;
    run) wanted+=("${run[@]}") ;;
    sample) wanted+=("${sample[@]}") ;;
    kafka) wanted+=("${kafka[@]}") ;;
    test) wanted+=("${test[@]}") ;;
    bench) wanted+=("${bench[@]}") ;;
    peers) wanted+=("${peers[@]}") ;;
    --list) list_only=yes ;;
    -h | --help) usage; exit 0 ;;
    *) say "unknown group '$group'"; usage >&2; exit 2 ;;
  esac
done
mapfile -t wanted < <(printf '%s\n' "${wanted[@]}" | sort -u)

if [[ $list_only ]]; then
  printf '%s\n' "${wanted[@]}"
  exit 0
fi

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  say "this is not a Debian system. Install what corresponds to these packages by your own means:"
  say "  ${wanted[*]}"
  exit 1
fi

mapfile -t present < <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null |
  sed -n 's/^installed //p' | sort -u)
mapfile -t missing < <(comm -23 <(printf '%s\n' "${wanted[@]}") <(printf '%s\n' "${present[@]}"))
((${#missing[@]})) || exit 0

as_root=()
if ((EUID != 0)); then
  if ! command -v sudo >/dev/null; then
    say "these packages are missing, and installing them needs root (there is no sudo here):"
    say "  apt-get install ${missing[*]}"
    exit 1
  fi
  as_root=(sudo)
fi

. /etc/os-release
if [[ ${ID:-} != debian || ${VERSION_ID:-} != 12 ]]; then
  say "the names are those of Debian 12; this is ${PRETTY_NAME:-an unknown system}. Trying all the same."
fi

say "installing ${#missing[@]} packages: ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Acquire::Retries=3 \
    -o DPkg::Lock::Timeout=300 "$@" >>"$log" 2>&1
}
apt update || say "the package lists could not be refreshed; trying with those that are here"
if ! apt install --no-install-recommends "${missing[@]}"; then
  tail -n 20 "$log" >&2
  say "installing failed; is the network reachable, and is there room on the disk (about 1.5 GB)?"
  exit 1
fi
