#!/usr/bin/env bats
# shellcheck disable=SC2154 # mark makes variables
# Adverts that nobody may follow, of every kind that tests/tools/malform.c knows: 200 a second of each for a quarter of a
# second, and one of each every 0.7 intervals. The Active sends what it would have sent, when it would have.

load lib.bash

interval=0.2

setup_file() {
    export SCENARIOS=$BATS_FILE_TMPDIR
    "$BUILD/malform" >"$SCENARIOS/kinds"
    # The three have the same load at the same time: how busy the machine is, the calm one tells.
    scenario calm story calm
    scenario many story many
    scenario drip story drip
    wait
}

teardown_file() {
    local lab
    for lab in "$SCENARIOS"/*/; do
        lab_end "$lab"
    done
}

# --- the stories -----------------------------------------------------------------------------------------------------

# frames PATTERN: of the kinds of those rules, in hexadecimal.
frames() { awk -F '\t' -v rules="$1" '$2 ~ rules { print $3 }' "$SCENARIOS/kinds"; }
not_answered='^[^a]|^a[^n]'

many() {
    local frame one two
    while read -r one && read -r two; do # two kinds at a time
        for frame in "$one" "$two"; do
            ns liar "$BUILD/sendframe" eth0 -n 50 -r 200 <<<"$frame" &
        done
        wait
    done < <(frames "$not_answered")
}
drip() {
    ns liar "$BUILD/sendframe" eth0 -r "$(calc "1 / (0.7 * $interval)")" < <(frames "$not_answered")
}
calm() {
    until_true 60 grep -q '^to=' "$SCENARIOS/many/marks"
    until_true 60 grep -q '^to=' "$SCENARIOS/drip/marks"
}

story() { # WAY
    local host family
    lab_begin "$LAB" liar us backup
    for host in us backup; do
        record_own "$host" "recording.$host" # somebody speaks in our name
        for family in 4 6; do
            vr_conf "$LAB/$host.vr$family" 3 "$family" "$([ $host = us ] && echo 150 || echo 100)" "interval=${interval}s"
        done
        cat "$LAB/$host.vr4" "$LAB/$host.vr6" >"$LAB/$host.vr"
    done
    chain_start us
    until_true 10 heard 192.0.2.2 '>0' 0 9e9 recording.us
    until_true 10 heard fe80::2 '>0' 0 9e9 recording.us
    chain_start backup
    start backup seen "$BUILD/vrrp-listen" eth0 smac=02:00:00:00:00:01
    until_true 10 grep -q ' to=backup ' "$LAB/backup.out"
    until_true 10 grep -q ' tick ' "$LAB/seen"
    mark from
    "$1"
    mark to
    sleep 0.5 # what was sent last is here, too
    ns liar "$BUILD/sendframe" eth0 -n 50 -r 200 < <(frames answered)
    mark end
    chain_stop us
}

# --- what is to be seen ----------------------------------------------------------------------------------------------

changes_nothing() { # STORY
    local address sent calm_sent gap calm_gap
    finished "$1"
    for address in 192.0.2.2 fe80::2; do
        sent=$(advert_count "$address" '>0' "$from" "$to" recording.us)
        gap=$(advert_gap "$address" "$from" "$to" recording.us)
        calm_sent=$(LAB=$SCENARIOS/calm advert_count "$address" '>0' "$from" "$to" recording.us)
        calm_gap=$(LAB=$SCENARIOS/calm advert_gap "$address" "$from" "$to" recording.us)
        echo "$address: $sent adverts, $calm_sent undisturbed; at most $gap s apart, $calm_gap undisturbed"
        holds "$sent >= $calm_sent - 1 && $sent <= $calm_sent + 1"
        holds "$gap < 1.5 * $interval || $gap < 1.5 * $calm_gap"
        # the same words in each
        [ "$(grep " $address > .* prio [^0]" "$LAB/recording.us" | cut -d ' ' -f 2- | sort -u | wc -l)" -eq 1 ]
    done
    # from init to backup to active to init, each family
    [ "$(grep -c ' state ' "$LAB/us.out")" -eq 6 ]
    [ "$(advert_count 192.0.2.3 '>=0' 0 "$end" recording.backup)" -eq 0 ]
    [ "$(advert_count fe80::3 '>=0' 0 "$end" recording.backup)" -eq 0 ]
}

@test "200 a second of each kind: the Active's adverts are those of an undisturbed one" {
    [ "$(frames "$not_answered" | wc -l)" -eq 50 ]
    changes_nothing many
}
@test "one of each every 0.7 intervals: the same" {
    changes_nothing drip
    holds "$to - $from > 5"
}

@test "each of them is malformed as it is meant to be" {
    finished drip
    diff <(awk -F '\t' '$2 != "answered" { print $2 }' "$SCENARIOS/kinds") \
        <(awk -v to="$to" '$1 > to + 0.3 { next }
            $2 == "advert" { print "valid" }
            match($0, / (why|proto)=[a-z-]+/) { split(substr($0, RSTART, RLENGTH), word, "="); print word[2] }' "$LAB/seen")
}

@test "a lower advert with other addresses is answered, four times an interval at most, and that is all" {
    local way answers
    for way in calm many drip; do
        finished "$way"
        answers=$(advert_count 192.0.2.2 '>0' "$to" "$end" recording.us)
        holds "$answers <= ($end - $to) / ($interval / 4) + 2"
        holds "$answers >= ($end - $to) / $interval"
    done
}
