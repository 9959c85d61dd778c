#!/bin/bash
# An Active at 100 ms hears adverts that nobody may follow, of each kind that tests/tools/malform.c knows: 200 a second for
# 250 ms, and one of each every 0.7 intervals. How many adverts it sends, beside as long an undisturbed time, and the
# longest gap between two. VRRPv3, IPv4, priority 150; ours and keepalived, a backup of the same make beside each.
set -eu
cd "$(dirname "$0")/../.."
. tests/bench/lab.bash

interval=100

frames() { "$BUILD/malform" | awk -F '\t' '$2 != "answered" { print $3 }'; }
undisturbed() { sleep "$1"; }
many() {
    local frame
    while read -r frame; do
        ns liar "$BUILD/sendframe" eth0 -n 50 -r 200 <<<"$frame"
    done < <(frames)
}
drip() { ns liar "$BUILD/sendframe" eth0 -r "$(calc "1000 / (0.7 * $interval)")" < <(frames); }

# figures WAY FROM TO: adverts, what is due in that time, the longest gap in intervals, those of the backup
figures() {
    printf '%s %d %.1f %.2f %d\n' "$1" "$(advert_count 192.0.2.2 '>0' "$2" "$3" recording.us)" \
        "$(calc "($3 - $2) * 1000 / $interval")" \
        "$(calc "$(advert_gap 192.0.2.2 "$2" "$3" recording.us) * 1000 / $interval")" \
        "$(advert_count 192.0.2.3 '>0' "$2" "$3" recording.backup)"
}

stand() { # OURS|KEEPALIVED
    local way from to
    lab_begin "$LAB" liar us backup
    record_own us recording.us
    record_own backup recording.backup
    router_start "$1" us 150 "$interval"
    until_true 20 heard 192.0.2.2 '>0' 0 9e9 recording.us
    router_start "$1" backup 100 "$interval"
    sleep 2
    for way in "undisturbed 13" many drip; do
        from=$EPOCHREALTIME
        $way
        to=$EPOCHREALTIME
        sleep 0.2
        figures "${way% *}" "$from" "$to" >>"$LAB/figures"
        sleep 2 # should it have stepped down, it is back
    done
}

for kind in ours keepalived; do
    scenario "malformed-$kind" stand "$kind"
done
wait_scenarios

echo "an Active at ${interval}ms, $(frames | wc -l) kinds of malformed adverts of priority 200 ($(nproc) cores)"
printf '%-12s %-11s %8s %8s %14s %10s\n' '' '' adverts due 'gap, intervals' 'of backup'
for kind in ours keepalived; do
    while read -r way figures; do
        # shellcheck disable=SC2086 # several of them
        printf '%-12s %-11s %8s %8s %14s %10s\n' "$way" "$kind" $figures
    done <"$SCENARIOS/malformed-$kind/figures"
done
