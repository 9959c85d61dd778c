#!/bin/bash
# 64 virtual routers on two machines, each under vrrp-run, and faults by chance: stages killed, crashed, stopped; vrrp-run
# killed and replaced; links down, a partition; reloads. Every few seconds it is looked whether each address has one
# holder, none for long, two never for longer than its lease, and whether descriptors, memory and dead processes grow.
#
#     tests/soak/soak.sh [MINUTES]      default 5. SEED=N repeats the faults of a run; it is printed.
#
# Exit status 1, with what was wrong, as soon as something is.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source=tests/bench/lab.bash
. tests/bench/lab.bash
minutes=${1:-5}
seed=${SEED:-$((EPOCHSECONDS % 32768))}
RANDOM=$seed
GROUP_LIFE=$((minutes * 60 + 300)) # the namespaces outlive it
routers=64
interval=200 # ms
two_at_most=6 # seconds: the lease is 1 s, its renewal 1 s, the kernel looks once a second; and a busy machine
settles=12   # seconds after which one has to: back-off of vrrp-run, an Active_Down_Interval, a busy machine

LAB=$SCENARIOS/soak
mkdir -p "$LAB"
say() { printf '%7.1f s  %s\n' "$(calc "$EPOCHREALTIME - $began")" "$*"; }
fail() {
    say "WRONG: $* (seed $seed)"
    cp -r "$LAB" "${TMPDIR:-/tmp}/vrrp-soak.$$"
    echo "what was left is in ${TMPDIR:-/tmp}/vrrp-soak.$$"
    exit 1
}

address_of() { echo "10.51.$(($1 / 250)).$(($1 % 250 + 1))"; }
configure() { # HOST: half of the virtual routers prefer one host, half the other
    local n prio
    for ((n = 0; n < routers; n++)); do
        prio=$((n % 2 == ($1 == 1) ? 150 : 100))
        echo "vr if=eth0 vrid=$((n + 1)) prio=$prio interval=${interval}ms garp=1,0s,0 ip=$(address_of "$n")/32"
    done >"$LAB/r$1.vr"
}
run_start() { # HOST [OPTION...]
    local host=$1
    shift
    start "r$host" "r$host.log" "$BUILD/vrrp-run" "$@" -d "$LAB/run$host" "$LAB/r$host.vr"
    echo "$PID" >"$LAB/r$host.run"
}
# stage_pids HOST: of the programs of the chain that run there.
stage_pids() {
    local here pid comm
    here=$(readlink "/proc/$(<"$LAB/r$1.ns")/ns/net")
    for pid in /proc/[0-9]*; do
        { read -r comm <"$pid/comm"; } 2>/dev/null || continue
        case $comm in vrrp-listen | vrrp-elect | vrrp-advert | vip-follow) ;; *) continue ;; esac
        [ "$(readlink "$pid/ns/net" 2>/dev/null)" != "$here" ] || echo "${pid#/proc/}"
    done
}
# Dead children that nobody has asked for.
zombies_of() { # PID
    local stat number=0 parent pid
    for pid in /proc/[0-9]*; do
        { read -r stat <"$pid/stat"; } 2>/dev/null || continue
        stat=${stat##*) }
        read -r _ parent _ <<<"$stat"
        [ "${stat%% *}" != Z ] || [ "$parent" != "$1" ] || number=$((number + 1))
    done
    echo "$number"
}

# --- looking ---

# holders: "ADDRESS HOST" for each virtual address that a host has.
holders() {
    local host
    for host in 1 2; do
        ns "r$host" ip -o -4 addr show dev eth0 | sed -nE "s/.* inet (10\\.51\\.[0-9.]+)\\/.*/\\1 $host/p"
    done
}
declare -A two_since none_since
look() {
    local now=$EPOCHREALTIME n address
    local -A count=()
    while read -r address _; do
        count[$address]=$((${count[$address]:-0} + 1))
    done < <(holders)
    for ((n = 0; n < routers; n++)); do
        address=$(address_of "$n")
        case ${count[$address]:-0} in
        1) unset "two_since[$address]" "none_since[$address]" ;;
        0)
            unset "two_since[$address]"
            : "${none_since[$address]:=$now}"
            holds "$now - ${none_since[$address]} < $settles" || fail "nobody has $address for more than $settles s"
            ;;
        2)
            unset "none_since[$address]"
            : "${two_since[$address]:=$now}"
            # a partition has two, of right
            [ -n "$apart" ] || holds "$now - ${two_since[$address]} < $two_at_most" ||
                fail "two have $address for more than $two_at_most s"
            ;;
        esac
    done
}
# Of what runs now: no zombie, few descriptors, little memory.
look_at_processes() {
    local host pid fds rss
    for host in 1 2; do
        for pid in $(stage_pids "$host") $(<"$LAB/r$host.run"); do
            [ -r "/proc/$pid/status" ] || continue
            [ "$(process_state "$pid")" != Z ] || continue # it ended just now; its parent is looked at below
            fds=$(find "/proc/$pid/fd" -mindepth 1 2>/dev/null | wc -l)
            rss=$(awk '/^VmRSS/ { print $2 }' "/proc/$pid/status" 2>/dev/null)
            [ "$fds" -le 48 ] || fail "process $pid has $fds descriptors: $(tr '\0' ' ' <"/proc/$pid/cmdline")"
            [ "${rss:-0}" -le 65536 ] || fail "process $pid has $rss kB of memory: $(tr '\0' ' ' <"/proc/$pid/cmdline")"
        done
        [ "$(zombies_of "$(<"$LAB/r$host.run")")" -le 4 ] || fail "vrrp-run on r$host leaves dead processes"
    done
}

