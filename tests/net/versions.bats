#!/usr/bin/env bats
# shellcheck disable=SC2154 # mark makes variables
# ver=2+3 (RFC 9568 8.4.2): we and a keepalived go from VRRPv2 to VRRPv3 one after the other, and nobody notices.

load lib.bash

setup_file() {
    export SCENARIOS=$BATS_FILE_TMPDIR
    scenario active migration 150 100
    scenario backup migration 100 150
    wait
}

teardown_file() {
    local lab
    for lab in "$SCENARIOS"/*/; do
        lab_end "$lab"
    done
}

# keepalived speaks one version. While we speak both it changes over: it stops, which hands over to us or changes nothing,
# and comes back in VRRPv3.
migration() { # OUR-PRIORITY ITS-PRIORITY
    local ours=$1 theirs=$2 us=192.0.2.1 peer=192.0.2.2
    lab_begin "$LAB" us peer watcher
    record
    start watcher watched "$BUILD/vrrp-listen" eth0
    vr_conf "$LAB/us.vr" 2 4 "$ours"
    keepalived_start peer 2 4 "$theirs"
    run_start us
    if [ "$ours" -gt "$theirs" ]; then
        until_true 10 heard "$us" '>0'
        until_true 10 silent "$peer" 2
    else
        until_true 10 heard "$peer" '>0'
        until_true 10 run_is us eth0-v4-51 backup
    fi

    mark both
    reload_with 2+3
    sleep 4.2 # who were not heard would be told from this
    mark change
    keepalived_stop peer
    until_true 10 heard "$us" '>0' "$change"
    sleep 1.2
    mark comes
    keepalived_start peer 3 4 "$theirs"
    if [ "$ours" -gt "$theirs" ]; then
        sleep 4.2
    else
        until_true 10 heard "$peer" '>0' "$comes"
        until_true 10 silent "$us" 1.5
    fi
    mark v3
    reload_with 3
    sleep 4.2
    mark end
    run_stop us
}
reload_with() {
    vr_conf "$LAB/us.vr" "$1" 4 "$ours"
    reloads=$((reloads + 1))
    kill -HUP "$RUN"
    until_true 10 has_reloaded
}
reloads=0
has_reloaded() { [ "$(grep -c 'from now on$' "$LAB/us.run")" -eq "$reloads" ]; }

versions_of() { # FROM TO: which we have spoken then
    awk -v from="$1" -v to="$2" '$2 == "advert" && $1 > from + 0.3 && $1 < to + 0 && / src=192.0.2.1 / {
        match($0, / ver=[23]/)
        print substr($0, RSTART + 5, 1)
    }' "$LAB/watched" | sort -u | paste -sd ' ' -
}
# Whoever is audited, nothing is graver than that one router speaks two versions.
is_calm() {
    "$BUILD/vrrp-audit" -t <"$LAB/watched" >"$LAB/alerts" || :
    ! grep -E ' rule=(split-brain|illegitimate-takeover|duplicate-vrid|flapping) ' "$LAB/alerts"
    ! grep ' rule=version-mix .* sev=high' "$LAB/alerts"
}

@test "we are Active: it never speaks, and we speak what we are told to" {
    finished active
    [ "$(advert_count 192.0.2.2 '>0' "$both" "$end")" -eq 0 ]
    [ "$(versions_of "$both" "$v3")" = "2 3" ]
    [ "$(versions_of "$v3" "$end")" = 3 ]
    [ "$(advert_gap 192.0.2.1 "$both" "$end" | awk '{ print ($1 < 1.5) }')" = 1 ]
    [ "$(advert_count 192.0.2.1 '==0' "$both" "$end")" -eq 0 ]
    is_calm
}

@test "it is Active: we follow it in either version, and are Active only while it is away" {
    finished backup
    [ "$(advert_count 192.0.2.1 '>0' "$both" "$change")" -eq 0 ]
    [ "$(versions_of "$change" "$v3")" = "2 3" ]
    # After it has come back, its first advertisement ends ours.
    holds "$(advert_last 192.0.2.1 '>0' 0 "$end") < $(advert_first 192.0.2.2 '>0' "$comes") + 0.5"
    [ "$(advert_count 192.0.2.1 '>0' "$v3" "$end")" -eq 0 ]
    is_calm
}
