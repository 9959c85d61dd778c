#!/usr/bin/env bats
# vrrp-top on a terminal: what is on the screen at several sizes, its keys, and the terminal afterwards.

# shellcheck disable=SC2154 # bats and top.bash set them

load top.bash

setup() {
    top_setup
    }

teardown() {
    top_teardown
}

# The rows: VRIDs, in order, of the virtual routers that stand there.
order_is() { # VRID...
    [ "$(screen | awk 'NR > 2 && NF > 4 && $3 ~ /^[0-9]+$/ { print $3 }' | tr '\n' ' ')" = "$* " ]
}

@test "80x24: how many, the table, its state and where help is" {
    terminal
    start_top
    screen_is <<'END'
5 virtual routers, 1 vacant, 3 changes, 1 alert, 1 invalid              10:19:58
WHERE   AF VRID ACTIVE       PRIO   AGE CHANGES  SINCE OWN    ALERTS ADDRESSES
eth0     4   51 192.0.2.2     100  0.1s       2   8.1s -      -      192.0.2.100
eth0     6   51 fe80::1       150  0.1s       0    20s active -      fe80::100,>
eth1     4   10 203.0.113.1   255  0.0s       0    20s -      -      203.0.113.>
eth1     4   11 vacant          -     -       1   7.1s -      -      203.0.113.>
eth1.20  4    7 198.51.100.2  200  0.0s       0    20s -      high 1 198.51.100>
















end of input                                ? help  / filter  Enter more  q quit
END
}

@test "other sizes, while it runs: more columns where there is room, the most important where there is none" {
    terminal
    start_top
    resize 110 30
    within 10 shows '^WHERE   AF VRID ACTIVE       PRIO EVERY   AGE JITTER CHANGES  SINCE HEARD OWN    ALERTS ADDRESSES$'
    within 10 shows 'high 1 198.51.100.1$'
    resize 60 15
    screen_is <<'END'
5 virtual routers, 1 vacant, 3 changes, 1 alert, 1 invalid
WHERE   AF VRID ACTIVE       PRIO   AGE  SINCE OWN    ALERTS
eth0     4   51 192.0.2.2     100  0.1s   8.1s -      -
eth0     6   51 fe80::1       150  0.1s    20s active -
eth1     4   10 203.0.113.1   255  0.0s    20s -      -
eth1     4   11 vacant          -     -   7.1s -      -
eth1.20  4    7 198.51.100.2  200  0.0s    20s -      high 1







end of input            ? help  / filter  Enter more  q quit
END
    resize 40 6
    screen_is <<'END'
5 virtual routers, 1 vacant, 3 changes,
WHERE AF VRID ACTIVE      PRIO   AGE
eth0   4   51 192.0.2.2    100  0.1s
eth0   6   51 fe80::1      150  0.1s
eth1   4   10 203.0.113.1  255  0.0s
end of input                      ? help
END
    press End
    within 10 shows '^eth1.20  4    7 198.51.100.2  200  0.0s$'
    resize 20 4
    screen_is <<<'too small'
    resize 80 24
    within 10 shows '^WHERE   AF '
}

@test "sorting: a key for each column, to the left and right, the other way round" {
    terminal
    start_top
    within 10 order_is 51 51 10 11 7
    press P
    within 10 order_is 10 7 51 51 11
    press r
    within 10 order_is 51 51 7 10 11
    press P
    within 10 order_is 10 7 51 51 11
    press '<' '<'
    within 10 order_is 7 10 11 51 51
    press '>' Right
    within 10 order_is 10 7 51 51 11
    press C
    within 10 order_is 51 11 51 10 7
}

