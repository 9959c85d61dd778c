#!/usr/bin/env bats
# keepalived-to-vr: keepalived.conf in the words of vrrp-run, and nothing dropped in silence.
# shellcheck disable=SC2030,SC2031,SC2154 # output and stderr are bats'

setup() {
    bats_require_minimum_version 1.5.0
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    PATH=${BUILD:-$root/build}:$PATH
    cd "$BATS_TEST_TMPDIR" || return
}

# converted [OPTION...]: what conf becomes, without comments; and vrrp-elect takes it
converted() {
    keepalived-to-vr "$@" conf >vr
    vrrp-elect -f <(grep '^vr' vr) </dev/null
    grep -v '^#' vr
}

@test "a pair as tutorials have it" {
    cat >conf <<'END'
! Configuration File for keepalived
vrrp_instance VI_1 {
    state MASTER
    interface eth0
    virtual_router_id 51
    priority 101
    advert_int 1
    authentication {
        auth_type PASS
        auth_pass 1111
    }
    virtual_ipaddress {
        192.0.2.10/24 dev eth0
        192.0.2.11/24 dev eth1
    }
}
END
    [ "$(converted)" = "vr name=VI_1 if=eth0 vrid=51 ver=2 prio=101 interval=1s ip=192.0.2.10/24,192.0.2.11/24@eth1 auth=pass" ]
    grep -q '^# conf:3: state MASTER: ' vr
    ! grep -q 1111 vr || false
    run -0 --separate-stderr keepalived-to-vr -o out conf
    [[ $output == "out/vr.conf is written, with keys. To move over:"* ]]
    [[ $output == *"vrrp-run -n -k out/keys out/vr.conf "* && $output == *"systemctl stop keepalived"* ]]
    [ "$(stat -c %a out/keys)" = 600 ]
    [ "$(<out/keys)" = "key if=eth0 vrid=51 type=pass secret=1111" ]
    cmp vr out/vr.conf
    [ ! -e out/notify ]
}

@test "everything that an instance may say" {
    cat >conf <<'END'
global_defs {
    vrrp_version 3
    vrrp_garp_master_delay 2
    vrrp_startup_delay 1.5
    router_id me
}
vrrp_script up { script "curl -sf http://127.0.0.1/"; interval 0.5; timeout 2; rise 2; fall 3; weight -20; }
END
    sed -i 's/; /\n/g; s/;//' conf
    cat >>conf <<'END'
vrrp_script port {
    script "</dev/tcp/127.0.0.1/80"
    user nobody nogroup
}
track_process proxy {
    process haproxy
    quorum 2
    weight 10
    delay 0.25
}
track_file bonus {
    file /run/bonus
    weight 2
}
vrrp_sync_group both {
    group { one two }
}
vrrp_instance one {
    interface eth0
    virtual_router_id 1
    priority 150
    advert_int 0.25
    use_vmac
    nopreempt
    down_timer_adverts 4
    higher_prio_send_advert
    no_accept
    garp_master_repeat 2
    garp_master_refresh 30
    track_script {
        up
        port weight 5 reverse
    }
    track_interface {
        eth1
        eth2 weight -2
    }
    track_process { proxy }
    track_file { bonus }
    virtual_ipaddress {
        192.0.2.1/24 scope link
    }
    virtual_ipaddress_excluded {
        192.0.2.2/24 dev eth3 scope link
        2001:db8::2/64 scope link
    }
    virtual_routes {
        0.0.0.0/0 gw 192.0.2.254 dev eth1 table 100
        src 192.0.2.1 to 198.51.100.0/24 via 192.0.2.9
        blackhole 10.0.0.0/8
    }
    virtual_rules {
        from 192.0.2.0/24 table 100 no_track
    }
}
vrrp_instance two {
    interface eth1
    virtual_router_id 2
    unicast_src_ip 2001:db8::a
    unicast_peer {
        2001:db8::b
        2001:db8::c
    }
    virtual_ipaddress { 2001:db8::1/64 }
}
END
    converted >got
    diff - got <<'END'
check name=up command=curl,-sf,http%3A//127.0.0.1/ interval=500ms timeout=2s rise=2 fall=3
check name=port command=runuser,-u,nobody,-g,nogroup,--,bash,-c,</dev/tcp/127.0.0.1/80 interval=1s
watch name=proxy process=haproxy count=2 rise=250ms fall=250ms
watch name=bonus file=/run/bonus
vr name=one if=eth0 vrid=1 ver=3 prio=150 interval=250ms ip=192.0.2.1/24 preempt=no startup-delay=1500ms down-factor=4 vmac=yes garp=2,2s,2 garp-refresh=30s track=up:-20,not:port:-5,link:eth1,link:eth2:-2,proxy:10,bonus:*2 group=both excluded=192.0.2.2/24@eth3,2001:db8::2/64 scope=link route=default+via+192.0.2.254+dev+eth1+table+100,198.51.100.0/24+src+192.0.2.1+via+192.0.2.9,blackhole+10.0.0.0/8 rule=from+192.0.2.0/24+table+100 accept=no last-advert=yes
vr name=two if=eth1 vrid=2 ver=3 prio=100 interval=1s ip=2001:db8::1/64 src=2001:db8::a startup-delay=1500ms garp=5,2s,5 peer=2001:db8::b,2001:db8::c ttl=64..255 group=both
END
    grep -q '^# conf:5: router_id me: ' vr
}

