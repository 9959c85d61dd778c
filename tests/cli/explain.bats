#!/usr/bin/env bats
# vrrp-explain: its reports, to the letter; files, safely; whatever strangers write; how it ends.

bats_require_minimum_version 1.5.0
load explain.bash

setup() {
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    BUILD=${BUILD:-$root/build}
    explain=$BUILD/vrrp-explain
    stories=$root/tests/cli/explain
    export TZ=UTC
    cd "$BATS_TEST_TMPDIR" || return 1
}

# told STORY: the report is the one that is kept. It is made again with
#     segment <STORY.story | TZ=UTC vrrp-explain >STORY.report
told() {
    segment <"$stories/$1.story" | "$explain" >out
    diff "$stories/$1.report" out
}

@test "a crash, a return, a clean stop" {
    told failovers
}

@test "one that does not hear the other" {
    told isolation
}

@test "version 2, late, and back again" {
    told late
}

@test "a tie, virtual MAC addresses, a mirror port" {
    told ties
}

@test "what happened in captures of keepalived and FRR" {
    local capture story
    while read -r capture story; do
        "$BUILD/vrrp-listen" -q -r "$root/tests/pcap/$capture.pcap" | "$explain" >out
        grep -qE "$story" out || { echo "$capture: no '$story'" && cat out && false; }
    done <<'END'
crash Reign 2: 192\.0\.2\.2 after 192\.0\.2\.1, no-response
crash difference +.0\.0[0-9]* s, nominal
resign Reign 2: 192\.0\.2\.2 after 192\.0\.2\.1, resigned
resign difference +.0\.0[0-9]* s, nominal
preemption Reign 3: 192\.0\.2\.1 after 192\.0\.2\.2, preempted
frr-crash Reign 2: 192\.0\.2\.2 after 192\.0\.2\.1, no-response
frr-crash outage .* the virtual MAC address moved
ipv6-crash VRID 51, IPv6
vmac Reign 2: 192\.0\.2\.2 after 192\.0\.2\.1, no-response
split-brain Two Actives, [0-9.]+ s in all
split-brain 192\.0\.2\.2 .priority 100. spoke beside 192\.0\.2\.1
flapping 6 changes of Active
rogue 192\.0\.2\.3 took over from 192\.0\.2\.1, which was still there: its priority is higher, 254
END
}

@test "one virtual router of many, with its announcements" {
    local capture
    for capture in crash ipv6-crash vmac; do
        "$BUILD/vrrp-listen" -r "$root/tests/pcap/$capture.pcap" >lines
        "$explain" <lines >all
        grep -qE '^    announced +[^ ]+ 10 times, first after ' all
        "$BUILD/vrrp-listen" -r "$root/tests/pcap/$capture.pcap" vrid=51 | "$explain" | diff all -
        "$BUILD/vrrp-pick" vrid=51 <lines | "$explain" | diff all -
        # lines of before, whose announcements have no vrid, mean the same
        sed 's/\( announce .*\) vrid=51 /\1 /' lines >before
        run -1 grep -c ' announce .* vrid=' before
        "$explain" <before | diff all -
    done
}

@test "the time zone is the reader's, and days are named when there are two" {
    segment <<<'adverts 2 150 0 3' | TZ=Asia/Kolkata "$explain" | grep -q '2026-11-22 08:44:00.000 to 08:44:03.000'
    segment <<<$'advert 2 150 0\nadvert 2 150 86400' | "$explain" >out
    grep -q '2026-11-22 03:14:00.000 to 2026-11-23 03:14:00.000' out
    grep -qE '^ +2 +192.0.2.2 +150 +2026-11-23 03:14:00.000 ' out
}

@test "lines by hand, without TIME, happen now" {
    printf 'advert af=4 vrid=1 ver=3 prio=100 interval=1s src=192.0.2.1\n' | "$explain" >out
    grep -qE '^VRID 1, IPv4$' out
}

@test "a step of the wall clock is no gap" {
    {
        echo '1795317240 clock mono=100.000000 boot=a source=live'
        segment <<<'adverts 2 150 0 3'
        echo '1795313644 clock mono=104.000000 boot=a source=live'
        segment <<<'adverts 2 150 -3596 -3593'
    } | "$explain" >out
    grep -q '^1 virtual router, 0 changes of Active' out
    grep -q '1 time the clock was set' out
}

@test "nothing to explain: exit 1, and why" {
    run --separate-stderr -1 "$explain" <<<'1795317240 elected af=4 vrid=51 active=192.0.2.1 prio=100 why=first'
    [[ $output == "0 virtual routers, 0 changes of Active"* ]]
    # shellcheck disable=SC2154 # bats sets it
    [ "$stderr" = "vrrp-explain: there was no advert line (vrrp-elect passes them on with -p only)" ]
}

@test "a line that lacks a key, or is malformed, is named and skipped" {
    segment <<<'adverts 2 150 0 3' >lines
    printf '1795317250 advert af=4 vrid=51 ver=3\n1795317250 what=\n' >>lines
    run --separate-stderr -0 "$explain" <lines
    [[ $output == "1 virtual router"* ]]
    [[ $stderr == *"standard input:5: "*prio*"standard input:6: "* ]]
}

@test "reigns: the first and the last ones are told, and how many were left out" {
    for ((i = 0; i < 100; i++)); do echo "advert $((2 + i % 2)) 100 $((i * 4))"; done | segment | "$explain" >out
    grep -q 'Of 100 reigns the first 8 and the last 24 are told; 68 between them are left out' \
        <(tr '\n' ' ' <out | tr -s ' ')
    [ "$(grep -c '^  Reign ' out)" -eq 31 ]
}

