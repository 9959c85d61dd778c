#!/usr/bin/env bats
# shellcheck disable=SC2154 # mark makes variables
# On one segment with keepalived: VRRPv2, VRRPv3 for IPv4 and for IPv6, in both roles, at 1 s.
# Each segment lives through its story in the background; the tests look at what was recorded.

load lib.bash

families=("2 4" "3 4" "3 6")
early=0.002 # the recording's stamp of an advert against the stamp that the timer was started with

setup_file() {
    export SCENARIOS=$BATS_FILE_TMPDIR
    local family
    for family in "${families[@]}"; do
        # shellcheck disable=SC2086 # version and family
        set -- $family
        scenario "roles-v$1-$2" roles "$1" "$2"
        scenario "tie-low-v$1-$2" tie "$1" "$2" us peer
        scenario "tie-high-v$1-$2" tie "$1" "$2" peer us
    done
    scenario message message
    scenario observer observer
    wait
}

teardown_file() {
    local lab
    for lab in "$SCENARIOS"/*; do
        lab_end "$lab"
    done
}

vip_of() { if [ "$1" = 6 ]; then echo "$VIP6"; else echo "$VIP4"; fi; }

# --- the stories -----------------------------------------------------------------------------------------------------

roles() { # VERSION FAMILY
    local version=$1 family=$2 vip us peer
    vip=$(vip_of "$family")
    lab_begin "$LAB" us peer client
    us=$(host_address us "$family") peer=$(host_address peer "$family")
    record
    ping_start client "$vip" ping

    keepalived_start peer "$version" "$family" 150
    vr_conf "$LAB/us.vr" "$version" "$family" 100
    chain_start us
    until_true 10 heard "$peer" '>0'
    until_true 10 chain_is us backup
    sleep 2

    mark dies
    keepalived_kill peer
    host_off peer
    until_true 10 heard "$us" '>0' "$dies"
    until_true 10 ping_works_since ping "$(advert_first "$us" '>0' "$dies")"

    host_on peer
    mark returns
    keepalived_start peer "$version" "$family" 150
    until_true 10 heard "$peer" '>0' "$returns"
    until_true 10 chain_is us backup
    until_true 10 lacks_address us "$vip"
    until_true 10 silent "$us" 1.5
    until_true 10 ping_works_since ping "$(advert_first "$peer" '>0' "$returns")"

    mark stops
    keepalived_stop peer
    until_true 10 heard "$us" '>0' "$stops"
    until_true 10 ping_works_since ping "$(advert_first "$us" '>0' "$stops")"

    keepalived_start peer "$version" "$family" 50
    sleep 2.5 # it is to have heard us
    mark ends
    chain_stop us
    mark ended
    until_true 10 lacks_address us "$vip"
    until_true 10 heard "$peer" '>0' "$ends"
    until_true 10 ping_works_since ping "$(advert_first "$peer" '>0' "$ends")"

    vr_conf "$LAB/us.vr" "$version" "$family" 200
    mark comes
    chain_start us
    until_true 10 heard "$us" '>0' "$comes"
    until_true 10 silent "$peer" 1.5
    until_true 10 ping_works_since ping "$(advert_first "$us" '>0' "$comes")"

    mark killed
    chain_kill us
    until_true 10 heard "$peer" '>0' "$killed"
    until_true 10 ping_works_since ping "$(advert_first "$peer" '>0' "$killed")"
    mark end
}

# Equal priorities, both Active while they cannot hear each other; then the segment is whole again.
tie() { # VERSION FAMILY LOWER-HOST HIGHER-HOST
    local version=$1 family=$2 lower=$3 higher=$4
    lab_begin "$LAB" "$lower" "$higher"
    record
    partition on us peer
    keepalived_start peer "$version" "$family" 100
    vr_conf "$LAB/us.vr" "$version" "$family" 100
    chain_start us
    until_true 10 heard "$(host_address us "$family")" '>0'
    until_true 10 heard "$(host_address peer "$family")" '>0'
    sleep 1.5
    mark heals
    partition off us peer
    until_true 10 silent "$(host_address "$lower" "$family")" 3
    mark end
    until_true 10 lacks_address "$lower" "$(vip_of "$family")"
    has_address "$higher" "$(vip_of "$family")"
}

# VRRPv3 for IPv4 with the checksum over the message alone. keepalived has `v3_checksum_as_v2` for it in newer versions
# than Debian's, so its port of the bridge translates: what it sends goes out in message form, and only what comes in
# message form is handed to it (the rest it would drop). The difference is the pseudo-header (RFC 9568 5.2.8).
v3_checksum() { # PRIORITY [SOURCE]: of an advert here; with SOURCE over the pseudo-header too
    local sum=$((0x3133 + ($1 << 8 | 1) + 100 + 0xc000 + 0x0264))
    [ $# -lt 2 ] || sum=$((sum + 0xc000 + 0x0200 + ${2##*.} + 0xe000 + 0x0012 + 112 + 12))
    sum=$(((sum & 0xffff) + (sum >> 16)))
    sum=$(((sum & 0xffff) + (sum >> 16)))
    printf '0x%04x\n' $((sum ^ 0xffff))
}
translate_peer() { # OUR-PRIORITY ITS-PRIORITY...
    local ours=$1 us peer port prio rules=""
    shift
    us=$(host_address us 4) peer=$(host_address peer 4) port=p$(<"$LAB/peer.number")
    for prio in 0 "$@"; do
        rules+="iifname $port ip saddr $peer @th,48,16 $(v3_checksum "$prio" "$peer")"
        rules+=" @th,48,16 set $(v3_checksum "$prio") accept"$'\n'
    done
    for prio in 0 "$ours"; do
        rules+="oifname $port ip saddr $us @th,48,16 $(v3_checksum "$prio")"
        rules+=" @th,48,16 set $(v3_checksum "$prio" "$us") counter accept"$'\n'
    done
    ns bridge nft -f - <<EOF
table bridge message {
    chain forward {
        type filter hook forward priority 0;
        ip protocol != 112 accept
        $rules
        oifname $port drop
    }
    chain input { # what the recording sees
        type filter hook input priority 0;
        ip protocol != 112 accept
        $rules
    }
}
EOF
}
message() {
    local us peer
    lab_begin "$LAB" us peer watcher
    us=$(host_address us 4) peer=$(host_address peer 4)
    translate_peer 100 150 50
    record
    start watcher watched "$BUILD/vrrp-listen" -q eth0
    keepalived_start peer 3 4 150
    vr_conf "$LAB/us.vr" 3 4 100
    chain_start us
    until_true 10 test "$(advert_count "$peer")" -ge 0
    until_true 10 chain_is us backup
    until_true 10 heard "$peer" '>0'
    sleep 4.5 # auto follows three adverts in a row
    mark dies
    keepalived_kill peer
    host_off peer
    until_true 10 heard "$us" '>0' "$dies"
    host_on peer
    mark returns
    keepalived_start peer 3 4 50
    sleep 6 # more than its Active_Down_Interval: it takes over unless it takes our adverts
    mark fixed
    chain_stop us
    until_true 10 heard "$peer" '>0' "$fixed"
    vr_conf "$LAB/us.vr" 3 4 100 cksum=message
    chain_start us
    until_true 10 silent "$peer" 2
    mark end
}

# Two keepaliveds, and who only watches: on a third host, and on the Active itself.
observer() {
    local a b
    lab_begin "$LAB" a b watcher
    a=$(host_address a 4) b=$(host_address b 4)
    record
    local host
    for host in a watcher; do
        # shellcheck disable=SC2016 # it is for the shell inside
        start "$host" "elected-$host" bash -c '"$1/vrrp-listen" eth0 | "$1/vrrp-elect"' watch "$BUILD"
    done
    sleep 0.5
    keepalived_start a 3 4 150
    keepalived_start b 3 4 100
    until_true 10 heard "$a" '>0'
    sleep 2.5
    mark dies
    keepalived_kill a
    until_true 10 heard "$b" '>0' "$dies"
    ns a ip addr del "$VIP4/24" dev eth0
    mark returns
    keepalived_start a 3 4 150
    until_true 10 heard "$a" '>0' "$returns"
    until_true 10 silent "$b" 1.5
    mark stops
    keepalived_stop a
    until_true 10 heard "$b" '>0' "$stops"
    sleep 0.5
    mark end
}

# --- what is to be seen ----------------------------------------------------------------------------------------------

# each_family CHECK: in every family's roles story, with version, family, us and peer set.
each_family() {
    local words version family us peer
    for words in "${families[@]}"; do
        read -r version family <<<"$words"
        finished "roles-v$version-$family"
        us=$(host_address us "$family") peer=$(host_address peer "$family")
        "$@" || { echo "in VRRPv$version, IPv$family" && return 1; }
    done
}
# between LEAST MEASURED MOST
between() { holds "$2 >= $1 - $early && $2 <= $3 + $early"; }
# The client is answered within 2 s of an advert.
answered() {
    [ "$(ping_answers ping "$1" "$(calc "$1 + 2")")" -gt 0 ] || {
        echo "no answer to the client in 2 s after $1"
        return 1
    }
}

takes_over_when_it_dies() {
    local last first adi
    last=$(advert_last "$peer" '>0' 0 "$returns") first=$(advert_first "$us" '>0')
    adi=$(active_down_interval 100)
    between "$adi" "$(calc "$first - $last")" "$(calc "$adi + 1")" &&
        answered "$first"
}
@test "it dies: we take over, not before Active_Down_Interval and within one more interval (RFC 9568 6.4.2)" {
    each_family takes_over_when_it_dies
}

yields_when_it_returns() {
    local first last
    first=$(advert_first "$peer" '>0' "$returns")
    last=$(advert_last "$us" '>0' 0 "$stops")
    holds "$last - $first <= 1" && holds "$(advert_count "$us" '==0' 0 "$stops") == 0" &&
        answered "$first"
}
@test "it returns with a higher priority: we yield at once, without a word (RFC 9568 6.4.3)" {
    each_family yields_when_it_returns
}

takes_over_when_it_resigns() {
    local resigned first skew
    resigned=$(advert_first "$peer" '==0' "$stops")
    first=$(advert_first "$us" '>0' "$resigned")
    skew=$(skew_time 100)
    between "$skew" "$(calc "$first - $resigned")" "$(calc "$skew + 1")"
}
@test "it ends with priority 0: we take over after our Skew_Time (RFC 9568 6.4.2)" {
    each_family takes_over_when_it_resigns
}

resigns_at_a_clean_end() {
    local resigned first skew
    resigned=$(advert_first "$us" '==0' "$ends")
    first=$(advert_first "$peer" '>0' "$resigned")
    skew=$(skew_time 50)
    holds "$(advert_count "$us" '>=0' "$resigned" "$comes") == 0" &&
        between "$skew" "$(calc "$first - $resigned")" "$(calc "$skew + 1")"
}
@test "our clean end: priority 0, and it takes over after its Skew_Time" {
    each_family resigns_at_a_clean_end
}

takes_it_back() {
    local first last adi
    first=$(advert_first "$us" '>0' "$comes")
    last=$(advert_last "$peer" '>0' 0 "$killed")
    adi=$(active_down_interval 200)
    between "$adi" "$(calc "$first - $comes")" "$(calc "$adi + 1.5")" && holds "$last - $first <= 1"
}
@test "we come back with a higher priority: it yields" {
    each_family takes_it_back
}

is_taken_over_when_killed() {
    local last first adi
    last=$(advert_last "$us") first=$(advert_first "$peer" '>0' "$killed")
    adi=$(active_down_interval 50)
    holds "$(advert_count "$us" '==0' "$killed") == 0" &&
        between "$adi" "$(calc "$first - $last")" "$(calc "$adi + 1")" &&
        answered "$first"
}
@test "we are killed: it takes over after its Active_Down_Interval, and the client's ping goes on" {
    each_family is_taken_over_when_killed
}

each_tie() { # LOWER HIGHER STORY
    local words version family
    for words in "${families[@]}"; do
        read -r version family <<<"$words"
        finished "$3-v$version-$family"
        # The loser is silent within an interval; the winner goes on as if nothing had been (its answers are allowed).
        if ! holds "$(advert_last "$(host_address "$1" "$family")" '>0') - $heals <= 1.2" ||
            ! holds "$(advert_count "$(host_address "$2" "$family")" '>0' "$heals") >= 3" ||
            [ "$(advert_count "$(host_address "$2" "$family")" '==0')" != 0 ]; then
            echo "in VRRPv$version, IPv$family"
            return 1
        fi
    done
}
@test "equal priority: our address is lower, we yield (RFC 9568 6.4.3)" {
    each_tie us peer tie-low
}
@test "equal priority: our address is higher, it yields (RFC 9568 6.4.3)" {
    each_tie peer us tie-high
}

@test "a peer with message-form checksums for VRRPv3 IPv4: auto follows it, and it takes our adverts" {
    finished message
    local us peer
    us=$(host_address us 4) peer=$(host_address peer 4)
    # Both are on the wire in that form and no other.
    [ "$(grep -c " src=$peer .* cksum=message " "$LAB/watched")" -ge 5 ]
    [ "$(grep -c " src=$us .* cksum=message " "$LAB/watched")" -ge 5 ]
    [ "$(grep -cE '( cksum=pseudo | bad )' "$LAB/watched")" = 0 ]
    # While we were Active it was silent.
    [ "$(advert_count "$us" '>0' "$returns" "$fixed")" -ge 5 ]
    [ "$(advert_count "$peer" '>0' "$returns" "$fixed")" = 0 ]
}

# elected_lines FILE: "active was why" of each.
elected_lines() {
    awk '$2 == "elected" {
        active = was = why = "-"
        for (i = 3; i <= NF; i++) {
            if ($i ~ /^active=/) active = substr($i, 8)
            if ($i ~ /^was=/) was = substr($i, 5)
            if ($i ~ /^why=/) why = substr($i, 5)
        }
        print active, was, why
    }' "$1"
}
@test "vrrp-listen | vrrp-elect names the Active of two others and the cause of each change, also on the Active" {
    finished observer
    local a b host expected
    a=$(host_address a 4) b=$(host_address b 4)
    expected="$a - first
$b $a timed-out
$a $b preempted
$b $a resigned"
    for host in a watcher; do
        diff <(elected_lines "$LAB/elected-$host") <(echo "$expected")
    done
}