@test "a filter: typed, corrected, wrong, left, taken away" {
    terminal
    start_top
    type_in '/if=eth1 vacant=nn'
    within 10 shows '^/if=eth1 vacant=nn_$'
    press BSpace
    type_in o
    press Enter
    within 10 order_is 10 7
    shows '^end of input | 2 of 5: if=eth1 vacant=no  '
    type_in '/ ttl=255'
    press Enter
    within 10 shows '^ttl=255: no virtual router has this key  '
    order_is 10 7
    type_in '/ vrid=10'
    press Escape
    within 10 shows '^end of input | 2 of 5: if=eth1 vacant=no  '
    press / C-u
    type_in 'vrid=99'
    press Enter
    within 10 shows '^no virtual router matches the filter$'
    press / C-u Enter
    within 10 order_is 51 51 10 11 7
}

@test "all about one virtual router" {
    terminal
    start_top
    press j Down k
    press Enter
    screen_is <<'END'
5 virtual routers, 1 vacant, 3 changes, 1 alert, 1 invalid              10:19:58
Virtual router 51 of IPv6 on eth0

Active     fe80::1, priority 150
Heard      0.1s ago, every 1s
Addresses  fe80::100  2001:db8::100
Own state  active
Changes    0; first heard 20s ago

 SPEAKER  PRIO VER EVERY  LAST JITTER  ADVERTS MISSED  CHECKSUM AUTH
*fe80::1   150   3    1s  0.1s    0us       21       0  pseudo   none  this mac>

 CHANGES
 10:19:38.000    20s ago  first      fe80::1 prio 150









end of input                                                    Esc back  q quit
END
    press Escape
    within 10 shows '^WHERE'
    press End Enter
    within 10 shows '^Virtual router 7 of IPv4 on eth1.20$'
    shows '^ 10:19:53.500   4.6s ago  high split-brain src=198.51.100.3$'
    resize 40 10
    within 10 shows '^ SPEAKER '
    press NPage
    within 10 shows '^ CHANGES$'
    press Home Right
    within 10 shows '^router 7 of IPv4 on eth1.20$'
    press Enter
    within 10 shows '^WHERE'
}

@test "help tells the keys of all columns, and goes again" {
    terminal
    start_top
    press '?'
    within 10 shows '^ KEYS$'
    within 10 shows '^P  PRIO  *E  EVERY  *G  AGE  *J  JITTER$'
    press '?'
    within 10 shows '^WHERE'
}

@test "the selected virtual router stays selected, wherever it goes" {
    terminal
    start_top
    press End P Enter
    within 10 shows '^Virtual router 7 of IPv4 on eth1.20$'
}

@test "after q the terminal is as it was" {
    terminal
    start "stty -a >'$work/before'; '$top' <'$work/lines'; stty -a >'$work/after'; true"
    within 10 shows 'virtual router'
    [ "$(mux display-message -p '#{cursor_flag} #{alternate_on}')" = "0 1" ]
    press q
    within 10 has_status 0
    within 10 restored
    within 10 shows '^\$$'
    shows_not 'virtual router'
}

# An input that stays open, and its process.
start_open() {
    mkfifo "$work/fifo"
    exec 7<>"$work/fifo"
    start "stty -a >'$work/before'; '$top' $* <'$work/fifo' & echo \$! >'$work/pid'; fg >/dev/null; ended=\$?; stty -a >'$work/after'; (exit \$ended)"
    cat "$work/lines" >&7
    within 10 shows '^eth1.20 '
}

# What is done is a command.
ended_by() { # COMMAND...
    shows '^5 virtual routers'
    "$@"
    within 10 has_status 0
    within 10 restored
}
signalled() { # SIGNAL
    kill -"$1" "$(<"$work/pid")"
}

@test "TERM ends it at once, and leaves the terminal as it was" {
    terminal
    start_open
    ended_by signalled TERM
}

@test "so does HUP" {
    terminal
    start_open
    ended_by signalled HUP
}

@test "so does Ctrl-C" {
    terminal
    start_open
    ended_by press C-c
}

@test "so does -T" {
    terminal
    start_open -T 1s
    ended_by true
}

@test "Ctrl-Z stops it and gives the terminal back, fg goes on" {
    terminal
    start_open
    press C-z
    within 10 shows 'Stopped'
    [ "$(mux display-message -p '#{cursor_flag} #{alternate_on}')" = "1 0" ]
    type_in fg
    press Enter
    within 10 shows '^WHERE'
    press q
    within 10 shows_not '^WHERE'
}