# --- files -----------------------------------------------------------------------------------------------------------

@test "--svg and --html write files; - is standard output, alone" {
    segment <"$stories/failovers.story" >lines
    "$explain" --svg a.svg --html a.html <lines >out
    cmp out "$stories/failovers.report"
    "$explain" --svg - <lines | cmp - a.svg
    "$explain" --html - <lines | cmp - a.html
    "$explain" -q --svg b.svg <lines >out
    [ ! -s out ]
    cmp a.svg b.svg
    [[ $(head -n 1 a.svg) == "<svg xmlns="* ]]
    [[ $(head -n 1 a.html) == "<!DOCTYPE html>" ]]
}

@test "a reader that has had enough is no failure" {
    segment <"$stories/failovers.story" >lines
    for i in {1..40}; do sed "s/vrid=51/vrid=$i/" lines; done | sort -s -n -k 1,1 >many
    for page in '' '--html -' '--svg -'; do
        # shellcheck disable=SC2016 # it is for the shell inside
        run --separate-stderr -0 bash -c '"$0" $1 <many | head -n 1; exit "${PIPESTATUS[0]}"' "$explain" "$page"
        [ -z "$stderr" ]
    done
}

@test "a page needs nothing but itself" {
    segment <"$stories/failovers.story" | "$explain" -q --svg a.svg --html a.html
    [ "$(grep -oE '(https?|file):[^"]*' a.svg)" = "http://www.w3.org/2000/svg" ]
    run ! grep -qiE 'https?:|<script|<link|<img|url\(|@import|src=' a.html
}

@test "a file that was longer is cut, one that cannot be written is exit 3, before anything is read" {
    segment <"$stories/failovers.story" >lines
    "$explain" -q --svg a.svg <lines
    cp a.svg b.svg
    head -c 100000 /dev/zero >>b.svg
    "$explain" -q --svg b.svg <lines
    cmp a.svg b.svg
    run --separate-stderr -3 "$explain" --svg missing/a.svg <lines
    [ "$stderr" = "vrrp-explain: --svg missing/a.svg: No such file or directory" ]
    [ -z "$output" ]
    run --separate-stderr -3 "$explain" --html . <lines
    [ "$stderr" = "vrrp-explain: --html .: Is a directory" ]
    run --separate-stderr -3 "$explain" -q --html /dev/full <lines
    [ "$stderr" = "vrrp-explain: --html /dev/full: No space left on device" ]
}

@test "a run that is killed leaves the last picture" {
    segment <"$stories/failovers.story" | "$explain" -q --svg a.svg
    cp a.svg b.svg
    mkfifo in
    "$explain" -q --svg a.svg <in &
    exec 9>in
    echo 'advert af=4 vrid=1 ver=3 prio=100 interval=1s src=192.0.2.1' >&9
    kill -KILL $!
    wait $! || true
    exec 9>&-
    cmp a.svg b.svg
}

@test "one file for both is refused, so are operands" {
    run -2 "$explain" --svg a --html a </dev/null
    [ "$output" = "vrrp-explain: --html and --svg are one file" ]
    run -2 "$explain" --svg - --html - </dev/null
    run --separate-stderr -2 "$explain" vrid=51 </dev/null
    [[ $stderr == "vrrp-explain: vrid=51: no operand is taken"* ]]
}

@test "-T ends it, and it tells what it knows" {
    mkfifo in
    exec 9<>in
    segment <<<'adverts 2 150 0 3' >&9
    "$explain" -T 300ms <in >out
    exec 9>&-
    grep -q '^1 virtual router' out
}

# --- strangers -------------------------------------------------------------------------------------------------------

@test "what strangers write breaks out of nothing" {
    local evil='%3C/text%3E%3C/title%3E%3Cscript%3Ealert(1)%3C/script%3E'
    segment >lines <<END
adverts 2 150 0 3 seg=$evil if=%1B[2J%22%27
adverts 3 100 8 9 seg=$evil if=%1B[2J%22%27
line 9.5 bad seg=$evil if=%1B[2J%22%27 af=4 vrid=51 why=short src=192.0.2.9
END
    "$explain" --svg a.svg --html a.html <lines >out
    for file in out a.svg a.html; do
        # nothing but printable ASCII and newlines
        run -1 grep -nP '[^\x20-\x7e]' "$file"
    done
    run -1 grep -c '<script' a.svg a.html
    grep -q '&lt;script&gt;' a.svg
    grep -q 'VRID 51, IPv4, %1B\[2J&quot;&#39;, segment &lt;/text&gt;' a.html
    grep -q '1 of 192.0.2.9: short' a.html
    grep -q 'segment </text></title><script>alert(1)</script>' out
}

# peak FILE: kB, with all of the file but what is still in the pipe.
peak() {
    local pid
    mkfifo "$1.fifo"
    "$explain" -q <"$1.fifo" &
    pid=$!
    exec 9>"$1.fifo"
    cat "$1" >&9
    sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$pid/status"
    exec 9>&-
    wait "$pid"
}

@test "memory follows the speakers, not the length" {
    segment <<<'adverts 2 150 0 1000' >short
    awk '{ print } END { for (i = 0; i < 30000; i++) { sub(/^[0-9]+/, 1795318241 + i); print } }' short >long
    short=$(peak short)
    long=$(peak long)
    echo "$short kB, $long kB"
    [ "$short" -gt 0 ]
    [ "$long" -le $((short + short / 4 + 512)) ]
}
