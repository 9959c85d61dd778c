#!/usr/bin/env bats
# shellcheck disable=SC2154 # stderr is set by bats's run --separate-stderr
# vrrp-ctl: what it refuses to say, whom it finds there, and when it says that something is done.

bats_require_minimum_version 1.5.0

setup() {
    BUILD=${BUILD:-$(cd "$BATS_TEST_DIRNAME/../.." && pwd)/build}
    PATH=$BUILD:$PATH
    cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
    exec 7>&-
    [ -z "${ELECT:-}" ] || kill -KILL "$ELECT" 2>/dev/null || true
}

now() { date +%s.%N; }
until_true() {
    local limit=$((${EPOCHREALTIME/./} + $1 * 1000000))
    shift
    until "$@" 2>/dev/null; do
        if ((${EPOCHREALTIME/./} > limit)); then
            echo "still not true: $*"
            tail out err
            return 1
        fi
        sleep 0.05
    done
}

# elect WORD...: vrrp-elect -C control, which hears what hear says; its lines are in out.
elect() {
    mkfifo -m 600 control
    mkfifo input
    vrrp-elect -C control "$@" <input >out 2>err 3>&- 7>&- &
    ELECT=$!
    exec 7>input
    hear "link if=eth0 state=up primary4=192.0.2.10"
    until_true 10 grep -q ' state ' out
}
hear() { echo "$(now) $1" >&7; }
# An advertisement of another router for VRID 51.
advert() { hear "advert if=eth0 af=4 vrid=51 ver=3 prio=$1 interval=${2:-100ms} src=192.0.2.2 ip=192.0.2.1"; }
is_active() { grep -q 'vrid=51 .* to=active' out; }
yielded() { grep -q 'vrid=51 .* to=backup why=yield' out; }
active_one() {
    elect if=eth0 vrid=51 name=web interval=100ms prio=150 ip=192.0.2.1
    advert 50
    until_true 10 is_active
}
ctl() { vrrp-ctl -C control "$@"; }

@test "what is no control line is exit 2, with the word, and nothing is written" {
    mkfifo -m 600 control
    local words reason
    while IFS='|' read -r words reason; do
        # shellcheck disable=SC2086 # words
        run -2 --separate-stderr ctl $words
        [[ $stderr == *"vrrp-ctl: $reason"* ]] || { echo "$words: $stderr"; false; }
    done <<'END'
|WORD is missing
launch|launch: not one of vr, novr,
send if=eth0|send: not one of
status name|name: 
status name=%00|name=%00: not a name
status name=a name=a|name=a: duplicate
status id=7|id: status has no such key
novr|novr: name= is missing
track name=web|state: missing or wrong
track name=web state=high|state: missing or wrong
track name=web state=up for=5|for: missing or wrong
track name=web state=up value=high|value: missing or wrong
yield name=web off=perhaps|off: yes or no
stop now=yes|now: stop has no such key
vr if=eth0 vrid=51 ip=192.0.2.1 prioo=7|prioo=7: 
vr if=eth0 vrid=51|ip: 
vr if=eth0 vrid=51 ip=192.0.2.1 id=7|id=7: 
-T soon status|-T soon: not a duration
END
    run -2 --separate-stderr ctl status 'name=a b'
    [[ $stderr == *'"name=a b": not a word of a line'* ]]
    run -2 --separate-stderr ctl track "name=$(printf 'x%.0s' {1..5000})" state=up
    [[ $stderr == *"longer than a control line may be"* ]]
}

@test "nobody there is exit 3, at once" {
    run -3 --separate-stderr timeout 5 vrrp-ctl -C control status
    [[ $stderr == "vrrp-ctl: control: there is no such FIFO" ]]
    mkfifo -m 600 control
    run -3 --separate-stderr timeout 5 vrrp-ctl -C control status
    [[ $stderr == "vrrp-ctl: control: nobody reads it" ]]
    : >file
    run -3 --separate-stderr timeout 5 vrrp-ctl -C file status
    [[ $stderr == "vrrp-ctl: file: not a FIFO" ]]
}

