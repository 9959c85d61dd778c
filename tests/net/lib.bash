# shellcheck shell=bash disable=SC2034,SC2154 # PID, PING, CHAIN, LAB are for the tests
# What the network tests share: namespaces, segments, our chain, keepalived, a client's ping, recordings.
#
# A namespace is held by a sleeping process and entered by its pid, so it has no name in the file system: nothing can
# collide with another run, and the kernel removes it with its last process. Each lab (a segment with its hosts) has a
# directory; every process that is started is written into DIR/pids, and lab_end ends those and no others.
# Needs root.

BUILD=${BUILD:-$(realpath -m "${BASH_SOURCE[0]%/*}/../../build")}
VIP4=192.0.2.100
VIP6=2001:db8::100
VIP6_LL=fe80::100
GROUP_LIFE=600 # seconds after which a namespace whose test was killed goes by itself

# --- waiting -------------------------------------------------------------------------------------------------------

# now: Unix time with microseconds.
now() { printf '%s\n' "$EPOCHREALTIME"; }

# until_true SECONDS COMMAND...: polls until the command succeeds. Fails, and says what it waited for, at the deadline.
until_true() {
    local deadline=$((${EPOCHREALTIME/./} + $1 * 1000000))
    shift
    until "$@" >/dev/null 2>&1; do
        if ((${EPOCHREALTIME/./} > deadline)); then
            echo "still not true: $*" >&2
            return 1
        fi
        sleep 0.2
    done
}

# calc EXPRESSION: its value with six decimals. holds EXPRESSION: succeeds when it is true, else prints it.
calc() { awk "BEGIN { printf \"%.6f\n\", $1 }"; }
holds() {
    awk "BEGIN { exit !($1) }" || {
        echo "does not hold: $1" >&2
        return 1
    }
}

# --- scenarios -----------------------------------------------------------------------------------------------------

# Several run at once: what is measured is computed afterwards from packets' times, so only the load is shared.
# scenario NAME FUNCTION ARGUMENT...: in the background, in a subshell of its own with $LAB to be $SCENARIOS/NAME.
# The function may take what fails as its end (set -e).
scenario() {
    local name=$1
    shift
    mkdir -p "$SCENARIOS/$name"
    (
        trap 'status=$?; set +eE; lab_end "$SCENARIOS/$name"; echo "$status" >"$SCENARIOS/$name/status"' EXIT
        trap 'exit 143' TERM
        set -eE
        trap 'echo "failed in line $LINENO: $BASH_COMMAND" >&2' ERR
        LAB=$SCENARIOS/$name
        "$@"
    ) >"$SCENARIOS/$name/log" 2>&1 </dev/null 3>&- &
}
# finished NAME: went through to its end; if not, shows all that it left. Sets LAB, and marks as variables.
finished() {
    LAB=$SCENARIOS/$1
    if [ "$(cat "$LAB/status" 2>/dev/null)" != 0 ]; then
        echo "scenario $1 ended with status $(cat "$LAB/status" 2>/dev/null || echo none yet):"
        tail -n 50 "$LAB/log" "$LAB"/*.err "$LAB"/*.log "$LAB"/*.out "$LAB/recording"
        return 1
    fi 2>/dev/null
    # shellcheck source=/dev/null
    . "$LAB/marks"
}
# mark NAME: the moment, as $NAME here and in what comes after finished.
mark() {
    printf -v "$1" %s "$EPOCHREALTIME"
    echo "$1=${!1}" >>"$LAB/marks"
}

# --- labs ----------------------------------------------------------------------------------------------------------

# lab_begin DIR HOST...: a bridge in a namespace of its own, and hosts 1, 2, 3 ... on it: 192.0.2.N, 2001:db8::N and
# fe80::N on eth0, MAC 02:00:00:00:00:0N, ports p1, p2, p3 of the bridge. Sets LAB.
lab_begin() {
    LAB=$1
    shift
    mkdir -p "$LAB"
    : >"$LAB/pids"
    : >"$LAB/marks"
    ns_make bridge
    ns bridge ip link add br0 type bridge mcast_snooping 0 forward_delay 0
    ns bridge ip link set br0 up
    local n=0 host
    for host; do
        n=$((n + 1))
        ns_make "$host"
        echo "$n" >"$LAB/$host.number"
        ns "$host" sysctl -qw net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.default.addr_gen_mode=1
        ns bridge ip link add "p$n" type veth peer name eth0 netns "$(<"$LAB/$host.ns")"
        ns bridge ip link set "p$n" master br0 up
        ns "$host" ip link set lo up
        ns "$host" ip link set eth0 address "02:00:00:00:00:0$n" up
        ns "$host" ip addr add "192.0.2.$n/24" dev eth0
        ns "$host" ip addr add "2001:db8::$n/64" dev eth0 nodad
        ns "$host" ip addr add "fe80::$n/64" dev eth0 nodad
    done
}

# lab_end DIR: ends whatever lab_begin and start have started there, and what that has started in the lab's namespaces.
# Safe to call at any time, and twice.
lab_end() {
    local pid start namespace own namespaces=" "
    [ -f "$1/pids" ] || return 0
    own=$(stat -L -c %i /proc/self/ns/net) || return 0
    while read -r pid start; do
        [ "$(process_start "$pid")" = "$start" ] || continue
        namespace=$(stat -L -c %i "/proc/$pid/ns/net")
        if [ -n "$namespace" ] && [ "$namespace" != "$own" ]; then # (not so: it has only just been forked)
            namespaces+="$namespace "
        fi
        [ "$(cat "/proc/$pid/comm")" = sleep ] || kill -KILL "$pid" || : # the sleepers last: they keep the namespaces
    done <"$1/pids"
    stat -L -c '%i %n' /proc/[0-9]*/ns/net | while IFS=' /' read -r namespace _ pid _; do
        case $namespaces in *" $namespace "*) kill -KILL "$pid" || : ;; esac
    done
    : >"$1/pids"
} 2>/dev/null

