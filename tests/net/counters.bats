#!/usr/bin/env bats
# The counters of RFC 8347 and RFC 6527: each counts what it is for, when that comes over the wire, and nothing else does.

bats_require_minimum_version 1.5.0
load lib.bash

setup_file() {
    export SHARED=$BATS_FILE_TMPDIR/lab
    LAB=$SHARED
    lab_begin "$LAB" liar us
    "$BUILD/malform" >"$LAB/kinds"
    vr_conf "$LAB/us.vr6" 3 6 150
    vr_conf "$LAB/us.vr4" 3 4 150
    cat "$LAB/us.vr4" "$LAB/us.vr6" >"$LAB/us.vr"
    mkfifo -m 600 "$LAB/control"
    chain_start us -C "$LAB/control"
    until_true 10 grep -q ' af=4 .* to=active ' "$LAB/us.out"
    until_true 10 grep -q ' af=6 .* to=active ' "$LAB/us.out"
}

teardown_file() {
    lab_end "$SHARED"
}

setup() {
    LAB=$SHARED
}

status() { "$BUILD/vrrp-ctl" -C "$LAB/control" status; }
# counters FILE: FAMILY COUNTER VALUE a line, of what only grows when something is heard; the family of what is of none: -.
counters() {
    status | awk '{
        family = "-"
        for (i = 3; i <= NF; i++) {
            n = split($i, word, "=")
            if (word[1] == "af") family = word[2]
            if (word[1] ~ /(-errors|-rcvd|-failures|-type|-mismatch)$/) print family, word[1], word[2]
        }
    }' | sort >"$1"
}
# grown: FAMILY COUNTER BY of each that has since the last time.
grown() {
    counters after
    join -j 1 <(sed 's/ /:/' before) <(sed 's/ /:/' after) | awk '$2 != $3 { sub(":", " ", $1); print $1, $3 - $2 }'
}
# heard_now: whatever was sent before has been counted: something that is sent later is, an advertisement of VRID 99.
heard_now() {
    local before
    before=$(vrids)
    ns liar "$BUILD/vrrp-advert" -F -c 1 if=eth0 vrid=99 ip=192.0.2.200 >/dev/null
    until_true 10 vrids_above "$before"
}
vrids() { status | sed -n 's/.* vrid-errors=\([0-9]*\).*/\1/p'; }
vrids_above() { [ "$(vrids)" -gt "$1" ]; }
grew() { [ -n "$(grown)" ]; }
frame_of() { awk -F '\t' -v kind="$1" '$1 == kind { print $3 }' "$LAB/kinds"; }

@test "each kind of malformed advertisement counts where it belongs, once" {
    cd "$BATS_TEST_TMPDIR" || return 1
    local kind expected frame
    while read -r kind expected; do
        counters before
        frame=$(frame_of "$kind")
        [ -n "$frame" ]
        ns liar "$BUILD/sendframe" eth0 -n 1 <<<"$frame"
        heard_now
        grown | grep -v '^- vrid-errors 1$' | paste -sd " " >found
        [ "$(cat found)" = "$expected" ] || {
            echo "$kind: $(cat found), not $expected"
            return 1
        }
    done <<'END'
ttl-1 - ip-ttl-errors 1
v6-hop-limit-64 - ip-ttl-errors 1
version-4 - version-errors 1
version-2 - version-errors 1
checksum - checksum-errors 1
v6-checksum - checksum-errors 1
vrid-zero - vrid-errors 2
type-2 4 invalid-type-pkts-rcvd 1
short-11 4 packet-length-errors 1
v6-short-12 6 packet-length-errors 1
count-2 4 packet-length-errors 1
count-zero 4 address-list-errors 1
interval-zero 4 interval-errors 1
v6-interval-zero 6 interval-errors 1
v2-auth-3 4 invalid-auth-type 1
v2-auth-ah-without 4 auth-failures 1
other-addresses 4 address-list-errors 1 4 advertisement-rcvd 1
END
}

@test "and so do advertisements of other intervals, with priority 0, and with authentication" {
    cd "$BATS_TEST_TMPDIR" || return 1
    counters before
    start liar advert "$BUILD/vrrp-advert" -F if=eth0 vrid=51 ip="$VIP4" prio=50 interval=40s
    until_true 10 grew
    kill -TERM "$PID" # it resigns
    until_true 10 stopped "$PID"
    heard_now
    [ "$(grown | grep -v vrid)" = "4 advertisement-rcvd 2
4 interval-errors 1
4 priority-zero-pkts-rcvd 1" ]
    "$BUILD/vrrp-ctl" -C "$LAB/control" vr if=eth0 vrid=51 ver=2 prio=150 ip="$VIP4"
    counters before
    ns liar "$BUILD/sendframe" eth0 -n 1 < <(frame_of v2-auth-pass)
    heard_now
    [ "$(grown | grep -v vrid)" = "4 auth-type-mismatch 1" ]
    # Another version is another router: as what it was it has resigned.
    [ "$(status | "$BUILD/vrrp-pick" -k priority-zero-pkts-sent,last-event status af=4)" = "1	startup" ]
}

@test "the status file of vrrp-run has them, for everybody to read" {
    cp "$LAB/us.vr" "$LAB/liar.vr"
    sed -i 's/vrid=51/vrid=61/' "$LAB/liar.vr"
    run_start liar
    grep -Eq ' status .* advertisement-sent=[0-9]+ .* up-datetime=[0-9.]+ last-event=[a-z-]+ new-active-reason=' \
        "$LAB/liar.d/status"
    grep -Eq ' statistics checksum-errors=0 version-errors=0 vrid-errors=[0-9]+ ip-ttl-errors=0$' "$LAB/liar.d/status"
    run_stop liar
}
