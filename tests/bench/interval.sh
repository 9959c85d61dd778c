#!/bin/bash
# Error of the advertisement interval: the time between two adverts of one Active, minus the interval. The mean tells of
# drift, the rest of jitter. VRRPv3, IPv4; ours and keepalived at once, each on a segment of its own.
# SECONDS_EACH: how long each is recorded (default 10 s at 10 ms, 20 s at 100 ms, 30 s at 1 s, all at the same time).
set -eu
cd "$(dirname "$0")/../.."
. tests/bench/lab.bash

speak() { # KIND INTERVAL-MS SECONDS
    local a
    lab_begin "$LAB" a
    a=$(host_address a 4)
    record recording
    router_start "$1" a 150 "$2"
    until_true 20 heard "$a" '>0'
    sleep 1
    mark from
    sleep "$3"
    mark to
    # shellcheck disable=SC2154 # mark makes them
    adverts "$a" '>0' "$from" "$to" |
        awk -v ms="$2" 'NR > 1 { printf "%.6f\n", ($1 - last) * 1000 - ms } { last = $1 }' >"$LAB/error"
    awk '{ print $1 < 0 ? -$1 : $1 }' "$LAB/error" >"$LAB/magnitude"
}

for seconds in 10:10 100:20 1000:30; do
    for kind in ours keepalived; do
        scenario "$kind-${seconds%:*}" speak "$kind" "${seconds%:*}" "${SECONDS_EACH:-${seconds#*:}}"
    done
done
wait_scenarios
echo "error of the advertisement interval, ms (mean with its sign, the others of the magnitude; $(nproc) cores)"
printf '%10s %7s %12s %9s %9s %9s %9s %9s\n' interval adverts '' mean p50 p99 p99.9 max
for interval in 10 100 1000; do
    for kind in ours keepalived; do
        read -r mean < <(quantiles mean <"$SCENARIOS/$kind-$interval/error")
        read -r p50 p99 p999 max < <(quantiles 0.5 0.99 0.999 1 <"$SCENARIOS/$kind-$interval/magnitude")
        printf '%10s %7s %12s %9s %9s %9s %9s %9s\n' "${interval}ms" \
            "$(wc -l <"$SCENARIOS/$kind-$interval/error")" "$kind" "$mean" "$p50" "$p99" "$p999" "$max"
        declare "${kind}_p99=$p99"
    done
    # shellcheck disable=SC2154 # declared above
    printf '%10s %7s %12s %9s %9s %9s\n' '' '' ratio '' '' "$(awk -v a="$ours_p99" -v b="$keepalived_p99" \
        'BEGIN { if (b > 0) printf "%.2f", a / b; else print "-" }')"
done
