#!/usr/bin/env bats
# A flood of lines: the input of vrrp-elect is never empty, and the timers of an Active fire all the same.

setup() {
    BUILD=${BUILD:-$BATS_TEST_DIRNAME/../../build}
    PATH=$BUILD:$PATH
    cd "$BATS_TEST_TMPDIR" || return
}

# pour_at_active WORD...: for 3 s, lines of these words into a router with an interval of 200 ms. When each of its `send`
# lines came out, and its TIME, into `sends`.
pour_at_active() {
    pour 3 "$@" 2>count | vrrp-elect if=eth0 vrid=51 prio=150 interval=200ms ip=192.0.2.1 |
        while read -r time event rest; do
            [ "$event" != send ] || [[ $rest == *" prio=0 "* ]] || echo "$EPOCHREALTIME $time"
        done >sends
    echo "$(<count) lines"
    [ "$(<count)" -gt 50000 ]
}

# It is Active after 0.7 s; then it advertises once an interval. How well it keeps it is for `make bench`: here other work
# may take the processors for a while.
# sends_keep_time LEAST MOST
sends_keep_time() {
    awk -v least="$1" -v most="$2" '
        NR > 1 && $1 - last > gap { gap = $1 - last }
        $1 - $2 > late { late = $1 - $2 }
        { last = $1 }
        END {
            print NR " adverts, at most " gap " s apart and " late " s late"
            exit !(NR >= least && NR <= most && gap < 1 && late < 1.5)
        }' sends
}

@test "adverts of another virtual router without end" {
    pour_at_active advert if=eth0 af=4 vrid=52 dir=in ver=3 prio=50 interval=1s src=192.0.2.66
    sends_keep_time 5 13
}

@test "malformed packets without end" {
    pour_at_active bad if=eth0 af=4 vrid=51 dir=in why=checksum ver=3 type=1 prio=200 src=192.0.2.66
    sends_keep_time 5 13
}

@test "lower adverts without end: answered, but four times an interval at most" {
    pour_at_active advert if=eth0 af=4 vrid=51 dir=in ver=3 prio=50 interval=1s src=192.0.2.66
    sends_keep_time 15 62
}
