# Lines of a segment that never was, for vrrp-explain. shellcheck shell=bash

# segment <STORY: lines in order of time, from an epoch of 2026-11-22 03:14:00 UTC. STORY has lines of
#   adverts HOST PRIO FROM TO [key=value]...   each interval (1s) from FROM to TO, in seconds
#   advert HOST PRIO AT [key=value]...         one; PRIO 0 resigns
#   announce HOST AT [COUNT APART]             of 192.0.2.100
#   line AT WORD...                            as it stands
# HOST is the last byte of 192.0.2.HOST and of its MAC address. Keys: ver interval cksum auth vrid if seg mac ip smac.
segment() {
    awk '
        BEGIN { epoch = 1795317240 }
        function at(t) { return sprintf("%d.%09d", epoch + int(t), (t - int(t)) * 1e9 + 0.5) }
        function seconds(d) { return d ~ /ms$/ ? d / 1000 : d + 0 }
        function put(host, prio, t,    origin) {
            origin = (key["seg"] ? " seg=" key["seg"] : "") " if=" key["if"]
            print at(t), "advert" origin " af=4 vrid=" key["vrid"] " dir=in ver=" key["ver"] " prio=" prio \
                " interval=" key["interval"] " src=192.0.2." host " dst=224.0.0.18 ttl=255 smac=" \
                (key["smac"] ? key["smac"] : sprintf("02:00:00:00:00:%02x", host)) \
                " dmac=01:00:5e:00:00:12 cksum=" key["cksum"] " auth=" key["auth"] " ip=" key["ip"]
        }
        {
            delete key
            key["ver"] = 3; key["interval"] = "1s"; key["cksum"] = "pseudo"; key["auth"] = "none"; key["vrid"] = 51
            key["if"] = "eth0"; key["ip"] = "192.0.2.100"
            for (i = 4; i <= NF; i++)
                if (split($i, part, "=") == 2) key[part[1]] = part[2]
        }
        $1 == "adverts" { for (n = 0; $4 + n * seconds(key["interval"]) <= $5 + 1e-6; n++) put($2, $3, $4 + n * seconds(key["interval"])) }
        $1 == "advert" { put($2, $3, $4) }
        $1 == "announce" {
            for (n = 0; n < ($4 ? $4 : 1); n++)
                print at($3 + n * $5), "announce if=eth0 af=4 ip=192.0.2.100 mac=" sprintf("02:00:00:00:00:%02x", $2) " op=garp"
        }
        $1 == "line" { t = $2; sub(/^line [^ ]+ /, ""); print at(t), $0 }
    ' | sort -s -n -k 1,1
}
