#!/usr/bin/env bats
# vrrp-sim: scenarios in virtual time, and what the other programs make of them.
# shellcheck disable=SC2030,SC2031,SC2154 # output and stderr are bats'

setup() {
    bats_require_minimum_version 1.5.0
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    PATH=${BUILD:-$root/build}:$PATH
    cd "$BATS_TEST_TMPDIR" || return
}

# pair [KEY=VALUE...]: two routers on one segment, 200 and 100
pair() {
    echo "vr host=a seg=lan vrid=51 prio=200 ip=192.0.2.1/24 $*"
    echo "vr host=b seg=lan vrid=51 prio=100 ip=192.0.2.1/24 $*"
}

# changes: what vrrp-elect makes of the lines, without TIME
changes() { vrrp-elect -t | sed -E 's/^[^ ]+ //; s/ seg=lan af=4 vrid=51//'; }

@test "a crash, and the takeover that follows, to the microsecond" {
    { pair && printf '%s\n' '10 crash host=a' '20 end'; } >crash
    vrrp-sim crash >lines
    changes <lines >got
    diff - got <<'END'
elected active=10.0.0.1 prio=200 why=first
elected active=10.0.0.2 was=10.0.0.1 prio=100 gap=3.609475s why=timed-out
END
    [ "$(vrrp-pick -k vacant,dual,takeovers measured <lines)" = $'2.828225s\t0.000000s\t1' ]
    run -0 vrrp-explain <lines
    [[ $output == *"difference     +0.000100 s, nominal"* ]]
}

@test "end, start, yield, track, link: each is what an election makes of it" {
    {
        pair track=web:-150
        printf '%s\n' 'track host=a name=web state=up' 'track host=b name=web state=up'
        printf '%s\n' '10 stop host=a' '20 start host=a'
        printf '%s\n' '30 yield host=a name=eth0-v4-51' '40 yield host=a name=eth0-v4-51 off=yes'
        printf '%s\n' '50 track host=a name=web state=down' '60 track host=a name=web state=up'
        printf '%s\n' '70 link host=a state=down' '80 link host=a state=up' '90 end'
    } | vrrp-sim | changes | sed 's/ gap=[^ ]*//' >got
    diff - got <<'END'
elected active=10.0.0.1 prio=200 why=first
elected active=10.0.0.2 was=10.0.0.1 prio=100 why=resigned
elected active=10.0.0.1 was=10.0.0.2 prio=200 why=preempted
elected active=10.0.0.2 was=10.0.0.1 prio=100 why=resigned
elected active=10.0.0.1 was=10.0.0.2 prio=200 why=preempted
elected active=10.0.0.2 was=10.0.0.1 prio=100 why=preempted
elected active=10.0.0.1 was=10.0.0.2 prio=200 why=preempted
elected active=10.0.0.2 was=10.0.0.1 prio=100 why=timed-out
elected active=10.0.0.1 was=10.0.0.2 prio=200 why=preempted
END
}

@test "a partition makes two, healing one; the audit sees it" {
    { pair && printf '%s\n' '10 partition seg=lan hosts=b' '30 heal seg=lan' '60 end'; } | vrrp-sim >lines
    vrrp-audit <lines >alerts || [ $? -eq 1 ]
    vrrp-pick -c 1 alert rule=split-brain <alerts
    dual=$(vrrp-pick -k dual measured <lines)
    awk -v d="${dual%s}" 'BEGIN { exit !(d > 16.3 && d < 18) }'
    [ "$(changes <lines | tail -n 1 | cut -d ' ' -f 1,2)" = "elected active=10.0.0.1" ]
}

@test "who stands still loses it to the other, and takes nothing over when it goes on" {
    { pair && printf '%s\n' '10 stall host=a for=10s' '40 stall host=b for=10s' '60 end'; } | vrrp-sim >lines
    changes <lines | sed 's/ gap=[^ ]*//' >got
    diff - got <<'END'
elected active=10.0.0.1 prio=200 why=first
elected active=10.0.0.2 was=10.0.0.1 prio=100 why=timed-out
elected active=10.0.0.1 was=10.0.0.2 prio=200 why=preempted
END
    # the backup that stood still for ten intervals sent nothing
    [ "$(vrrp-pick -c 1 -k prio advert src=10.0.0.2 <lines)" = 100 ]
    ! vrrp-pick -c 1 advert src=10.0.0.2 time=1767225640..1767225660 <lines || false
}

@test "the same seed is the same course, another one another" {
    { echo segment seg=lan loss=0.2 delay=1ms jitter=5ms && pair interval=100ms && echo 600 end; } >lossy
    vrrp-sim lossy >one
    vrrp-sim --seed 1 lossy | cmp - one
    ! vrrp-sim --seed 2 lossy | cmp -s - one || false
    read -r adverts lost < <(vrrp-pick -k adverts,lost measured <one)
    awk -v a="$adverts" -v l="$lost" 'BEGIN { exit !(l > 0.17 * a && l < 0.23 * a) }'
}

@test "one direction is worse than the other" {
    { pair && printf '%s\n' '10 path seg=lan from=a to=b loss=1' '30 path seg=lan from=a to=b loss=0' '60 end'; } |
        vrrp-sim >lines
    dual=$(vrrp-pick -k dual measured <lines)
    awk -v d="${dual%s}" 'BEGIN { exit !(d > 15 && d < 18) }'
    [ "$(vrrp-pick -k transitions measured <lines)" -eq 2 ] # the better one answers, unheard, and stays
}