@test "no answer in time is exit 3" {
    mkfifo -m 600 control control.answers
    exec 7<>control 8<>control.answers
    run -3 --separate-stderr timeout 5 vrrp-ctl -C control -T 300ms status
    [[ $stderr == "vrrp-ctl: control: no answer in time" ]]
    read -r -t 1 line <&7
    [[ $line == "status id=ctl-"* ]]
    exec 7>&- 8>&-
}

@test "status: a line for each, without its id; one by name; none of that name is exit 1" {
    elect if=eth0 vrid=51 name=web ip=192.0.2.1
    ctl vr if=eth0 vrid=52 name=db ip=192.0.2.2
    run -0 --separate-stderr ctl status
    [ -z "$stderr" ]
    [ "${#lines[@]}" -eq 3 ]
    [[ ${lines[0]} =~ ^[0-9]+\.[0-9]{9}' status if=eth0 af=4 vrid=51 name=web state=backup why=startup for=' ]]
    [[ ${lines[1]} == *" vrid=52 name=db state=backup "* ]]
    [[ ${lines[2]} == *" statistics checksum-errors=0 version-errors=0 vrid-errors=0 ip-ttl-errors=0" ]]
    run -0 ctl status name=db
    [ "${#lines[@]}" -eq 1 ]
    run -1 --separate-stderr ctl status name=mail
    [ -z "$output" ]
    [ "$stderr" = "vrrp-ctl: mail: no such virtual router" ]
}

@test "status as JSON: every counter is a number, and jq finds what it looks for" {
    elect if=eth0 vrid=51 name=web ip=192.0.2.1
    hear "bad if=eth0 af=4 vrid=51 why=checksum"
    hear "bad if=eth0 af=4 vrid=51 why=type"
    advert 120 1s
    hear "advert if=eth0 af=4 vrid=99 ver=3 prio=1 interval=1s src=192.0.2.2 ip=192.0.2.9"
    found() { grep -q vrid-errors=1 <(ctl status); }
    until_true 10 found
    ctl status | vrrp-json >json
    jq -s -e '.[0] | .event == "status" and .name == "web" and .is_owner == false
        and .last_adv_source == "192.0.2.2" and .last_event == "startup" and .new_active_reason == "not-active"
        and ([.master_transitions, .advertisement_rcvd, .advertisement_sent, .interval_errors,
            .priority_zero_pkts_rcvd, .priority_zero_pkts_sent, .invalid_type_pkts_rcvd, .address_list_errors,
            .packet_length_errors, .auth_failures, .invalid_auth_type, .auth_type_mismatch]
            == [0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0])' json
    jq -s -e '.[1] | .event == "statistics" and .checksum_errors == 1 and .vrid_errors == 1
        and .version_errors == 0 and .ip_ttl_errors == 0' json
    # It came up a moment ago, and not before this test.
    jq -s -e --argjson now "$EPOCHSECONDS" '.[0].up_datetime | tonumber | . > $now - 60 and . < $now + 1' json
}

@test "track, vr, novr, begin and commit are done when it says so" {
    elect if=eth0 vrid=51 name=web ip=192.0.2.1 track=curl:-30
    grep -q 'prio=70 ' <(ctl status)
    ctl track name=curl state=up for=1m
    grep -q 'prio=100 ' <(ctl status)
    ctl vr if=eth0 vrid=51 name=web ip=192.0.2.1 prio=120 track='load:*-2'
    ctl track name=load state=up value=7
    grep -q 'prio=106 ' <(ctl status)
    ctl begin
    ctl vr if=eth0 vrid=53 name=new ip=192.0.2.3
    ctl commit
    [ "$(ctl status | vrrp-pick -k name status)" = new ]
    ctl novr name=new
    [ -z "$(ctl status | vrrp-pick status)" ]
    run -1 --separate-stderr ctl novr name=new
    [ "$stderr" = "vrrp-ctl: novr: refused: no such virtual router" ]
    run -1 --separate-stderr ctl commit
    [ "$stderr" = "vrrp-ctl: commit: refused: commit without begin" ]
}

