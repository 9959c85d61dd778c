#!/usr/bin/env bats
# shellcheck disable=SC2154 # mark makes variables
# Twice as many busy loops as processors, at the priority that the routers have. No takeover comes of it, nor of a backup
# that stands still meanwhile, has much to read when it goes on, and gets little of a processor to do it.

load lib.bash
load scale.bash

busy_seconds=8

setup_file() {
    export SCENARIOS=$BATS_FILE_TMPDIR
    scenario 1-at-100 pair 1 100
    scenario 1-at-1000 pair 1 1000
    scenario 255-at-100 pair 255 100 stops
    until_true 30 all_stand
    busy
    wait
}

teardown_file() {
    local lab
    for lab in "$SCENARIOS"/*; do
        lab_end "$lab"
    done
}

all_stand() { # or one has failed, which its test tells
    local lab
    for lab in "$SCENARIOS"/*/; do
        [ -e "$lab/stands" ] || [ -e "$lab/status" ] || return 1
    done
}
# Each loop in a session of its own: the scheduler may share processors among sessions first.
busy() {
    local n pids=()
    for ((n = 0; n < 2 * $(nproc); n++)); do
        setsid timeout "$busy_seconds" sh -c 'while :; do :; done' 3>&- &
        pids+=("$!")
    done
    echo >"$SCENARIOS/busy"
    wait "${pids[@]}" || :
    rm "$SCENARIOS/busy"
}
is_busy() { [ -e "$SCENARIOS/busy" ]; }
is_over() { ! is_busy; }

pair() { # COUNT MS [stops]
    scale_pair ours "$1" "$2"
    echo >"$LAB/stands"
    until_true 30 is_busy
    mark from
    sent_count r1 >"$LAB/sent"
    sent_count r2 >>"$LAB/sent"
    while [ "${3:-}" = stops ] && is_busy; do
        stall ours r2 "$2" elect
        sleep 0.5
    done
    until_true 60 is_over
    mark to
    sent_count r1 >>"$LAB/sent"
    sent_count r2 >>"$LAB/sent"
}

# r2 said nothing, nobody changed a state, and r1 went on all the time.
nothing_happened() { # COUNT MS
    finished "$1-at-$2" || return 1
    local sent
    mapfile -t sent <"$LAB/sent"
    echo "adverts before and after: ${sent[*]}"
    no_state_of r1 && no_state_of r2 && [ "${sent[3]}" -eq "${sent[1]}" ] &&
        holds "${sent[2]} - ${sent[0]} >= $1 * (0.9 * ($to - $from) * 1000 / $2 - 2)"
}

@test "busy processors, 100 ms: no takeover" {
    nothing_happened 1 100
}

@test "busy processors, 1 s: no takeover" {
    nothing_happened 1 1000
}

@test "busy processors, and a backup of 255 that stands still again and again, 100 ms: no takeover" {
    nothing_happened 255 100
}
