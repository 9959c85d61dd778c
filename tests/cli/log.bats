#!/usr/bin/env bats
# shellcheck disable=SC2154 # stderr is set by bats's run --separate-stderr
# vrrp-log: files of limited size, and each of them can be replayed.

bats_require_minimum_version 1.5.0

setup() {
    BUILD=${BUILD:-$(cd "$BATS_TEST_DIRNAME/../.." && pwd)/build}
    PATH=$BUILD:$PATH
    cd "$BATS_TEST_TMPDIR" || return
    boot=$(cat /proc/sys/kernel/random/boot_id)
}

teardown() {
    exec 7>&-
    [ -z "${LOG:-}" ] || kill -KILL "$LOG" 2>/dev/null || true
}

until_true() {
    local limit=$((${EPOCHREALTIME/./} + $1 * 1000000))
    shift
    until "$@" 2>/dev/null; do
        if ((${EPOCHREALTIME/./} > limit)); then
            echo "still not true: $*"
            tail err
            return 1
        fi
        sleep 0.05
    done
}
now() { date +%s.%N; }

# log ARGUMENT...: in the background, fed through descriptor 7. LOG is its pid.
log() {
    mkfifo input
    vrrp-log "$@" <input 2>err 3>&- 7>&- &
    LOG=$!
    exec 7>input
}

# files: all that there are, the oldest first.
files() {
    local n
    for ((n = 99; n > 0; n--)); do
        [ ! -e "log.$n" ] || echo "log.$n"
    done
    echo log
}
decisions() { awk '$2 ~ /^(send|state|elected|vacant)$/ { $1 = ""; sub(/ replay=yes/, ""); print }' "$@"; }

# A live vrrp-elect -p with 20 virtual routers at 10 ms for a second or so, and some changes: a log of several 100 kB.
life() {
    local n
    for n in {1..20}; do
        echo "vr if=eth0 vrid=$n interval=10ms ip=192.0.2.$((n + 100)) track=web:-50"
    done >conf
    [ -e control ] || mkfifo -m 600 control
    {
        echo "$(now) clock mono=$(cut -d ' ' -f 1 /proc/uptime) boot=$boot source=live"
        echo "$(now) link if=eth0 state=up mtu=1500 primary4=192.0.2.10"
        sleep 0.5
        echo 'track name=web state=up' >control
        sleep 0.3
        (echo begin; head -n 10 conf; echo 'commit id=1') >control
        sleep 0.7
    } | vrrp-elect -p -C control -f conf
}

@test "lines are appended as they come, to the byte" {
    printf 'one two=3\n# a comment\n\n%s\n' "$(printf 'x%.0s' {1..9000})" >lines
    vrrp-log log <lines
    cmp lines log
    printf 'four' | vrrp-log log
    (cat lines; echo four) | cmp - log
    vrrp-log log <lines
    (cat lines; echo four; cat lines) | cmp - log
}

@test "usage: no file, two files, what is too small" {
    run -2 --separate-stderr vrrp-log </dev/null
    [[ $stderr == "vrrp-log: FILE is missing"* ]]
    run -2 --separate-stderr vrrp-log a b </dev/null
    [[ $stderr == "vrrp-log: b: "* ]]
    run -2 --separate-stderr vrrp-log --size 1000 a </dev/null
    [[ $stderr == "vrrp-log: --size 1000: not a number from 65536 "* ]]
    run -2 --separate-stderr vrrp-log --keep 100 a </dev/null
    [[ $stderr == "vrrp-log: --keep 100: not a number from 0 to 99"* ]]
    run -3 --separate-stderr vrrp-log . </dev/null
    [[ $stderr == "vrrp-log: .: Is a directory" ]]
    [ ! -e a ]
}

@test "all files together replay to the decisions that were taken; each alone is a router of its own" {
    life >all
    vrrp-log --size 65536 --keep 99 log <all
    mapfile -t all_files < <(files)
    [ "${#all_files[@]}" -ge 4 ]
    for file in "${all_files[@]}"; do
        [ "$(stat -c %s "$file")" -le $((65536 + 8192)) ] # with its head
    done
    cat "${all_files[@]}" | vrrp-elect -t >replay 2>replay.err
    [ ! -s replay.err ]
    [ "$(decisions all | wc -l)" -ge 500 ]
    diff <(decisions all) <(decisions replay)
    # The last one begins with the clock and what counts then.
    [[ $(sed -n 1p log) == *" clock mono="*" boot=$boot source=live by=elect" ]]
    [ "$(sed -n 2,11p log | vrrp-pick -k vrid vr | tr '\n' ' ')" = "1 2 3 4 5 6 7 8 9 10 " ]
    [[ $(sed -n 12p log) == *" link if=eth0 state=up "* ]]
    [[ $(sed -n 13p log) == *" track name=web state=up" ]]
    vrrp-elect -t <log >alone 2>alone.err
    [ ! -s alone.err ]
    [ "$(vrrp-pick -k vrid state to=active <alone | wc -l)" -eq 10 ]
    [ "$(vrrp-pick -k prio send 'prio=1..' <alone | sort -u)" = 100 ]
}

