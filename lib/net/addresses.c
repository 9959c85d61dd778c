#include "net/addresses.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "core/address_style.h"
#include "net/address_message.h"

enum { DUMP_BYTES = 32768, REQUEST_BYTES = 128, DUMP_TRIES = 8 };

struct address_book {
    struct mnl_socket *socket;
    unsigned port;
    uint32_t seq;
    struct address_entry *entries; /* of the last dump */
    size_t count, room;
};

struct address_book *address_book_open(void)
{
    struct address_book *b = calloc(1, sizeof *b);
    if (b == NULL)
        return NULL;
    int on = 1;
    b->socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
    if (b->socket == NULL || mnl_socket_bind(b->socket, 0, MNL_SOCKET_AUTOPID) < 0) {
        int error = errno;
        address_book_close(b);
        errno = error;
        return NULL;
    }
    /* Each only makes the answers better: messages in words, short errors, dumps of one interface. */
    (void)mnl_socket_setsockopt(b->socket, NETLINK_EXT_ACK, &on, sizeof on);
    (void)mnl_socket_setsockopt(b->socket, NETLINK_CAP_ACK, &on, sizeof on);
    (void)mnl_socket_setsockopt(b->socket, NETLINK_GET_STRICT_CHK, &on, sizeof on);
    b->port = mnl_socket_get_portid(b->socket);
    return b;
}

void address_book_close(struct address_book *b)
{
    if (b == NULL)
        return;
    if (b->socket != NULL)
        mnl_socket_close(b->socket);
    free(b->entries);
    free(b);
}

unsigned address_book_port(const struct address_book *b)
{
    return b->port;
}

int address_book_fd(const struct address_book *b)
{
    return mnl_socket_get_fd(b->socket);
}

/* A message for people: the kernel's words where it has some. */
static void explain(const struct address_book *b, struct address_error *error, int number, const char *words,
                    unsigned ifindex, uint8_t family)
{
    char name[IF_NAMESIZE];
    error->number = number;
    if (number == EACCES && family == 6) {
        address_interface_name(b, ifindex, name);
        snprintf(error->text, sizeof error->text, "IPv6 is disabled on %s", name);
    } else if (words != NULL && words[0] != '\0') {
        snprintf(error->text, sizeof error->text, "%s", words);
    } else if (number == ENODEV) {
        snprintf(error->text, sizeof error->text, "no such device");
    } else {
        snprintf(error->text, sizeof error->text, "%s", strerror(number));
    }
}

static int find_words(const struct nlattr *a, void *words)
{
    if (mnl_attr_get_type(a) == NLMSGERR_ATTR_MSG && mnl_attr_validate(a, MNL_TYPE_NUL_STRING) == 0)
        *(const char **)words = mnl_attr_get_str(a);
    return MNL_CB_OK;
}

/* NLMSGERR_ATTR_MSG of an error message, or NULL. Points into the message. */
static const char *error_words(const struct nlmsghdr *message)
{
    if (!(message->nlmsg_flags & NLM_F_ACK_TLVS))
        return NULL;
    const struct nlmsgerr *e = mnl_nlmsg_get_payload(message);
    size_t offset = sizeof *e;
    if (!(message->nlmsg_flags & NLM_F_CAPPED))
        offset += mnl_nlmsg_get_payload_len(&e->msg);
    const char *words = NULL;
    (void)mnl_attr_parse(message, (unsigned)offset, find_words, &words);
    return words;
}

static ssize_t receive(struct address_book *b, void *buffer, size_t size)
{
    ssize_t n;
    do
        n = mnl_socket_recvfrom(b->socket, buffer, size);
    while (n < 0 && errno == EINTR);
    return n;
}

bool address_book_ask(struct address_book *b, struct nlmsghdr *request, mnl_cb_t answer, void *context)
{
    _Alignas(struct nlmsghdr) char buffer[DUMP_BYTES];
    request->nlmsg_seq = ++b->seq;
    if (mnl_socket_sendto(b->socket, request, request->nlmsg_len) < 0)
        return false;
    for (;;) {
        ssize_t n = receive(b, buffer, sizeof buffer);
        if (n < 0)
            return false;
        int status = mnl_cb_run(buffer, (size_t)n, b->seq, b->port, answer, context);
        if (status == MNL_CB_STOP)
            return true;
        if (status == MNL_CB_ERROR && errno != EPROTO) /* that was left over from a request that was given up */
            return false;
    }
}

static bool keep_entry(struct address_book *b, const struct address_entry *e)
{
    if (b->count == b->room) {
        size_t room = b->room == 0 ? 64 : b->room * 2;
        struct address_entry *grown = realloc(b->entries, room * sizeof *grown);
        if (grown == NULL)
            return false;
        b->entries = grown;
        b->room = room;
    }
    b->entries[b->count++] = *e;
    return true;
}

