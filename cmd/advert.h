/* What the files of vrrp-advert share: the filter, the advert by hand, and where packets go. */
#ifndef CMD_ADVERT_H
#define CMD_ADVERT_H

#include "core/auth_keys.h"
#include "core/event.h"
#include "net/capture.h"
#include "net/inject.h"
#include "net/signals.h"
#include "net/unicast.h"

struct advert_options {
    bool dry;               /* -n */
    bool force;             /* -F */
    const char *file;       /* -w; NULL: none */
    uint64_t count;         /* -c; 0: until it is stopped */
    const char *key_path;   /* -k; NULL: none */
    struct auth_keys *keys; /* those in it, which wire_open takes */
};

int advert_filter(const struct advert_options *o); /* each returns the exit status */
int advert_hand(const struct advert_options *o, char **words, size_t count);

/* An interface as it was when last asked for. */
struct wire_link {
    char ifname[IFNAME_TEXT];
    bool there; /* false: error says why not */
    int error;
    bool failed; /* the last packet did not leave: ask again before the next one */
    unsigned ifindex;
    struct link_event link;
    instant asked;
    int said; /* errno that was told to people, 0: none */
    instant said_at;
    int peer_said;          /* the same of a peer, where another one was reached, */
    instant peer_failed_at; /* and when it was so last */
};

/* Where packets go: a socket, a file, or nowhere. */
struct wire {
    struct injector injector;
    struct unicast unicast;
    struct auth_keys *keys; /* NULL: there are none */
    stamp time;             /* that the packets have in which it stands */
    struct capture_writer *writer;
    bool file_failed;
    bool live;
    struct wire_link *links;
    size_t link_count, link_room;
    uint8_t frame[FRAME_BYTES]; /* the one that was built last */
    size_t length;
};

void wire_open(struct wire *w, const struct advert_options *o); /* or exits, saying why */
/* The file of -w, which this empties: after all that may be wrong with the usage. signals end the wait for its reader, when
 * it is a FIFO or standard output; false: so it was before it could be opened. */
bool wire_open_file(struct wire *w, const struct advert_options *o, struct signals *signals);
/* Build the advert of a `send` and send it: to the group, or to each peer; it left when it left to one of them. 0 or errno:
 * what the system said, EADDRNOTAVAIL when the interface has no usable address, ENODEV when it is not there, EDESTADDRREQ
 * when it is its only peer itself, ENOKEY when there is no key to sign it with. The first of a kind is told on stderr. t: for the file. */
int wire_send(struct wire *w, const struct send_event *e, stamp t, instant now);
void wire_refresh(struct wire *w, instant now); /* when there is time: ask for what may have changed */
bool wire_flush(struct wire *w);                /* false: the file could not be written, said on stderr */
bool wire_close(struct wire *w);                /* the same */
/* The keys are read again; what is wrong is said, and then those that there were go on to be used. */
void wire_read_keys(struct wire *w, const char *path);
/* Can this be signed? */
bool wire_has_key(const struct wire *w, const struct send_event *e);
struct wire_link *wire_link(struct wire *w, const char *ifname, instant now); /* asked for now if it is not known */
/* family 0: the interface has none that is usable. */
struct ip wire_source(const struct wire_link *l, const struct send_event *e);

/* The frame of the advert that was sent last, to its peer number `which`, as `# frame HEX` and a newline, for -n; returns
 * its length, 0 when there is none of that number. */
size_t wire_frame_text(struct wire *w, const struct send_event *e, size_t which, char out[static LINE_BYTES]);
/* The word for err=: "ENOBUFS". */
const char *error_word(int number);

#endif
