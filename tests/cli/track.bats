#!/usr/bin/env bats
# vrrp-track on pipes and FIFOs: what it says and when, of files and processes; its file; how it ends.

bats_require_minimum_version 1.5.0

setup() {
    BUILD=${BUILD:-$(cd "$BATS_TEST_DIRNAME/../.." && pwd)/build}
    cd "$BATS_TEST_TMPDIR" || return 1
    here=$PWD
}

teardown() {
    local pid
    for pid in ${TRACK:-} ${OTHERS:-}; do
        kill -KILL "$pid" 2>/dev/null || true
    done
}

# track ARGUMENT...: in the background; lines into out, what it says to people into err. TRACK is its pid.
track() {
    : >out
    : >err
    "$BUILD/vrrp-track" "$@" >out 2>err 3>&- &
    TRACK=$!
}
# other COMMAND...: another process, which the test ends.
other() {
    "$@" >/dev/null 2>&1 3>&- &
    OTHERS+=" $!"
    OTHER=$!
}
# unique: a time to sleep that no other process has.
unique() { echo "$((100000 + BASHPID)).$((RANDOM + 1))"; }

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
said() { grep -qF -- "$1" err; }
last_said() { [ "$(tail -n 1 err)" = "vrrp-track: $1" ]; }
last_is() { tail -n 1 out | grep -qE -- "^[0-9.]+ track $1\$"; }
lines() { [ "$(wc -l <out)" -ge "$1" ]; }
gone() { case $(sed -n 's/^State:.//p' "/proc/$1/status") in '' | Z*) ;; *) return 1 ;; esac; }
ended() {
    local status=0
    until_true 10 gone "$TRACK"
    wait "$TRACK" || status=$?
    TRACK=
    [ "$status" -eq "$1" ] || { echo "exit status $status"; cat err; return 1; }
}
# states: of its lines, without repetition.
states() { sed -n 's/.* state=\([a-z]*\).*/\1/p' out | uniq | tr '\n' ' '; }
refuses() { # TEXT ARGUMENT...
    local text=$1 status=0
    shift
    "$BUILD/vrrp-track" "$@" >out 2>err </dev/null || status=$?
    [ "$status" -eq 2 ] && [ ! -s out ] && said "$text" && return
    echo "status $status"
    cat err
    return 1
}

@test "a file that comes, changes, and goes, each told at once" {
    track name=load "file=$here/load"
    until_true 10 last_is 'name=load state=down for=4s'
    said 'vrrp-track: load: down: No such file or directory'
    echo 5 >load
    until_true 10 last_is 'name=load state=up for=4s value=5'
    echo -7 >new
    mv new load
    until_true 10 last_is 'name=load state=up for=4s value=-7'
    echo 99999999999 >load
    until_true 10 last_is 'name=load state=up for=4s value=2147483647'
    echo fine >load
    until_true 10 last_is 'name=load state=up for=4s'
    rm load
    until_true 10 last_is 'name=load state=down for=4s'
    kill -TERM "$TRACK"
    ended 0
    "$BUILD/vrrp-pick" track name=load for=4s <out >picked
    cmp picked out
}

@test "a directory that was not there, a link, and what cannot be read" {
    track "file=$here/some/where/load"
    until_true 10 said 'load: down: No such file'
    mkdir -p some/where
    echo 3 >some/where/load
    until_true 10 grep -q 'state=up for=4s value=3$' out
    rm -r some
    until_true 10 said 'load: down: No such file or directory'
    kill "$TRACK"
    ended 0
    mkdir real
    echo 8 >real/load
    ln -s real/load link
    mkdir is-one
    track "file=$here/link"
    until_true 10 grep -q 'state=up for=4s value=8$' out
    kill "$TRACK"
    ended 0
    track "file=$here/is-one"
    until_true 10 last_is "name=file:$here/is-one state=up for=4s"
}

@test "a file is up while its number is one of these" {
    echo 1 >f
    track "file=$here/f" name=f value=0..3
    until_true 10 last_is 'name=f state=up for=4s value=1'
    echo 4 >f
    until_true 10 said 'f: down: it says 4'
    echo none >f
    sleep 0.1
    echo -1 >f
    sleep 0.1
    [ "$(states)" = "up down " ]
    echo 3 >f
    until_true 10 last_is 'name=f state=up for=4s value=3'
}

