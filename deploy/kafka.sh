#!/usr/bin/env bash
# Apache Kafka for trials and tests on this machine: KRaft, on 127.0.0.1 alone, from Maven Central.
#
#   deploy/kafka.sh start [DIR] [--brokers 3] [--sasl]   starts what is not running; the first time with that shape
#   deploy/kafka.sh stop [DIR]                           stops; what was written is kept for the next start
#   deploy/kafka.sh status [DIR]                         status 0 when all of it runs
#   deploy/kafka.sh jars                                 prints the folder of its jars, for Java programs and tools
#
# DIR is build/kafka unless named. The last line on standard output is the bootstrap address; progress goes to
# standard error. --brokers 3: three brokers, three copies of everything, two of which must answer. --sasl: one
# broker with TLS, passwords (SCRAM-SHA-256 and PLAIN) and access control; DIR has files of what clients need.
# --version V: another version of Apache Kafka than deploy/kafka/pom.xml pins.
# Each broker's process id stands in DIR/node-N/pid, its log is DIR/node-N/log.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
pom=$here/kafka/pom.xml

say() {
  printf 'kafka: %s\n' "$*" >&2
}

fail() {
  say "$@"
  exit 1
}

usage() {
  sed -n '2,14s/^# \{0,1\}//p' "$0"
}

# ---- what is asked ----

(($#)) || { usage >&2; exit 2; }
command=$1
shift
dir='' brokers='' sasl='' version=''
while (($#)); do
  case $1 in
    --brokers) brokers=${2:-}; shift ;;
    --brokers=*) brokers=${1#*=} ;;
    --sasl) sasl=yes ;;
    --version) version=${2:-}; shift ;;
    --version=*) version=${1#*=} ;;
    -h | --help) usage; exit 0 ;;
    -*) say "unknown option '$1'"; usage >&2; exit 2 ;;
    *) [[ ! $dir ]] || { say "one folder, not '$dir' and '$1'"; exit 2; }; dir=$1 ;;
  esac
  shift
done
[[ ${brokers:-1} == [1-9] ]] || { say "--brokers takes a number from 1 to 9"; exit 2; }
[[ ! $sasl || ${brokers:-1} == 1 ]] || { say "--sasl is for one broker"; exit 2; }
dir=${dir:-$here/../build/kafka}

# ---- the program ----

property() {
  sed -n "s:.*<$1>\(.*\)</$1>.*:\1:p" "$pom"
}

# Follows Maven's output and says how far it is.
show_fetching() {
  local line files=0 said=$SECONDS
  while read -r line; do
    [[ $line == *'Downloaded from'* ]] || continue
    files=$((files + 1))
    if [[ -t 2 ]]; then
      printf '\rkafka: %d files fetched' "$files" >&2
    elif ((SECONDS - said >= 5)); then
      said=$SECONDS
      say "$files files fetched"
    fi
  done
  [[ ! -t 2 || $files == 0 ]] || printf '\n' >&2
}

# Sets `jars`, a folder with Kafka and all that it needs; fetches it when it is not there.
fetch() {
  local sum cache log
  version=${version:-$(property kafka.version)}
  sum=$(cksum <"$pom" | cut -d' ' -f1)
  cache=${XDG_CACHE_HOME:-${HOME:-$here/../build}/.cache}/credence
  jars=$cache/kafka-$version-$sum
  [[ ! -d $jars ]] || return 0
  mkdir -p "$cache"
  exec 8>"$cache/.kafka-lock"
  flock 8
  if [[ ! -d $jars ]]; then
    say "fetching Apache Kafka $version, about 55 MB"
    rm -rf "$jars.part"
    log=$cache/kafka-$version.log
    if ! mvn -B -f "$pom" org.apache.maven.plugins:maven-dependency-plugin:copy-dependencies \
      "-Dkafka.version=$version" -DincludeScope=runtime -DoutputDirectory="$jars.part" 2>&1 | tee "$log" | show_fetching; then
      grep -E 'ERROR' "$log" | head -n 5 >&2 || true
      fail "Maven could not fetch it (all it said: $log); is the network reachable? A mirror is set in ~/.m2/settings.xml"
    fi
    mv "$jars.part" "$jars"
  fi
  exec 8>&-
}