# The start time of a process tells it from a later one with the same pid.
process_start() {
    local stat
    { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 0
    read -ra stat <<<"${stat##*) }"
    echo "${stat[19]}"
}
lab_owns() { echo "$1 $(process_start "$1")" >>"$LAB/pids"; }

ns_make() {
    unshare -n sleep "$GROUP_LIFE" </dev/null >/dev/null 2>&1 3>&- &
    local pid=$! own
    own=$(readlink /proc/self/ns/net)
    until [ "$(readlink "/proc/$pid/ns/net")" != "$own" ] && [ "$(cat "/proc/$pid/comm")" = sleep ]; do
        kill -0 "$pid" || return 1
        sleep 0.01
    done
    disown "$pid"
    echo "$pid" >"$LAB/$1.ns"
    lab_owns "$pid"
}

# ns HOST COMMAND...: runs it there. start HOST LOG COMMAND...: in the background, output into $LAB/LOG, in a session
# of its own; PID is its pid.
ns() {
    local host=$1
    shift
    nsenter -n"/proc/$(<"$LAB/$host.ns")/ns/net" -- "$@"
}
start() {
    local host=$1 log=$2
    shift 2
    setsid nsenter -n"/proc/$(<"$LAB/$host.ns")/ns/net" -- "$@" </dev/null >>"$LAB/$log" 2>&1 3>&- &
    PID=$!
    disown "$PID" # no "Killed" from the shell
    lab_owns "$PID"
}

running() { kill -0 "$1" 2>/dev/null && [ "$(process_state "$1")" != Z ]; }
process_state() {
    local stat
    { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 0
    stat=${stat##*) }
    echo "${stat%% *}"
}
stopped() { ! running "$1"; }

# host_address HOST 4|6: what its adverts come from.
host_address() {
    case $2 in
    4) echo "192.0.2.$(<"$LAB/$1.number")" ;;
    6) echo "fe80::$(<"$LAB/$1.number")" ;;
    esac
}
has_address() { ns "$1" ip -o addr show dev eth0 | grep -qF " $2/"; }
lacks_address() { ! has_address "$@"; }

# Ports that are isolated reach the bridge and the client, but not each other: a partition without loss of carrier.
partition() { # on|off HOST...
    local way=$1 host
    shift
    for host; do
        ns bridge ip link set "p$(<"$LAB/$host.number")" type bridge_slave isolated "$way"
    done
}

# --- recordings ----------------------------------------------------------------------------------------------------

# record [NAME]: tcpdump's text of all adverts that cross the bridge, one a line, into $LAB/NAME.
record() {
    local name=${1:-recording}
    start bridge "$name" tcpdump -Z root -i br0 -p -n -tt --nano -l --immediate-mode -B 4096 \
        'dst host 224.0.0.18 or dst host ff02::12'
    until_true 10 grep -q 'listening on' "$LAB/$name"
}

# record_own HOST [NAME]: only those that HOST itself sends, whatever else is said in its name.
record_own() {
    local n name=${2:-recording}
    n=$(<"$LAB/$1.number")
    start bridge "$name" tcpdump -Z root -i "p$n" -p -n -tt --nano -l --immediate-mode -B 4096 \
        "inbound and ether src 02:00:00:00:00:0$n and (dst host 224.0.0.18 or dst host ff02::12)"
    until_true 10 grep -q 'listening on' "$LAB/$name"
}

# adverts ADDRESS [PRIORITY-TEST [FROM [TO [NAME]]]]: TIME PRIORITY of each recorded advert of that source, e.g.
# `adverts 192.0.2.1 '>0'`; between two times when these are given.
adverts() {
    awk -v from="${3:-0}" -v to="${4:-9e9}" -v source="$1" '
        $3 == source && match($0, /prio [0-9]+/) {
            prio = substr($0, RSTART + 5, RLENGTH - 5) + 0
            if (prio '"${2:->=0}"' && $1 > from + 0 && $1 < to + 0)
                print $1, prio
        }' "$LAB/${5:-recording}"
}
advert_first() { adverts "$@" | awk 'NR == 1 { print $1 }'; }
advert_last() { adverts "$@" | awk 'END { print $1 }'; }
advert_count() { adverts "$@" | awk 'END { print NR }'; }
# advert_gap ADDRESS FROM TO [NAME]: the longest time between two of them, both ends included; in seconds.
advert_gap() {
    adverts "$1" '>0' "$2" "$3" "${4:-recording}" |
        awk -v last="$2" -v to="$3" '{ if ($1 - last > most) most = $1 - last; last = $1 }
            END { if (to - last > most) most = to - last; printf "%.6f\n", most }'
}
heard() { [ "$(advert_count "$@")" -gt 0 ]; }
# silent ADDRESS SECONDS: it has sent nothing above priority 0 for so long, by the packets' times.
silent() { ! heard "$1" '>0' "$(calc "${EPOCHREALTIME} - $2")"; }

# --- a client ------------------------------------------------------------------------------------------------------

# ping_start HOST ADDRESS LOG: every 20 ms; each answer and each missing one is a line with its time.
ping_start() {
    start "$1" "$3" ping -n -D -O -i 0.02 "$2"
    PING=$PID
}
# ping_answers LOG FROM [TO]: how many answers came in that time.
ping_answers() {
    awk -v from="$2" -v to="${3:-9e9}" '/bytes from/ { t = substr($1, 2, length($1) - 2) + 0
        if (t > from + 0 && t < to + 0) n++ } END { print n + 0 }' "$LAB/$1"
}
ping_works_since() { [ "$(ping_answers "$1" "$2")" -ge 5 ]; }

