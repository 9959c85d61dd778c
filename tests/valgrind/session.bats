#!/usr/bin/env bats
# shellcheck disable=SC2154 # mark makes variables
# A life of the whole chain under valgrind, from start to a clean end, beside a peer that comes and goes: every stage
# frees what it took and reads nothing that it should not.

load ../net/lib.bash

setup_file() {
    export SCENARIOS=$BATS_FILE_TMPDIR
    scenario session session
    wait
}
teardown_file() { lab_end "$SCENARIOS/session"; }

session() {
    local us peer
    lab_begin "$LAB" us peer
    us=$(host_address us 4) peer=$(host_address peer 4)
    record
    vr_conf "$LAB/us.vr" 3 4 100
    vr_conf "$LAB/us.vr6" 3 6 100
    cat "$LAB/us.vr6" >>"$LAB/us.vr"
    vr_conf "$LAB/peer.vr" 3 4 150
    WRAPPER="valgrind --log-file=$LAB/%p.valgrind --leak-check=full
        --errors-for-leak-kinds=definite,indirect,possible --error-exitcode=99" chain_start us -p
    until_true 60 heard "$us" '>0'
    until_true 60 heard "$(host_address us 6)" '>0'
    chain_start peer
    until_true 30 heard "$peer" '>0'
    until_true 30 silent "$us" 2
    mark stops
    chain_stop peer
    until_true 30 heard "$us" '>0' "$stops"
    mark ends
    kill -TERM "$(<"$LAB/us.listen.pid")"
    until_true 60 test -s "$LAB/us.status"
    until_true 10 heard "$us" '==0' "$ends"
}

@test "listen, elect, advert, follow under valgrind: no error, no leak, a clean end" {
    finished session
    cat "$LAB"/*.valgrind
    [ "$(<"$LAB/us.status")" = "0 0 0 0" ]
    [ "$(cat "$LAB"/*.valgrind | grep -c 'ERROR SUMMARY: 0 errors')" = 4 ]
    [ "$(cat "$LAB"/*.valgrind | grep -cE '(definitely|indirectly|possibly) lost: [1-9]')" = 0 ]
}
