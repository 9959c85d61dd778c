#!/usr/bin/env bats
# shellcheck disable=SC2154 # marks are variables
# Authentication beside keepalived, in both roles, and when one side starts again; who has another key, or none, moves
# nothing; a fleet goes from none to hmac without an outage.

load lib.bash

setup_file() {
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    export root
    SCENARIOS=$(mktemp -d "${TMPDIR:-/tmp}/vrrp-auth.XXXXXX")
    export SCENARIOS
    chmod 755 "$SCENARIOS" # for who is not root
    scenario ah beside_keepalived AH ah
    scenario pass beside_keepalived PASS pass
    scenario strangers strangers
    scenario fleet fleet
    wait
}

teardown_file() {
    local lab
    for lab in "$SCENARIOS"/*; do
        lab_end "$lab"
    done
    rm -rf "$SCENARIOS"
}

# absent PATTERN FILE...: in none of them, which are there.
absent() {
    run grep -E -- "$@"
    [ "$status" -eq 1 ]
}
# told HOST PATTERN [COUNT]: that many lines, or one, say so.
told() { [ "$(grep -cE -- "$2" "$LAB/$1.out")" -ge "${3:-1}" ]; }
state_of_peer() { [ "$(grep -o 'Entering [A-Z]* STATE' "$LAB/keepalived-peer.log" | tail -n 1)" = "Entering $1 STATE" ]; }

# --- beside keepalived -----------------------------------------------------------------------------------------------

beside_keepalived() { # AUTH_TYPE type
    lab_begin "$LAB" us peer
    keys us "key if=eth0 vrid=51 type=$2 secret=s3cr3t"
    vr_conf "$LAB/us.vr" 2 4 100 "auth=$2"
    record
    keepalived_start peer 2 4 150 1 "authentication {" "auth_type $1" "auth_pass s3cr3t" "}"
    keyed_start us
    # it is Active, and we are backup
    until_true 20 told us " advert .* dir=in .* prio=150 .* auth=$2:ok" 3
    chain_is us backup
    # it resigns: we take over, and it believes us when it comes back as backup, and when it is killed and comes back
    keepalived_stop peer
    until_true 10 chain_is us active
    sed -i 's/priority 150/priority 50/' "$LAB/keepalived-peer/conf"
    : >"$LAB/keepalived-peer.log"
    mark restarted
    keepalived_run peer
    until_true 10 state_of_peer BACKUP
    until_true 20 told us " advert .* dir=out .* auth=$2:ok" 3
    sleep 1
    mark quiet
    state_of_peer BACKUP
    # we are killed, and come back: it takes over, and gives way
    chain_kill us
    until_true 15 state_of_peer MASTER
    : >"$LAB/us.out"
    keyed_start us
    until_true 20 chain_is us active
    until_true 10 state_of_peer BACKUP
    # it is killed while it is Active with the higher priority, and comes back, counting from 1
    kill -TERM "$(<"$LAB/keepalived-peer/parent.pid")"
    until_true 10 stopped "$(<"$LAB/keepalived-peer/vrrp.pid")"
    sed -i 's/priority 50/priority 150/' "$LAB/keepalived-peer/conf"
    keepalived_run peer
    until_true 20 chain_is us backup
    keepalived_kill peer
    rm -f "$LAB"/keepalived-peer/*.pid
    keepalived_run peer
    until_true 30 state_of_peer MASTER
    until_true 30 chain_is us backup
    mark settled
    sleep 2
    chain_is us backup
    state_of_peer MASTER
    mark end
    chain_stop us
}

check_beside_keepalived() { # type
    finished "$1"
    # nobody else spoke while we were Active, and it heard us
    [ "$(advert_count 192.0.2.2 '>0' "$restarted" "$quiet")" -eq 0 ]
    # nor did we once it was settled
    [ "$(advert_count 192.0.2.1 '>0' "$(calc "$settled + 1.1")" "$end")" -eq 0 ]
    absent 'invalid|bad password' "$LAB/keepalived-peer.log"
    # and the log of the last run decides the same again, with the same numbers
    "$BUILD/vrrp-elect" -t <"$LAB/us.out" | decisions >"$LAB/again"
    decisions "$LAB/us.out" | diff - "$LAB/again"
    [ "$(grep -c ' state ' "$LAB/again")" -ge 2 ]
    absent s3cr3t "$LAB/us.out" "$LAB"/us.*.err
}

@test "IPsec AH: keepalived and we hear each other in both roles, after each restart" {
    check_beside_keepalived ah
}

@test "a password: keepalived and we hear each other in both roles, after each restart" {
    check_beside_keepalived pass
}

# --- strangers -------------------------------------------------------------------------------------------------------

# An Active with auth=hmac; somebody with another key, one without any, and one who plays back what he has heard.
strangers() {
    local key=000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
    lab_begin "$LAB" us peer foe
    keys us "key vrid=51 type=hmac id=1 hex=$key"
    keys peer "key vrid=51 type=hmac id=1 hex=$key"
    keys foe "key vrid=51 type=hmac id=1 hex=ff${key#??}"
    vr_conf "$LAB/us.vr" 3 4 150 interval=100ms auth=hmac
    vr_conf "$LAB/peer.vr" 3 4 100 interval=100ms auth=hmac
    record
    keyed_start us
    until_true 20 chain_is us active
    ns foe timeout 3 "$BUILD/vrrp-listen" -w "$LAB/recorded" -c 12 eth0 dir=in >/dev/null
    keyed_start peer
    until_true 10 told peer ' advert .* dir=in .* auth=hmac:ok' 5
    mark begun
    ns foe "$BUILD/vrrp-advert" -F -c 15 if=eth0 vrid=51 prio=255 interval=100ms ip="$VIP4" >/dev/null
    ns foe "$BUILD/vrrp-advert" -F -c 5 if=eth0 vrid=51 prio=0 interval=100ms ip="$VIP4" >/dev/null
    ns foe "$BUILD/vrrp-advert" -k "$LAB/foe.keys" -F -c 15 if=eth0 vrid=51 prio=255 interval=100ms ip="$VIP4" \
        auth=hmac >/dev/null
    play "$LAB/recorded"
    mark over
    until_true 10 told us ' bad .* why=auth .* auth=hmac:unchecked' 5
    until_true 10 told peer ' bad .* why=auth .* auth=hmac:ok' 5
    until_true 10 told us ' notice .* what=auth '
    # a stage that loses its keys says nothing rather than something unsigned
    chain_is us active
    chain_is peer backup
    chain_stop us
    until_true 10 chain_is peer active
    chain_stop peer
}
# The frames of a capture, as they were.
play() {
    tcpdump -r "$1" -xx -n 2>/dev/null | awk '/^\t/ { sub(/^\t0x[0-9a-f]*:/, ""); printf "%s", $0; next }
        NR > 1 { print "" } END { print "" }' | grep . | ns foe "$BUILD/sendframe" eth0 -r 100
}

@test "who has another key, or none, or plays back what he heard, moves nothing" {
    finished strangers
    [ "$(advert_gap 192.0.2.1 "$begun" "$over")" != 0 ]
    holds "$(advert_gap 192.0.2.1 "$begun" "$over") < 0.25"
    [ "$(advert_count 192.0.2.2 '>0' "$begun" "$over")" -eq 0 ]
    grep -c ' state .* to=active' "$LAB/us.out" | grep -qx 1
}

# --- a fleet ---------------------------------------------------------------------------------------------------------

# reload HOST: it has read its files again.
reload() {
    local before
    before=$(grep -c 'from now on' "$LAB/$1.run") || :
    kill -HUP "$(<"$LAB/$1.pid")"
    until_true 15 reloaded "$1" "$before"
    until_true 15 one_listener "$1"
}
reloaded() { [ "$(grep -c 'from now on' "$LAB/$1.run")" -gt "$2" ]; }
one_listener() { [ "$(pgrep -c -P "$(<"$LAB/$1.pid")" vrrp-listen)" -eq 1 ]; }
heard_ok() { [ "$(grep -cE ' advert .* dir=in .* auth=hmac:ok' "$LAB/peer.log")" -ge "$1" ]; }

# Two routers that run: from none to hmac, and from one key to another; each step on the one, then on the other.
fleet() {
    local mode host count first second
    local key=000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
    first="key vrid=51 type=hmac id=1 hex=$key" second="key vrid=51 type=hmac id=2 hex=ff${key#??}"
    lab_begin "$LAB" us peer
    record
    for host in us peer; do
        keys "$host" "$first"
        vr_conf "$LAB/$host.vr" 3 4 "$([ "$host" = us ] && echo 150 || echo 100)" interval=100ms
        run_start "$host" -k "$LAB/$host.keys" -l "$LAB/$host.log"
    done
    until_true 15 run_is us eth0-v4-51 active
    until_true 15 run_is peer eth0-v4-51 backup
    sleep 0.5
    mark begun
    for mode in hmac:receive-only hmac:permissive hmac; do
        for host in us peer; do
            sed -i "s/ *auth=.*//; s/\$/ auth=$mode/" "$LAB/$host.vr"
            reload "$host"
        done
    done
    until_true 10 heard_ok 5
    for host in us peer; do
        keys "$host" "$first" "$second"
        reload "$host"
    done
    for host in us peer; do
        keys "$host" "$second" "$first"
        reload "$host"
    done
    for host in us peer; do
        keys "$host" "$second"
        reload "$host"
    done
    count=$(grep -cE ' advert .* dir=in .* auth=hmac:ok' "$LAB/peer.log")
    until_true 10 heard_ok $((count + 5))
    # one that is wrong changes nothing
    keys us "key vrid=51 type=hmac id=3 hex=abc"
    kill -HUP "$(<"$LAB/us.pid")"
    until_true 10 grep -q 'the configuration stays as it was' "$LAB/us.run"
    until_true 10 grep -q 'the keys stay as they were' "$LAB/us.run"
    count=$(grep -cE ' advert .* dir=in .* auth=hmac:ok' "$LAB/peer.log")
    until_true 10 heard_ok $((count + 5))
    mark over
    run_stop us
    run_stop peer
}