@test "stop ends it cleanly" {
    active_one
    ctl stop
    wait "$ELECT"
    grep -q 'to=init why=shutdown' out
    run -3 ctl status
}

@test "yield is refused when no other router was ever heard" {
    elect if=eth0 vrid=51 name=web interval=100ms ip=192.0.2.1
    until_true 10 is_active
    run -1 --separate-stderr ctl yield name=web
    [[ $stderr == "vrrp-ctl: yield: refused: no other router was ever heard for it; force=yes yields all the same" ]]
    run -1 yielded
}

@test "yield is done once another router speaks, and not before" {
    active_one
    ctl vr if=eth0 vrid=51 name=web interval=10s prio=150 ip=192.0.2.1 # it is patient from now on
    ctl yield 3>&- 7>&- & # there is one only
    ctl=$!
    until_true 10 yielded
    advert 0 10s
    sleep 0.3
    kill -0 "$ctl" # it resigns: that is no router that has taken over
    advert 50 10s
    wait "$ctl"
    [ "$(ctl status | vrrp-pick -k state,yielded status)" = $'backup\tyes' ]
    ctl yield name=web off=yes
    [ "$(ctl status | vrrp-pick -k yielded status)" = no ]
}

@test "yield that nobody takes is exit 1: it is Active again" {
    active_one
    run -1 --separate-stderr ctl yield name=web
    [ "$stderr" = "vrrp-ctl: web: it is Active again: no other router took over" ]
}

@test "yield gives up after -T while nobody has spoken" {
    elect if=eth0 vrid=51 name=web interval=10s prio=150 ip=192.0.2.1 preempt=no
    advert 0 10s
    run -1 --separate-stderr ctl -T 500ms yield name=web
    [ "$stderr" = "vrrp-ctl: web: no other router has spoken since" ]
}

@test "yield without a name asks which, where there are several" {
    elect if=eth0 vrid=51 name=web ip=192.0.2.1
    ctl vr if=eth0 vrid=52 name=db ip=192.0.2.2
    run -2 --separate-stderr ctl yield
    [ "$stderr" = "vrrp-ctl: yield: name= is needed: there are 2 virtual routers" ]
}

@test "several at once each get their own answer, whole" {
    elect if=eth0 vrid=51 name=web ip=192.0.2.1
    for i in {1..20}; do
        echo "vr if=eth0 vrid=$((i + 60)) ip=192.0.2.$((i + 60))"
    done >control
    asked=()
    for i in {1..8}; do
        ctl -T 20s status >"answer$i" 3>&- 7>&- &
        asked+=($!)
    done
    for pid in "${asked[@]}"; do
        wait "$pid"
    done
    for i in {1..8}; do
        [ "$(vrrp-pick -k vrid status <"answer$i" | sort -u | wc -l)" -eq 21 ]
        [ "$(wc -l <"answer$i")" -eq 22 ]
    done
}

@test "answers that nobody waited for are not taken for ours, nor in the way" {
    elect if=eth0 vrid=51 name=web ip=192.0.2.1
    for i in {1..300}; do
        echo "status id=$i" # more than a FIFO holds
    done >control
    until_true 10 grep -q 'status id=300 end=yes' out
    [ "$(ctl status | vrrp-pick status | wc -l)" -eq 1 ]
}

@test "an answer of 1,000 virtual routers is whole" {
    elect if=eth0 vrid=51 name=web ip=192.0.2.1
    for i in {0..999}; do
        echo "vr if=e$((i / 250)) vrid=$((i % 250 + 1)) ip=192.0.2.1"
    done >control
    until_true 10 grep -q 'if=e3 .* vrid=250 ' out
    [ "$(ctl status | vrrp-pick status | wc -l)" -eq 1001 ]
}