find_java() {
  local found
  for found in /usr/lib/jvm/java-17-openjdk-*/bin/java; do
    [[ ! -x $found ]] || { java=$found; return; }
  done
  java=$(command -v java) || fail "there is no java; deploy/packages.sh kafka installs it"
}

# ---- one broker ----

# The process id of a broker that runs. Another process that got the number of a dead one is told by its arguments.
pid_of() {
  local pid
  pid=$(cat "$dir/node-$1/pid" 2>/dev/null) || return 1
  [[ $pid && -r /proc/$pid/cmdline ]] || return 1
  tr '\0' '\n' <"/proc/$pid/cmdline" 2>/dev/null | grep -qxF "$dir/node-$1/server.properties" || return 1
  printf '%s\n' "$pid"
}

is_taken() {
  (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# A port below those that the system gives out by itself.
free_port() {
  local port
  while :; do
    port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
    is_taken "$port" || break
  done
  printf '%s\n' "$port"
}

# Each broker has three ports: for clients, for the controllers, for itself. They stay the same from start to start.
choose_ports() {
  local n
  for ((n = 1; n <= brokers; n++)); do
    mkdir -p "$dir/node-$n"
    printf '%s %s %s\n' "$(free_port)" "$(free_port)" "$(free_port)" >"$dir/node-$n/ports"
  done
}

read_ports() {
  local n
  client=() control=() internal=() bootstrap='' voters=''
  for ((n = 1; n <= brokers; n++)); do
    read -r client[n] control[n] internal[n] <"$dir/node-$n/ports"
    bootstrap+=${bootstrap:+,}127.0.0.1:${client[n]}
    voters+=${voters:+,}$n@127.0.0.1:${control[n]}
  done
}

ports_are_free() {
  local n port
  for ((n = 1; n <= brokers; n++)); do
    ! pid_of "$n" >/dev/null || continue
    for port in "${client[n]}" "${control[n]}" "${internal[n]}"; do
      ! is_taken "$port" || return 1
    done
  done
}

configure() {
  local n=$1 in_sync=$((brokers > 2 ? 2 : 1)) security=PLAINTEXT
  [[ ! $sasl ]] || security=SASL_SSL
  cat >"$dir/node-$n/server.properties" <<END
process.roles=broker,controller
node.id=$n
controller.quorum.voters=$voters
listeners=CLIENT://127.0.0.1:${client[n]},CONTROLLER://127.0.0.1:${control[n]},INTERNAL://127.0.0.1:${internal[n]}
advertised.listeners=CLIENT://127.0.0.1:${client[n]},INTERNAL://127.0.0.1:${internal[n]}
listener.security.protocol.map=CLIENT:$security,CONTROLLER:PLAINTEXT,INTERNAL:PLAINTEXT
inter.broker.listener.name=INTERNAL
controller.listener.names=CONTROLLER
log.dirs=$dir/node-$n/data
auto.create.topics.enable=false
default.replication.factor=$brokers
min.insync.replicas=$in_sync
offsets.topic.num.partitions=1
offsets.topic.replication.factor=$brokers
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=$brokers
transaction.state.log.min.isr=$in_sync
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=$brokers
share.coordinator.state.topic.min.isr=$in_sync
group.initial.rebalance.delay.ms=0
# A broker that was killed is noticed soon.
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=3000
# Retention is looked at often, so that trials of it need not wait.
log.retention.check.interval.ms=1000
log.initial.task.delay.ms=1000
# Only the positions of a few groups are compacted here; the default is an eighth of the heap.
log.cleaner.dedupe.buffer.size=8388608
END
  [[ ! $sasl ]] || cat >>"$dir/node-$n/server.properties" <<END
sasl.enabled.mechanisms=SCRAM-SHA-256,PLAIN
listener.name.client.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.client.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \\
  user_credence="$(cat "$dir/credence.password")" user_amr="$(cat "$dir/amr.password")";
ssl.keystore.type=PEM
ssl.keystore.location=$dir/server.pem
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS;User:credence
END
}

run_java() {
  "$java" -cp "$jars/*" "-Dlog4j2.configurationFile=$here/kafka/log4j2.properties" "$@"
}

format() {
  local n=$1 options=()
  [[ ! -e $dir/node-$n/data/meta.properties ]] || return 0
  [[ ! $sasl ]] || options=(
    --add-scram "SCRAM-SHA-256=[name=credence,password=$(cat "$dir/credence.password")]"
    --add-scram "SCRAM-SHA-256=[name=amr,password=$(cat "$dir/amr.password")]"
  )
  rm -rf "$dir/node-$n/data"
  run_java kafka.tools.StorageTool format -t "$(cat "$dir/cluster")" -c "$dir/node-$n/server.properties" \
    "${options[@]}" >"$dir/node-$n/format.log" 2>&1 ||
    { tail -n 20 "$dir/node-$n/format.log" >&2; fail "broker $n: the data folder could not be made"; }
}

# ZGC clears up beside the broker's work: with G1 whoever published on two busy cores waited 50 to 80 ms for it now and then.
launch() {
  local n=$1 heap=$((brokers > 1 ? 512 : 1024))
  : >"$dir/node-$n/log"
  setsid "$java" "-Xmx${heap}m" "-Xms${heap}m" -XX:+UseZGC -cp "$jars/*" \
    "-Dlog4j2.configurationFile=$here/kafka/log4j2.properties" \
    "-Dlog4j.configuration=file:$here/kafka/log4j.properties" \
    kafka.Kafka "$dir/node-$n/server.properties" >>"$dir/node-$n/log" 2>&1 </dev/null 9>&- &
  local pid=$!
  disown
  printf '%s\n' $pid >"$dir/node-$n/pid"
  # Until it is the broker: before, it is a shell that will become it.
  until pid_of "$n" >/dev/null || ! kill -0 $pid 2>/dev/null; do
    sleep 0.02
  done
}

# Until every broker says that it answers; false when one has ended.
await() {
  local n until=$((SECONDS + ${CREDENCE_KAFKA_WAIT:-180})) said=$SECONDS
  for ((n = 1; n <= brokers; n++)); do
    until grep -q 'Kafka Server started' "$dir/node-$n/log" 2>/dev/null && is_taken "${client[n]}"; do
      pid_of "$n" >/dev/null || return 1
      ((SECONDS < until)) || return 1
      if ((SECONDS - said >= 10)); then
        said=$SECONDS
        say "waiting for broker $n"
      fi
      sleep 0.1
    done
  done
}

# ---- TLS and passwords ----

make_certificates() {
  local user quiet=$dir/openssl.log
  (
    umask 077
    cd "$dir"
    openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj '/CN=credence trial CA' -keyout ca.key -out ca.pem
    openssl req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout server.key -out server.csr
    openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 3650 -out server.crt \
      -extfile <(printf 'subjectAltName=IP:127.0.0.1,DNS:localhost\n')
    cat server.key server.crt >server.pem
    for user in credence amr; do
      openssl rand -hex 16 >"$user.password"
    done
  ) >"$quiet" 2>&1 || { tail -n 20 "$quiet" >&2; fail "openssl could not make the certificates"; }
  client_properties PLAIN credence >"$dir/client.properties"
  client_properties SCRAM-SHA-256 credence >"$dir/scram.properties"
  client_properties PLAIN amr >"$dir/amr.properties"
}

# client_properties MECHANISM USER: in the names of librdkafka.
client_properties() {
  cat <<END
security.protocol=SASL_SSL
ssl.ca.location=$dir/ca.pem
sasl.mechanisms=$1
sasl.username=$2
sasl.password=$(cat "$dir/$2.password")
END
}

# ---- commands ----

# The shape is that of the first start.
read_shape() {
  [[ -e $dir/shape ]] || return 1
  local were_brokers were_sasl was_version
  read -r were_brokers were_sasl was_version <"$dir/shape"
  [[ $were_sasl == yes ]] || were_sasl=''
  if [[ ${brokers:-$were_brokers} != "$were_brokers" || ${sasl:-$were_sasl} != "$were_sasl" ]]; then
    fail "$dir holds $were_brokers broker(s)${were_sasl:+ with --sasl}; stop it and remove the folder, or name another"
  fi
  brokers=$were_brokers sasl=$were_sasl version=${version:-$was_version}
}

print_end() {
  if [[ $sasl ]]; then
    printf 'CA: %s\n' "$dir/ca.pem"
    printf 'client properties (user credence, who may do everything): %s\n' "$dir/client.properties"
    printf 'the same with SCRAM-SHA-256 (librdkafka from 2.6.1 on, or a broker before 4.0): %s\n' "$dir/scram.properties"
    printf 'client properties (user amr, who may do nothing yet): %s\n' "$dir/amr.properties"
  fi
  printf '%s\n' "$bootstrap"
}

start_missing() {
  local n
  for ((n = 1; n <= brokers; n++)); do
    pid_of "$n" >/dev/null || { configure "$n" && format "$n" && launch "$n"; }
  done
  await
}

start() {
  local tries n began=$SECONDS
  "$here/packages.sh" kafka
  find_java
  mkdir -p "$dir"
  dir=$(cd "$dir" && pwd)
  exec 9>"$dir/.lock"
  flock -w 300 9 || fail "another start or stop holds $dir"
  if read_shape; then
    fetch
  else
    fetch
    brokers=${brokers:-1}
    head -c 16 /dev/urandom | base64 | tr '+/' 'ab' | cut -c1-22 >"$dir/cluster"
    choose_ports
    [[ ! $sasl ]] || (umask 077 && make_certificates)
    printf '%s %s %s\n' "$brokers" "${sasl:-no}" "$version" >"$dir/shape"
  fi
  for tries in 1 2 3; do
    read_ports
    if ! ports_are_free; then
      say "a port is taken by another program; choosing others"
      stop_all
      choose_ports
      read_ports
    fi
    if start_missing; then
      say "$brokers broker(s) answer after $((SECONDS - began)) s; data and logs are in $dir"
      print_end
      return
    fi
    grep -qs 'Address already in use' "$dir"/node-*/log || break
  done
  for ((n = 1; n <= brokers; n++)); do
    pid_of "$n" >/dev/null || { say "broker $n has ended; its last words:"; tail -n 15 "$dir/node-$n/log" >&2; }
  done
  fail "not all brokers answer; see $dir/node-*/log"
}

# All at one time: the last of several would wait in vain for the others.
stop_all() {
  local n pid until=$((SECONDS + 10)) pids=()
  for ((n = 1; n <= brokers; n++)); do
    ! pid=$(pid_of "$n") || { kill "$pid" 2>/dev/null || true; pids+=("$n:$pid"); }
  done
  for n in "${pids[@]}"; do
    pid=${n#*:} n=${n%%:*}
    while pid_of "$n" >/dev/null; do
      ((SECONDS < until)) || kill -KILL "$pid" 2>/dev/null || true
      sleep 0.1
    done
    rm -f "$dir/node-$n/pid"
  done
}

stop() {
  [[ -d $dir ]] || { say "nothing was ever started in $dir"; return 0; }
  dir=$(cd "$dir" && pwd)
  exec 9>"$dir/.lock"
  flock -w 300 9 || fail "another start or stop holds $dir"
  read_shape || { say "nothing was ever started in $dir"; return 0; }
  stop_all
  say "stopped; what was written is kept in $dir"
}

status() {
  [[ -d $dir ]] || fail "nothing was ever started in $dir"
  dir=$(cd "$dir" && pwd)
  read_shape || fail "nothing was ever started in $dir"
  read_ports
  local n pid code=0
  for ((n = 1; n <= brokers; n++)); do
    if pid=$(pid_of "$n") && is_taken "${client[n]}"; then
      printf 'broker %d: answers at 127.0.0.1:%s, process %s\n' "$n" "${client[n]}" "$pid"
    else
      printf 'broker %d: %s\n' "$n" "${pid:+started, does not answer yet}${pid:-does not run}"
      code=1
    fi
  done
  print_end
  return $code
}

jars() {
  "$here/packages.sh" kafka
  fetch
  printf '%s\n' "$jars"
}

case $command in
  start | stop | status | jars) "$command" ;;
  -h | --help) usage ;;
  *) say "unknown command '$command'"; usage >&2; exit 2 ;;
esac