@test "lines that come are on the screen, but not while it is paused" {
    terminal
    start_open
    echo '1795342799 advert if=eth9 af=4 vrid=99 ver=3 prio=1 interval=1s src=192.0.2.1' >&7
    within 10 shows '^eth9 '
    shows_not 'end of input'
    press Space
    within 10 shows 'paused'
    echo '1795342799 advert if=eth8 af=4 vrid=98 ver=3 prio=1 interval=1s src=192.0.2.1' >&7
    sleep 1
    shows_not '^eth8 '
    press Space
    within 10 shows '^eth8 '
    shows_not 'paused'
}

@test "of a live source ages grow by themselves, and silence is told" {
    local now=${EPOCHREALTIME/,/.}
    echo "$now clock mono=100.000000 boot=b source=live" >"$work/lines"
    echo "$now advert if=eth1.20 af=4 vrid=7 ver=3 prio=1 interval=1s src=192.0.2.1" >>"$work/lines"
    terminal
    start_open
    within 10 shows ' 1\.[0-9]s '
    within 10 shows '^no line for [3-9] s'
    within 10 shows ' vacant '
}

@test "the end of input is told, and the screen stays until q" {
    terminal
    start_open
    shows_not 'end of input'
    # what ends is the reader's side: nobody holds the FIFO for writing any more
    exec 7>&-
    within 10 shows '^end of input'
    shows '^5 virtual routers'
    press q
    within 10 has_status 0
}

@test "an input that fails is told on the screen, and after it: exit 3" {
    terminal
    start "'$top' </"
    within 10 shows '^input: Is a directory'
    press q
    within 10 has_status 3
    within 10 shows '^vrrp-top: standard input: Is a directory$'
}

@test "a bad line is told on the screen, which stays whole" {
    terminal
    start_open
    echo 'advert if=eth0 vrid=51 vrid=52' >&7
    within 10 shows '^standard input:[0-9]*: vrid=52: duplicate key'
    shows '^5 virtual routers'
    shows '^eth1.20 '
    press j
    within 10 shows_not 'duplicate'
}

@test "no byte of a line speaks to the terminal" {
    echo '1 advert seg=%1B[31m host=a%0Ab if=%07x%25 af=4 vrid=1 ver=3 prio=1 interval=1s src=192.0.2.1' >"$work/lines"
    echo '1 alert rule=x%1B[2J sev=high seg=%1B[31m host=a%0Ab if=%07x%25 af=4 vrid=1 what=%1B]0;x%07' >>"$work/lines"
    terminal
    start_top
    within 10 shows '^%1B\[31m:a%0Ab:%07x%25 '
    press Enter
    within 10 shows 'high x%1B\[2J what=%1B\]0;x%07$'
}

@test "colours where there are some, none with NO_COLOR" {
    terminal
    start_top
    mux capture-pane -e -p | grep -q $'\e\[[0-9;]*31m.*vacant'
    press q
    within 10 has_status 0
    rm "$work/status"
    start "NO_COLOR=1 '$top' <'$work/lines'"
    within 10 shows '^eth1.20 '
    ! mux capture-pane -e -p | grep -q $'\e\[[0-9;]*3[0-7]m' || false
}

@test "no lines, no screen: a terminal as input, a terminal that can show none" {
    terminal
    start "'$top'"
    within 10 has_status 2
    shows '^vrrp-top: lines come from a pipe: vrrp-listen eth0 | vrrp-top$'
    rm "$work/status"
    start "TERM=dumb '$top' <'$work/lines'"
    within 10 has_status 3
    shows '^vrrp-top: TERM=dumb: it cannot show a screen; with | cat there is a table$'
    rm "$work/status"
    start "TERM=nothing-such '$top' <'$work/lines'"
    within 10 has_status 3
    shows '^vrrp-top: TERM=nothing-such: '
}