@test "whom it tells: the same words as keepalived gives, in its order" {
    cat >conf <<END
vrrp_sync_group G {
    group {
        A
    }
    notify_master "$PWD/say group-master"
}
vrrp_instance A {
    interface eth0
    virtual_router_id 1
    virtual_ipaddress {
        192.0.2.1
    }
    notify_master "$PWD/say master 'two words'"
    notify_backup "$PWD/say backup"
    notify "$PWD/say any"
}
END
    printf '#!/bin/sh\nfor w in "$@"; do printf "[%%s]" "$w"; done\necho\n' >say
    chmod +x say
    keepalived-to-vr -o out conf >said
    grep -q -- '--hook out/notify' said
    shellcheck -s sh out/notify
    [ "$(out/notify INSTANCE A MASTER 100)" = $'[master][two words]\n[any][INSTANCE][A][MASTER][100]' ]
    [ "$(out/notify INSTANCE A BACKUP 100)" = $'[backup]\n[any][INSTANCE][A][BACKUP][100]' ]
    [ "$(out/notify GROUP G MASTER 0)" = "[group-master]" ]
    [ "$(out/notify INSTANCE other MASTER 100)" = "" ]
}

@test "includes, definitions, conditions, comments, quotes" {
    mkdir conf.d
    printf 'vrrp_instance "%s" {\n include ../common\n virtual_router_id ${ID}\n}\n' one >conf.d/1.conf
    printf '$ID=8 # the other\nvrrp_instance two {\n interface eth1\n virtual_router_id $ID\n virtual_ipaddress { 192.0.2.2 }\n}\n' \
        >conf.d/2.conf
    printf 'interface eth0 ! here\n@main priority 150\n@spare priority 50\n@^main nopreempt\nvirtual_ipaddress\n{\n192.0.2.1 }\n' >common
    printf '$ID=7\ninclude conf.d/*.conf\n' >conf
    [ "$(converted --id main)" = "vr name=one if=eth0 vrid=7 ver=2 prio=150 interval=1s ip=192.0.2.1
vr name=two if=eth1 vrid=8 ver=2 prio=100 interval=1s ip=192.0.2.2" ]
    [ "$(converted --id spare | head -n 1)" = \
        "vr name=one if=eth0 vrid=7 ver=2 prio=50 interval=1s ip=192.0.2.1 preempt=no" ]
    [ "$(converted | head -n 1)" = "vr name=one if=eth0 vrid=7 ver=2 prio=100 interval=1s ip=192.0.2.1" ]
}

# wrong MESSAGE TEXT: nothing is written, and the first thing that is said
wrong() {
    printf '%s\n' "${@:2}" >conf
    run -2 --separate-stderr keepalived-to-vr -o out conf
    [ "$output" = "" ] && [ ! -e out ]
    [[ $stderr == *"keepalived-to-vr: conf:$1"* ]] || { echo "$stderr" && false; }
}

@test "what has no counterpart, or is wrong, is an error with file, line and word" {
    local begin='vrrp_instance A {' end=$'interface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\n192.0.2.1\n}\n}'
    wrong "2: use_ipvlan: an ipvlan has no counterpart" "$begin" use_ipvlan "$end"
    wrong "2: frobnicate: not known in a vrrp_instance" "$begin" 'frobnicate 1' "$end"
    wrong "2: 300: not a number that it can have" "$begin" 'priority 300' "$end"
    wrong "2: priority: a word is missing behind it" "$begin" priority "$end"
    wrong "1: A: version 2 has whole seconds" "$begin" 'advert_int 0.5' "$end"
    wrong "1: A: interface is missing" "$begin" $'virtual_router_id 1\nvirtual_ipaddress {\n192.0.2.1\n}\n}'
    wrong "3: nosuch: no such vrrp_script" "$begin" 'track_script {' 'nosuch' '}' "$end"
    wrong "1: nosuch: no such vrrp_instance" 'vrrp_sync_group G { nosuch }'
    wrong "3: 192.0.2.300: not an address" "$begin" 'virtual_ipaddress_excluded {' '192.0.2.300' '}' "$end"
    wrong "3: or: a route with two next hops" "$begin" 'virtual_routes {' '10.0.0.0/8 via 192.0.2.2 or 192.0.2.3' '}' "$end"
    wrong "3: tos: not known of a rule" "$begin" 'virtual_rules {' 'from 10.0.0.0/8 tos 4 table 1' '}' "$end"
    wrong "2: 224.1.2.3: another group" "$begin" 'mcast_dst_ip 224.1.2.3' "$end"
    wrong "1: vrrp_instance: a block that never ends" "$begin" 'priority 1'
    wrong "2: }: closes no block" '' '}'
    wrong "1: nosuch.conf: no such file" 'include nosuch.conf'
    wrong "1: \$X: not defined before" 'vrrp_instance $X {'
    wrong "1: ~SEQ" '~SEQ(x, 1, 2) vrrp_instance A {'
    # each of them is told
    wrong "2: use_ipvlan" "$begin" use_ipvlan 'priority 0' "$end"
    [[ $stderr == *"conf:3: 0: not a number"* && $stderr == *"conf: nothing was written"* ]]
    # a password is not
    wrong "2: NONE: auth_type: PASS or AH" "$begin" 'authentication {' 'auth_type NONE' 'auth_pass s3cr3t' '}' "$end"
    [[ $stderr != *s3cr3t* ]]
}

@test "keepalived's own examples convert, or it is said why not" {
    local sample name said
    for sample in /usr/share/doc/keepalived/samples/keepalived.conf*; do
        name=${sample##*/keepalived.conf.}
        case $name in
            conditional_conf) said=': vrrp_script: no script stands in it' ;; # without --id
            vrrp.routes) said=': or: a route with two next hops has no counterpart' ;;
            vrrp.rules) said=': 192.168.200./24: not a network' ;;
            *) said= ;;
        esac
        if [ "$said" ]; then
            run -2 --separate-stderr keepalived-to-vr "$sample"
            [[ ${stderr_lines[0]} == *"$said" ]]
            continue
        fi
        keepalived-to-vr "$sample" >vr
        # each word at the top of the file is in a line or a comment
        ! grep -q '^vrrp_instance' "$sample" || vrrp-elect -f <(grep '^vr' vr) </dev/null
        [ "$(grep -c '^vr ' vr)" -eq "$(grep -c '^vrrp_instance' "$sample")" ]
    done
}

@test "operands, files that are not there, a full disk" {
    run -2 --separate-stderr keepalived-to-vr a b
    [[ ${stderr_lines[0]} == "keepalived-to-vr: b: one file at a time" ]]
    run -3 --separate-stderr keepalived-to-vr nowhere
    [[ ${stderr_lines[0]} == "keepalived-to-vr: nowhere: No such file or directory" ]]
    printf 'vrrp_instance A {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress { 192.0.2.1 }\n}\n' >conf
    run -3 --separate-stderr keepalived-to-vr -o /proc/nowhere conf
    status=0
    keepalived-to-vr conf >/dev/full 2>err || status=$?
    [ "$status" -eq 3 ]
}