# --- faults ---

apart=
any_stage() { # HOST
    local -a pids
    mapfile -t pids < <(stage_pids "$1")
    [ ${#pids[@]} -gt 0 ] && echo "${pids[RANDOM % ${#pids[@]}]}"
}
fault() {
    local host=$((RANDOM % 2 + 1)) pid
    pid=$(any_stage "$host") || return 0
    case $((RANDOM % 9)) in
    0 | 1) say "r$host: kill -KILL $(cat "/proc/$pid/comm")" && kill -KILL "$pid" ;;
    2) say "r$host: kill -SEGV $(cat "/proc/$pid/comm")" && kill -SEGV "$pid" ;;
    3)
        say "r$host: $(cat "/proc/$pid/comm") stopped for 1 s"
        kill -STOP "$pid"
        sleep 1
        kill -CONT "$pid"
        ;;
    4)
        say "r$host: all stages stopped for 2 s"
        # shellcheck disable=SC2046 # a list
        kill -STOP $(stage_pids "$host")
        sleep 2
        # shellcheck disable=SC2046
        kill -CONT $(stage_pids "$host")
        ;;
    5)
        say "r$host: link down for 1 s"
        ns "r$host" ip link set eth0 down
        sleep 1
        ns "r$host" ip link set eth0 up
        ;;
    6)
        say "partition for 3 s"
        apart=yes
        partition on r1 r2
        sleep 3
        partition off r1 r2
        apart=
        two_since=()
        ;;
    7)
        say "r$host: reload"
        kill -HUP "$(<"$LAB/r$host.run")"
        ;;
    8)
        say "r$host: vrrp-run killed, and replaced"
        kill -KILL "$(<"$LAB/r$host.run")"
        sleep 0.5
        run_start "$host" --replace
        ;;
    esac 2>/dev/null || :
}

began=$EPOCHREALTIME
lab_begin "$LAB" r1 r2
configure 1
configure 2
run_start 1
run_start 2
echo "seed $seed, $minutes minutes, $routers virtual routers at $interval ms"
end=$((EPOCHSECONDS + minutes * 60))
sleep 5
faults=0
while [ "$EPOCHSECONDS" -lt "$end" ]; do
    fault
    faults=$((faults + 1))
    for ((i = 0; i < 8; i++)); do
        look
        sleep 0.5
    done
    look_at_processes
done
say "quiet"
sleep "$settles"
two_since=() none_since=()
look
[ "$(holders | wc -l)" -eq "$routers" ] || fail "$(holders | wc -l) holders of $routers addresses in the end"
for host in 1 2; do
    kill -TERM "$(<"$LAB/r$host.run")"
done
until_true 20 stopped "$(<"$LAB/r1.run")"
until_true 20 stopped "$(<"$LAB/r2.run")"
[ -z "$(holders)" ] || fail "addresses are left behind: $(holders | wc -l)"
for host in 1 2; do
    [ -z "$(stage_pids "$host")" ] || fail "stages are left behind on r$host"
done
say "$faults faults, nothing wrong"
