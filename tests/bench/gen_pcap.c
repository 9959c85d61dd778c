/* gen_pcap COUNT PERCENT > FILE: a capture of COUNT Ethernet packets, PERCENT of them VRRP advertisements, evenly
 * spread. Adverts: half VRRPv3 IPv4, a quarter VRRPv2, a quarter VRRPv3 IPv6, of 255 virtual routers with one to three
 * addresses. The others: TCP and UDP of 60 to 250 bytes. The same arguments give the same bytes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/checksum.h"
#include "core/packet.h"

enum { FRAME_MAX = 512, ETHERNET_BYTES = 14, ETHERNET_LEAST = 60, MICROSECONDS_APART = 37 };

static void put(uint32_t value)
{
    fwrite(&value, sizeof value, 1, stdout); /* in this machine's order: the magic number tells which */
}

static void file_header(void)
{
    const uint16_t version[2] = {2, 4};
    put(0xa1b23c4d); /* nanoseconds */
    fwrite(version, sizeof version, 1, stdout);
    put(0);
    put(0);
    put(65535);
    put(1);
}

static void write_packet(uint64_t number, uint8_t *frame, size_t length)
{
    uint64_t ns = number * MICROSECONDS_APART * 1000;
    if (length < ETHERNET_LEAST) {
        memset(frame + length, 0, ETHERNET_LEAST - length);
        length = ETHERNET_LEAST;
    }
    put(1700000000 + (uint32_t)(ns / 1000000000));
    put((uint32_t)(ns % 1000000000));
    put((uint32_t)length);
    put((uint32_t)length);
    fwrite(frame, length, 1, stdout);
}

static size_t ethernet(uint8_t *frame, const uint8_t dst[6], const struct mac *src, uint16_t type)
{
    memcpy(frame, dst, 6);
    memcpy(frame + 6, src->bytes, 6);
    put_be16(frame + 12, type);
    return ETHERNET_BYTES;
}

static size_t ip4(uint8_t *h, const struct ip *src, const struct ip *dst, uint8_t protocol, uint8_t ttl, size_t length)
{
    memset(h, 0, 20);
    h[0] = 0x45;
    h[1] = VRRP_TOS;
    put_be16(h + 2, (uint16_t)(20 + length));
    h[8] = ttl;
    h[9] = protocol;
    memcpy(h + 12, src->bytes, 4);
    memcpy(h + 16, dst->bytes, 4);
    checksum_store(h + 10, checksum_add(0, h, 20));
    return 20;
}

static size_t ip6(uint8_t *h, const struct ip *src, const struct ip *dst, size_t length)
{
    memset(h, 0, 40);
    h[0] = 0x6c;
    put_be16(h + 4, (uint16_t)length);
    h[6] = VRRP_PROTOCOL;
    h[7] = VRRP_TTL;
    memcpy(h + 8, src->bytes, 16);
    memcpy(h + 24, dst->bytes, 16);
    return 40;
}

static void fill_addresses(uint8_t *out, const struct advert *a)
{
    for (uint8_t n = 0; n < a->count; n++, out += ip_size(a->af)) {
        memset(out, 0, ip_size(a->af));
        if (a->af == 4)
            memcpy(out, (uint8_t[]){10, a->vrid, n, 1}, 4);
        else if (n == 0)
            memcpy(out, (uint8_t[16]){0xfe, 0x80, [14] = a->vrid, 1}, 16);
        else
            memcpy(out, (uint8_t[16]){0x20, 0x01, 0x0d, 0xb8, [7] = a->vrid, [14] = n, 1}, 16);
    }
}

static void write_advert(uint64_t number, uint64_t advert)
{
    static const uint8_t group4[6] = {1, 0, 0x5e, 0, 0, 0x12}, group6[6] = {0x33, 0x33, 0, 0, 0, 0x12};
    uint8_t frame[FRAME_MAX], addresses[3 * 16], message[FRAME_MAX];
    struct advert a = {.version = advert % 4 == 1 ? 2 : 3, .af = advert % 4 == 3 ? 6 : 4, .interval = SECOND};
    a.vrid = (uint8_t)(1 + advert % 255);
    a.prio = (uint8_t)(100 + advert % 7);
    a.count = (uint8_t)(1 + advert % 3);
    a.addresses = addresses;
    fill_addresses(addresses, &a);
    a.src = a.af == 6 ? (struct ip){6, {0xfe, 0x80, [15] = 1}} : (struct ip){4, {192, 0, 2, 1}};
    a.dst = a.af == 6 ? vrrp_group6 : vrrp_group4;
    struct mac source = vrrp_mac(a.af, a.vrid);
    size_t length = packet_encode(message, sizeof message, &a, CKSUM_PSEUDO);
    size_t at = ethernet(frame, a.af == 6 ? group6 : group4, &source, a.af == 6 ? 0x86dd : 0x0800);
    at += a.af == 6 ? ip6(frame + at, &a.src, &a.dst, length)
                    : ip4(frame + at, &a.src, &a.dst, VRRP_PROTOCOL, VRRP_TTL, length);
    memcpy(frame + at, message, length);
    write_packet(number, frame, at + length);
}

static void write_other(uint64_t number)
{
    static const uint8_t gateway[6] = {0x52, 0x54, 0, 0, 0, 1};
    const struct mac source = {{0x52, 0x54, 0, 0, 0, 2}};
    const struct ip src = {4, {192, 0, 2, (uint8_t)(1 + number % 250)}}, dst = {4, {198, 51, 100, 7}};
    uint8_t frame[FRAME_MAX] = {0};
    size_t payload = 20 + number * 7919 % 197;
    size_t at = ethernet(frame, gateway, &source, 0x0800);
    at += ip4(frame + at, &src, &dst, number % 3 ? 6 : 17, 64, payload);
    put_be16(frame + at, 443);
    put_be16(frame + at + 2, (uint16_t)(1024 + number % 60000));
    write_packet(number, frame, at + payload);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: gen_pcap COUNT PERCENT\n");
        return 2;
    }
    uint64_t count = strtoull(argv[1], NULL, 10), percent = strtoull(argv[2], NULL, 10);
    file_header();
    for (uint64_t n = 0, adverts = 0; n < count; n++) {
        if ((n + 1) * percent / 100 > adverts)
            write_advert(n, adverts++);
        else
            write_other(n);
    }
    return fflush(stdout) != 0 || ferror(stdout);
}
