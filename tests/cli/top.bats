#!/usr/bin/env bats
# vrrp-top into files and pipes: the table, its options, bad input, how it ends. The screen is in top_screen.bats.

# shellcheck disable=SC2154 # bats and top.bash set them

load top.bash

setup() {
    top_setup
}

teardown() {
    local pid
    exec 7>&-
    for pid in $(jobs -p); do
        kill "$pid" 2>/dev/null || true
    done
}

# An input that stays open: what is written to fd 7.
open_input() {
    mkfifo "$work/fifo"
    exec 7<>"$work/fifo"
}

@test "the table of a capture, once, at its end" {
    run -0 "$top" <"$work/lines"
    diff - <(echo "$output") <<'END'
WHERE   AF VRID ACTIVE       PRIO EVERY   AGE JITTER CHANGES  SINCE HEARD OWN    ALERTS ADDRESSES
eth0     4   51 192.0.2.2     100    1s  0.1s    0us       2   8.1s     2 -      -      192.0.2.100
eth0     6   51 fe80::1       150    1s  0.1s    0us       0    20s     1 active -      fe80::100,2001:db8::100
eth1     4   10 203.0.113.1   255 500ms  0.0s    0us       0    20s     1 -      -      203.0.113.1,203.0.113.2,203.0.113.3
eth1     4   11 vacant          -     -     -      -       1   7.1s     1 -      -      203.0.113.10
eth1.20  4    7 198.51.100.2  200    1s  0.0s  1.0ms       0    20s     2 -      high 1 198.51.100.1
END
}

@test "a real capture, through vrrp-listen" {
    "${top%vrrp-top}vrrp-listen" -r "$BATS_TEST_DIRNAME/../pcap/keepalived.pcap" | "$top" vrid=6 >"$work/out"
    [ "$(wc -l <"$work/out")" -eq 2 ]
    grep -qE '^- +6 +6 fe80::1 ' "$work/out"
}

@test "sorted by a column, the other way round, and filtered" {
    run -0 "$top" --sort prio <"$work/lines"
    [ "$(awk 'NR > 1 { print $3 }' <<<"$output" | tr '\n' ' ')" = "10 7 51 51 11 " ]
    run -0 "$top" --reverse --sort PRIO <"$work/lines"
    [ "$(awk 'NR > 1 { print $3 }' <<<"$output" | tr '\n' ' ')" = "51 51 7 10 11 " ]
    run -0 "$top" if=eth1 vacant=no <"$work/lines"
    [ "$(awk 'NR > 1 { print $3 }' <<<"$output" | tr '\n' ' ')" = "10 7 " ]
}

@test "what is found by vrrp-elect alone: Active, causes and gaps without adverts" {
    "${top%vrrp-top}vrrp-elect" <"$work/lines" >"$work/elected"
    run -0 "$top" <"$work/elected"
    diff - <(echo "$output") <<'END'
WHERE   AF VRID ACTIVE       PRIO CHANGES  SINCE
eth0     4   51 192.0.2.2     100       2   1.0s
eth0     6   51 fe80::1       150       0    13s
eth1     4   10 203.0.113.1   255       0    12s
eth1     4   11 vacant          -       1   0.0s
eth1.20  4    7 198.51.100.2  200       0    12s
END
}

@test "-p of vrrp-elect passes adverts on, and decisions beside them count once" {
    grep -v ' state ' "$work/lines" >"$work/heard"
    "${top%vrrp-top}vrrp-elect" -p <"$work/heard" | "$top" >"$work/passed"
    "$top" <"$work/heard" | diff - "$work/passed"
}

@test "no virtual router: the titles, exit 1" {
    run -1 "$top" </dev/null
    [ "${#lines[@]}" -eq 1 ]
    [[ $output == WHERE* ]]
    run -1 "$top" vrid=99 <"$work/lines"
}

@test "-d prints a table in each interval, with its time, while input is open" {
    open_input
    "$top" -d 200ms <"$work/fifo" >"$work/out" 3>&- 7>&- &
    cat "$work/lines" >&7
    within 10 grep -q '^eth1.20 ' "$work/out"
    grep -q '^2026-11-22T10:19:58.100000000+00:00$' "$work/out"
    echo '1795342799 advert if=eth9 af=4 vrid=99 ver=3 prio=1 interval=1s src=192.0.2.1' >&7
    within 10 grep -q '^eth9 ' "$work/out"
}

