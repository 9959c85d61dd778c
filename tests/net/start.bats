#!/usr/bin/env bats
# shellcheck disable=SC2154 # mark makes variables
# Beside keepalived: a router that speaks at once when it starts, and once more when it gives way.

load lib.bash

setup_file() {
    export SCENARIOS=$BATS_FILE_TMPDIR
    scenario alone story alone init=active
    scenario beside story beside init=active last-advert=yes
    scenario as-ever story beside
    wait
}

teardown_file() {
    local lab
    for lab in "$SCENARIOS"/*/; do
        lab_end "$lab"
    done
}

story() { # alone|beside KEY=VALUE...: with priority 100, beside a keepalived with 150
    local way=$1
    shift
    lab_begin "$LAB" us peer
    record
    if [ "$way" = beside ]; then
        keepalived_start peer 3 4 150
        until_true 10 heard 192.0.2.2 '>0'
    fi
    vr_conf "$LAB/us.vr" 3 4 100 "$@"
    mark begins
    chain_start us
    until_true 10 grep -q ' state ' "$LAB/us.out"
    [ "$way" = alone ] || until_true 10 chain_is us backup
    mark settled
    sleep 2.5
    mark end
}

@test "init=active: the first advertisement leaves when the chain is there, not an Active_Down_Interval later" {
    finished alone
    holds "$(advert_first 192.0.2.1 '>0') - $begins < 2"
    grep -q ' state .* from=init to=active why=startup ' "$LAB/us.out"
}

@test "init=active beside a higher router: it wins at once; last-advert=yes: with one more of ours" {
    finished beside
    [ "$(grep -o ' from=[a-z]* to=[a-z]* why=[a-z]*' "$LAB/us.out" | head -n 2)" = " from=init to=active why=startup
 from=active to=backup why=priority" ]
    [ "$(advert_count 192.0.2.1 '==100')" -eq 2 ]
    # It went on, and its next advertisement ended it.
    holds "$(advert_last 192.0.2.1) - $(advert_first 192.0.2.1) < 1.2"
    holds "$(advert_count 192.0.2.2 '==150' "$settled" "$end") >= 2"
}

@test "without them nothing is said" {
    finished as-ever
    [ "$(advert_count 192.0.2.1)" -eq 0 ]
}