/* One answer of a dump. 0: go on; 1: complete; -1: errno; -2: the table changed meanwhile, ask again. */
static int dump_message(struct address_book *b, const struct nlmsghdr *message, unsigned ifindex, bool *torn)
{
    struct address_entry e;
    if (message->nlmsg_seq != b->seq)
        return 0; /* left over from a request that was given up */
    if (message->nlmsg_flags & NLM_F_DUMP_INTR)
        *torn = true;
    if (message->nlmsg_type == NLMSG_DONE)
        return *torn ? -2 : 1;
    if (message->nlmsg_type == NLMSG_ERROR) {
        const struct nlmsgerr *failed = mnl_nlmsg_get_payload(message);
        errno = -failed->error;
        return errno == 0 ? 1 : -1;
    }
    if (message->nlmsg_type != RTM_NEWADDR || !address_message_read(message, &e) || e.ifindex != ifindex)
        return 0;
    return keep_entry(b, &e) ? 0 : -1;
}

static int dump(struct address_book *b, unsigned ifindex)
{
    _Alignas(struct nlmsghdr) char buffer[DUMP_BYTES];
    struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
    request->nlmsg_type = RTM_GETADDR;
    request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    request->nlmsg_seq = ++b->seq;
    struct ifaddrmsg *body = mnl_nlmsg_put_extra_header(request, sizeof *body);
    body->ifa_family = AF_UNSPEC;
    body->ifa_index = ifindex;
    b->count = 0;
    if (mnl_socket_sendto(b->socket, request, request->nlmsg_len) < 0)
        return -1;
    bool torn = false;
    for (;;) {
        ssize_t n = receive(b, buffer, sizeof buffer);
        if (n < 0)
            return -1;
        int left = (int)n;
        for (const struct nlmsghdr *m = (void *)buffer; mnl_nlmsg_ok(m, left); m = mnl_nlmsg_next(m, &left)) {
            int status = dump_message(b, m, ifindex, &torn);
            if (status != 0)
                return status;
        }
    }
}

bool address_each(struct address_book *b, unsigned ifindex, address_visit *visit, void *context,
                  struct address_error *error)
{
    int status = -2;
    for (int tries = 0; status == -2 && tries < DUMP_TRIES; tries++)
        status = dump(b, ifindex);
    if (status == -1) {
        explain(b, error, errno, NULL, ifindex, 0);
        return false;
    }
    /* Torn each time: what came is still each an address that was there; a notice will tell of the rest. */
    for (size_t n = 0; n < b->count; n++)
        visit(context, &b->entries[n]);
    return true;
}

static void put_label(struct nlmsghdr *m, const struct address_change *c)
{
    char label[IFNAME_TEXT];
    if (c->style->label[0] == '\0' || !label_fits(c->style->label, c->ifname))
        return;
    size_t length = strlen(c->ifname);
    memcpy(label, c->ifname, length);
    label[length] = ':';
    memcpy(label + length + 1, c->style->label, strlen(c->style->label) + 1);
    mnl_attr_put_strz(m, IFA_LABEL, label);
}

static void put_change(struct nlmsghdr *m, const struct address_change *c)
{
    static const struct address_style plain;
    bool v6 = c->prefix.ip.family == 6;
    const struct address_style *style = c->style != NULL ? c->style : &plain;
    m->nlmsg_type = c->kind == CHANGE_REMOVE ? RTM_DELADDR : RTM_NEWADDR;
    m->nlmsg_flags = NLM_F_REQUEST;
    if (c->kind == CHANGE_ADD)
        m->nlmsg_flags |= NLM_F_CREATE | NLM_F_EXCL;
    else if (c->kind == CHANGE_RENEW)
        m->nlmsg_flags |= NLM_F_CREATE | NLM_F_REPLACE;
    struct ifaddrmsg *body = mnl_nlmsg_put_extra_header(m, sizeof *body);
    body->ifa_family = v6 ? AF_INET6 : AF_INET;
    body->ifa_prefixlen = c->prefix.length;
    body->ifa_scope = v6 || c->kind == CHANGE_REMOVE ? RT_SCOPE_UNIVERSE : style->scope;
    body->ifa_index = c->ifindex;
    mnl_attr_put(m, IFA_LOCAL, ip_size(c->prefix.ip.family), c->prefix.ip.bytes);
    mnl_attr_put(m, IFA_ADDRESS, ip_size(c->prefix.ip.family), c->prefix.ip.bytes);
    if (c->kind == CHANGE_REMOVE)
        return;
    mnl_attr_put_u8(m, ADDRESS_ATTRIBUTE_PROTO, ADDRESS_TAG);
    if (c->metric != 0 && !v6)
        mnl_attr_put_u32(m, IFA_RT_PRIORITY, c->metric);
    if (v6) {
        /* Without NODAD it could not be used for 1.6 s; with a prefix route of its own, it would take that of the
         * host's address in the same prefix along when it goes. */
        mnl_attr_put_u32(m, IFA_FLAGS, IFA_F_NODAD | IFA_F_NOPREFIXROUTE);
    }
    if (!v6 && c->style != NULL)
        put_label(m, c);
    uint32_t valid = c->lease == 0 ? UINT32_MAX : c->lease;
    /* An IPv6 address that is not preferred is not taken as the source of what this host sends by itself. */
    struct ifa_cacheinfo life = {.ifa_valid = valid, .ifa_prefered = v6 && !style->preferred ? 0 : valid};
    mnl_attr_put(m, IFA_CACHEINFO, sizeof life, &life);
}

