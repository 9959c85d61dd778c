#!/bin/bash
# An Active in a flood as thick as this machine can make it: the longest gap between its adverts, what it writes into its
# log, its memory and its CPU. VRRPv3, IPv4, 100 ms, priority 150; ours and keepalived in turns, for the flood takes a
# processor. SECONDS_EACH=5: of each flood. KINDS: which, as tests/tools/flood.c has them, each with its options.
set -eu
cd "$(dirname "$0")/../.."
. tests/bench/lab.bash

interval=100
seconds=${SECONDS_EACH:-5}
mapfile -t floods < <(printf '%s\n' "${KINDS:-none
lower-priority
lower-priority -a 1
lower-priority -a 2
replay
random-vrid
random-source
random-content
random
random -i 10 -p 149
bad-checksum
ttl
mal:V09
mal:V13
mal:V20}")

processes() { # KIND: its pids
    case $1 in
    ours) chain_pids us ;;
    keepalived) cat "$LAB"/keepalived-us/{parent,vrrp}.pid ;;
    esac
}
# usage_of KIND: kB of memory of its own, and hundredths of a second of CPU, of all its processes.
usage_of() {
    local pid
    for pid in $(processes "$1"); do
        cat "/proc/$pid/status" "/proc/$pid/stat"
    done | awk '/RssAnon/ { memory += $2 } /^[0-9]+ \(/ { sub(/.*\) /, ""); cpu += $12 + $13 } END { print memory, cpu }'
}
log_bytes() { cat "$LAB"/us.out "$LAB"/*.err "$LAB"/keepalived-us.log 2>/dev/null | wc -c; }

stand() { # OURS|KEEPALIVED KIND [OPTION...]
    local log sent=0
    lab_begin "$LAB" us peer liar
    record_own us
    router_start "$1" us 150 "$interval"
    until_true 20 heard 192.0.2.1 '>0'
    sleep 1
    log=$(log_bytes)
    read -r memory_before cpu_before < <(usage_of "$1")
    mark from
    if [ "$2" = none ]; then
        sleep "$seconds"
    else
        sent=$(ns liar "$BUILD/flood" "$2" eth0 "$seconds" "${@:3}")
    fi
    mark to
    read -r memory cpu < <(usage_of "$1")
    sleep 0.2
    # shellcheck disable=SC2154 # mark makes them
    printf '%d %d %.2f %d %d %d %.0f\n' "$((sent / seconds))" "$(advert_count 192.0.2.1 '>0' "$from" "$to")" \
        "$(calc "$(advert_gap 192.0.2.1 "$from" "$to") * 1000 / $interval")" "$(($(log_bytes) - log))" "$memory" \
        "$((memory - memory_before))" "$(calc "($cpu - $cpu_before) / $seconds")" >"$LAB/figures"
}

echo "an Active at ${interval}ms, floods of $seconds s ($(nproc) cores)"
printf '%-24s %-11s %9s %8s %10s %10s %10s %8s %6s\n' flood '' packets adverts 'gap, in' 'log bytes' 'memory kB' more CPU
printf '%-24s %-11s %9s %8s %10s %10s %10s %8s %6s\n' '' '' 'a second' '' intervals '' '' '' %
for flood in "${floods[@]}"; do
    for kind in ours keepalived; do
        # shellcheck disable=SC2086 # a word and its options
        scenario "${flood// /}-$kind" stand "$kind" $flood
        wait_scenarios
        read -ra figures <"$SCENARIOS/${flood// /}-$kind/figures"
        printf '%-24s %-11s %9s %8s %10s %10s %10s %8s %6s\n' "$flood" "$kind" "${figures[@]}"
    done
done
