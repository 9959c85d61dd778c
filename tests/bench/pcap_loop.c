/* pcap_loop FILE: reads a capture with libpcap and does nothing with it but to count: no program that reads through
 * libpcap can be faster. */
#include <stdio.h>

#include <pcap/pcap.h>

static void count(u_char *user, const struct pcap_pkthdr *header, const u_char *bytes)
{
    (void)header;
    (void)bytes;
    ++*(unsigned long *)(void *)user;
}

int main(int argc, char **argv)
{
    char error[PCAP_ERRBUF_SIZE];
    unsigned long packets = 0;
    pcap_t *capture = argc == 2 ? pcap_open_offline(argv[1], error) : NULL;
    if (!capture) {
        fprintf(stderr, "pcap_loop: %s\n", argc == 2 ? error : "usage: pcap_loop FILE");
        return 2;
    }
    int status = pcap_loop(capture, -1, count, (u_char *)&packets);
    pcap_close(capture);
    printf("%lu\n", packets);
    return status < 0;
}
