#!/usr/bin/env bats
# shellcheck disable=SC2154 # mark makes variables
# The whole chain, vrrp-listen | vrrp-elect | vrrp-advert | vip-follow: how it ends, and what its log says.

load lib.bash
bats_require_minimum_version 1.5.0

rounds=3

setup_file() {
    export SCENARIOS=$BATS_FILE_TMPDIR
    local way
    for way in interrupt terminate end-of-input; do
        scenario "$way" ends "$way"
    done
    scenario hung hung once
    scenario hung-twice hung twice
    scenario by-hand by_hand
    scenario killed killed
    scenario live live
    wait
}

teardown_file() {
    local lab
    for lab in "$SCENARIOS"/*; do
        lab_end "$lab"
    done
}

# vr_both FILE PRIORITY INTERVAL: one virtual router for each family.
vr_both() {
    vr_conf "$1" 3 4 "$2" "interval=$3"
    vr_conf "$1.6" 3 6 "$2" "interval=$3"
    cat "$1.6" >>"$1"
}
us4=192.0.2.1 us6=fe80::1

# --- the stories -----------------------------------------------------------------------------------------------------

# Both families Active, then the end: three times. After it nobody has the addresses and all stages have exited.
ends() { # WAY
    local round
    lab_begin "$LAB" us
    record
    vr_both "$LAB/us.vr" 100 100ms
    for ((round = 1; round <= rounds; round++)); do
        mark starts
        chain_start us
        until_true 10 heard "$us4" '>0' "$starts"
        until_true 10 heard "$us6" '>0' "$starts"
        until_true 10 has_address us "$VIP4"
        until_true 10 has_address us "$VIP6"
        mark "stop$round"
        # shellcheck disable=SC2046 # one argument for each pid
        case $1 in
        interrupt) kill -INT -- "-$CHAIN" ;; # as a terminal does: to the whole job
        terminate) kill -TERM $(chain_pids us) ;;
        end-of-input) kill -TERM "$(<"$LAB/us.listen.pid")" ;;
        esac
        until_true 10 test -s "$LAB/us.status"
        lacks_address us "$VIP4"
        lacks_address us "$VIP6"
        cat "$LAB/us.status" >>"$LAB/statuses"
        sleep 0.5
        mark "over$round"
    done
}

# vrrp-listen hangs, and Ctrl-C, or two of them, go to the whole job.
hung() { # once|twice
    local stage
    lab_begin "$LAB" us
    record
    vr_both "$LAB/us.vr" 100 100ms
    chain_start us
    until_true 10 has_address us "$VIP4"
    until_true 10 has_address us "$VIP6"
    kill -STOP "$(<"$LAB/us.listen.pid")"
    mark stop
    kill -INT -- "-$CHAIN"
    if [ "$1" = twice ]; then
        sleep 1.2
        kill -INT -- "-$CHAIN"
    fi
    for stage in elect advert follow; do
        until_true 10 stopped "$(<"$LAB/us.$stage.pid")"
    done
    mark over
    lacks_address us "$VIP4"
    lacks_address us "$VIP6"
    kill -CONT "$(<"$LAB/us.listen.pid")"
    until_true 10 test -s "$LAB/us.status"
}

# The virtual addresses are there by hand, each ahead of the host's own.
by_hand() {
    lab_begin "$LAB" us
    record
    vr_both "$LAB/us.vr" 100 100ms
    ns us ip addr del 192.0.2.1/24 dev eth0
    ns us ip addr add "$VIP4/24" dev eth0
    ns us ip addr add 192.0.2.1/24 dev eth0
    ns us ip addr add "$VIP6_LL/64" dev eth0 nodad
    chain_start us -p
    until_true 10 heard "$us4" '>0'
    until_true 10 heard "$us6" '>0'
    chain_stop us
}

killed() {
    lab_begin "$LAB" us
    record
    vr_both "$LAB/us.vr" 100 500ms
    chain_start us
    until_true 10 has_address us "$VIP4"
    until_true 10 has_address us "$VIP6"
    sleep 1.5 # renewed at least once
    mark killed
    chain_kill us
    has_address us "$VIP4"
    has_address us "$VIP6"
    until_true 15 lacks_address us "$VIP4"
    mark gone4
    until_true 15 lacks_address us "$VIP6"
    mark gone6
    has_address us "$us4"
    has_address us "$us6"
    has_address us 2001:db8::1
    ns us ip -4 route show dev eth0 >"$LAB/routes"
    ns us ip -6 route show dev eth0 >>"$LAB/routes"
}

# A life with all sorts of changes, logged with -p. Then the log is given to others, a while later.
live() {
    lab_begin "$LAB" us peer other
    record
    vr_both "$LAB/us.vr" 100 100ms
    vr_both "$LAB/peer.vr" 150 100ms
    chain_start us -p
    until_true 10 heard "$us6" '>0'
    until_true 10 heard "$us4" '>0'
    chain_start peer
    until_true 10 silent "$us4" 0.5
    until_true 10 silent "$us6" 0.5
    mark dies
    chain_kill peer
    until_true 10 heard "$us4" '>0' "$dies"
    until_true 10 heard "$us6" '>0' "$dies"
    chain_start peer
    until_true 10 silent "$us4" 0.5
    until_true 10 silent "$us6" 0.5
    mark stops
    chain_stop peer
    until_true 10 heard "$us4" '>0' "$stops"
    until_true 10 heard "$us6" '>0' "$stops"
    chain_stop us
    sleep 1
    mark over

    # Yesterday's, from before a boot: every TIME a day earlier.
    awk '{ sub(/ boot=[^ ]+/, " boot=00000000-1111-2222-3333-444444444444")
           if ($1 ~ /^[0-9]+\.[0-9]+$/) { split($1, t, "."); $1 = t[1] - 86400 "." t[2] }
           print }' "$LAB/us.out" >"$LAB/yesterday"
    # shellcheck disable=SC2016 # it is for the shell inside
    ns other bash -c 'cd "$1" && build=$2
        "$build/vrrp-elect" -t <us.out 2>replay.elect.err >replay.out
        "$build/vrrp-elect" -t <us.out 2>/dev/null | "$build/vrrp-advert" 2>replay.advert.err |
            "$build/vip-follow" >replay.through 2>replay.follow.err
        echo "${PIPESTATUS[*]}" >replay.status
        for log in us.out yesterday; do
            "$build/vrrp-advert" <$log 2>$log.advert.err | "$build/vip-follow" >$log.through 2>$log.follow.err
            echo "${PIPESTATUS[*]}" >$log.status
            "$build/vip-follow" <$log >/dev/null 2>$log.follow-alone.err
        done' replay "$LAB" "$BUILD"
    lacks_address other "$VIP4"
    lacks_address other "$VIP6"
    ns other ip -s link show dev eth0 >"$LAB/other-link"
    sleep 0.5
    mark end
}

# --- what is to be seen ----------------------------------------------------------------------------------------------

ended_cleanly() { # STORY
    local round stop over address
    finished "$1"
    [ "$(sort -u "$LAB/statuses")" = "0 0 0 0" ]
    [ "$(wc -l <"$LAB/statuses")" = "$rounds" ]
    for ((round = 1; round <= rounds; round++)); do
        stop=stop$round over=over$round
        for address in "$us4" "$us6"; do
            # One priority 0, and nothing after it.
            [ "$(advert_count "$address" '==0' "${!stop}" "${!over}")" = 1 ]
            [ "$(advert_count "$address" '>0' "$(advert_last "$address" '==0' "${!stop}" "${!over}")" "${!over}")" = 0 ]
        done
    done
}
@test "Ctrl-C on the whole pipeline: priority 0 on the wire, addresses gone, every stage exits 0" {
    ended_cleanly interrupt
}
@test "SIGTERM to all stages: the same" {
    ended_cleanly terminate
}
@test "end of input: the same" {
    ended_cleanly end-of-input
}

hung_ended_cleanly() { # STORY
    local address
    finished "$1"
    cat "$LAB"/us.*.err
    [ "$(<"$LAB/us.status")" = "0 0 0 0" ]
    for address in "$us4" "$us6"; do
        [ "$(advert_count "$address" '==0' "$stop")" = 1 ]
    done
    [ ! -s "$LAB/us.elect.err" ]
    [ ! -s "$LAB/us.advert.err" ]
    [ ! -s "$LAB/us.follow.err" ]
}
@test "Ctrl-C while vrrp-listen hangs: the others end after 2 s, in their order, and exit 0" {
    hung_ended_cleanly hung
    holds "$over - $stop > 1.9"
}
@test "Ctrl-C twice while vrrp-listen hangs: they do not wait so long, and exit 0" {
    hung_ended_cleanly hung-twice
}

@test "virtual addresses that somebody has put on the interface are not what adverts come from" {
    finished by-hand
    grep -q " link if=eth0 .* primary4=$VIP4 primary6=$VIP6_LL other4=$us4 other6=$us6\$" "$LAB/us.out"
    [ "$(advert_count "$VIP4")" = 0 ]
    [ "$(advert_count "$VIP6_LL")" = 0 ]
    [ "$(advert_count "$us4" '==0')" = 1 ]
    [ "$(advert_count "$us6" '==0')" = 1 ]
}

@test "all stages killed: the addresses go when their lease ends, those of the host and its routes stay" {
    finished killed
    # 4 intervals, in whole seconds, and a renewal period of 1 s; the kernel looks once a second or two.
    local last
    last=$(advert_last "$us4")
    holds "$gone4 - $last <= 2 + 1 + 2 + 1"
    last=$(advert_last "$us6")
    holds "$gone6 - $last <= 2 + 1 + 2 + 1"
    [ "$(advert_count "$us4" '>=0' "$(calc "$killed + 0.3")")" = 0 ]
    grep -q '^192.0.2.0/24' "$LAB/routes"
    grep -q '^2001:db8::/64' "$LAB/routes"
}

# came_through LOG REPLAY: the log has all decisions of the replay, in their order, but for those that a stage that was late
# was spared: a `send` above priority 0, when a later line of its virtual router takes its place (lib/core/levels.h).
came_through() {
    awk '
        function router(line) {
            match(line, / if=[^ ]+ af=[46] vrid=[0-9]+ /)
            return substr(line, RSTART, RLENGTH)
        }
        function takes_its_place(line, of) {
            if (line ~ /^ state /)
                return line !~ / to=active /
            return line ~ /^ send / && (of !~ / announce=yes/ || line ~ / announce=yes| prio=0 /)
        }
        function spared(at,    i) {
            if (all[at] !~ /^ send / || all[at] ~ / prio=0 /)
                return 0
            for (i = at + 1; i <= count; i++)
                if (router(all[i]) == router(all[at]) && takes_its_place(all[i], all[at]))
                    return 1
            return 0
        }
        NR == FNR { log_lines[NR] = $0; logged = NR; next }
        { all[++count] = $0 }
        END {
            for (i = 1; i <= count; i++) {
                if (seen < logged && all[i] == log_lines[seen + 1])
                    seen++
                else if (!spared(i)) {
                    print "not in the log:" all[i]
                    exit 1
                }
            }
            if (seen < logged)
                print "not in the replay:" log_lines[seen + 1]
            print count - seen " of " count " were spared"
            exit seen < logged
        }' <(decisions "$1") <(decisions "$2")
}
@test "the log of a live run replays to the decisions that it took" {
    finished live
    # Backup, active, backup, active, backup, active, init: for both families.
    holds "$(decisions "$LAB/us.out" | grep -c ' state ') >= 14"
    came_through "$LAB/us.out" "$LAB/replay.out"
    # And all of what would go out is marked.
    [ "$(grep -E '^[^ ]+ (send|state) ' "$LAB/replay.out" | grep -cvE ' replay=yes( |$)')" = 0 ]
}
@test "replayed lines through vrrp-advert and vip-follow send and set nothing, and both say why" {
    finished live
    [ "$(<"$LAB/replay.status")" = "0 0 0" ]
    [ "$(grep -c ' to=init ' "$LAB/replay.through")" = 2 ] # (of states that wait, the newest goes through)
    grep -q 'replay=yes' "$LAB/replay.advert.err"
    grep -q 'replay=yes' "$LAB/replay.follow.err"
    [ "$(advert_count 192.0.2.3)" = 0 ]
    [ "$(advert_count fe80::3)" = 0 ]
}
@test "a live log given to vrrp-advert and vip-follow later, or yesterday's, sends and sets nothing, and they say why" {
    finished live
    [ "$(advert_count "$us4" '>=0' "$over")" = 0 ]
    [ "$(<"$LAB/us.out.status")" = "0 0" ]
    [ "$(<"$LAB/yesterday.status")" = "0 0" ]
    grep -qi 'older' "$LAB/us.out.advert.err"
    grep -qi 'older' "$LAB/us.out.follow-alone.err"
    grep -qi 'boot' "$LAB/yesterday.advert.err"
    grep -qi 'boot' "$LAB/yesterday.follow-alone.err"
}
