#!/bin/bash
# Failover excess: how much later than the theory the new Active speaks after the old one was killed. First advert of
# the new one, minus the last of the dead one, minus Active_Down_Interval; 0 is perfect, below 0 too early.
# One virtual router, VRRPv3, IPv4; ours and keepalived at once, each on a segment of its own. ROUNDS=N: times as many.
set -eu
cd "$(dirname "$0")/../.."
. tests/bench/lab.bash

rounds_of() { # INTERVAL-MS
    case $1 in
    1000) echo $((${ROUNDS:-1} * 5)) ;;
    *) echo $((${ROUNDS:-1} * 20)) ;;
    esac
}

# b takes over from a, a comes back, again and again.
failovers() { # KIND INTERVAL-MS
    local a b adi killed back round first last
    lab_begin "$LAB" a b
    a=$(host_address a 4) b=$(host_address b 4)
    adi=$(active_down_interval 100 "$(calc "$2 / 1000")")
    record recording
    router_start "$1" b 100 "$2"
    router_start "$1" a 150 "$2"
    until_true 20 heard "$a" '>0'
    for ((round = 0; round < $(rounds_of "$2"); round++)); do
        sleep "$(calc "1 + $2 / 500 + $RANDOM / 32768 * $2 / 1000")" # at any moment of the interval
        killed=$EPOCHREALTIME
        router_kill "$1" a
        until_true 20 heard "$b" '>0' "$killed"
        first=$(advert_first "$b" '>0' "$killed")
        last=$(advert_last "$a" '>0' 0 "$first")
        calc "($first - $last - $adi) * 1000" >>"$LAB/excess"
        back=$EPOCHREALTIME
        router_start "$1" a 150 "$2"
        until_true 20 heard "$a" '>0' "$back"
        until_true 20 silent "$b" "$(calc "$2 * 2.5 / 1000")"
    done
}

echo "failover excess over theory, ms (VRRPv3, IPv4, 1 virtual router, $(nproc) cores)"
printf '%10s %7s %12s %9s %9s %9s\n' interval rounds '' median min max
for interval in 1000 100 10; do
    for kind in ours keepalived; do
        scenario "$kind-$interval" failovers "$kind" "$interval"
    done
    wait_scenarios
    for kind in ours keepalived; do
        read -r "${kind}_median" min max < <(quantiles 0.5 0 1 <"$SCENARIOS/$kind-$interval/excess")
        median=${kind}_median
        printf '%10s %7s %12s %9s %9s %9s\n' "${interval}ms" "$(rounds_of "$interval")" "$kind" \
            "${!median}" "$min" "$max"
    done
    # shellcheck disable=SC2154 # read above
    printf '%10s %7s %12s %9s\n' '' '' ratio "$(awk -v a="$ours_median" -v b="$keepalived_median" \
        'BEGIN { if (b > 0) printf "%.2f", a / b; else print "-" }')"
done