@test "virtual routers that come, change and go; IPv6, version 2, many interfaces" {
    {
        pair
        printf '%s\n' '5 vr host=c seg=lan vrid=51 prio=250 ip=192.0.2.1/24' '15 novr host=c name=eth0-v4-51'
        printf '%s\n' '30 vr host=b seg=lan vrid=51 prio=220 ip=192.0.2.1/24'
        printf '%s\n' '40 vr host=a seg=dmz if=eth1 vrid=7 ver=2 ip=198.51.100.1' '40 vr host=a seg=dmz if=eth1 vrid=7 ip=fe80::7'
        printf '%s\n' '60 end'
    } | vrrp-sim | vrrp-elect -t | sed -E 's/^[^ ]+ //; s/ gap=[^ ]*//' >got
    diff - got <<'END'
elected seg=lan af=4 vrid=51 active=10.0.0.1 prio=200 why=first
elected seg=lan af=4 vrid=51 active=10.0.0.3 was=10.0.0.1 prio=250 why=preempted
elected seg=lan af=4 vrid=51 active=10.0.0.1 was=10.0.0.3 prio=200 why=resigned
elected seg=lan af=4 vrid=51 active=10.0.0.2 was=10.0.0.1 prio=220 why=preempted
elected seg=dmz af=4 vrid=7 active=10.0.0.1 prio=100 why=first
elected seg=dmz af=6 vrid=7 active=fe80::1 prio=100 why=first
END
}

# wrong REASON LINE...: the scenario is refused, and why
wrong() {
    local reason=$1
    shift
    printf '%s\n' "$@" >scenario
    run -2 --separate-stderr vrrp-sim scenario
    [ "$output" = "" ]
    [ "${stderr_lines[0]}" = "vrrp-sim: $reason" ] || { echo "${stderr_lines[0]}" && false; }
    [ "${stderr_lines[1]}" = "vrrp-sim: scenario: nothing was simulated" ]
}

@test "what is wrong in a scenario is named" {
    wrong "scenario: it never ends: the last line is to be TIME and end" "$(pair)"
    wrong "scenario:2: end: earlier than the line before it" '5 segment seg=lan' '4 end'
    wrong "scenario:1: crush: not an event of a scenario" 'crush host=a'
    wrong "scenario:1: los: not a key of this event" 'segment seg=lan los=1'
    wrong "scenario:1: loss=2: a value that it cannot have" 'segment seg=lan loss=2'
    for loss in 1.5 01 .5 1. 0.1234567 -1 x 0,5 1e-3 10%25; do
        wrong "scenario:1: loss=$loss: a value that it cannot have" "segment seg=lan loss=$loss"
    done
    for loss in 0 1 0.05 1.000000 0.000001; do
        vrrp-sim < <(printf '%s\n' "segment seg=lan loss=$loss" '1 end') >lines
    done
    wrong "scenario:1: seg: missing" 'vr host=a vrid=51 ip=192.0.2.1'
    wrong "scenario:1: x: no such host: a vr line names it first" 'crash host=x'
    wrong "scenario:2: dmz: this interface is on another segment" "$(pair | head -n 1)" \
        'vr host=a seg=dmz vrid=52 ip=192.0.2.2'
    wrong "scenario:3: vr: this virtual router was configured before" "$(pair)" "$(pair | head -n 1)"
    wrong "scenario:2: end: behind the end" '5 end' '6 end'
    wrong "scenario:1: prio=0: prio: 1..255; 0 is reserved: it says that the Active resigns" \
        'vr host=a seg=lan vrid=51 prio=0 ip=192.0.2.1'
    wrong "scenario:3: y: no such host on this segment" "$(pair)" 'partition seg=lan hosts=a,y'
}

@test "operands, and a reader that has had enough" {
    run -2 --separate-stderr vrrp-sim a b
    [[ ${stderr_lines[0]} == "vrrp-sim: b: one scenario at a time" ]]
    run -2 --separate-stderr vrrp-sim --seed x
    run -2 --separate-stderr vrrp-sim --at yesterday
    run -3 --separate-stderr vrrp-sim nowhere
    [[ ${stderr_lines[0]} == "vrrp-sim: nowhere: No such file or directory" ]]
    { pair interval=10ms && echo 360000 end; } >long
    timeout 20 vrrp-sim long | head -n 3 >lines
    [ "$(wc -l <lines)" -eq 3 ]
    { pair && echo 20 end; } | vrrp-sim --at 2026-02-03T04:05:06Z - | head -n 1 >lines
    [[ $(<lines) == "1770091506.000000000 clock mono=0.000000 boot=simulation source=file" ]]
}

@test "the page's examples, and each event of it" {
    run -0 bash -c "mandoc -Tascii '$root/man/vrrp-sim.1' | col -b"
    [[ $output == *"gap=3.609475s why=timed-out"* ]]
    for event in segment path vr novr crash stop start stall link partition heal track yield end; do
        grep -q "^\.It Cm $event" "$root/man/vrrp-sim.1" || { echo "not in the page: $event" && false; }
        grep -q "{\"$event\", act_" "$root/lib/core/sim_scenario.c" || { echo "not in the code: $event" && false; }
    done
}