@test "vrrp-run: a fleet goes from none to hmac, and to another key, without an outage" {
    finished fleet
    holds "$(advert_gap 192.0.2.1 "$begun" "$over") < 0.25"
    [ "$(advert_count 192.0.2.2 '>0' "$begun" "$over")" -eq 0 ]
    absent ' bad ' "$LAB/peer.log"
    absent '0[0f]0102030405' "$LAB/us.log" "$LAB/peer.log" "$LAB/us.run"
}

@test "vrrp-run refuses auth= without keys, and keys that others may read" {
    local key=000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
    cd "$BATS_TEST_TMPDIR"
    echo "vr if=eth0 vrid=51 ip=192.0.2.1 auth=hmac" >vr
    run "$BUILD/vrrp-run" -n vr
    [ "$status" -eq 2 ]
    [ "${lines[0]}" = "vrrp-run: vr:1: eth0-v4-51: auth= needs a file of keys (-k)" ]
    echo "key vrid=51 type=hmac id=1 hex=$key" >keys
    chmod 644 keys
    run "$BUILD/vrrp-run" -n -k keys vr
    [ "$status" -eq 2 ]
    [ "$output" = "vrrp-run: -k keys: its mode must be 0600 (chmod 600): there are keys in it" ]
    chmod 600 keys
    run "$BUILD/vrrp-run" -n -k keys vr
    [ "$status" -eq 0 ]
    [[ $output == "vrrp-listen eth0 vrid=51 event!=announce -k keys | vrrp-elect "*" | vrrp-advert -k keys | vip-follow"* ]]
}

