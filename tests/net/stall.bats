#!/usr/bin/env bats
# shellcheck disable=SC2154 # mark makes variables
# Stages of a router with many virtual routers stand still for six intervals, twice what the others wait. A backup takes
# nothing over for that, an Active goes on where it was. With 4,000 of them, and beside keepalived: tests/chaos/stall.sh.

load lib.bash
load scale.bash

ms=400 # a busy machine is not to be a fault of its own
stalls=("elect" "listen elect" "all")

setup_file() {
    export SCENARIOS=$BATS_FILE_TMPDIR
    local count
    for count in 1 255; do
        scenario "backup-$count" backup "$count"
        scenario "active-$count" active "$count"
    done
    wait
}

teardown_file() {
    local lab
    for lab in "$SCENARIOS"/*; do
        lab_end "$lab"
    done
}

backup() { # COUNT
    local stages
    scale_pair ours "$1" "$ms"
    mark from
    for stages in "${stalls[@]}"; do
        # shellcheck disable=SC2086 # some words
        stall_backup ours "$1" "$ms" $stages >>"$LAB/cost"
    done
    mark to
    chain_kill r1 # and it still takes over when it should
    until_true 20 r2_has "$1"
}
r2_has() { [ "$(holds_count r2)" -eq "$1" ]; }

active() { # COUNT
    local stages
    scale_pair ours "$1" "$ms"
    mark from
    for stages in "${stalls[@]}"; do
        # shellcheck disable=SC2086 # some words
        stall_active ours "$1" "$ms" 20 $stages >>"$LAB/cost"
    done
    mark to
}
# Not one advert, not one address, and it did not even think so for a moment.
slept_on() { # COUNT
    finished "backup-$1" || return 1
    cat "$LAB/cost"
    [ "$(sort -u "$LAB/cost")" = "0 0 0" ] && [ "$(wc -l <"$LAB/cost")" -eq ${#stalls[@]} ] && no_state_of r2
}

@test "a backup that stood still takes nothing over: one virtual router" {
    slept_on 1
}

@test "a backup that stood still takes nothing over: 255" {
    slept_on 255
}

# It has never left: it speaks at once, and that ends it for the other.
went_on() { # COUNT
    finished "active-$1" || return 1
    no_state_of r1 &&
        [ "$(states_of r2 | grep -c 'to=active')" -eq $(($1 * ${#stalls[@]})) ] &&
        [ "$(states_of r2 | grep -c 'to=backup why=priority')" -eq $(($1 * ${#stalls[@]})) ]
}

@test "an Active that stood still has its addresses back, and is alone: one virtual router" {
    went_on 1
}

@test "an Active that stood still has its addresses back, and is alone: 255" {
    went_on 255
}