@test "-T ends it, and a signal does: what was heard until then is told" {
    open_input
    cat "$work/lines" >&7
    "$top" -T 300ms <"$work/fifo" >"$work/out" 3>&- 7>&-
    grep -q '^eth1.20 ' "$work/out"
    : >"$work/out"
    "$top" <"$work/fifo" >"$work/out" 3>&- 7>&- &
    local pid=$!
    cat "$work/lines" >&7
    sleep 0.2 # it has read them now, or reads them after the signal
    kill -TERM "$pid"
    wait "$pid"
    grep -q '^eth1.20 ' "$work/out"
}

@test "bad lines are told with number and word, and skipped" {
    {
        cat "$work/lines"
        echo 'advert if=eth0 vrid=51 vrid=52'
        echo '1795342799 advert if=eth0 af=4 vrid=300 ver=3 prio=1 interval=1s src=192.0.2.1'
    } >"$work/more"
    run -0 --separate-stderr "$top" <"$work/more"
    count=$(wc -l <"$work/lines")
    [ "${stderr_lines[0]}" = "vrrp-top: standard input:$((count + 1)): vrid=52: duplicate key" ]
    [ "${stderr_lines[1]}" = "vrrp-top: standard input:$((count + 2)): vrid=300: a value that it cannot have" ]
    [ "${#lines[@]}" -eq 6 ]
}

@test "bytes that could speak to a terminal stay escaped" {
    echo '1 advert seg=%1B[31m host=a%0Ab if=%07x%25 af=4 vrid=1 ver=3 prio=1 interval=1s src=192.0.2.1' >"$work/hostile"
    run -0 "$top" <"$work/hostile"
    [[ ${lines[1]} == '%1B[31m:a%0Ab:%07x%25 '* ]]
}

@test "wrong usage is named, exit 2, before anything is read" {
    local reason words
    while IFS=: read -r words reason; do
        # shellcheck disable=SC2086 # several words
        run -2 "$top" $words <"$work/lines"
        [[ $output == "vrrp-top: "*"$reason"* ]] || { echo "$words: $output" && false; }
    done <<'END'
--sort lunch:--sort lunch: not one of the columns
--sort a:--sort a: not one of the columns
-d 1ms:-d 1ms: not a duration from 100ms to 1h
-d often:-d often: not a duration
-T soon:-T soon: not a duration
advert:advert: not key=value
ttl=255:ttl=255: no virtual router has this key
prio=:prio=: 
prio=200..100:prio=200..100: 
END
    run -2 "$top" "if=a b" <"$work/lines"
    [[ $output == *"a blank in a value is written %20"* ]]
}

@test "a reader that has enough ends it quietly; a full disk is exit 3" {
    awk 'BEGIN { for (i = 0; i < 4000; i++)
        printf "1 advert if=eth%d af=4 vrid=%d ver=3 prio=1 interval=1s src=192.0.2.1 ip=192.0.2.100\n", i / 250, i % 250 + 1
    }' >"$work/many"
    run -0 bash -o pipefail -c "'$top' <'$work/many' | head -n 1"
    [[ $output == WHERE* ]]
    run -3 bash -c "'$top' <'$work/many' >/dev/full"
    [[ $output == *"standard output: No space left on device"* ]]
    run -3 bash -c "'$top' </"
    [[ $output == *"standard input: Is a directory"* ]]
}

@test "as many virtual routers as there are, with 4096 the newest" {
    awk 'BEGIN { for (i = 0; i < 20000; i++)
        printf "%d advert if=eth%d af=4 vrid=%d ver=3 prio=1 interval=40950ms src=192.0.2.1\n", 1000 + i / 100, i / 250, i % 250 + 1
    }' >"$work/many"
    run -0 "$top" <"$work/many"
    [ "${#lines[@]}" -eq 4097 ]
    [[ $output == *$'\neth79 '* && $output != *$'\neth1 '* ]]
}