static int outcome(const struct address_change *c, int number)
{
    if (c->kind == CHANGE_REMOVE && (number == EADDRNOTAVAIL || number == ENODEV))
        return 0;
    return number;
}

/* Wait for the answer to the last message of a batch. Errors of those before it come first, in order. */
static int await_batch(struct address_book *b, struct address_change *changes, size_t count, uint32_t first,
                       struct address_error *error)
{
    _Alignas(struct nlmsghdr) char buffer[DUMP_BYTES];
    for (;;) {
        ssize_t n = receive(b, buffer, sizeof buffer);
        if (n < 0)
            return errno;
        int left = (int)n;
        for (const struct nlmsghdr *m = (void *)buffer; mnl_nlmsg_ok(m, left); m = mnl_nlmsg_next(m, &left)) {
            uint32_t index = m->nlmsg_seq - first;
            if (m->nlmsg_type != NLMSG_ERROR || index >= count)
                continue;
            const struct nlmsgerr *e = mnl_nlmsg_get_payload(m);
            struct address_change *c = &changes[index];
            c->result = outcome(c, -e->error);
            if (c->result != 0 && error->number == 0)
                explain(b, error, c->result, error_words(m), c->ifindex, c->prefix.ip.family);
            if (index == count - 1)
                return 0;
        }
    }
}

static bool apply_batch(struct address_book *b, struct address_change *changes, size_t count,
                        struct address_error *error)
{
    _Alignas(struct nlmsghdr) char buffer[ADDRESS_BATCH * REQUEST_BYTES];
    size_t length = 0;
    uint32_t first = b->seq + 1;
    memset(buffer, 0, count * REQUEST_BYTES); /* libmnl leaves the padding between attributes as it is */
    for (size_t n = 0; n < count; n++) {
        struct nlmsghdr *m = mnl_nlmsg_put_header(buffer + length);
        put_change(m, &changes[n]);
        m->nlmsg_seq = ++b->seq;
        if (n == count - 1)
            m->nlmsg_flags |= NLM_F_ACK; /* failures are told without being asked for */
        length += m->nlmsg_len;
        changes[n].result = 0;
    }
    int number = 0;
    if (mnl_socket_sendto(b->socket, buffer, length) < 0)
        number = errno;
    else
        number = await_batch(b, changes, count, first, error);
    if (number != 0) {
        for (size_t n = 0; n < count; n++)
            changes[n].result = number;
        if (error->number == 0)
            explain(b, error, number, NULL, changes[0].ifindex, 0);
    }
    for (size_t n = 0; n < count; n++) {
        if (changes[n].result != 0)
            return false;
    }
    return true;
}

bool address_apply(struct address_book *b, struct address_change *changes, size_t count, struct address_error *error)
{
    bool done = true;
    *error = (struct address_error){0};
    for (size_t at = 0; at < count; at += ADDRESS_BATCH) {
        size_t batch = count - at < ADDRESS_BATCH ? count - at : (size_t)ADDRESS_BATCH;
        if (!apply_batch(b, changes + at, batch, error))
            done = false;
    }
    return done;
}

bool address_book_may_change(struct address_book *b)
{
    struct address_change nothing = {
        .kind = CHANGE_REMOVE,
        .ifindex = INT32_MAX, /* permission is looked at first, then it is found that there is no such interface */
        .prefix = {.ip = {.family = 4, .bytes = {192, 0, 2, 1}}, .length = 32},
    };
    struct address_error error;
    return address_apply(b, &nothing, 1, &error) || error.number != EPERM;
}

bool address_tags_kept(void)
{
    struct utsname name;
    char *end;
    if (uname(&name) < 0)
        return true;
    long major = strtol(name.release, &end, 10);
    long minor = *end == '.' ? strtol(end + 1, NULL, 10) : 0;
    return major > 5 || (major == 5 && minor >= 18);
}
