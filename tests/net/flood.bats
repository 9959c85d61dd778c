#!/usr/bin/env bats
# shellcheck disable=SC2154 # mark makes variables
# Floods: of adverts, of nonsense, in anybody's name. An Active goes on, a backup still hears its Active, what is left
# out is counted. How exact all this is in figures: tests/bench/flood.sh.

load lib.bash

us4=192.0.2.1 peer4=192.0.2.2

setup_file() {
    export SCENARIOS=$BATS_FILE_TMPDIR
    cd "$BATS_TEST_DIRNAME/../.." || return # where vectors.tsv is found
    # two at a time: a flood takes a processor
    scenario active active
    scenario listener listener
    wait
    scenario backup backup
    scenario late late
    wait
}

teardown_file() {
    local lab
    for lab in "$SCENARIOS"/*; do
        lab_end "$lab"
    done
}

# --- the stories -----------------------------------------------------------------------------------------------------

# The floods that an Active has to stand. -a 1: in its own name, -a 2: in its peer's.
floods=(lower-priority replay random-vrid random "lower-priority -a 1" "random-content -a 2" bad-checksum mal:V09)

# flood KIND [OPTION...]: from the host liar, for a moment; at most 60,000 a second, so that there is some machine left.
flood() {
    local sent
    sent=$(ns liar "$BUILD/flood" "$1" eth0 0.8 -r 60000 "${@:2}")
    echo "$1 $sent" >>"$LAB/sent"
}
memory() {
    local pid
    for pid in $(chain_pids us); do
        cat "/proc/$pid/status"
    done | awk '/RssAnon/ { sum += $2 } END { print sum }'
}

active() {
    local i
    lab_begin "$LAB" us peer liar
    record_own us
    vr_conf "$LAB/us.vr" 3 4 150 interval=200ms
    chain_start us
    until_true 10 chain_is us active
    mark calm_from
    sleep 1
    mark calm_to
    for ((i = 0; i < ${#floods[@]}; i++)); do
        mark "from$i"
        # shellcheck disable=SC2086 # a word and its options
        flood ${floods[i]}
        mark "to$i"
        wc -l <"$LAB/us.out" >>"$LAB/lengths"
        memory >>"$LAB/memory"
    done
    flood random
    memory >>"$LAB/memory"
    until_true 5 grep -q ' lost where=limit ' "$LAB/us.out"
    chain_stop us
}

# A backup hears its Active whatever is said besides, and hears it resign.
backup() {
    lab_begin "$LAB" us peer liar
    record_own peer
    vr_conf "$LAB/us.vr" 3 4 100 interval=200ms
    vr_conf "$LAB/peer.vr" 3 4 150 interval=200ms
    chain_start peer
    until_true 10 chain_is peer active
    chain_start us
    sleep 1
    flood random
    flood lower-priority -a 2
    flood random-content -a 2
    cp "$LAB/us.out" "$LAB/before"
    ns liar "$BUILD/flood" random eth0 4 -r 60000 >>"$LAB/sent" &
    sleep 2
    chain_stop peer
    until_true 10 chain_is us active
    wait $!
}

# A better router comes while the flood lasts.
late() {
    lab_begin "$LAB" us peer liar
    record_own peer
    vr_conf "$LAB/us.vr" 3 4 100 interval=100ms
    vr_conf "$LAB/peer.vr" 3 4 150 interval=100ms
    chain_start us
    until_true 10 chain_is us active
    ns liar "$BUILD/flood" random eth0 8 -r 60000 >>"$LAB/sent" &
    sleep 1
    chain_start peer
    until_true 6 chain_is us backup
    mark heard
    kill "$!"
}

# What vrrp-listen alone writes. VRID 52 of adverts is none of ours.
listener() {
    local kind
    lab_begin "$LAB" us liar
    for kind in lower-priority random-vrid random bad-checksum mal:V13; do
        start us "lines.$kind" "$BUILD/vrrp-listen" eth0
        until_true 10 grep -q ' tick ' "$LAB/lines.$kind"
        mark "from_${kind//[^a-z]/_}"
        flood "$kind"
        mark "to_${kind//[^a-z]/_}"
        kill -TERM "$PID"
        until_true 10 stopped "$PID"
    done
    start us lines.filtered "$BUILD/vrrp-listen" eth0 vrid=51
    until_true 10 grep -q ' tick ' "$LAB/lines.filtered"
    flood lower-priority -v 52
    awk '{ sub(/.*\) /, ""); print $12 + $13 }' "/proc/$PID/stat" >"$LAB/cpu"
    kill -TERM "$PID"
    until_true 10 stopped "$PID"
}

# --- an Active -------------------------------------------------------------------------------------------------------

@test "an Active keeps its interval in every flood" {
    local i from to gap calm
    finished active
    calm=$(advert_gap "$us4" "$calm_from" "$calm_to")
    for ((i = 0; i < ${#floods[@]}; i++)); do
        from=from$i to=to$i
        gap=$(advert_gap "$us4" "${!from}" "${!to}")
        echo "${floods[i]}: $gap (undisturbed $calm)"
        holds "$gap < 0.3 || $gap < 1.5 * $calm"
    done
    # floods they were, though other work may leave them little of the machine
    [ "$(wc -l <"$LAB/sent")" -eq $((${#floods[@]} + 1)) ]
    awk '$2 < 1000 { print; few = 1 } END { exit few }' "$LAB/sent"
}

@test "it stays Active, and ends as it should" {
    finished active
    [ "$(grep -c ' state ' "$LAB/us.out")" -eq 3 ]
    [ "$(<"$LAB/us.status")" = "0 0 0 0" ]
    [ ! -s "$LAB/us.elect.err" ]
}

@test "the log is short, says what was left out, and memory does not grow" {
    finished active
    awk 'NR > 1 { print $1 - last } { last = $1 }' "$LAB/lengths" >"$LAB/grown"
    cat "$LAB/grown"
    # answers, one `lost` a second, and what is `elected` of 255 virtual routers, or of those strangers that are told
    awk '$1 > 700 { exit 1 }' "$LAB/grown"
    [ "$(grep -c ' lost where=limit ' "$LAB/us.out")" -ge 5 ]
    [ "$(grep -c ' lost where=limit ' "$LAB/us.out")" -le 14 ]
    # kB of all four programs; the second flood of strangers takes the place of the first
    cat "$LAB/memory"
    awk '$1 > 5000 { exit 1 }' "$LAB/memory"
    awk '{ grown = $1 - last; last = $1 } END { exit grown > 500 }' "$LAB/memory"
}

# --- a backup --------------------------------------------------------------------------------------------------------

@test "a backup hears its Active behind every flood" {
    finished backup
    [ "$(grep -c ' to=active ' "$LAB/before")" -eq 0 ]
    [ "$(grep -c ' lost where=limit ' "$LAB/before")" -ge 2 ]
}

@test "and hears it resign" {
    finished backup
    grep -q ' to=active why=resigned ' "$LAB/us.out"
}

@test "a better router that comes during a flood is heard soon" {
    finished late
    first=$(advert_first "$peer4" '>0')
    holds "$heard - $first < 3"
    grep -q ' from=active to=backup why=priority ' "$LAB/us.out"
}

# --- the lines -------------------------------------------------------------------------------------------------------

# lines_and_losses KIND: how many packets have become lines, and how many were lost, by where.
lines_and_losses() {
    awk '$2 ~ /^(advert|bad|other)$/ { lines++ } $2 == "lost" { sub("n=", "", $4); lost[$3] += $4 }
        END { print lines + 0, lost["where=limit"] + 0, lost["where=capture"] + 0 }' "$LAB/lines.$1"
}

@test "every packet is a line, or counted" {
    finished listener
    for kind in lower-priority random-vrid random bad-checksum mal:V13; do
        read -r lines limited dropped < <(lines_and_losses "$kind")
        sent=$(awk -v kind="$kind" '$1 == kind { print $2; exit }' "$LAB/sent")
        echo "$kind: $sent sent, $lines lines, $limited limited, $dropped dropped by the kernel"
        [ $((lines + limited + dropped)) -eq "$sent" ]
        [ "$kind" = random-vrid ] || [ "$limited" -gt 0 ] # 255 virtual routers may say much
    done
}

@test "lost is told once a second" {
    finished listener
    for kind in lower-priority random-vrid random bad-checksum; do
        [ "$(grep -c ' lost where=limit ' "$LAB/lines.$kind")" -le 3 ]
    done
}

@test "ticks go on" {
    finished listener
    for kind in lower-priority random-vrid random bad-checksum; do
        from=from_${kind//[^a-z]/_} to=to_${kind//[^a-z]/_}
        awk -v from="${!from}" -v to="${!to}" '
            $2 == "tick" && $1 > from && $1 < to { n++; if (last && $1 - last > most) most = $1 - last; last = $1 }
            END { print n " ticks, at most " most " s apart"; exit !(n >= 4 && most < 0.3) }' "$LAB/lines.$kind"
    done
}

@test "what the kernel filter can drop costs nothing" {
    finished listener
    read -r lines limited dropped < <(lines_and_losses filtered)
    [ "$lines" -eq 0 ]
    [ "$limited" -eq 0 ]
    [ "$dropped" -eq 0 ]
    [ "$(<"$LAB/cpu")" -le 10 ] # hundredths of a second
}