# --- secrets ---------------------------------------------------------------------------------------------------------

@test "no secret is in a core dump, an argument list, or the reach of another process of its user" {
    local dir=$SCENARIOS/secret pid with
    mkdir -p "$dir"
    cp "$BUILD/vrrp-advert" "$dir"
    (umask 077 && echo "key vrid=51 type=pass secret=hunter2" >"$dir/keys")
    chown 65534 "$dir/keys"
    mkfifo "$dir/lines"
    exec 7<>"$dir/lines"
    for with in "-k $dir/keys" ""; do
        # shellcheck disable=SC2086 # two words, or none
        setpriv --reuid=65534 --regid=65534 --clear-groups "$dir/vrrp-advert" -n $with <"$dir/lines" >"$dir/out" 3>&- 7>&- &
        pid=$!
        until_true 10 grep -q '^Seccomp:.*2' "/proc/$pid/status"
        run setpriv --reuid=65534 --regid=65534 --clear-groups cat "/proc/$pid/environ"
        [ "$status" -eq "$([ -z "$with" ] && echo 0 || echo 1)" ]
        [ -z "$with" ] || grep -qE '^Max core file size +0 +0 ' "/proc/$pid/limits"
        [ "$(tr '\0' ' ' <"/proc/$pid/cmdline" | grep -c hunter2)" -eq 0 ]
        kill "$pid"
    done
    exec 7>&-
    wait
}