@test "a stage line ends what was configured, also what an earlier run had left" {
    life >one
    life >two
    {
        cat one
        echo "$(now) stage name=vrrp-listen pid=1 state=ended signal=9"
        echo "$(now) stage name=vrrp-elect pid=1 state=ended status=0"
    } | vrrp-log log
    [ "$(vrrp-pick -k name novr <log)" = "$(sed 's/.* vrid=\([0-9]*\) .*/eth0-v4-\1/; 10q' conf)" ]
    [ "$(grep -c ' stage ' log)" -eq 2 ]
    # The same, when it was this program that ended.
    vrrp-log other <one
    (sed 1q two | sed 's/ .*/ stage name=vrrp-elect pid=2 state=started/'; cat two) | vrrp-log other
    [ "$(vrrp-pick -k name novr <other)" = "$(vrrp-pick -k name novr <log)" ]
    vrrp-elect -t <other >replay
    # Two lives, each from the start.
    diff <(decisions one two | grep ' state ') <(decisions replay | grep ' state ')
}

@test "old files move up, and the oldest goes" {
    for i in {1..7}; do
        echo "event n=$i pad=$(printf 'x%.0s' {1..15000})"
        printf 'more n=%s\n' "$i" "$i" "$i" "$i"
    done >lines
    (for i in {1..5}; do cat lines; done) | vrrp-log --size 65536 --keep 2 log
    [ "$(ls log*)" = $'log\nlog.1\nlog.2' ]
    (for i in {1..5}; do cat lines; done) >all
    cat log.2 log.1 log >kept
    tail -c "$(stat -c %s kept)" all | cmp - kept
}

@test "a head that is larger than a file may be does not begin a file for each line" {
    for i in {1..1000}; do
        echo "1000.0 vr if=e$((i / 250)) vrid=$((i % 250 + 1)) ip=192.0.2.1"
    done >lines
    (echo "1000.0 clock mono=500.000000 boot=b source=live by=elect"; cat lines
        for i in {1..2000}; do echo "1000.1 tick every=100ms"; done) | vrrp-log --size 65536 log
    [ "$(files | wc -l)" -le 5 ]
    [ "$(cat log log.[0-9] | grep -c ' tick ')" -ge 1999 ]
}

@test "a file that is taken away is made anew, with its head" {
    log log
    echo "1000.0 clock mono=500.000000 boot=b source=live by=elect" >&7
    echo "1000.0 vr if=eth0 vrid=1 ip=192.0.2.1" >&7
    until_true 10 grep -q ' vr ' log
    rm log
    echo "1001.0 tick every=100ms" >&7
    until_true 10 grep -q tick log
    [ "$(vrrp-pick -k time,event <log)" = $'1000.000000000\tclock\n1000.000000000\tvr\n1001.0\ttick' ]
    exec 7>&-
    wait "$LOG"
}

@test "what cannot be written is told once, counted, and goes on when it can be" {
    mkdir directory
    log --size 65536 directory/log
    echo "1000.0 first" >&7
    until_true 10 grep -q first directory/log
    mv directory/log kept
    chmod 500 directory
    for i in {1..3}; do
        echo "1001.0 tick every=100ms" >&7
        sleep 0.1
    done
    until_true 10 grep -q 'Permission denied; lines are lost' err
    chmod 700 directory
    echo "1002.0 last" >&7
    until_true 10 grep -q 'last' directory/log
    [ "$(grep -c 'Permission denied' err)" -eq 1 ]
    exec 7>&-
    wait "$LOG"
}

@test "TERM: it goes on to the end of input, for two seconds at most" {
    log log
    echo "1000.0 first" >&7
    until_true 10 grep -q first log
    kill -TERM "$LOG"
    echo "1000.0 second" >&7
    until_true 10 grep -q second log
    wait "$LOG"
}
