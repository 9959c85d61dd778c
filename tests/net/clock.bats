#!/usr/bin/env bats
# shellcheck disable=SC2034,SC2154 # mark makes variables, and chain_start takes one
# The wall clock of a router is set by a day, forward and back, in all its programs and the stamps of what they capture:
# nothing happens. (tests/tools/clockstep.c; the machine's own clock is left alone.)

load lib.bash

interval=200ms us=192.0.2.1 peer=192.0.2.2
day=86400000000000 # ns

setup_file() {
    export SCENARIOS=$BATS_FILE_TMPDIR
    scenario active stepped 150 100
    scenario backup stepped 100 150
    wait
}

teardown_file() {
    local lab
    for lab in "$SCENARIOS"/*; do
        lab_end "$lab"
    done
}

# clock_step BEFORE AFTER: in a moment, at the same time for all; what is written is not longer or shorter than before.
clock_step() {
    local since=$((${EPOCHREALTIME/./}000 + 300000000))
    printf '%19d %19d %19d \n' "$since" "$1" "$2" 1<>"$LAB/clock"
    until_true 5 has_passed "$((since / 1000))"
}
has_passed() { [ "${EPOCHREALTIME/./}" -gt "$1" ]; } # in microseconds

# Of us, there is a lease to be renewed after each step, or a peer to be heard.
stepped() { # PRIORITY-OF-US OF-PEER
    local step
    lab_begin "$LAB" us peer
    record
    vr_conf "$LAB/us.vr" 3 4 "$1" "interval=$interval"
    vr_conf "$LAB/peer.vr" 3 4 "$2" "interval=$interval"
    clock_step 0 0
    WRAPPER="env LD_PRELOAD=$BUILD/clockstep.so CLOCKSTEP=$LAB/clock"
    chain_start us -p
    WRAPPER=
    chain_start peer
    if [ "$1" -gt "$2" ]; then
        until_true 10 has_address us "$VIP4"
        until_true 10 chain_is peer backup
    else
        until_true 10 has_address peer "$VIP4"
        until_true 10 chain_is us backup
    fi
    start us addresses ip -o monitor address dev eth0
    sleep 0.5
    mark from
    grep -c ' state ' "$LAB/us.out" >"$LAB/states"
    for step in "0 $day" "$day 0" "0 -$day" "-$day 0"; do
        # shellcheck disable=SC2086 # two words
        clock_step $step
        sleep 2.5 # a lease that is not renewed ends meanwhile
    done
    mark to
    cp "$LAB/addresses" "$LAB/kept" # it is lost in the end
    grep -c ' state ' "$LAB/us.out" >>"$LAB/states"
    clock_step 0 "$day" # and now this is the time that it has
    mark dies
    chain_kill "$([ "$1" -gt "$2" ] && echo us || echo peer)"
    until_true 10 heard "$([ "$1" -gt "$2" ] && echo "$peer" || echo "$us")" '>0' "$dies"
}

# NAME ACTIVE BACKUP: one spoke all the time, the other never, and neither changed its state.
nothing_happened() {
    finished "$1" || return 1
    cat "$LAB"/*.err
    [ ! -s "$LAB/us.elect.err" ] && [ ! -s "$LAB/us.advert.err" ] && [ ! -s "$LAB/us.follow.err" ] || return 1
    holds "$(advert_gap "$2" "$from" "$to") < 0.35"
    [ "$(advert_count "$3" '>=0' "$from" "$to")" -eq 0 ]
    [ "$(uniq "$LAB/states" | wc -l)" -eq 1 ]
}
steps_told() { # a `clock` line of the listener at its start and for each step
    [ "$(grep ' clock ' "$LAB/us.out" | grep -vc ' by=elect')" -ge 5 ]
}

@test "an Active whose clock is set keeps its interval, its lease and its silent backup" {
    nothing_happened active "$us" "$peer"
    steps_told
    [ "$(grep -F "$VIP4" "$LAB/kept" | grep -c Deleted)" -eq 0 ]
    [ "$(grep -cF "$VIP4" "$LAB/kept")" -ge 8 ] # renewed after each
}

@test "a backup whose clock is set takes nothing over, and does so when it should" {
    nothing_happened backup "$peer" "$us"
    steps_told
    local first last
    first=$(advert_first "$us" '>0' "$dies") last=$(advert_last "$peer" '>0' 0 "$dies")
    holds "$first - $last > $(active_down_interval 100 0.2) - 0.001"
    holds "$first - $last < $(active_down_interval 100 0.2) + 0.25"
}