@test "processes by their command line: that one ends is seen at once, that one comes within its second" {
    local time
    time=$(unique)
    track name=two "cmdline=sleep,$time" count=2
    until_true 10 said 'two: down: no process'
    other sleep "$time"
    other sleep "$time"
    until_true 10 last_is 'name=two state=up for=4s'
    : >out
    kill -KILL "$OTHER"
    until_true 5 said 'two: down: 1 process' # the next look by itself would be later
    other sleep "$time" # one with other words
    other sleep "$time" 0
    until_true 10 last_is 'name=two state=up for=4s'
}

@test "processes by name, and not too many" {
    local name
    name=trk-$BASHPID # at most 15 bytes are the kernel's
    cp "$(command -v sleep)" "$name"
    cp "$(command -v sleep)" "$name-with-a-long-tail"
    printf '%s\n' "watch name=short process=$name" "watch name=long process=$name-with-a-long-tail" \
        "watch name=none process=$name count=0..0" >watches
    track -f watches
    until_true 10 said 'short: down: no process'
    until_true 10 said 'none: up'
    other "./$name" 1000
    until_true 10 said 'short: up'
    until_true 10 said 'none: down: 1 process'
    [ "$(grep -c 'long: up' err)" -eq 0 ]
    other "./$name-with-a-long-tail" 1000
    until_true 10 said 'long: up'
}

@test "fall: what comes back in time was never down" {
    touch f
    track "file=$here/f" name=f fall=700ms rise=300ms
    until_true 10 said 'f: up'
    rm f
    sleep 0.1
    touch f
    sleep 1
    [ "$(states)" = "up " ]
    rm f
    until_true 10 said 'f: down'
    touch f
    until_true 10 last_said 'f: up'
    [ "$(states)" = "up down up " ]
}

@test "it is said again each second, and to whoever reads the FIFO" {
    mkfifo ctl
    touch f
    track -C ctl "file=$here/f" name=f
    until_true 10 said 'ctl: nobody reads it'
    exec 7<>ctl
    until_true 10 said 'ctl: it is read now'
    local line n
    for n in 1 2 3; do
        read -r -t 10 -u 7 line
        [ "$line" = "track name=f state=up for=4s" ] || { echo "$n: $line" && false; }
    done
    exec 7>&-
}

@test "the file of a router: vr lines are passed over, and what is wrong is named" {
    printf '%s\n' '# all' 'vr if=eth0 vrid=1 ip=192.0.2.1 track=a' "watch name=a file=$here/f" 'watch link=lo' >r
    touch f
    track -f r "file=$here/f"
    until_true 10 lines 3
    sed -n 's/.* name=\([^ ]*\) .*/\1/p' out | head -n 3 | sort | diff - <(printf '%s\n' a "file:$here/f" link:lo | sort)
    kill -INT "$TRACK"
    ended 0
    "$BUILD/vrrp-elect" -t -f r </dev/null
    echo 'watch link=lo colour=red' >>r
    refuses 'r:5: colour=red: unknown key' -f r
    echo 'track name=a state=up' >r
    refuses 'r:1: track: not a watch line' -f r
    printf '%s\n' 'watch link=lo' 'watch link=lo' >r
    refuses 'r:2: link:lo: this name belongs to another watch' -f r
    echo '# nothing' >r
    refuses 'r: no watch line in it' -f r
}

@test "wrong words and options: exit 2, and nothing is watched" {
    refuses usage:
    refuses 'link, address, route, process, cmdline or file is missing' name=a
    refuses 'route=default: one thing a watch' link=lo route=default
    refuses 'lnk=lo: unknown key; did you mean link?' lnk=lo
    refuses 'lo: not key=value' lo
    refuses 'file=f: file: a path from / on' file=f
    refuses '-f b: one file is enough' -f a -f b
    touch plain
    refuses 'plain' -C plain link=lo
}

@test "without a reader it ends, quietly" {
    { "$BUILD/vrrp-track" link=lo 2>err; echo "$?" >status; } | head -n 1 >out
    until_true 10 test -s status
    [ "$(<status)" = 0 ]
    [ "$(wc -l <err)" -eq 1 ]
}
