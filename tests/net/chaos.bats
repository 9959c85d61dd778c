#!/usr/bin/env bats
# shellcheck disable=SC2034,SC2154 # the lab takes one variable and makes others, and so does mark
# Stages of an Active that are killed, crash or stand still, beside a backup: the client has an answer soon, and two
# machines do not have the address for longer than the lease. A part of `make chaos`, whose figures are for a quiet machine.

load lib.bash
interval_ms=400 # a busy machine is not to be a fault of its own
load ../chaos/lab.bash

cases=("listen KILL" "elect SEGV" "advert KILL" "follow KILL" "all KILL" "elect STOP2" "all STOP0.5" "listen STOP10"
    "advert STOP10" "follow STOP10" "all STOP10" "- ENOBUFS" "- LINK" "all KILL fenced" "follow KILL fenced" "all STOP10 fenced")

setup_file() {
    export SCENARIOS=$BATS_FILE_TMPDIR
    local one stage fault kind
    for one in "${cases[@]}"; do
        read -r stage fault kind <<<"$one"
        while [ "$(jobs -rp | wc -l)" -ge 5 ]; do
            wait -n || :
        done
        scenario "$stage-$fault${kind:+-$kind}" chaos "${kind:-ours}" "$stage" "$fault"
    done
    wait
}

teardown_file() {
    local lab
    for lab in "$SCENARIOS"/*; do
        lab_end "$lab"
    done
}

costs() { # STAGE FAULT NONE-MS TWO-MS: at most
    finished "$1-$2" || return 1
    holds "$(<"$LAB/none") <= $3" && holds "$(<"$LAB/two") <= $4"
}

@test "killed, and another stage says goodbye: the backup takes over after its Skew_Time" {
    costs listen KILL 1500 1500
    costs elect SEGV 1500 1500
    costs follow KILL 1500 "$bound_ms" # the address stays until its lease ends
}

@test "killed, and nobody says goodbye: two have the address for no longer than its lease" {
    costs advert KILL 4000 "$bound_ms"
    costs all KILL 4000 "$bound_ms"
}

@test "stopped for less than an Active_Down_Interval: nothing happens" {
    costs all STOP0.5 1000 0
    costs elect STOP2 1000 0
    silent_backup all-STOP0.5
    silent_backup elect-STOP2
}
silent_backup() {
    finished "$1"
    [ "$(advert_count 192.0.2.2 '>0' "$fault" "$end")" -eq 0 ]
}

@test "stopped for ten intervals: two have the address for no longer than its lease" {
    local stage
    for stage in listen advert follow all; do
        costs "$stage" STOP10 4000 "$bound_ms"
    done
}

@test "sends that fail, a link that goes down: the other takes over, and not both have the address for long" {
    costs - ENOBUFS 4000 "$bound_ms"
    costs - LINK 4000 "$bound_ms"
}

@test "with fence=yes who was Active answers nobody any more when the other one takes over" {
    local name
    for name in all-KILL-fenced follow-KILL-fenced all-STOP10-fenced; do
        finished "$name"
        echo "$name: both answered for $(<"$LAB/both") ms"
        [ "$(<"$LAB/both")" -le 10 ]
        [ -n "$(advert_first 192.0.2.2 '>0' "$fault" "$end")" ]
    done
    finished all-KILL # without one it does, as long as it has the address: this is able to fail
    [ "$(<"$LAB/both")" -gt 100 ]
}
