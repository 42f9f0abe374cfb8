#!/usr/bin/env bash
# Credence in one command: installs packages, builds, writes what 51 departments of an invented city hand in, starts
# creditd, hands it all in, and says where to look. Ctrl-C ends it, and nothing is left running.
#
#   deploy/quickstart.sh               on http://127.0.0.1:8080/, with data that is thrown away at the end
#   deploy/quickstart.sh --port N      on another port
#   deploy/quickstart.sh --data DIR    keeps the data in DIR, and goes on with it the next time
#   deploy/quickstart.sh --subjects N  a city of so many organisations and persons; 20000 unless given
#   deploy/quickstart.sh --kafka       starts Apache Kafka besides (deploy/kafka.sh); the city comes in through its topics
#   deploy/quickstart.sh --once        does all this on a free port, checks the answers, and ends: 0 when all were right
#
# Needs Debian 12, and root or sudo for the packages. The second time nothing is installed or built again.
set -euo pipefail
cd "$(dirname "$0")/.."

port='' data='' once='' kafka='' subjects=20000
while (($#)); do
  case $1 in
    --port) port=${2:?--port needs a number}; shift 2 ;;
    --data) data=${2:?--data needs a folder}; shift 2 ;;
    --subjects) subjects=${2:?--subjects needs a number}; shift 2 ;;
    --kafka) kafka=yes; shift ;;
    --once) once=yes; shift ;;
    -h | --help) sed -n '2,13s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "quickstart: unknown option '$1'; see --help" >&2; exit 2 ;;
  esac
done
if [[ -n $port && ! $port =~ ^[0-9]{1,5}$ ]]; then
  echo "quickstart: --port takes a number, not '$port'" >&2
  exit 2
fi

if [[ ! $subjects =~ ^[1-9][0-9]{0,7}$ ]]; then
  echo "quickstart: --subjects takes a number from 1 to 99999999, not '$subjects'" >&2
  exit 2
fi

bin=build/release/bin
python=/usr/bin/python3
brokers=''
work=$(mktemp -d "${TMPDIR:-/tmp}/credence.XXXXXX")
pid=''

say() {
  printf '\n== %s\n' "$*"
}

fail() {
  printf 'quickstart: %s\n' "$*" >&2
  exit 1
}

# Ends creditd, if it runs; its exit status. Nothing of ours is left behind.
stop() {
  local code=0
  if [[ -n $pid ]]; then
    kill -TERM "$pid" 2>/dev/null || true
    wait "$pid" || code=$?
    pid=''
  fi
  return "$code"
}

clean() {
  stop || true
  [[ ! $brokers ]] || deploy/kafka.sh stop "$data/kafka" >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# What the build prints, as one changing line on a terminal, as every tenth part elsewhere.
show_build() {
  local line done total tenth=0
  while IFS= read -r line; do
    printf '%s\n' "$line" >>"$work/build.log"
    [[ $line =~ ^\[([0-9]+)/([0-9]+)\] ]] || continue
    done=${BASH_REMATCH[1]} total=${BASH_REMATCH[2]}
    ((total > 5)) || continue # nothing to build
    if [[ -t 1 ]]; then
      printf '\r   %d of %d steps ' "$done" "$total"
    elif ((done * 10 / total > tenth)); then
      tenth=$((done * 10 / total))
      printf '   %d %%\n' $((tenth * 10))
    fi
  done
  [[ ! -t 1 ]] || printf '\r%30s\r' ''
}

build() {
  if [[ ! -e build/release/build.ninja ]]; then
    cmake --preset release >"$work/build.log" 2>&1 || { tail -n 20 "$work/build.log" >&2; fail "configuring failed"; }
  fi
  cmake --build build/release --target creditd creditctl 2>&1 | show_build ||
    { tail -n 40 "$work/build.log" >&2; fail "building failed"; }
}

# Until it answers, or has ended.
wait_until_ready() {
  local code=0
  for ((i = 0; i < 600; i++)); do
    if ! kill -0 "$pid" 2>/dev/null; then
      wait "$pid" || code=$?
      pid=''
      tail -n 5 "$work/creditd.log" >&2
      case $code in
        6) fail "the data folder cannot be used; see above" ;;
        7) fail "port ${port:-8080} cannot be taken; choose another one: deploy/quickstart.sh --port 8081" ;;
        *) fail "creditd ended with status $code" ;;
      esac
    fi
    url=$(sed -n 's!^creditd: ready on \(http://[^ ]*\)/ .*!\1!p' "$work/ready")
    [[ -z $url ]] || ! curl -fsS -o "$work/readyz" "$url/readyz" 2>/dev/null || return 0
    sleep 0.1
  done
  tail -n 20 "$work/creditd.log" >&2
  fail "creditd does not get ready"
}

