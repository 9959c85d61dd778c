#!/bin/bash
# Thousands of virtual routers on two hosts, up to 250 on each of the cables between them; VRRPv3, IPv4; ours and
# keepalived in turns, for each wants the machine for itself.
#
# They lose their Active: how much later than the theory each is advertised by the other host (the first advert of the new
# one, minus the last of the dead one, minus Active_Down_Interval), and announced. Without a failure: processor time and
# memory (PSS; the rings of captures apart) of all processes of a host.
#
# Each figure is a median of ROUNDS (default: 3 failures of ours, otherwise 1; keepalived takes a minute and more for
# each). SECONDS_EACH (default 5): for how long processor time is taken. FAILURES, LOADS: COUNT:INTERVAL-MS, which.
# A row of - did not come to rest: this machine is too small for it.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source=tests/bench/lab.bash
. tests/bench/lab.bash
# shellcheck source=tests/net/scale.bash
. tests/net/scale.bash
seconds=${SECONDS_EACH:-5}
read -ra failures <<<"${FAILURES-1000:100 4000:1000}"
read -ra loads <<<"${LOADS-4000:1000 4000:100}"
kinds=(ours keepalived)
rounds_of() { # STORY KIND
    case $1-$2 in
    fails-ours) echo "${ROUNDS:-3}" ;;
    *) echo "${ROUNDS:-1}" ;;
    esac
}

router_pids() { # KIND HOST
    scale_pids "$1" "$2" all
}
r2_has() { [ "$(holds_count r2)" -eq "$1" ]; }

# --- the failure ---

fails() { # KIND COUNT MS
    local adi
    adi=$(active_down_interval 100 "$(calc "$3 / 1000")")
    scale_pair "$@" || return 0
    start r2 tcpdump.log tcpdump -Z root -i any -n -s 128 -B 65536 -w "$LAB/capture" 'ip proto 112 or arp'
    until_true 10 grep -q 'listening on' "$LAB/tcpdump.log"
    sleep "$(calc "2 + $RANDOM / 32768 * $3 / 1000")"
    case $1 in
    ours) chain_kill r1 ;;
    keepalived) keepalived_kill r1 ;;
    esac
    until_true 60 r2_has "$2"
    sleep 2
    kill -TERM "$PID"
    until_true 10 stopped "$PID"
    grep -q '^0 packets dropped' "$LAB/tcpdump.log"
    tcpdump -n -tt -v -r "$LAB/capture" 2>/dev/null | awk -v adi="$adi" -v excess="$LAB/excess" -v announced="$LAB/announced" '
        $1 ~ /^[0-9]+\.[0-9]+$/ { time = $1 }
        /addrs: / && match($0, /prio [0-9]+/) {
            prio = substr($0, RSTART + 5, RLENGTH - 5) + 0
            if (prio == 150) last[$NF] = time
            else if (prio == 100 && !($NF in first)) first[$NF] = time
        }
        match($0, /(tell|is-at|Announcement) 10\.1\.[0-9.]+/) || match($0, /Reply 10\.1\.[0-9.]+/) {
            split(substr($0, RSTART, RLENGTH), word, " ")
            if (!(word[2] in garp) && word[2] in first) garp[word[2]] = time
        }
        END {
            for (a in first) printf("%.6f\n", (first[a] - last[a] - adi) * 1000) >excess
            for (a in garp) printf("%.6f\n", (garp[a] - last[a] - adi) * 1000) >announced
        }'
    [ "$(wc -l <"$LAB/excess")" -eq "$2" ]
}

# --- the load ---

