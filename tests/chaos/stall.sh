#!/bin/bash
# Routers with 1, 255 and 4,000 virtual routers of which stages stand still for six intervals of 1 s, twice what the
# others wait; keepalived beside ours. COUNTS, INTERVAL (ms): others.
#
# Of a backup that stood still: the adverts that it sent, the addresses that it took, and those that the Active lost; all
# should be 0. Of an Active, which the other one takes over from with right: the seconds from its waking until it has
# all addresses again and the other one has none and is silent.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source=tests/bench/lab.bash
. tests/bench/lab.bash
# shellcheck source=tests/net/scale.bash
. tests/net/scale.bash
ms=${INTERVAL:-1000}
read -ra counts <<<"${COUNTS:-1 255 4000}"
stalls=("elect" "listen elect" "all")

stories() { # KIND COUNT
    local stages
    scale_pair "$1" "$2" "$ms"
    for stages in "${stalls[@]}"; do
        [ "$1" = ours ] || [ "$stages" = all ] || continue
        # shellcheck disable=SC2086 # some words
        stall_backup "$1" "$2" "$ms" $stages >"$LAB/backup-$stages"
        until_true 60 as_before "$2" "$ms"
        # shellcheck disable=SC2086
        stall_active "$1" "$2" "$ms" 60 $stages >"$LAB/active-$stages"
    done
}

echo "stopped for six intervals of $ms ms ($(nproc) cores)"
printf '%8s %-11s %-13s %10s %10s %10s %14s\n' routers '' 'what stopped' adverts addresses 'Active' 'Active: again'
printf '%8s %-11s %-13s %10s %10s %10s %14s\n' '' '' '' sent taken lost 'alone after s'
for count in "${counts[@]}"; do
    for kind in ours keepalived; do
        scenario "$kind-$count" stories "$kind" "$count"
        [ "$count" -lt 1000 ] || wait_scenarios # each of these wants the machine for itself
    done
    wait_scenarios
    for kind in ours keepalived; do
        for stages in "${stalls[@]}"; do
            [ -f "$SCENARIOS/$kind-$count/backup-$stages" ] || continue
            read -r sent taken lost <"$SCENARIOS/$kind-$count/backup-$stages"
            printf '%8s %-11s %-13s %10s %10s %10s %14s\n' "$count" "$kind" "$stages" "$sent" "$taken" "$lost" \
                "$(tail -n 1 "$SCENARIOS/$kind-$count/active-$stages")"
        done
    done
done