# --- keepalived ----------------------------------------------------------------------------------------------------

# keepalived_conf FILE NAME VERSION 4|6 PRIORITY [INTERVAL [EXTRA...]]: one instance, VRID 51, on eth0. EXTRA: lines of
# the instance; one that begins with "global " is of global_defs.
keepalived_conf() {
    local file=$1 name=$2 version=$3 family=$4 prio=$5 interval=${6:-1} extra global="" instance=""
    shift 5
    [ $# -gt 0 ] && shift
    for extra; do
        case $extra in
        "global "*) global+="    ${extra#global }"$'\n' ;;
        *) instance+="    $extra"$'\n' ;;
        esac
    done
    local addresses="        $VIP4/24"
    [ "$family" = 6 ] && addresses="        $VIP6_LL/64"$'\n'"        $VIP6/64"
    cat >"$file" <<EOF
global_defs {
    router_id $name
$global}
vrrp_instance $name {
    state BACKUP
    interface eth0
    virtual_router_id 51
    version $version
    priority $prio
    advert_int $interval
$instance    virtual_ipaddress {
$addresses
    }
}
EOF
}

# keepalived_start HOST VERSION FAMILY PRIORITY [INTERVAL [EXTRA...]]
keepalived_start() {
    local host=$1 dir="$LAB/keepalived-$1"
    shift
    mkdir -p "$dir"
    rm -f "$dir"/*.pid
    keepalived_conf "$dir/conf" "$host" "$@"
    keepalived_run "$host"
}
keepalived_run() { # HOST: with its conf
    local host=$1 dir="$LAB/keepalived-$1"
    start "$host" "keepalived-$host.log" keepalived -n -D -l -P -f "$dir/conf" -p "$dir/parent.pid" \
        -r "$dir/vrrp.pid" -c "$dir/checkers.pid" -b "$dir/bfd.pid"
    until_true 10 test -s "$dir/vrrp.pid"
    lab_owns "$(<"$dir/vrrp.pid")"
}
# A clean stop, as `systemctl stop` does it.
keepalived_stop() {
    kill -TERM "$(<"$LAB/keepalived-$1/parent.pid")"
    until_true 10 stopped "$(<"$LAB/keepalived-$1/vrrp.pid")"
}
# It dies without a word.
keepalived_kill() {
    local parent vrrp
    parent=$(<"$LAB/keepalived-$1/parent.pid") vrrp=$(<"$LAB/keepalived-$1/vrrp.pid")
    kill -STOP "$parent" # alive it would start another, dead it would make this one say goodbye
    kill -KILL "$vrrp"
    kill -KILL "$parent"
}
# Its machine goes too: nobody answers for the addresses that it left behind.
host_off() { ns "$1" ip link set eth0 down; }
# It comes back as after a boot: without them. (Going down has taken the IPv6 ones already.)
host_on() {
    local n
    n=$(<"$LAB/$1.number")
    ns "$1" ip addr flush dev eth0
    ns "$1" ip link set eth0 up
    ns "$1" ip addr add "192.0.2.$n/24" dev eth0
    ns "$1" ip addr add "2001:db8::$n/64" dev eth0 nodad
    ns "$1" ip addr add "fe80::$n/64" dev eth0 nodad
}

# --- our chain -----------------------------------------------------------------------------------------------------

# vr_conf FILE VERSION FAMILY PRIORITY [KEY=VALUE...]: a `vr` line like keepalived_conf's instance.
vr_conf() {
    local file=$1 version=$2 family=$3 prio=$4 ip="$VIP4/24"
    shift 4
    [ "$family" = 6 ] && ip="$VIP6_LL/64,$VIP6/64"
    echo "vr if=eth0 vrid=51 af=$family ver=$version prio=$prio ip=$ip $*" >"$file"
}

# chain_start HOST [ELECT-WORD...]: listen | elect | advert | follow with $LAB/HOST.vr, as one job in a session of its
# own. Each stage's pid is in $LAB/HOST.STAGE.pid, its stderr in HOST.STAGE.err, the lines that come
# out in HOST.out, and, once all have ended, their exit statuses in HOST.status. CHAIN is the pid of the group.
# WRAPPER, if set, is a command that runs each stage (valgrind). INTERFACES: those that are listened to, instead of eth0.
chain_start() {
    local host=$1 stage
    shift
    for stage in listen elect advert follow; do
        rm -f "$LAB/$host.$stage.pid"
    done
    rm -f "$LAB/$host.status"
    # shellcheck disable=SC2016 # it is for the shell inside
    start "$host" "$host.err" bash -c '
        base=$1 build=$2 wrapper=$3 interfaces=$4
        shift 4
        stage() {
            name=$1
            shift
            echo "$BASHPID" >"$base.$name.pid"
            exec $wrapper "$@" 2>>"$base.$name.err"
        }
        trap : INT TERM # the stages are to end, and then this shell writes how
        stage listen "$build/vrrp-listen" $interfaces |
            stage elect "$build/vrrp-elect" -f "$base.vr" "$@" |
            stage advert "$build/vrrp-advert" |
            stage follow "$build/vip-follow" >>"$base.out"
        echo "${PIPESTATUS[*]}" >"$base.status"' chain "$LAB/$host" "$BUILD" "${WRAPPER:-}" "${INTERFACES:-eth0}" "$@"
    CHAIN=$PID
    echo "$CHAIN" >"$LAB/$host.chain"
    for stage in listen elect advert follow; do
        until_true 10 test -s "$LAB/$host.$stage.pid" || return 1
        lab_owns "$(<"$LAB/$host.$stage.pid")"
    done
}
# keys HOST LINE...: its file.
keys() {
    local file="$LAB/$1.keys"
    shift
    (umask 077 && printf '%s\n' "$@" >"$file")
}
# keyed_start HOST: the chain, its two ends with the keys.
keyed_start() {
    cat >"$LAB/$1.wrapper" <<END
#!/bin/sh
case \$1 in */vrrp-listen | */vrrp-advert) set -- "\$@" -k "$LAB/$1.keys" ;; esac
exec "\$@"
END
    chmod +x "$LAB/$1.wrapper"
    WRAPPER=$LAB/$1.wrapper chain_start "$1" -p
}
chain_pids() {
    local stage
    for stage in listen elect advert follow; do
        echo "$(<"$LAB/$1.$stage.pid")"
    done
}
chain_state() { # the last state that its lines tell
    sed -n 's/^[^ ]* state .* to=\([^ ]*\).*/\1/p' "$LAB/$1.out" | tail -n 1
}
chain_is() { [ "$(chain_state "$1")" = "$2" ]; }
# A clean end, as Ctrl-C on the source does it: listen stops, the rest follows.
chain_stop() {
    kill -TERM "$(<"$LAB/$1.listen.pid")"
    until_true 10 test -s "$LAB/$1.status"
}
# All stages at once, without a word: one signal to their group, so that none lives to see another die.
chain_kill() { kill -KILL -- "-$(<"$LAB/$1.chain")"; }