ctl() {
  "$bin/creditctl" --data "$data" "$@"
}

# One file of the city as messages, each row one. The batch is named for the file, as `submit --dir` does.
publish() {
  local file=$1 theme
  theme=$(basename "$file")
  theme=${theme%%.*}
  "$bin/creditctl" submit --kafka "$brokers" --theme "$theme" --batch "$(cksum <"$file" | tr ' ' -)" --quiet "$file" >/dev/null
}

# Publishes the city, some files at one time, and waits until all of it has come in.
publish_all() {
  local files file under_way=0 done=0 total
  mapfile -t files < <(find "$data/sample" -mindepth 2 -type f | sort)
  total=${#files[@]}
  for file in "${files[@]}"; do
    publish "$file" &
    if ((++under_way >= 4)); then
      wait -n || fail "publishing failed"
      under_way=$((under_way - 1))
    fi
    done=$((done + 1))
    [[ ! -t 1 ]] || printf '\r   %d of %d files ' "$done" "$total"
  done
  while ((under_way-- > 0)); do
    wait -n || fail "publishing failed"
  done
  [[ ! -t 1 ]] || printf '\r%30s\r' ''
  echo "   $total files are in the topics"
  "$python" deploy/tour.py wait "$url" "$data" || { tail -n 20 "$work/creditd.log" >&2; fail "the city does not come in"; }
}

say "packages"
deploy/packages.sh build run sample ${kafka:+kafka}
echo "   there"

say "build (the first time takes a few minutes)"
build
echo "   $bin/creditd, $bin/creditctl"

say "the city"
[[ -n $data ]] || data=$work/data
mkdir -p "$data"
chmod 700 "$data"
data=$(cd "$data" && pwd)
if [[ ! -e $data/sample/summary.json ]]; then
  rm -rf "$data/sample"
  "$bin/creditctl" sample --subjects "$subjects" --out "$data/sample" >"$work/sample.log"
fi
echo "   $data/sample: everything in it is invented"

settings=()
if [[ $kafka ]]; then
  say "Apache Kafka"
  brokers=$(deploy/kafka.sh start "$data/kafka" | tail -n 1)
  [[ $brokers ]] || fail "Apache Kafka does not start"
  "$bin/creditctl" topics create --kafka "$brokers" >"$work/topics.log" || { cat "$work/topics.log" >&2; fail "no topics"; }
  settings=(--set "kafka.bootstrap.servers=$brokers" --set kafka.publish=yes)
  echo "   at $brokers, with two topics for each department"
fi

say "creditd"
: >"$work/ready"
[[ -n $port || -z $once ]] || port=0
# Persons in the sample were born before 1880, so that none of them can be alive.
"$bin/creditd" --data "$data" --listen "127.0.0.1:${port:-8080}" --set born.earliest=1800-01-01 "${settings[@]}" \
  >"$work/ready" 2>"$work/creditd.log" &
pid=$!
wait_until_ready
echo "   ready on $url/"

say "handing it in"
if [[ $kafka ]]; then
  publish_all
else
  code=0
  ctl submit --dir "$data/sample" >"$work/submit.log" || code=$?
  # 3: rows were rejected, as they should be here.
  ((code == 0 || code == 3)) || fail "handing in the city failed"
  tail -n 1 "$work/submit.log" | sed 's/^/   /'
fi

if [[ $once ]]; then
  say "checking the answers"
  "$python" deploy/tour.py check "$url" "$data"
  ctl check >"$work/check.log" || { cat "$work/check.log" >&2; fail "the store has mistakes"; }
  echo "   the store is content: $(sed -n 's/^sum //p' "$work/check.log")"
  stop || fail "creditd ended with status $?"
  echo "   creditd ended with status 0"
  say "all is well"
  exit 0
fi

department=$("$python" deploy/tour.py department "$data")
key=$(ctl key add --department "$department" --name quickstart 2>/dev/null)
"$python" deploy/tour.py show "$url" "$data" "$bin" "$department" "$key"
wait "$pid" || { code=$?; pid=''; tail -n 20 "$work/creditd.log" >&2; fail "creditd ended with status $code"; }
