#!/usr/bin/env bats
# shellcheck disable=SC2154 # mark makes variables
# Who reads behind the chain: one that stops, and a log on a disk that is full. That costs lines, which are counted, and no
# advertisement; and when it goes on, so do the lines.

load lib.bash

us4=192.0.2.1

setup_file() {
    export SCENARIOS=$BATS_FILE_TMPDIR
    local way
    # not all at a time: what fills the pipes takes half a processor
    for way in cat hook log; do
        scenario "stops-$way" stops "$way"
    done
    wait
    for way in file log; do
        scenario "full-$way" full "$way"
    done
    wait
}

teardown_file() {
    local lab
    for lab in "$SCENARIOS"/*; do
        lab_end "$lab"
    done
}

# --- the stories -----------------------------------------------------------------------------------------------------

# chain_into WAY: a chain that logs all that it hears. Behind it `cat`, vrrp-hook or vrrp-log, or, for `file`, nobody: then
# vip-follow writes its log itself. WAY is the last stage, its lines are in $LAB/disk/log, a disk of 4 MB. As chain_start.
chain_into() {
    local stage
    mkdir "$LAB/disk"
    # shellcheck disable=SC2016 # it is for the shell inside
    start us us.err unshare -m --propagation private bash -c '
        base=$1/us disk=$1/disk build=$2
        mount -t tmpfs -o size=4m none "$disk" || exit
        stage() {
            echo "$BASHPID" >"$base.$1.pid"
            shift
            exec "$@" 2>>"$base.err"
        }
        chain() {
            stage listen "$build/vrrp-listen" eth0 | stage elect "$build/vrrp-elect" -p -f "$base.vr" |
                stage advert "$build/vrrp-advert" | stage follow "$build/vip-follow"
            echo "${PIPESTATUS[*]}" >>"$base.status"
        }
        case $3 in
        file) chain >>"$disk/log" ;;
        cat) chain | stage end cat >>"$disk/log" ;;
        hook) chain | stage end "$build/vrrp-hook" -- true >>"$disk/log" ;;
        log) chain | stage end "$build/vrrp-log" "$disk/log" ;;
        esac' chain "$LAB" "$BUILD" "$1"
    for stage in listen elect advert follow; do
        until_true 10 test -s "$LAB/us.$stage.pid" || return 1
        lab_owns "$(<"$LAB/us.$stage.pid")"
    done
    DISK=/proc/$(<"$LAB/us.follow.pid")/root$LAB/disk # of its mount namespace
}
# logged PATTERN [SINCE]: a line of after that moment (TIME) matches.
logged() {
    awk -v pattern="$1" -v since="${2:-0}" '$1 > since + 0 && $0 ~ pattern { found = 1; exit } END { exit !found }' "$DISK/log"
}
held_by_follow() { awk '/^RssAnon/ { print $2 }' "/proc/$(<"$LAB/us.follow.pid")/status"; }
# More lines than a pipe and a program's memory hold: adverts of 255 virtual routers that are none of ours.
much() {
    ns liar "$BUILD/flood" random-vrid eth0 "$1" -r 20000 -p 1
}

begin() { # WAY
    lab_begin "$LAB" us liar
    record_own us
    echo "vr if=eth0 vrid=51 prio=150 interval=200ms ip=$VIP4/24" >"$LAB/us.vr"
    chain_into "$1"
    until_true 10 logged " state .* to=active "
    mark calm
    sleep 1
    mark from
    held_by_follow >"$LAB/memory"
}
end() {
    held_by_follow >>"$LAB/memory"
    mark to
    kill -TERM "$(<"$LAB/us.listen.pid")"
    until_true 10 test -s "$LAB/us.status"
}

stops() { # WAY
    local reader
    begin "$1"
    until_true 10 test -s "$LAB/us.end.pid"
    reader=$(<"$LAB/us.end.pid")
    lab_owns "$reader"
    kill -STOP "$reader"
    mark stopped
    much 3
    held_by_follow >>"$LAB/memory"
    mark continued
    kill -CONT "$reader"
    until_true 20 logged " lost where=vip-follow n="
    until_true 20 logged " send .* prio=150 " "$continued"
    cp "$DISK/log" "$LAB/us.out"
    end
}

full() { # WAY
    begin "$1"
    cat /dev/zero >"$DISK/fill" || true
    mark stopped
    until_true 10 grep -q "No space left on device" "$LAB/us.err"
    much 3
    held_by_follow >>"$LAB/memory"
    rm "$DISK/fill"
    mark continued
    until_true 20 logged " lost where=(vip-follow|vrrp-log) n="
    until_true 20 logged " send .* prio=150 " "$continued"
    cp "$DISK/log" "$LAB/us.out"
    end
}

# --- what is to be seen ----------------------------------------------------------------------------------------------

costs_no_advert() { # STORY
    local gap
    finished "$1"
    gap=$(advert_gap "$us4" "$from" "$to")
    echo "at most $gap s between two adverts"
    # an interval and a half, or what other work costs even the undisturbed ones
    holds "$gap < 0.3 || $gap < 1.5 * $(advert_gap "$us4" "$calm" "$from")"
    [ "$(<"$LAB/us.status")" = "0 0 0 0" ]
    # Each line whole, and nothing of the time between is claimed to be all that there was.
    [ "$(grep -cvE '^[0-9]+\.[0-9]+ [a-z]+ ' "$LAB/us.out")" -eq 0 ]
    awk '$2 == "lost" && $3 ~ /^where=(vip-follow|vrrp-log)$/ { sub("n=", "", $4); n += $4 } END { print n " lost"; exit n < 500 }' \
        "$LAB/us.out"
    # kB: a limit, whatever comes
    cat "$LAB/memory"
    awk 'NR == 1 { before = $1 } $1 - before > 4000 { exit 1 }' "$LAB/memory"
}

@test "cat stops reading and goes on" {
    costs_no_advert stops-cat
}
@test "vrrp-hook stops and goes on" {
    costs_no_advert stops-hook
}
@test "vrrp-log stops and goes on" {
    costs_no_advert stops-log
}
@test "the disk is full under the log that vip-follow writes itself, and has room again" {
    costs_no_advert full-file
    [ "$(grep -c 'No space left' "$LAB/us.err")" -eq 1 ]
}
@test "the disk is full under vrrp-log, and has room again" {
    costs_no_advert full-log
}