# decisions FILE...: without the time, and without the mark of a replay.
decisions() { awk '$2 ~ /^(send|state|elected|vacant)$/ { $1 = ""; sub(/ replay=yes/, ""); print }' "$@"; }

# --- vrrp-run ------------------------------------------------------------------------------------------------------

# run_start HOST [ARGUMENT...]: vrrp-run for $LAB/HOST.vr with $LAB/HOST.d, and waits until it is at work. What all of
# them say is in HOST.run, its exit status, once it has ended, in HOST.status. RUN is its pid. BESIDE, if set, is where
# it is found.
run_start() {
    local host=$1
    shift
    rm -f "$LAB/$host.status" "$LAB/$host.pid"
    # shellcheck disable=SC2016 # it is for the shell inside
    start "$host" "$host.run" bash -c 'base=$1 program=$2
        shift 2
        trap : HUP INT TERM
        "$program" -d "$base.d" "$@" "$base.vr" &
        echo "$!" >"$base.pid"
        until wait "$!" || status=$? && ! kill -0 "$!"; do :; done 2>/dev/null
        echo "${status:-0}" >"$base.status"' run "$LAB/$host" "${BESIDE:-$BUILD}/vrrp-run" "$@"
    until_true 10 test -s "$LAB/$host.pid"
    RUN=$(<"$LAB/$host.pid")
    lab_owns "$RUN"
    until_true 15 run_works "$host" "$RUN"
}
run_works() { # HOST PID: it is that one, and its election answers
    [ "$(run_pid "$1" vrrp-run)" = "$2" ] && grep -q ' status .* state=' "$LAB/$1.d/status"
}
run_pid() { sed -n "s/^$2 //p" "$LAB/$1.d/lock"; } # HOST PROGRAM
run_state() { sed -n "s/.* name=$2 .*state=\([a-z]*\).*/\1/p" "$LAB/$1.d/status"; } # HOST NAME
run_is() { [ "$(run_state "$1" "$2")" = "$3" ]; } # HOST NAME STATE
# It is asked to end, and has.
run_stop() {
    kill -TERM "$(<"$LAB/$1.pid")"
    until_true 15 test -s "$LAB/$1.status"
}
ctl() { # HOST WORD...
    local host=$1
    shift
    ns "$host" "$BUILD/vrrp-ctl" -C "$LAB/$host.d/control" "$@"
}

# --- theory --------------------------------------------------------------------------------------------------------

# skew_time PRIORITY [INTERVAL]: seconds (v3; v2 at 1 s is the same). active_down_interval likewise.
skew_time() { calc "(256 - $1) / 256 * ${2:-1}"; }
active_down_interval() { calc "3 * ${2:-1} + (256 - $1) / 256 * ${2:-1}"; }