# cpu_of PID...: ns. memory_of PID...: kB of memory, and of rings.
cpu_of() {
    local pid
    for pid; do
        cat "/proc/$pid/schedstat"
    done | awk '{ sum += $1 } END { printf "%.0f\n", sum }'
}
memory_of() {
    local pid
    for pid; do
        cat "/proc/$pid/smaps"
    done | awk '/^[0-9a-f]+-[0-9a-f]+ / { ring = /socket:/ } /^Pss:/ { sum[ring] += $2 } END { print sum[0] + 0, sum[1] + 0 }'
}
works() { # KIND COUNT MS
    local host pids before from
    echo "- - -" | tee "$LAB/r1.load" >"$LAB/r2.load"
    scale_pair "$@" || return 0
    for host in r1 r2; do
        mapfile -t pids < <(router_pids "$1" "$host")
        before=$(cpu_of "${pids[@]}") from=$EPOCHREALTIME
        sleep "$seconds"
        echo "$(calc "($(cpu_of "${pids[@]}") - $before) / 1e9 / ($EPOCHREALTIME - $from)") $(memory_of "${pids[@]}")" >"$LAB/$host.load"
    done
}

# --- tables ---

median() { sort -g | awk '{ value[NR] = $1 } END { print NR ? value[int((NR + 1) / 2)] : "-" }'; }
# each_round STORY KIND COUNT:MS WORD...: the median of what the words print for the directory of each round.
each_round() {
    local round
    for ((round = 1; round <= $(rounds_of "$1" "$2"); round++)); do
        "${@:4}" "$SCENARIOS/$1-$2-$3-$round"
    done | median
}
quantile_of() { [ ! -s "$3/$1" ] || quantiles "$2" <"$3/$1"; } # FILE QUANTILE DIR
word_of() { cut -d ' ' -f "$2" "$3/$1"; }  # FILE WORD DIR
megabytes_of() { word_of "$@" | awk '{ printf($1 == "-" ? "-" : "%.1f", $1 / 1024) }'; }
measure() { # STORY COUNT:MS: all rounds of both kinds, in turns
    local round kind
    for kind in "${kinds[@]}"; do
        for ((round = 1; round <= $(rounds_of "$1" "$kind"); round++)); do
            scenario "$1-$kind-$2-$round" "$1" "$kind" "${2%:*}" "${2#*:}"
            wait_scenarios
        done
    done
}

if [ ${#failures[@]} -gt 0 ]; then
    echo "the Active of all dies: ms later than the theory ($(nproc) cores)"
    printf '%8s %9s %-11s %9s %9s %9s %9s %14s\n' routers interval '' min p50 p99 max 'all announced'
fi
for one in "${failures[@]}"; do
    measure fails "$one"
    for kind in "${kinds[@]}"; do
        printf '%8s %9s %-11s' "${one%:*}" "${one#*:}ms" "$kind"
        printf ' %9s' "$(each_round fails "$kind" "$one" quantile_of excess 0)" \
            "$(each_round fails "$kind" "$one" quantile_of excess 0.5)" \
            "$(each_round fails "$kind" "$one" quantile_of excess 0.99)" \
            "$(each_round fails "$kind" "$one" quantile_of excess 1)"
        printf ' %14s\n' "$(each_round fails "$kind" "$one" quantile_of announced 1)"
    done
done
if [ ${#loads[@]} -gt 0 ]; then
    echo "at work: of a core, and MB of memory, the rings of captures apart"
    printf '%8s %9s %-11s %9s %9s %9s %9s %9s\n' routers interval '' Active backup Active backup rings
fi
for one in "${loads[@]}"; do
    measure works "$one"
    for kind in "${kinds[@]}"; do
        printf '%8s %9s %-11s' "${one%:*}" "${one#*:}ms" "$kind"
        printf ' %9s' "$(each_round works "$kind" "$one" word_of r1.load 1)" \
            "$(each_round works "$kind" "$one" word_of r2.load 1)" \
            "$(each_round works "$kind" "$one" megabytes_of r1.load 2)" \
            "$(each_round works "$kind" "$one" megabytes_of r2.load 2)" \
            "$(each_round works "$kind" "$one" megabytes_of r2.load 3)"
        echo
    done
done
