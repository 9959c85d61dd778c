#!/usr/bin/env bats
# shellcheck disable=SC2034,SC2153,SC2154 # listen.bash reads and sets variables, mark makes some
# What else is said on a segment, live: who announces an address, other protocols, VLANs, floods; and what keepalived and
# our own programs announce when they take over.

load lib.bash
load listen.bash

setup_file() {
    export SCENARIOS=$BATS_FILE_TMPDIR
    scenario takeover4 takeover 3 4
    scenario takeover6 takeover 3 6
    scenario ours ours
    wait
}

teardown_file() {
    local lab
    for lab in "$SCENARIOS"/*; do
        lab_end "$lab"
    done
}

setup() {
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    vectors=$root/tests/unit/vectors.tsv
    LAB=$BATS_TEST_TMPDIR/lab
    mkdir -p "$LAB"
    : >"$LAB/pids"
    ns_make us
    ns us ip link set lo up
    wire eth0 peer0
}

teardown() {
    lab_end "$BATS_TEST_TMPDIR/lab"
}

segment() { grep -v '^#' "$root/tests/pcap/segment.hex"; }
# frames: two adverts, what else is said, CARP and a bad packet.
frames() {
    vector V03
    vector V05
    segment
    vector V13
    vector V08
}
# all_tagged TYPE-AND-VLAN: the frames of stdin with this tag.
all_tagged() { sed "s/^.\{24\}/&$1/"; }
# heard_all DIRECTION [KEYS]: the lines of packets are those of tests/pcap/segment.lines, on eth0, with these keys.
heard_all() {
    sed -En "s/^[^ ]* (advert|bad|announce|other) /\1 if=eth0 ${2:+$2 }/p" "$root/tests/pcap/segment.lines" >"$LAB/wanted"
    sed -En "s/^[^ ]* (advert|bad|announce|other) (.*) dir=$1 /\1 \2 /p" "$LAB/lines" >"$LAB/told"
    diff "$LAB/wanted" "$LAB/told"
}

# --- the stories -----------------------------------------------------------------------------------------------------

# Two keepalived, of which one dies. VRRP's listener stands beside them.
takeover() { # VERSION FAMILY
    lab_begin "$LAB" a b watcher
    start watcher lines "$BUILD/vrrp-listen" eth0
    until_true 10 grep -q ' clock ' "$LAB/lines"
    keepalived_start a "$1" "$2" 150 0.2
    until_true 10 grep -q " announce .* mac=02:00:00:00:00:01 " "$LAB/lines"
    keepalived_start b "$1" "$2" 100 0.2
    sleep 1 # it has been a backup
    mark killed
    keepalived_kill a
    host_off a
    until_true 10 announced_five 02:00:00:00:00:02
    kill -TERM "$PID" || :
}
announced() { grep -E " announce .* mac=$1 " "$LAB/lines"; }
announced_five() { [ "$(announced "$1" | wc -l)" -ge 5 ]; }

# Our own chain takes over, then a client asks for the address.
ours() {
    lab_begin "$LAB" us client
    vr_conf "$LAB/us.vr" 3 4 150 interval=200ms
    start us lines "$BUILD/vrrp-listen" -s lan eth0
    until_true 10 grep -q ' clock ' "$LAB/lines"
    chain_start us
    until_true 10 chain_is us active
    until_true 10 grep -q ' announce .* op=garp' "$LAB/lines"
    until_true 10 ns client ping -c 1 -W 1 "$VIP4"
    until_true 10 grep -q ' announce .* op=reply' "$LAB/lines"
    chain_stop us
}

# --- announcements ---------------------------------------------------------------------------------------------------

@test "keepalived takes over: each address is announced, after its first advertisement" {
    local family address
    for family in 4 6; do
        finished "takeover$family"
        # shellcheck disable=SC2046 # a list
        for address in $([ "$family" = 4 ] && echo "$VIP4" || echo "$VIP6_LL $VIP6"); do
            awk -v ip="ip=$address" -v killed="$killed" -v family="$family" '
                $2 == "advert" && /smac=02:00:00:00:00:02/ && /prio=100/ && $1 > killed && !first { first = $1 }
                $2 == "announce" && $0 ~ " " ip " mac=02:00:00:00:00:02 " && $1 > killed {
                    n++
                    if (!first || $1 < first || $1 > first + 1) wrong++
                    if (family == 4 ? !/ op=garp/ : !/ op=na flags=.*override/) wrong++
                }
                END { print ip, n, wrong + 0; exit !(n >= 5 && !wrong) }' "$LAB/lines"
        done
    done
}

@test "what this host announces is dir=out, what it answers too, and -s names the segment" {
    finished ours
    grep -qE " announce seg=lan if=eth0 af=4 vrid=51 dir=out ip=$VIP4 mac=02:00:00:00:00:01 op=garp\$" "$LAB/lines"
    grep -qE " announce seg=lan if=eth0 af=4 vrid=51 dir=out ip=$VIP4 mac=02:00:00:00:00:01 op=reply\$" "$LAB/lines"
    grep -qE " advert seg=lan if=eth0 af=4 vrid=51 dir=out " "$LAB/lines"
    never_announced 192.0.2.1
    never_announced 192.0.2.2
}
never_announced() { ! grep -q " announce .* ip=$1 " "$LAB/lines"; }

# --- what comes in, and what goes out --------------------------------------------------------------------------------

@test "each is heard in both directions" {
    listen eth0
    frames | send peer0 -r 500
    until_true 10 said ' why=checksum'
    heard_all in
    : >"$LAB/lines"
    frames | send eth0 -r 500
    until_true 10 said ' why=checksum'
    heard_all out
    stop
    [ "$STATUS" -eq 0 ]
}

@test "VLANs: one tag, two tags, in both directions" {
    local tags
    for tags in 81000064 '8100002a 81000064' '8100002a 88a80064'; do
        for way in "in peer0" "out eth0"; do
            : >"$LAB/lines"
            listen eth0
            frames >"$LAB/frames"
            for tag in $tags; do
                all_tagged "$tag" <"$LAB/frames" >"$LAB/more"
                mv "$LAB/more" "$LAB/frames"
            done
            send "${way#* }" -r 500 <"$LAB/frames"
            until_true 10 said ' why=checksum' || { echo "$tags $way"; cat "$LAB/lines"; false; }
            stop
            heard_all "${way% *}" vlan=100
        done
    done
}

@test "any: by the interface's name" {
    listen any
    frames | send peer0 -r 500
    until_true 10 said ' other if=eth0 .*proto=carp'
    stop
    said ' announce if=eth0 af=4 vrid=10 dir=in ip=192.0.2.254 mac=00:00:5e:00:01:0a op=garp$'
    said ' announce if=peer0 af=4 vrid=10 dir=out ip=192.0.2.254 mac=00:00:5e:00:01:0a op=garp$'
    said ' announce if=eth0 af=6 vrid=10 dir=in ip=2001:db8::fe '
    said ' other if=eth0 af=6 dir=in proto=hsrp '
    said ' other if=eth0 af=4 dir=in proto=glbp '
}

@test "-q and words: nothing of it, already in the kernel" {
    listen -q eth0 vrid=10
    frames | send peer0 -r 500
    until_true 10 said ' why=checksum'
    stop
    never_said ' announce '
    never_said ' proto=(hsrp|glbp)'
    said ' proto=carp '
    : >"$LAB/lines"
    listen eth0 event=advert,bad
    frames | send peer0 -r 500
    until_true 10 said ' why=checksum'
    stop
    never_said ' (announce|other) '
    : >"$LAB/lines"
    listen -q eth0
    frames | send peer0 -r 500
    until_true 10 said ' why=checksum'
    stop
    never_said ' announce '
    count_is ' other ' 5
}

@test "vrid= hears the announcements of that virtual router, and of no other" {
    listen eth0 vrid=10
    frames | send peer0 -r 500
    until_true 10 said ' why=checksum'
    stop
    [ "$(count_of ' announce .* vrid=10 ')" -eq 8 ]
    : >"$LAB/lines"
    listen eth0 vrid=11
    {
        frames
        vector V03 | sed 's/310a64010064a791/310b64010064a790/'
    } | send peer0 -r 500
    until_true 10 said ' advert .* vrid=11 '
    stop
    never_said ' announce '
}

joined() { ns us ip maddr show dev eth0 | grep -q "inet6* *$1\( \|\$\)"; }
@test "the groups of other protocols are joined when they are to be heard" {
    listen eth0
    until_true 5 joined 224.0.0.2
    joined 224.0.0.102
    joined ff02::66
    joined 224.0.0.18
    stop
    : >"$LAB/lines"
    listen eth0 event!=other
    until_true 5 joined 224.0.0.18
    ! joined 224.0.0.102 || false
    ! joined ff02::66 || false
    stop
}

# --- floods ----------------------------------------------------------------------------------------------------------

lost_count() { awk '$2 == "lost" && $3 == "where=limit" { sub("n=", "", $4); n += $4 } END { print n + 0 }' "$LAB/lines"; }
# all_accounted WHAT SENT: every frame is a line or counted.
all_accounted() { [ $(($(count_of "$1") + $(lost_count))) -eq "$2" ]; }

@test "a flood of announcements and of hellos is limited, and counted" {
    vector V03 >"$LAB/advert"
    listen eth0
    send peer0 <"$LAB/advert"
    until_true 10 said ' advert '
    segment | sed -n 2p | send peer0 -n 3000 -r 3000
    until_true 10 all_accounted ' announce ' 3000
    [ "$(count_of ' announce ')" -le 100 ]
    stop
    : >"$LAB/lines"
    listen eth0
    segment | tail -n 1 | send peer0 -n 3000 -r 3000
    until_true 10 all_accounted ' other ' 3000
    [ "$(count_of ' other ')" -le 100 ]
    stop
}
