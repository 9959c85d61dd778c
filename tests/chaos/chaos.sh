#!/bin/bash
# Each stage of the router, and all at once, killed, crashed, stopped for a while; its link taken, its sends refused. Ours,
# ours with fence=yes, and keepalived, each on a segment of its own: how long the client had no answer, how long two
# machines had the address in their lists, how long both answered whoever asked them. In ms. JOBS: how many segments at
# once (default 4). ROUNDS: of each, the worst counts (default 1).
#
# A full pipe below a stage is the next stage stopped; a closed pipe above it is the one before it killed.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source=tests/bench/lab.bash
. tests/bench/lab.bash
# shellcheck source=tests/chaos/lab.bash
. tests/chaos/lab.bash
jobs=${JOBS:-4}
rounds=${ROUNDS:-1}

faults=(KILL SEGV STOP0.5 STOP2 STOP10 TERM)
cases=()
for stage in listen elect advert follow all; do
    for fault in "${faults[@]}"; do
        cases+=("ours $stage $fault" "fenced $stage $fault")
    done
done
for stage in child all; do
    for fault in "${faults[@]}"; do
        cases+=("keepalived $stage $fault")
    done
done
for kind in ours fenced keepalived; do
    for fault in ENOBUFS LINK; do
        cases+=("$kind - $fault")
    done
done

for one in "${cases[@]}"; do
    read -r kind stage fault <<<"$one"
    for ((round = 1; round <= rounds; round++)); do
        while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do
            wait -n || :
        done
        scenario "$kind-$stage-$fault-$round" chaos "$kind" "$stage" "$fault"
    done
done
wait_scenarios

# worst FILE KIND STAGE FAULT: of all rounds, or - where there is none.
worst() {
    cat "$SCENARIOS/$2-$3-$4"-*/"$1" 2>/dev/null | sort -n | tail -n 1 | grep . || echo -
}

echo "interval $interval, takeover after $(active_down_interval 100 "$(calc "$interval_ms / 1000")") s of silence, lease ${lease_ms} ms + 1 s; ms, worst of $rounds"
printf '%-7s %-8s  %27s  %27s  %27s\n' '' '' 'ours' 'with a fence' 'keepalived'
printf '%-7s %-8s ' stage fault
for kind in ours fenced keepalived; do printf '  %9s %8s %8s' 'no answer' 'two have' answer; done
echo
for stage in listen elect advert follow all -; do
    for fault in "${faults[@]}" ENOBUFS LINK; do
        ls -d "$SCENARIOS/ours-$stage-$fault"-* >/dev/null 2>&1 || continue
        case $stage in all | -) peer=$stage ;; *) peer=child ;; esac
        printf '%-7s %-8s ' "$stage" "$fault"
        for kind in ours fenced keepalived; do
            who=$stage
            [ "$kind" != keepalived ] || who=$peer
            printf '  %9s %8s %8s' "$(worst none "$kind" "$who" "$fault")" "$(worst two "$kind" "$who" "$fault")" \
                "$(worst both "$kind" "$who" "$fault")"
        done
        echo
    done
done
